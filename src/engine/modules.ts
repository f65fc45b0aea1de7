/** Finds a script's files: its direct and indirect imports, resolved as by Node. */

import { realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { exports as exportsOf, imports as importsOf, legacy } from 'resolve.exports'
import type { Place } from '../document/block.ts'
import type { Files } from '../files/tracked.ts'
import type { How } from './imports.ts'
import { parsedModule } from './keptmodules.ts'

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

export function moduleGraph(
  { path, source }: Entry,
  files: Files,
  real: RealPath = (same) => same,
): ModuleGraph {
  const lookup: Lookup = { files, real }
  const named = posix.normalize(path)
  const entry = source === undefined ? (real(named) ?? named) : named
  const found = new Set<string>()
  const packages = new Map<string, string | undefined>()
  const problems: ModuleProblem[] = []

  /** Returns the files that a module imports. */
  const visit = (file: string, text: string, kind: string): readonly string[] => {
    const { imports, problem } = parsedModule(text, kind)
    if (problem) problems.push({ type: 'syntax', file, ...problem })
    return imports.flatMap(({ place, how, specifier, head, isOptional }) => {
      if (specifier === undefined) {
        const prefix = head.startsWith('.') ? posix.join(posix.dirname(file), head) : ''
        problems.push({ type: 'computed', reason: 'this import is computed', file, place, head: prefix })
        return []
      }
      const target = resolve(specifier, how, file, lookup)
      if (target.package) packages.set(...target.package)
      // A URL that is not a module's may be a file that the script writes.
      if (how === 'url' && (target.problem || !isModule(target.path ?? ''))) return []
      if (target.problem && !(isOptional && target.problem.type === 'missing')) {
        const { type, reason } = target.problem
        problems.push({ type, reason: `${specifier}${reason}`, file, place })
      }
      return target.path ?? []
    })
  }

  const waiting = [
    ...visit(entry, source ?? read(entry, files) ?? '', source === undefined ? entry : 'inline.mts'),
  ]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if ((file === entry && source === undefined) || found.has(file)) continue
    found.add(file)
    const text = isModule(file) ? read(file, files) : undefined
    if (text !== undefined) waiting.push(...visit(file, text, file))
  }
  return { files: [...found], packages, problems }
}

function isModule(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path)
}

interface Lookup {
  readonly files: Files
  readonly real: RealPath
}

/** A resolved specifier; nothing for parts of Node and of this program. */
interface Target {
  /** Also of a missing file, if it is known. */
  readonly path?: string
  readonly package?: readonly [name: string, version: string | undefined]
  /** The reason follows the specifier. */
  readonly problem?: { readonly type: 'outside' | 'missing'; readonly reason: string }
}

const outside: Target = { problem: { type: 'outside', reason: ' lies outside the project' } }

function missing(reason: string): Target {
  return { problem: { type: 'missing', reason: `: ${reason}` } }
}

function missingFile(path: string): Target {
  return { ...missing(`no file ${path}`), path }
}

function resolve(specifier: string, how: How, from: string, lookup: Lookup): Target {
  if (/^(?:data|https?|blob):/.test(specifier)) return {}
  const isPath = how === 'url' || /^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)
  if (isPath) return resolvePath(specifier, how, from, lookup)
  if (specifier.startsWith('#')) return resolveInternal(specifier, how, from, lookup)
  if (isBuiltin(specifier) || /^(?:repro|zx)(?:\/|$)/.test(specifier)) return {}
  return resolvePackage(specifier, how, from, lookup)
}

// Virtual root, to detect paths that leave the project.
const root = '/@project/'

