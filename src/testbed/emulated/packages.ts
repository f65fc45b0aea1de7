/** The lock file of the laboratory: which packages each root is made of, by version and SHA-256. */

import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { readTextFile } from '../../files/ordinary.ts'
import { TestbedError } from '../testbed.ts'
import { type Root, roots } from './roots.ts'

const Package = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** Below the archive's base: pool/main/... */
  path: z.string().regex(/^pool\/main\/(?!.*\.\.)/, 'not a path of pool/main/'),
  /** Bytes of the .deb. */
  size: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal'),
  /** KiB after unpacking, as the archive states it. */
  installedKiB: z.int().nonnegative(),
  /** The metapackage it came through; its successor is found there when this name is gone from the archive. */
  through: z.string().optional(),
})

const LockedRoot = z.strictObject({ suite: z.string(), architecture: z.string(), packages: z.array(Package) })

const Lock = z.strictObject({
  schema: z.literal(1),
  roots: z.strictObject({
    'debian-11': LockedRoot,
    'debian-12': LockedRoot,
    'debian-13': LockedRoot,
    host: LockedRoot,
  }),
})

export type Package = Readonly<z.infer<typeof Package>>
export interface LockedRoot {
  readonly suite: string
  readonly architecture: string
  readonly packages: readonly Package[]
}
export interface Lock {
  readonly schema: 1
  readonly roots: Readonly<Record<Root, LockedRoot>>
}

const regenerate = 'Restore it from version control, or regenerate it with `repro testbed lock`.'

/** Reads and checks the lock file. Throws a TestbedError that names the file and the first wrong value. */
export async function readLock(file: string): Promise<Lock> {
  let value: unknown
  try {
    value = JSON.parse(readTextFile(file))
  } catch (cause) {
    throw new TestbedError(`cannot read the package lock ${file}: ${(cause as Error).message}`, {
      advice: regenerate,
      cause,
    })
  }
  const parsed = Lock.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new TestbedError(`invalid package lock ${file}: ${issue?.path.join('.')}: ${issue?.message}`, {
    advice: regenerate,
  })
}

/** Writes the lock sorted by root and package, so that a change is a small diff. */
export async function writeLock(file: string, lock: Lock): Promise<void> {
  const sorted = [...roots.keys()].sort().map((name) => {
    const { suite, architecture, packages } = lock.roots[name]
    return [name, { suite, architecture, packages: packages.toSorted(byName) }]
  })
  await writeFile(
    `${file}.part`,
    `${JSON.stringify({ schema: lock.schema, roots: Object.fromEntries(sorted) }, null, 2)}\n`,
  )
  await rename(`${file}.part`, file)
}

/**
 * SHA-256 (hex) of what roots are made of: name, version and SHA-256 of every package. What a cell's key takes for
 * the laboratory; the same for the lock and for what is installed, unless a package had to be substituted.
 */
export function packagesDigest(packages: Readonly<Partial<Record<Root, readonly Package[]>>>): string {
  const hash = createHash('sha256')
  for (const root of [...roots.keys()].sort()) {
    for (const { name, version, sha256 } of packages[root]?.toSorted(byName) ?? [])
      hash.update(`${root} ${name} ${version} ${sha256}\n`)
  }
  return hash.digest('hex')
}

function byName(a: Package, b: Package): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
