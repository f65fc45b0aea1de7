/**
 * Slurm and munge of Debian packages, pinned in packages.lock.json and unpacked into the cache without root. The lock has
 * slurmctld, slurmd, slurm-client, munge and their libraries, but for those that any Debian has.
 */

import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../src/files/fingerprint.ts'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { openApt, unpack } from '../../src/toolchain/apt.ts'
import { download, Gone } from '../../src/toolchain/download.ts'
import { findMirror } from '../../src/toolchain/mirror.ts'
import type { LockedRoot, Package } from '../../src/toolchain/packages.ts'

/** Returns the folder of the unpacked packages. */
export async function installSlurm(): Promise<string> {
  const text = await readFile(new URL('packages.lock.json', import.meta.url), 'utf8')
  const locked = JSON.parse(text) as LockedRoot
  const folder = join(cacheFolder(), 'slurm', sha256(text).slice(0, 12))
  if (await readFile(join(folder, '.complete')).catch(() => undefined)) return folder
  const downloads = join(cacheFolder(), 'slurm', 'downloads')
  const staging = `${folder}.${process.pid}`
  await mkdir(downloads, { recursive: true })
  await mkdir(staging)
  try {
    for (const pinned of locked.packages) {
      const { file, found } = await obtain(pinned, locked, downloads)
      await unpack(file, staging, found, new AbortController().signal)
      await rm(file)
    }
    // The daemons look at their own name: as slurmd-wlm they do not know their generic resources.
    for (const name of ['slurmctld', 'slurmd', 'slurmstepd']) {
      await rm(join(staging, 'usr/sbin', name), { force: true })
      await symlink(`${name}-wlm`, join(staging, 'usr/sbin', name))
    }
    await writeFile(join(staging, '.complete'), '')
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return folder
}

/** Downloads a package, or the suite's newest version if the pinned one is gone. */
async function obtain(pinned: Package, locked: LockedRoot, downloads: string) {
  const { suite, architecture } = locked
  const mirror = await findMirror(suite, process.env.REPRO_DEBIAN_MIRROR)
  const file = join(downloads, `${pinned.name}.deb`)
  try {
    await download(mirror, pinned, file)
    return { file, found: pinned }
  } catch (error) {
    if (!(error instanceof Gone)) throw error
  }
  const apt = await openApt({ mirror, suite, architecture }, join(cacheFolder(), 'apt'))
  const found = await apt.show(pinned.name)
  if (found === undefined) throw new Error(`${mirror} has no package ${pinned.name}`)
  await download(mirror, found, file)
  return { file, found }
}
