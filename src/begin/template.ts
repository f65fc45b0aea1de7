/** Templates of papers and of other files: real files in templates/ of the package. */

import { lstatSync, readdirSync, readFileSync, type Stats, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../dist.ts'
import { RequestError } from '../engine/cells.ts'
import { makeFolder, writeError } from '../files/change.ts'
import { makeFolders } from '../files/folders.ts'

export interface Template {
  readonly summary: string
  /** Those in templates/ whose files it has. */
  readonly folders: readonly string[]
  /** Files of the package that are not in these folders, by path. */
  readonly more: readonly string[]
  /** What to do before the first build, with the path of environments.yaml. */
  readonly before?: (environments: string) => string
}

/** By name. */
export const templates: ReadonlyMap<string, Template> = new Map([
  ['local', { summary: 'times something on this computer', folders: ['every', 'local'], more: [] }],
  [
    'xen',
    {
      summary: 'runs Xen on an emulated Arm board',
      folders: ['every', 'board', 'xen'],
      // What starts dom0 and brings files to it and back: an emulated board takes them from the project.
      more: [
        'experiments/packages.lock.json',
        'experiments/board/block',
        'experiments/board/dom0-init',
        'experiments/board/emit.c',
        'experiments/board/random.sh',
        'experiments/board/vif-bridge',
      ],
      before: () => 'The first build downloads the systems of the board, 330 MB.',
    },
  ],
  [
    'ssh',
    {
      summary: 'runs on a board with Xen behind ssh',
      folders: ['every', 'board', 'ssh'],
      more: ['experiments/packages.lock.json'],
      before: (environments: string) => `First say in ${environments} which board it is.`,
    },
  ],
])

export const usualTemplate = 'local'

/** Path in a project -> content. */
export type NewFiles = ReadonlyMap<string, string>

/** Returns the files of a template, sorted by path. */
export function templateFiles({ folders, more }: Template): NewFiles {
  const own = folders.flatMap((name) => {
    const folder = packagePath(`templates/${name}`)
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [relative(folder, join(entry.parentPath, entry.name)), folder] as const)
  })
  const found = [
    // npm leaves .gitignore out of packages.
    ...own.map(([path, folder]) => [path.replace(/^gitignore$/, '.gitignore'), join(folder, path)] as const),
    ...more.map((path) => [path, packagePath(path)] as const),
  ]
  return new Map(found.sort().map(([path, file]) => [path, readFileSync(file, 'utf8')]))
}

/** Returns the absolute path of a file of this package. */
export function packagePath(path: string): string {
  return fileURLToPath(new URL(`../${path}`, programUrl('')))
}

/** Throws a RequestError that names what is in the way of new files: files, links, or files in place of their folders. */
export function refuseTaken(folder: string, paths: Iterable<string>, advice: string): void {
  const taken = [...new Set([...paths].flatMap((path) => inTheWay(folder, path) ?? []))].sort()
  if (taken.length === 0) return
  const verb = taken.length === 1 ? 'is' : 'are'
  throw new RequestError(`${taken.join(', ')} ${verb} already there, and nothing was written. ${advice}`)
}

/** Returns the part of a path that a new file cannot have; undefined if it is free. */
function inTheWay(folder: string, path: string): string | undefined {
  const names = path.split('/')
  for (let count = 1; count <= names.length; count += 1) {
    const part = names.slice(0, count).join('/')
    const found = entryAt(join(folder, part))
    if (found === undefined) return undefined
    if (count === names.length || !found.isDirectory()) return part
  }
  return undefined
}

/** Returns what is at a path, a link itself; undefined for nothing, also below a file. */
export function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Writes new files; never replaces one. Throws a WriteError for what the file system refuses. */
export function writeNew(folder: string, files: NewFiles): void {
  try {
    makeFolders(folder)
  } catch (error) {
    throw writeError(error, folder)
  }
  for (const [path, content] of files) {
    const place = join(makeFolder(folder, dirname(path)), basename(path))
    try {
      writeFileSync(place, content, { flag: 'wx' })
    } catch (error) {
      throw writeError(error, path)
    }
  }
}
