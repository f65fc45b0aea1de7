/** Finds the shared libraries that a sysroot's programs need. */

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TestbedError } from '../testbed/board.ts'
import { writeToCache } from '../testbed/cache.ts'
import { throughLoader } from './hostprograms.ts'
import { marker } from './installed.ts'
import { complaint, run } from './program.ts'
import type { RootDeclaration } from './roots.ts'

const folders: Readonly<Record<string, readonly string[]>> = {
  amd64: ['usr/lib/x86_64-linux-gnu'],
  arm64: ['usr/lib/aarch64-linux-gnu', 'lib/aarch64-linux-gnu'],
}

/** Shared libraries of programs, transitively. */
export interface Libraries {
  /** Libraries in the sysroot: name -> file. Sorted. */
  readonly found: ReadonlyMap<string, string>
  /** Names of missing libraries, and paths of missing programs. Sorted. */
  readonly missing: readonly string[]
}

/** Like `librariesOf`, for an installed sysroot, beside which it caches the result. */
export async function cachedLibrariesOf(
  host: string,
  root: string,
  wanted: Pick<RootDeclaration, 'architecture' | 'programs'>,
): Promise<Libraries> {
  const installed = await readFile(join(root, marker))
  const hash = createHash('sha256')
    .update(installed)
    .update(JSON.stringify([root, wanted]))
  const file = join(dirname(root), 'libraries', hash.digest('hex'))
  try {
    const { found, missing } = JSON.parse(await readFile(file, 'utf8'))
    return { found: new Map(found), missing }
  } catch {
    const { found, missing } = await librariesOf(host, root, wanted)
    // An unwritable cache only costs time.
    await writeToCache(file, JSON.stringify({ found: [...found], missing })).catch(() => {})
    return { found, missing }
  }
}

/**
 * Finds the libraries that `programs` (relative to the sysroot `root`) need, by DT_NEEDED. Reads ELF files
 * with the readelf of the host sysroot `host`.
 */
export async function librariesOf(
  host: string,
  root: string,
  { architecture, programs }: Pick<RootDeclaration, 'architecture' | 'programs'>,
): Promise<Libraries> {
  const found = new Map<string, string>()
  const missing = new Set<string>()
  let files: string[] = []
  for (const program of programs) {
    const file = await realpath(join(root, program)).catch(() => undefined)
    if (file) files.push(file)
    else missing.add(program)
  }
  while (files.length > 0) {
    const names = (await neededBy(host, files)).filter((name) => !found.has(name))
    files = []
    for (const name of new Set(names)) {
      const places = (folders[architecture] ?? []).map((folder) => join(root, folder, name))
      const file = places.find((place) => existsSync(place))
      if (file) {
        found.set(name, file)
        files.push(file)
      } else missing.add(name)
    }
  }
  return { found: new Map([...found].sort()), missing: [...missing].sort() }
}

async function neededBy(host: string, files: readonly string[]): Promise<readonly string[]> {
  const { command, args } = throughLoader(host, 'usr/bin/aarch64-linux-gnu-readelf')
  const finished = await run(command, [...args, '--dynamic', '--wide', ...files])
  if (finished.exitCode !== 0) throw new TestbedError(`readelf failed: ${complaint(finished)}`)
  return [...finished.stdout.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name = '']) => name)
}
