/** Identifies this program: its code, and the libraries outside its bundle, can change what it renders. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Files } from '../files/tracked.ts'
import { digest } from '../results/key.ts'

/** Unbundled packages that affect a report; see build.mjs. */
const libraries = ['@retorquere/bibtex-parser', 'edtf']

/** The bundle names its chunks by content hash; the drawing process is a separate entry. */
const drawer = 'drawer.cjs'

const here = dirname(fileURLToPath(import.meta.url))

/** SHA-256 (hex) of the program's version and code, Node's version, and those of all libraries. */
export function programOf({ generator }: { readonly generator: string }, files: Files): string {
  const entry = process.argv[1] ?? ''
  const versions = libraryVersions(files)
  const code = [entry, join(here, drawer)].map((file) => files.digest(file) ?? '')
  return digest([generator, ...code, process.version, versions])
}

const found = new WeakMap<Files, readonly string[]>()

/** Tells versions of the packages that are not in the bundle, looked for once with the same files. */
function libraryVersions(files: Files): readonly string[] {
  const versions = found.get(files) ?? lockOf(here, files) ?? versionsOf(libraries, here, files)
  found.set(files, versions)
  return versions
}

/**
 * Returns the digest of what npm notes of all that it installed where the program's libraries are, one file in place of
 * each package's own; undefined if another installer put them there.
 */
export function lockOf(from: string, files: Files): readonly string[] | undefined {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const isHome = libraries.every((name) => existsSync(join(folder, 'node_modules', name)))
    const digest = isHome ? files.digest(join(folder, 'node_modules/.package-lock.json')) : undefined
    if (isHome) return digest === undefined ? undefined : [digest]
  }
  return undefined
}

/** Names and versions of packages and all their dependencies, as resolved from the folder `from`. Sorted. */
export function versionsOf(names: readonly string[], from: string, files: Files): readonly string[] {
  const versions = new Map<string, string>()
  const visit = (name: string, from: string) => {
    const found = manifestOf(name, from, files)
    if (found === undefined || versions.has(found.folder)) return
    versions.set(found.folder, `${name} ${found.version}`)
    for (const dependency of Object.keys(found.dependencies ?? {})) visit(dependency, found.folder)
  }
  for (const name of names) visit(name, from)
  return [...versions.values()].sort()
}

interface PackageManifest {
  readonly folder: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

function manifestOf(name: string, from: string, files: Files): PackageManifest | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const own = join(folder, 'node_modules', name)
    const file = join(own, 'package.json')
    if (files.digest(file) !== undefined) return { ...JSON.parse(readFileSync(file, 'utf8')), folder: own }
    if (folder === dirname(folder)) return undefined
  }
}
