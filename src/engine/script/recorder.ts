/**
 * Notes which files of the project a script and the testbed's own code use, by wrapping the functions of node:fs and node:child_process in the
 * process of a boot. Modules are noted by the loader's hook. What a child process opens by itself is not seen, but the files that its command line
 * names are; what a worker thread opens is not.
 */

import child_process from 'node:child_process'
import fs, { type PathLike } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import { contentDigest, listDigest, missing, type Reads } from '../reads.ts'

export interface Recorder {
  /** Notes a file or folder by its path: an absolute one, or one relative to the working folder. */
  note(path: string): void
  /** Takes over what an earlier process noted. */
  add(reads: Reads): void
  /** Whether all of this is still as it was noted. */
  holds(reads: Reads): boolean
  /** Notes nothing while `action` runs, which reads what is in the key by other names. */
  pause<T>(action: () => Promise<T>): Promise<T>
  /** What was used and is still as it was; what changed meanwhile is not an input, but the script's own. */
  reads(): { readonly reads: Reads; readonly changed: readonly string[] }
  /** Files outside of the project that were used; their changes are not noticed. */
  outside(): readonly string[]
}

type Wrapped = Record<string, unknown>

const { readFileSync, readdirSync, statSync } = fs

/** What this program keeps itself, and packages, which are inputs by their versions. */
const ignored = /(?:^|\/)(?:\.git|node_modules)(?:\/|$)|^(?:\.repro|_build)(?:\/|$)/
/** Folders of the system, whose files are the machine's. */
const system = /^\/(?:proc|sys|dev|etc|usr|lib\w*|bin|sbin|run|var|opt|nix|snap)(?:\/|$)/

/**
 * Wraps the functions for as long as the process lives. `own` are places whose files are no inputs: the boot's, the cache. `loaded` gives the
 * URLs of modules that were loaded since it was last asked.
 */
export function recordReads(
  project: string,
  own: readonly string[],
  loaded: () => readonly string[] = () => [],
): Recorder {
  const found = new Map<string, string>()
  const strangers = new Set<string>()
  const written = new Set<string>()
  let paused = 0
  const home = fs.realpathSync(project)
  const isOwn = (path: string) => [program, ...own].some((folder) => isInside(folder, path))

  const use = (path: string, type: Reading) => {
    if (paused > 0) return
    const place = resolve(path)
    const inner = innerOf(place, project, home)
    if (isOwn(place)) return
    if (inner === undefined) {
      if (!isElsewhere(place) && isFile(place)) strangers.add(place)
      return
    }
    const input = `${type} ${inner}`
    if (ignored.test(inner) || written.has(inner) || found.has(input)) return
    if (type === 'file' && isFolder(place)) return
    found.set(input, '') // before its digest is made, as that reads it, too
    found.set(input, digestAt(place, inner))
  }
  const note = (path: string) => use(path, 'file')
  const wrote = (path: string) => {
    const inner = innerOf(resolve(path), project, home)
    if (inner !== undefined && !found.has(`file ${inner}`)) written.add(inner)
  }
  const now = (input: string) => {
    const inner = input.replace(/^\w+ /, '')
    return digestAt(join(project, inner), inner)
  }
  wrapFileSystem(use, wrote)
  wrapProcesses(note)
  syncBuiltinESMExports()
  return {
    note,
    add: (reads) => {
      for (const [input, digest] of Object.entries(reads)) found.set(input, digest)
    },
    holds: (reads) => Object.entries(reads).every(([input, digest]) => now(input) === digest),
    async pause(action) {
      paused += 1
      try {
        return await action()
      } finally {
        paused -= 1
      }
    },
    reads() {
      for (const url of loaded()) note(fileURLToPath(url))
      const all = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
      const same = all.filter(([input, digest]) => now(input) === digest)
      // A file that was looked for and then made is the script's own.
      const changed = all.filter(([input, digest]) => digest !== missing && now(input) !== digest)
      return { reads: Object.fromEntries(same), changed: changed.map(([input]) => input) }
    },
    outside: () => [...strangers].sort(),
  }
}

type Reading = 'file' | 'folder'

/** This program's own files, which may be the project's. */
const program = fileURLToPath(programUrl('.'))
const notData = [dirname(dirname(process.execPath)), dirname(program), tmpdir()]

