/**
 * What the double needs beside the project's own packages (an ssh server, mke2fs), locked in a file of
 * its own: the project's lock is part of the keys of all recorded cells. `node --import ./test/typescript.mjs
 * test/double/packages.ts` locks newer versions.
 */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve as absolute } from 'node:path'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { openApt } from '../../src/toolchain/apt.ts'
import { findMirror } from '../../src/toolchain/mirror.ts'
import { type LockedRoot, readLock, writeLock } from '../../src/toolchain/packages.ts'
import { resolve } from '../../src/toolchain/resolve.ts'
import { declarationOf } from '../../src/toolchain/roots.ts'
import { setup } from '../../src/toolchain/setup.ts'
import type { Toolchain } from '../../src/toolchain/toolchain.ts'

export const checkout = absolute(import.meta.dirname, '../..')
/** The system of the double: Xen 4.17 and Linux 6.1. */
export const system = 'debian-12'
/** Programs of the double's own packages, relative to their folder. */
export const programs = ['usr/sbin/dropbear', 'sbin/mke2fs']

const projectLock = join(checkout, 'experiments/packages.lock.json')
const ownLock = join(import.meta.dirname, 'packages.lock.json')

export interface Packages {
  readonly toolchain: Toolchain
  /** Folder of the unpacked packages of the double's own lock. */
  readonly own: string
}

/** Installs the project's system and the double's packages in `cache`, unless they are there. */
export async function install(cache: string): Promise<Packages> {
  const options = { cache, mirror: process.env.REPRO_DEBIAN_MIRROR, report: () => {} }
  const toolchain = await setup([system], { ...options, lockFile: projectLock })
  // A sysroot's folder is named by its packages, so that the two of this system lie side by side.
  const folder = await mkdtemp(join(tmpdir(), 'repro-double-'))
  try {
    const lockFile = join(folder, 'packages.lock.json')
    const [project, own] = [await readLock(projectLock), await readFile(ownLock, 'utf8')]
    const roots = { ...project.roots, [system]: JSON.parse(own) as LockedRoot }
    await writeLock(lockFile, { ...project, roots })
    return { toolchain, own: (await setup([system], { ...options, lockFile })).root(system) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Replaces the double's lock by the newest versions of its packages. */
async function lock(): Promise<void> {
  const { suite, architecture } = declarationOf(system)
  const mirror = await findMirror(suite, process.env.REPRO_DEBIAN_MIRROR)
  const folder = join(cacheFolder(), 'apt')
  await mkdir(folder, { recursive: true })
  const present = (await readLock(projectLock)).roots[system].packages.map(({ name }) => name)
  const packages = await resolve(
    {
      ...{ suite, architecture, programs },
      seeds: ['dropbear-bin', 'e2fsprogs'],
      through: [],
      without: [...present, 'logsave'],
    },
    await openApt({ mirror, suite, architecture }, folder),
  )
  await writeFile(ownLock, `${JSON.stringify({ suite, architecture, packages }, null, 2)}\n`)
}

if (process.argv[1] === import.meta.filename) await lock()
