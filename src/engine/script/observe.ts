/**
 * Observes what the boot's process does with files and programs, by wrapping functions of node:fs,
 * node:child_process and node:worker_threads for the life of the process.
 */

import child_process from 'node:child_process'
import fs, { type PathLike } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import worker_threads from 'node:worker_threads'
import { programUrl } from '../../dist.ts'
import { isCode } from '../../files/code.ts'
import type { Reading } from '../reads.ts'
import { type CommandLine, readCommand } from './commandline.ts'

export interface Observer {
  /** Also of a path that leads nowhere. */
  read(path: string, reading: Reading): void
  /** Called before the content is replaced. */
  wrote(path: string): void
  /** `folder` is where the command starts; `isOurs` if a testbed starts it: a compiler. */
  started(command: CommandLine, folder: string, isOurs: boolean): void
  /** A worker thread. */
  forked(): void
}

type Wrapped = Record<string, unknown>

const { existsSync, readdirSync, realpathSync, statSync } = fs

/** Functions of node:fs that read their first argument. */
const readers = [
  ...andSync('copyFile', 'lstat', 'open', 'readFile', 'readlink', 'rename', 'stat', 'link', 'truncate'),
  ...['createReadStream', 'openAsBlob'],
]
/** Of these, the result does not depend on the content. */
const seekers = andSync('access', 'exists')
const resolvers = andSync('realpath')
const listers = andSync('opendir', 'readdir')
const makers = andSync('mkdir')
const writers = [...andSync('appendFile', 'writeFile'), 'createWriteStream']
const targets = andSync('copyFile', 'cp', 'rename', 'link', 'symlink')

function andSync(...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [name, `${name}Sync`])
}

export function observe(observer: Observer): void {
  observeFiles(observer)
  observeProcesses(observer)
  syncBuiltinESMExports()
}

function observeFiles({ read, wrote }: Observer): void {
  for (const module of [fs, fs.promises] as unknown as Wrapped[]) {
    wrap(module, targets, ([, path]) => withPath(path, wrote))
    wrap(module, writers, ([path, second, third], { name }) => {
      const flag = flagOf(name === 'createWriteStream' ? second : third)
      const isFresh = !name.startsWith('append') && (flag === undefined || replaces(flag))
      withPath(path, isFresh ? wrote : (place) => read(place, 'data'))
    })
    wrap(module, makers, ([path]) => withPath(path, (place) => existsSync(place) || wrote(place)))
    wrap(module, andSync('symlink'), ([target, path]) =>
      withPath(path, (place) => withPath(target, (to) => read(resolve(dirname(place), to), 'data'))),
    )
    wrap(module, andSync('cp'), ([path]) => withPath(path, (place) => readBelow(place, read, true)))
    wrap(module, listers, ([path, options]) =>
      withPath(path, (place) => {
        if ((options as { recursive?: unknown } | undefined)?.recursive) readBelow(place, read, false)
        else read(place, 'folder')
      }),
    )
    wrap(module, seekers, ([path]) => withPath(path, (place) => read(place, isCode(place) ? 'code' : 'data')))
    const noteLink = ([path]: readonly unknown[]) =>
      withPath(path, (place) => {
        if (isLink(place)) read(place, isCode(place) ? 'code' : 'data')
      })
    for (const name of resolvers) wrap((module[name] ?? {}) as Wrapped, ['native'], noteLink)
    wrap(module, resolvers, noteLink)
    // Last, so that the caller of a function that is wrapped twice is seen.
    wrap(module, readers, ([path, flags], { name, caller }) =>
      withPath(path, (place) => {
        const by = isSource(place) ? caller() : ''
        if (/^open(Sync)?$/.test(name) && replaces(flags)) wrote(place)
        else if (by !== 'node:fs') read(place, isLoader(by) ? 'code' : 'data') // else a step of another read
      }),
    )
  }
  wrap(process as unknown as Wrapped, ['loadEnvFile'], ([path = '.env']) =>
    withPath(path, (place) => read(place, 'data')),
  )
}

