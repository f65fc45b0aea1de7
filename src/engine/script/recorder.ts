/**
 * Records which project files a script and its testbed use, as observed in the boot's process; the loader's
 * hooks report modules. Of a program that is started, it sees the files that its command line names; of
 * worker threads, nothing but their module.
 */

import fs from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import { digestRead, missing, readInput, readPath, type Reading, type Reads } from '../reads.ts'
import { observe } from './observe.ts'

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
  /** True if programs or worker threads were started that may open files unseen. */
  hasUnseen(): boolean
}

const { readFileSync, readdirSync, realpathSync, statSync } = fs

/** What this program and git keep, and commands of packages. */
const ignored = /(?:^|\/)(?:\.git|node_modules\/\.bin)(?:\/|$)|^\.repro(?:\/|$)/
/** The folder of an installed package, of which the version counts, and so its package.json. */
const installed = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/@][^/]*(?=\/)/
/** How this program reopens a file that it holds. */
const descriptor = /^\/proc\/self\/fd\//
/** System folders, which belong to the machine. */
const system = /^\/(?:proc|sys|dev|etc|usr|lib\w*|bin|sbin|run|nix|snap)(?:\/|$)/

/**
 * Observes the process for the rest of its life. Files in `own` (the boot's folder, the cache) are not
 * inputs. `loaded` returns the URLs of modules loaded, or looked for, since its last call.
 */
export function recordReads(
  project: string,
  own: readonly string[],
  loaded: () => readonly string[] = () => [],
): Recorder {
  const found = new Map<string, string>()
  const outsideFiles = new Set<string>()
  const written = new Set<string>()
  let paused = 0
  let unseen = false
  const home = realpathSync(project)
  const isOwn = (path: string) => [...programs, ...own].some((folder) => isInside(folder, path))

  const read = (path: string, reading: Reading) => {
    if (paused > 0) return
    const place = resolve(path)
    const real = realPathOf(place)
    if (isOwn(place) || isOwn(real) || descriptor.test(place)) return
    const inner = innerOf(place, project, home)
    if (inner === undefined || innerOf(real, project, home) === undefined) {
      if (!isElsewhere(real) && isFile(real)) outsideFiles.add(place)
      return
    }
    const folder = reading === 'code' ? installed.exec(inner)?.[0] : undefined
    if (folder !== undefined) return take(`file ${folder}/package.json`)
    if (ignored.test(inner) || written.has(inner)) return
    if (reading !== 'folder' && isFolder(place)) return
    take(readInput(inner, reading))
  }
  const take = (input: string) => {
    if (found.has(input)) return
    found.set(input, '') // first, since Node's own functions call those that are observed
    found.set(input, now(input))
  }
  const wrote = (path: string) => {
    const inner = innerOf(resolve(path), project, home)
    if (inner === undefined) return
    if (!(['code', 'data'] as const).some((one) => found.has(readInput(inner, one)))) written.add(inner)
  }
  const now = (input: string) => digestAt(join(project, readPath(input)), input)
  observe({
    read,
    wrote,
    started({ words, patterns, folders, isFollowed }, folder, isOurs) {
      if (paused > 0) return
      unseen ||= !isFollowed && !isOurs
      const note = (place: string) => {
        // A testbed's own files elsewhere, such as keys for ssh, decide no result.
        if (isOurs && innerOf(place, project, home) === undefined) return
        if (isFile(place)) read(place, isOurs ? 'code' : 'data')
        else if (!isOurs && isFolder(place)) read(place, 'folder')
      }
      for (const start of new Set([folder, ...folders.map((one) => resolve(folder, one))])) {
        for (const word of new Set(words.slice(0, mostWords)))
          if (word.length > 0 && word.length < 4096 && !word.includes('\0')) note(resolve(start, word))
        for (const pattern of patterns.slice(0, mostWords))
          for (const place of expand(resolve(start, pattern), (one) => read(one, 'folder'))) note(place)
      }
    },
    forked() {
      if (paused === 0) unseen = true
    },
  })
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
      for (const url of loaded()) read(fileURLToPath(url), 'code')
      // Byte for byte is more than without comments.
      const isMore = (input: string) => input.startsWith('file ') && found.has(`data ${input.slice(5)}`)
      const all = [...found].filter(([input]) => !isMore(input))
      all.sort(([a], [b]) => (a < b ? -1 : 1))
      const same = all.filter(([input, digest]) => now(input) === digest)
      // A file that was missing and then created is the script's own.
      const changed = all.filter(([input, digest]) => digest !== missing && now(input) !== digest)
      return { reads: Object.fromEntries(same), changed: changed.map(([input]) => input) }
    },
    outside: () => [...outsideFiles].sort(),
    hasUnseen: () => unseen,
  }
}

const mostWords = 1000

/** Files and folders that fit a shell's pattern; calls `list` with each folder that is looked through. */
function expand(pattern: string, list: (folder: string) => void): readonly string[] {
  let places = ['/']
  for (const part of pattern.split('/').filter((one) => one !== '')) {
    places = places.flatMap((place) => {
      if (!/[*?[]/.test(part)) return [join(place, part)]
      if (!isFolder(place)) return []
      list(place)
      const wanted = new RegExp(
        `^${part
          .replace(/[.+^$(){}|\\]/g, '\\$&')
          .replace(/\*+/g, '.*')
          .replaceAll('?', '.')
          .replaceAll('[!', '[^')}$`,
        's',
      )
      return readdirSync(place)
        .filter((name) => wanted.test(name) && !name.startsWith('.'))
        .map((name) => join(place, name))
    })
  }
  return places
}

/** This program's own files, and packages that it brings, which may be inside the project. */
const program = fileURLToPath(programUrl('.'))
const packages = createRequire(programUrl('runner.cjs'))
const programs = [
  program,
  ...['zx', '@swc/wasm-typescript'].map((name) => dirname(packages.resolve(`${name}/package.json`))),
]
const notData = [dirname(dirname(process.execPath)), dirname(program)]

function isElsewhere(place: string): boolean {
  if (system.test(place) || notData.some((folder) => isInside(folder, place))) return true
  // What programs leave in the temporary folder while the script runs is its own.
  return isInside(tmpdir(), place) && changedMs(place) >= performance.timeOrigin
}

function changedMs(place: string): number {
  return statSync(place, { throwIfNoEntry: false })?.ctimeMs ?? Infinity
}

/** The path behind links; of a missing file, as it is. */
function realPathOf(place: string): string {
  try {
    return realpathSync(place)
  } catch {
    return place
  }
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
  try {
    return statSync(place, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return false // the script's own call reports the error
  }
}

function isFolder(place: string): boolean {
  try {
    return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}

function digestAt(place: string, input: string): string {
  try {
    const stats = statSync(place, { throwIfNoEntry: false })
    if (stats?.isDirectory()) return digestRead(input, readdirSync(place))
    return stats?.isFile() ? digestRead(input, readFileSync(place)) : missing
  } catch {
    return missing // the script's own call reports the error
  }
}
