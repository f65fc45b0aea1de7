/** Finds a script's files: its direct and indirect imports, resolved as by Node. */

import { realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { exports as exportsOf, imports as importsOf, legacy } from 'resolve.exports'
import type { Place } from '../document/block.ts'
import type { Files } from '../files/tracked.ts'
import { type Import, parseModule } from './imports.ts'

export interface ModuleGraph {
  /** Imported files by project path, including missing ones. */
  readonly files: readonly string[]
  /** Imported packages -> installed version; undefined if unknown. */
  readonly packages: ReadonlyMap<string, string | undefined>
  readonly problems: readonly ModuleProblem[]
}

export interface ModuleProblem {
  /**
   * `syntax`: Node cannot load the module; `missing`: no such file; `outside`: not in the project;
   * `computed`: the import is known only at run time.
   */
  readonly type: 'syntax' | 'missing' | 'outside' | 'computed'
  readonly reason: string
  /** Module that contains the problem. */
  readonly file: string
  readonly place: Place
  /** Constant prefix of a computed import's path. */
  readonly head?: string
}

/** A script. `source` replaces the content; for an inline script, `path` is the document. */
export interface Entry {
  readonly path: string
  readonly source?: string | undefined
}

/** Project path -> project path after resolving links; undefined if that is outside. */
export type RealPath = (path: string) => string | undefined

/** Resolves links in project paths; a missing path stays as is. */
export function realPaths(project: string): RealPath {
  const root = realPathOf(project) ?? project
  return (path) => {
    const place = relative(root, realPathOf(join(project, path)) ?? join(root, path))
    return place === '..' || place.startsWith('../') ? undefined : place || '.'
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined // missing, or a cycle of links
  }
}

/** Reads the script and all direct and indirect imports. */
export function moduleGraph(
  { path, source }: Entry,
  files: Files,
  real: RealPath = (same) => same,
): ModuleGraph {
  const around: Around = { files, real }
  const named = posix.normalize(path)
  const own = source === undefined ? (real(named) ?? named) : named
  const found = new Set<string>()
  const packages = new Map<string, string | undefined>()
  const problems: ModuleProblem[] = []

  /** Returns the files that a module imports. */
  const visit = (file: string, text: string, kind: string): readonly string[] => {
    const { imports, problem } = parseModule(text, kind)
    if (problem) problems.push({ type: 'syntax', file, ...problem })
    const next: string[] = []
    for (const one of imports) {
      const { place, how, specifier } = one
      if (specifier === undefined) {
        const head = computedHead(one, file)
        problems.push({ type: 'computed', reason: 'this import is computed', file, place, head })
        continue
      }
      const target = resolve(specifier, how, file, around)
      if (target.type === 'package') packages.set(target.name, target.version)
      // A URL that is not a module's may be a file that the script writes.
      if (how === 'url' && !(target.type === 'file' && isModule(target.path))) continue
      if ('path' in target && target.path !== undefined) next.push(target.path)
      if (target.type === 'outside')
        problems.push({ type: 'outside', reason: `${specifier} lies outside the project`, file, place })
      if (target.type === 'missing' && !one.optional)
        problems.push({ type: 'missing', reason: `${specifier}: ${target.reason}`, file, place })
    }
    return next
  }

  const waiting = [...visit(own, source ?? read(own, files) ?? '', source === undefined ? own : 'inline.mts')]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if ((file === own && source === undefined) || found.has(file)) continue
    found.add(file)
    if (!isModule(file)) continue
    const text = read(file, files)
    if (text !== undefined) waiting.push(...visit(file, text, file))
  }
  return { files: [...found], packages, problems }
}

function isModule(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path)
}

interface Around {
  readonly files: Files
  readonly real: RealPath
}

/** Result of resolving a specifier. */
type Target =
  /** Part of Node or this program. */
  | { readonly type: 'provided' }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'package'; readonly name: string; readonly version: string | undefined }
  | { readonly type: 'outside' }
  | { readonly type: 'missing'; readonly path?: string; readonly reason: string }

function resolve(specifier: string, how: How, from: string, around: Around): Target {
  if (/^(?:data|https?|blob):/.test(specifier)) return { type: 'provided' }
  const isPath = how === 'url' || /^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)
  if (isPath) return resolvePath(specifier, how, from, around)
  if (specifier.startsWith('#')) return resolveOwnName(specifier, how, from, around)
  if (isBuiltin(specifier) || /^(?:repro|zx)(?:\/|$)/.test(specifier)) return { type: 'provided' }
  return resolvePackage(specifier, how, from, around)
}

type How = Import['how']

// Virtual root, to detect paths that leave the project.
const root = '/@project/'

function resolvePath(specifier: string, how: How, from: string, around: Around): Target {
  const absolute =
    how === 'require' ? posix.resolve(posix.dirname(root + from), specifier) : urlPath(specifier, from)
  if (absolute === undefined) return { type: 'missing', reason: 'no path of a file' }
  if (!absolute.startsWith(root)) return { type: 'outside' }
  const path = posix.normalize(absolute.slice(root.length)).replace(/^\/+/, '')
  const found = how === 'require' ? requirable(path, around) : ifThere(path, around)
  return found ?? { type: 'missing', path, reason: `no file ${path}` }
}

