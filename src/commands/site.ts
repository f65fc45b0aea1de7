/** Finds the project and the document of a command line. */

import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { openFiles } from '../files/tracked.ts'
import type { Site } from '../project/site.ts'
import { defaultDocument } from '../results/run.ts'
import { openSeal } from '../results/seal.ts'
import { cacheFolder } from '../testbed/cache.ts'
import { UsageError } from './parse.ts'
import { complain } from './terminal/terminal.ts'

/** Returns the nearest folder upwards with paper/ or experiments/; `from` if there is none. */
export function findProject(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'paper')) || existsSync(join(folder, 'experiments'))) return folder
    if (folder === dirname(folder)) return resolve(from)
  }
}

export function siteOf(document: string | undefined, generator: string): Site {
  const folder = process.cwd()
  const project = findProject(folder)
  const path = document === undefined ? defaultDocument : relative(project, resolve(folder, document))
  if (document === '') throw new UsageError('the document has an empty name')
  if (path === '..' || path.startsWith('../'))
    throw new UsageError(`the document lies outside of the project ${project}: ${document}`)
  const problem = openFiles(project).problem(path === '' ? '.' : path)
  if (problem !== undefined) throw new UsageError(`no document: ${problem}`)
  if (!existsSync(join(project, path))) throw new UsageError(`no document ${path} in ${project}`)
  return {
    project,
    document: path.replaceAll('\\', '/'),
    cache: cacheFolder(),
    seal: openSeal(project),
    generator,
  }
}

/**
 * The site of a document in any folder: paths in it start in the working folder, if it lies there, else in the
 * document's own.
 */
export function foreignSite(document: string, generator: string): Site {
  if (document === '') throw new UsageError('the document has an empty name')
  const [folder, file] = [process.cwd(), resolve(document)]
  const isInside = !relative(folder, file).startsWith('..')
  const project = isInside ? folder : dirname(file)
  const path = relative(project, file)
  const problem = openFiles(project).problem(path === '' ? '.' : path)
  if (problem !== undefined) throw new UsageError(`no document: ${problem}`)
  if (!existsSync(file)) throw new UsageError(`no document ${path} in ${project}`)
  const seal = openSeal(project)
  return { project, document: path, cache: cacheFolder(), seal, generator, isForeign: true }
}

export function warnUntrusted({ seal }: Pick<Site, 'seal'>): void {
  complain(seal.note() ?? '')
}
