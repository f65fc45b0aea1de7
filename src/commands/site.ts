/** Finds the project and the document of a command line. */

import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { openFiles } from '../files/tracked.ts'
import { openConsent } from '../project/consent.ts'
import { locate } from '../project/root.ts'
import type { Site } from '../project/site.ts'
import { openSeal } from '../results/seal.ts'
import { cacheFolder } from '../testbed/cache.ts'
import { abbreviated } from '../text/message.ts'
import { invocation } from '../text/program.ts'
import { nearest } from '../text/spelling.ts'
import { UsageError } from './parse.ts'
import { complain } from './terminal/terminal.ts'

/** @param signal of a command that may have much to compute: it is heeded before each such part */
export function siteOf(given: string | undefined, generator: string, signal?: AbortSignal): Site {
  if (given === '') throw new UsageError('the document has an empty name')
  const folder = process.cwd()
  const { project, document } = locate(given, folder)
  if (given !== undefined && !existsSync(resolve(folder, given)))
    throw new UsageError(`no document ${given}${near(given, folder)}`)
  const problem = openFiles(project).problem(document)
  if (problem !== undefined) throw new UsageError(`no document: ${problem}`)
  if (!existsSync(join(project, document))) throw absent(document, project, folder)
  const [cache, seal] = [cacheFolder(), openSeal(project)]
  const consent = openConsent(project, cache)
  const own = { project, document: document.replaceAll('\\', '/'), cache, seal, consent, generator }
  return { ...own, announce: announcer(signal) }
}

function announcer(signal: AbortSignal | undefined): NonNullable<Site['announce']> {
  return async (work) => {
    complain(work)
    // Signals that came while the processor was busy are delivered now.
    await turn()
    signal?.throwIfAborted()
  }
}

/**
 * The site of a document in any folder: paths in it start in the working folder, if it lies there, else in
 * the document's own.
 */
export function foreignSite(document: string, generator: string, signal?: AbortSignal): Site {
  if (document === '') throw new UsageError('the document has an empty name')
  const [folder, file] = [process.cwd(), resolve(document)]
  const isInside = !relative(folder, file).startsWith('..')
  const project = isInside ? folder : dirname(file)
  const path = relative(project, file)
  const problem = openFiles(project).problem(path === '' ? '.' : path)
  if (problem !== undefined) throw new UsageError(`no document: ${problem}`)
  if (!existsSync(file)) throw new UsageError(`no document ${path} in ${project}`)
  const seal = openSeal(project)
  const own = { project, document: path, cache: cacheFolder(), seal, generator, isForeign: true }
  return { ...own, announce: announcer(signal) }
}

function near(given: string, folder: string): string {
  const found = nearest(given, documentsIn(folder))
  return found === undefined ? '' : ` (did you mean ${found}?)`
}

/** The command line names no document, and the usual one is not there. */
function absent(document: string, project: string, folder: string): UsageError {
  const found = documentsIn(folder)
  const name = found.length > 0 ? ` Name one: ${abbreviated(found, 3)}.` : ''
  return new UsageError(
    `no document ${document} in ${project}.${name} \`${invocation} init\` writes a paper to begin with`,
  )
}

/** Markdown files in a folder; those with two endings are mostly translations. */
function documentsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^[^.]+\.md$/.test(name) && !/^[A-Z_]+\.md$/.test(name))
    .sort()
}

export function warnUntrusted({ seal }: Pick<Site, 'seal'>): void {
  complain(seal.note() ?? '')
}