function isElsewhere(place: string): boolean {
  return system.test(place) || notData.some((folder) => isInside(folder, place))
}

/** Path in the project, `''` for the project itself; undefined if it lies elsewhere. */
function innerOf(place: string, ...homes: readonly string[]): string | undefined {
  const home = homes.find((one) => isInside(one, place))
  return home === undefined ? undefined : relative(home, place)
}

function isInside(folder: string, path: string): boolean {
  const inner = relative(folder, path)
  return inner === '' || !(inner === '..' || inner.startsWith('../') || isAbsolute(inner))
}

function isFile(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isFile() === true
}

function isFolder(place: string): boolean {
  try {
    return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}

function digestAt(place: string, inner: string): string {
  try {
    const stats = statSync(place, { throwIfNoEntry: false })
    if (stats?.isDirectory())
      return listDigest(readdirSync(place).filter((name) => !ignored.test(join(inner, name))))
    return stats?.isFile() ? contentDigest(inner, readFileSync(place)) : missing
  } catch {
    return missing // the script's own call says what is wrong
  }
}

/** Functions of node:fs whose first argument is what they read, and those that write to their first or second. */
const readers = [
  ...['access', 'accessSync', 'copyFile', 'copyFileSync', 'createReadStream', 'exists', 'existsSync'],
  ...['open', 'openSync', 'openAsBlob', 'readFile', 'readFileSync', 'stat', 'statSync'],
]
const listers = ['opendir', 'opendirSync', 'readdir', 'readdirSync']
const writers = [
  'appendFile',
  'appendFileSync',
  'createWriteStream',
  'mkdir',
  'mkdirSync',
  'writeFile',
  'writeFileSync',
]
const targets = [
  'copyFile',
  'copyFileSync',
  'cp',
  'cpSync',
  'rename',
  'renameSync',
  'link',
  'linkSync',
  'symlink',
  'symlinkSync',
]

function wrapFileSystem(read: (path: string, type: Reading) => void, wrote: (path: string) => void): void {
  for (const module of [fs, fs.promises] as unknown as Wrapped[]) {
    wrap(module, readers, ([path, flags], name) => {
      const isWriting = /^open(Sync)?$/.test(name) && writes(flags)
      withPath(path, isWriting ? wrote : (place) => read(place, 'file'))
    })
    wrap(module, listers, ([path]) => withPath(path, (place) => read(place, 'folder')))
    wrap(module, writers, ([path]) => withPath(path, wrote))
    wrap(module, targets, ([, path]) => withPath(path, wrote))
  }
}

function writes(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
  return typeof flags === 'string' && /^[wa]/.test(flags)
}

function withPath(path: unknown, use: (path: string) => void): void {
  if (typeof path === 'string') use(path)
  else if (path instanceof URL) {
    if (path.protocol === 'file:') use(fileURLToPath(path))
  } else if (path instanceof Uint8Array) use(Buffer.from(path).toString())
}

const starters = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']
const mostWords = 1000

/** Notes the files that a command line names. */
function wrapProcesses(note: (path: string) => void): void {
  wrap(child_process as unknown as Wrapped, starters, ([command, second, third]) => {
    const options = (Array.isArray(second) ? third : second) as { cwd?: PathLike } | undefined
    const folder = typeof options?.cwd === 'string' ? options.cwd : process.cwd()
    const texts = [command, ...(Array.isArray(second) ? second : [])].filter((one) => typeof one === 'string')
    const words = texts.flatMap((text) => [text, ...text.split(/[\s'"`=;|&<>(),]+/)])
    for (const word of new Set(words.slice(0, mostWords))) {
      const place =
        word.length > 0 && word.length < 4096 && !word.includes('\0') ? resolve(folder, word) : undefined
      if (place !== undefined && isFile(place)) note(place)
    }
  })
}

/** Calls `before` with the arguments of each call. Properties of the functions, such as the form that util.promisify takes, are kept. */
function wrap(
  module: Wrapped,
  names: readonly string[],
  before: (given: readonly unknown[], name: string) => void,
): void {
  for (const name of names) {
    const original = module[name]
    if (typeof original !== 'function') continue
    const wrapped = function (this: unknown, ...given: unknown[]) {
      before(given, name)
      return Reflect.apply(original, this, given)
    }
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original))
    module[name] = wrapped
  }
}