/** Resolves percent-encoding, queries and fragments as Node does. */
function urlPath(specifier: string, from: string): string | undefined {
  try {
    const url = new URL(specifier, pathToFileURL(root + from))
    return url.protocol === 'file:' ? fileURLToPath(url) : undefined
  } catch {
    return undefined
  }
}

/** Returns the file under its real name. Looks at the link too, so that a build notices when it changes. */
function ifThere(path: string, { files, real }: Around): Target | undefined {
  if (!isThere(path, files)) return undefined
  const own = real(path)
  if (own === undefined) return { type: 'outside' }
  return { type: 'file', path: own }
}

/** Tries the extensions and index files of `require`. */
function requirable(path: string, around: Around): Target | undefined {
  const endings = ['', '.js', '.json', '.node', '.ts', '.cts', '.mts']
  const withEnding = (start: string) =>
    endings.reduce<Target | undefined>((found, ending) => found ?? ifThere(start + ending, around), undefined)
  const main = manifestIn(path, around.files)?.main
  return (
    withEnding(path) ??
    (typeof main === 'string'
      ? (withEnding(posix.join(path, main)) ?? withEnding(posix.join(path, main, 'index')))
      : undefined) ??
    withEnding(posix.join(path, 'index'))
  )
}

/** Resolves `#name` by `imports` in the nearest package.json. */
function resolveOwnName(specifier: string, how: How, from: string, around: Around): Target {
  const nearest = nearestManifest(from, around.files)
  const targets =
    nearest && resolved(() => importsOf(nearest.manifest, specifier, conditions(how)) ?? undefined)
  const target = targets?.[0]
  if (nearest === undefined || target === undefined)
    return { type: 'missing', reason: 'no such name under imports in package.json' }
  if (!target.startsWith('.')) return resolve(target, how, posix.join(nearest.folder, 'package.json'), around)
  const path = posix.join(nearest.folder, target)
  return ifThere(path, around) ?? { type: 'missing', path, reason: `no file ${path}` }
}

function resolvePackage(specifier: string, how: How, from: string, around: Around): Target {
  const { files, real } = around
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
  const nearest = nearestManifest(from, files)
  if (nearest?.manifest.name === name && nearest.manifest.exports !== undefined)
    return entryOf(specifier, how, nearest, around)
  for (const folder of foldersAbove(from)) {
    const own = posix.join(folder, 'node_modules', name)
    const manifest = manifestIn(own, files)
    if (manifest === undefined) continue
    // A package linked from within the project is part of it.
    const place = real(posix.join(own, 'package.json'))
    if (place !== undefined && !place.includes('node_modules/'))
      return entryOf(specifier, how, { folder: posix.dirname(place), manifest }, around)
    return {
      type: 'package',
      name,
      version: typeof manifest.version === 'string' ? manifest.version : undefined,
    }
  }
  return { type: 'package', name, version: undefined }
}

/** Resolves a specifier by the package's `exports`, or else `main`. */
function entryOf(specifier: string, how: How, { folder, manifest }: Nearest, around: Around): Target {
  const below = specifier.slice(String(manifest.name ?? '').length).replace(/^\//, '')
  const targets =
    manifest.exports === undefined
      ? [below || String(legacy(manifest, { browser: false }) ?? 'index.js')]
      : resolved(() => exportsOf(manifest, specifier, conditions(how)) ?? undefined)
  const path = posix.join(folder, targets?.[0] ?? below)
  return requirable(path, around) ?? { type: 'missing', path, reason: `no file ${path}` }
}

function conditions(how: How) {
  return { require: how === 'require', unsafe: false }
}

/** Returns undefined if `attempt` throws, as the resolvers do when nothing matches. */
function resolved(attempt: () => readonly string[] | undefined): readonly string[] | undefined {
  try {
    return attempt() ?? undefined
  } catch {
    return undefined
  }
}

interface Manifest {
  readonly name: string
  readonly [key: string]: unknown
}

interface Nearest {
  readonly folder: string
  readonly manifest: Manifest
}

function nearestManifest(from: string, files: Files): Nearest | undefined {
  for (const folder of foldersAbove(from)) {
    const manifest = manifestIn(folder, files)
    if (manifest) return { folder, manifest }
  }
  return undefined
}

function manifestIn(folder: string, files: Files): Manifest | undefined {
  try {
    const data: unknown = JSON.parse(read(posix.join(folder, 'package.json'), files) ?? '')
    return typeof data === 'object' && data !== null ? (data as Manifest) : undefined
  } catch {
    return undefined
  }
}

/** For `a/b/c.ts`: `a/b`, `a` and the project itself. */
function foldersAbove(path: string): readonly string[] {
  const parts = posix.dirname(posix.normalize(path)).split('/')
  const own = parts[0] === '.' ? [] : parts
  return [...own.map((_, index) => own.slice(0, own.length - index).join('/')), '.']
}

function isThere(path: string, files: Files): boolean {
  try {
    return files.exists(path)
  } catch {
    return false // refused: outside the project, or not an ordinary file
  }
}

function read(path: string, files: Files): string | undefined {
  return isThere(path, files) ? files.text(path) : undefined
}

function computedHead({ head }: Import, file: string): string {
  return head.startsWith('.') ? posix.join(posix.dirname(file), head) : ''
}
