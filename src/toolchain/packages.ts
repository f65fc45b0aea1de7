/** The toolchain's lock file: the packages of each sysroot, by version and SHA-256. */

import { createHash } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import * as z from 'zod'
import { readTextFile } from '../files/ordinary.ts'
import { TestbedError } from '../testbed/board.ts'
import type { Needs } from '../testbed/testbed.ts'
import { type Root, roots } from './roots.ts'

// Used as file names in the cache: https://www.debian.org/doc/debian-policy/ch-controlfields.html#s-f-source
const name = z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/, 'not a name of a package')
const word = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'not a word of small letters, digits and hyphens')

const packageSchema = z.strictObject({
  name,
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+:~-]*$/, 'not a version of a package'),
  /** Relative to the archive's base: pool/main/... */
  path: z
    .string()
    .regex(
      /^pool\/main(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9.+:~_%-]+)+\.deb$/,
      'not a path of a package in pool/main/',
    ),
  /** Bytes of the .deb, enforced on download. */
  size: z
    .int()
    .positive()
    .max(2 ** 32),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal'),
  /** Unpacked size in KiB, according to the archive. */
  installedKiB: z.int().nonnegative(),
  /** The metapackage that led to it, and to its successor once this name is gone from the archive. */
  through: name.optional(),
})

const rootSchema = z
  .strictObject({ suite: word, architecture: word, packages: z.array(packageSchema.readonly()).readonly() })
  .readonly()
const lockSchema = z.strictObject({
  schema: z.literal(1),
  roots: z.strictObject({
    'debian-11': rootSchema,
    'debian-12': rootSchema,
    'debian-13': rootSchema,
    host: rootSchema,
  }),
})

export type Package = Readonly<z.infer<typeof packageSchema>>
export type LockedRoot = z.infer<typeof rootSchema>
export type Lock = Readonly<z.infer<typeof lockSchema>>

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
  const parsed = lockSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') || 'the file'
  throw new TestbedError(`invalid package lock ${file}: ${place}: ${issue?.message}`, { advice: regenerate })
}

/** Writes the lock sorted by sysroot and package, to keep diffs small. */
export async function writeLock(file: string, lock: Lock): Promise<void> {
  const sorted = [...roots.keys()].sort().map((name) => {
    const { suite, architecture, packages } = lock.roots[name]
    return [name, { suite, architecture, packages: packages.toSorted(byName) }]
  })
  const text = `${JSON.stringify({ schema: lock.schema, roots: Object.fromEntries(sorted) }, null, 2)}\n`
  const part = `${file}.part`
  await rm(part, { force: true })
  await writeFile(part, text, { flag: 'wx', flush: true }) // does not follow a link of that name
  await rename(part, file)
}

/**
 * Returns the SHA-256 (hex) over name, version and SHA-256 of every package, which represents the toolchain
 * in a cell's key. Equal for the lock and the installation, unless a package was substituted.
 */
export function packagesDigest(packages: Readonly<Partial<Record<Root, readonly Package[]>>>): string {
  const hash = createHash('sha256')
  for (const root of [...roots.keys()].sort()) {
    for (const { name, version, sha256 } of packages[root]?.toSorted(byName) ?? [])
      hash.update(`${root} ${name} ${version} ${sha256}\n`)
  }
  return hash.digest('hex')
}

/** Returns the sums of the packages' sizes. */
export function sizeOf(packages: readonly Package[]): Pick<Needs, 'downloadBytes' | 'unpackedBytes'> {
  return {
    downloadBytes: packages.reduce((sum, { size }) => sum + size, 0),
    unpackedBytes: packages.reduce((sum, { installedKiB }) => sum + installedKiB * 1024, 0),
  }
}

function byName(a: Package, b: Package): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
