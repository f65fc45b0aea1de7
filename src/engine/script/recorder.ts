/**
 * Records which project files a script and its testbed use, by wrapping node:fs and node:child_process in the
 * boot's process; the loader's hooks report modules. Of a child process, it sees only the files named on the
 * command line; of worker threads, nothing.
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
  /** Adds the reads of an earlier process. */
  add(reads: Reads): void
  holds(reads: Reads): boolean
  /** Pauses recording during `action`, whose reads are already covered by the key. */
  pause<T>(action: () => Promise<T>): Promise<T>
  /** Reads that are unchanged; files that changed meanwhile are the script's own, not inputs. */
  reads(): { readonly reads: Reads; readonly changed: readonly string[] }
  /** Files read outside of the project; their changes go unnoticed. */
  outside(): readonly string[]
}

type Wrapped = Record<string, unknown>

const { readFileSync, readdirSync, statSync } = fs

/** This program's data, and packages, which are inputs by version. */
const ignored = /(?:^|\/)(?:\.git|node_modules)(?:\/|$)|^(?:\.repro|_build)(?:\/|$)/
/** System folders, which belong to the machine. */
const system = /^\/(?:proc|sys|dev|etc|usr|lib\w*|bin|sbin|run|var|opt|nix|snap)(?:\/|$)/

/**
 * Wraps the functions for the life of the process. Files in `own` (the boot's folder, the cache) are not
 * inputs. `loaded` returns the URLs of modules loaded since its last call.
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
    found.set(input, '') // first, since computing the digest also reads the file
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
      // A file that was missing and then created is the script's own.
      const changed = all.filter(([input, digest]) => digest !== missing && now(input) !== digest)
      return { reads: Object.fromEntries(same), changed: changed.map(([input]) => input) }
    },
    outside: () => [...strangers].sort(),
  }
}

type Reading = 'file' | 'folder'

/** This program's own files, which may be inside the project. */
const program = fileURLToPath(programUrl('.'))
const notData = [dirname(dirname(process.execPath)), dirname(program), tmpdir()]

function isElsewhere(place: string): boolean {
  return system.test(place) || notData.some((folder) => isInside(folder, place))
}

/** Path relative to the project, `''` for the project itself; undefined if outside. */
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
    return missing // the script's own call reports the error
  }
}

/** Functions of node:fs that read their first argument, and those that write to their first or second. */
const readers = [
  ...andSync('access', 'copyFile', 'exists', 'open', 'readFile', 'stat'),
  'createReadStream',
  'openAsBlob',
]
const listers = andSync('opendir', 'readdir')
const writers = [...andSync('appendFile', 'mkdir', 'writeFile'), 'createWriteStream']
const targets = andSync('copyFile', 'cp', 'rename', 'link', 'symlink')

function andSync(...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [name, `${name}Sync`])
}

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

/** Calls `before` with each call's arguments. Keeps the functions' properties (util.promisify.custom). */
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