/** Whether the path, or a folder on it, leads elsewhere, or nowhere. */
function isLink(place: string): boolean {
  try {
    return realpathSync(place) !== resolve(place)
  } catch {
    return true
  }
}

/** Reads a folder and those below, as a recursive listing does, or with their files, as a copy does. */
function readBelow(place: string, read: Observer['read'], withFiles: boolean): void {
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) {
    read(place, 'folder')
    for (const { name } of readdirSync(place, { withFileTypes: true }))
      readBelow(join(place, name), read, withFiles)
  } else if (withFiles) read(place, 'data')
}

/** Whether the content before does not matter; it does to what appends, or writes to a part. */
function replaces(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & (fs.constants.O_TRUNC | fs.constants.O_EXCL)) !== 0
  return typeof flags === 'string' && /^w|x/.test(flags)
}

function flagOf(options: unknown): unknown {
  const { flag, flags } = (options ?? {}) as { readonly flag?: unknown; readonly flags?: unknown }
  return flag ?? flags
}

function withPath(path: unknown, use: (path: string) => void): void {
  if (typeof path === 'string') use(path)
  else if (path instanceof URL) {
    if (path.protocol === 'file:') use(fileURLToPath(path))
  } else if (path instanceof Uint8Array) use(Buffer.from(path).toString())
}

const starters = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']

function observeProcesses({ read, started, forked }: Observer): void {
  const texts = (given: readonly unknown[]) => given.filter((one) => typeof one === 'string')
  wrap(child_process as unknown as Wrapped, starters, ([command, second, third], { name, caller }) => {
    const args = Array.isArray(second) ? texts(second) : []
    const options = (Array.isArray(second) || second === undefined ? third : second) ?? {}
    const { cwd, shell } = options as { readonly cwd?: PathLike; readonly shell?: unknown }
    let folder = process.cwd()
    withPath(cwd, (place) => (folder = resolve(place)))
    const line = readCommand(String(command), args, /^exec(Sync)?$/.test(name) || Boolean(shell))
    started(line, folder, isOurs(caller()))
  })
  const { Worker } = worker_threads
  worker_threads.Worker = new Proxy(Worker, {
    construct(target, given, made) {
      forked()
      const [file, options] = given as ConstructorParameters<typeof Worker>
      if (options?.eval !== true) withPath(file, (place) => read(place, 'code'))
      return Reflect.construct(target, given, made)
    },
  })
}

/** Whether a read of this file may be that of a module or of a compiled source. */
function isSource(path: string): boolean {
  return isCode(path) || path.includes('node_modules/')
}

const program = programUrl('.').href

function isOurs(caller: string): boolean {
  return caller.startsWith(program) || caller.startsWith(fileURLToPath(program))
}

/** Whether a function of Node or of this program loads modules, or compiles: scripts' own reads are data. */
function isLoader(caller: string): boolean {
  return caller.startsWith('node:internal/modules/') || isOurs(caller)
}

interface Call {
  readonly name: string
  /** File or URL of the code that calls. */
  readonly caller: () => string
}

/** Calls `before` with each call's arguments. Keeps the functions' properties (util.promisify.custom). */
function wrap(
  module: Wrapped,
  names: readonly string[],
  before: (given: readonly unknown[], call: Call) => void,
): void {
  for (const name of names) {
    const original = module[name]
    if (typeof original !== 'function') continue
    const wrapped = function (this: unknown, ...given: unknown[]) {
      before(given, { name, caller: () => callerOf(wrapped) })
      return Reflect.apply(original, this, given)
    }
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original))
    module[name] = wrapped
  }
}

/** File or URL of the code that called `callee`; '' if unknown. */
function callerOf(callee: (...given: unknown[]) => unknown): string {
  const { prepareStackTrace, stackTraceLimit } = Error
  const place: { readonly stack?: unknown } = {}
  try {
    Error.stackTraceLimit = 1
    Error.prepareStackTrace = (_, frames) => frames[0]?.getFileName() ?? ''
    Error.captureStackTrace(place, callee)
    return String(place.stack)
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit })
  }
}