function resolvePath(specifier: string, how: How, from: string, lookup: Lookup): Target {
  const absolute =
    how === 'require' ? posix.resolve(posix.dirname(root + from), specifier) : urlPath(specifier, from)
  if (absolute === undefined) return missing('not the path of a file')
  if (!absolute.startsWith(root)) return outside
  const path = posix.normalize(absolute.slice(root.length)).replace(/^\/+/, '')
  return (how === 'require' ? requireFile(path, lookup) : fileAt(path, lookup)) ?? missingFile(path)
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
function fileAt(path: string, { files, real }: Lookup): Target | undefined {
  if (!isThere(path, files)) return undefined
  const resolved = real(path)
  return resolved === undefined ? outside : { path: resolved }
}

function requireFile(path: string, lookup: Lookup): Target | undefined {
  const main = manifestIn(path, lookup.files)?.main
  const starts = [
    path,
    ...(typeof main === 'string' ? [posix.join(path, main), posix.join(path, main, 'index')] : []),
    posix.join(path, 'index'),
  ]
  for (const start of starts)
    for (const ending of ['', '.js', '.json', '.node', '.ts', '.cts', '.mts']) {
      const found = fileAt(start + ending, lookup)
      if (found) return found
    }
  return undefined
}

/** Resolves `#name` by `imports` in the nearest package.json. */
function resolveInternal(specifier: string, how: How, from: string, lookup: Lookup): Target {
  const nearest = packageAbove(from, lookup.files)
  const target = nearest && firstMatch(() => importsOf(nearest.manifest, specifier, conditions(how)))
  if (nearest === undefined || target === undefined)
    return missing('no such name under imports in package.json')
  if (!target.startsWith('.')) return resolve(target, how, posix.join(nearest.folder, 'package.json'), lookup)
  const path = posix.join(nearest.folder, target)
  return fileAt(path, lookup) ?? missingFile(path)
}

function resolvePackage(specifier: string, how: How, from: string, lookup: Lookup): Target {
  const { files, real } = lookup
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
  const nearest = packageAbove(from, files)
  if (nearest?.manifest.name === name && nearest.manifest.exports !== undefined)
    return entryOf(specifier, how, nearest, lookup)
  const installed = packageAbove(from, files, `node_modules/${name}`)
  if (installed === undefined) return { package: [name, undefined] }
  const { folder, manifest } = installed
  // A package linked from within the project is part of it.
  const place = real(posix.join(folder, 'package.json'))
  if (place !== undefined && !place.includes('node_modules/'))
    return entryOf(specifier, how, { folder: posix.dirname(place), manifest }, lookup)
  return { package: [name, typeof manifest.version === 'string' ? manifest.version : undefined] }
}

function entryOf(specifier: string, how: How, { folder, manifest }: Package, lookup: Lookup): Target {
  const below = specifier.slice(String(manifest.name ?? '').length).replace(/^\//, '')
  const target =
    manifest.exports === undefined
      ? below || String(legacy(manifest, { browser: false }) ?? 'index.js')
      : firstMatch(() => exportsOf(manifest, specifier, conditions(how)))
  const path = posix.join(folder, target ?? below)
  return requireFile(path, lookup) ?? missingFile(path)
}

function conditions(how: How) {
  return { require: how === 'require', unsafe: false }
}

/** The resolvers throw when nothing matches. */
function firstMatch(attempt: () => readonly string[] | void): string | undefined {
  try {
    return attempt()?.[0]
  } catch {
    return undefined
  }
}

interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

interface Manifest {
  readonly name: string
  readonly [key: string]: unknown
}

/** The nearest package of the folders above a file, or of `below` in them. */
function packageAbove(from: string, files: Files, below = ''): Package | undefined {
  for (let above = posix.dirname(posix.normalize(from)); ; above = posix.dirname(above)) {
    const folder = posix.join(above, below)
    const manifest = manifestIn(folder, files)
    if (manifest) return { folder, manifest }
    if (above === posix.dirname(above)) return undefined
  }
}

function manifestIn(folder: string, files: Files): Manifest | undefined {
  try {
    const data: unknown = JSON.parse(read(posix.join(folder, 'package.json'), files) ?? '')
    return typeof data === 'object' && data !== null ? (data as Manifest) : undefined
  } catch {
    return undefined
  }
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
