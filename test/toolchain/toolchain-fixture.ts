/** A lock of tiny packages for all sysroots, served by a local archive. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lock, type LockedRoot, writeLock } from '../../src/toolchain/packages.ts'
import { type Deb, debOf } from './archive.ts'

const filler = 'x'.repeat(50_000)

export const qemu = debOf('qemu-system-arm', '1:10.0.13+ds-0', { 'usr/bin/qemu-system-aarch64': filler })
export const gcc = debOf('gcc-14-aarch64-linux-gnu', '14.2.0-19cross1', {
  'usr/libexec/gcc-cross/aarch64-linux-gnu/14/cc1': filler,
})
export const kernel13 = debOf('linux-image-6.12.117+deb13-arm64', '6.12.117-1', {
  'boot/vmlinuz-6.12.117+deb13-arm64': filler,
})
export const kernel12 = debOf('linux-image-6.1.0-50-arm64', '6.1.176-1', {
  'boot/vmlinuz-6.1.0-50-arm64': filler,
})
export const kernel11 = debOf('linux-image-5.10.0-32-arm64', '5.10.223-1', {
  'boot/vmlinuz-5.10.0-32-arm64': filler,
})
export const xen13 = debOf('xen-hypervisor-4.20-arm64', '4.20.3-1', { 'boot/xen-4.20-arm64': filler })
export const xen12 = debOf('xen-hypervisor-4.17-arm64', '4.17.5-1', { 'boot/xen-4.17-arm64': filler })
export const xen11 = debOf('xen-hypervisor-4.14-arm64', '4.14.6-1', { 'boot/xen-4.14-arm64': filler })
export const all: readonly Deb[] = [qemu, gcc, kernel13, kernel12, kernel11, xen13, xen12, xen11]

export const lock: Lock = {
  schema: 1,
  roots: {
    host: rootOf('trixie', 'amd64', qemu, gcc),
    'debian-13': rootOf('trixie', 'arm64', through(kernel13), xen13),
    'debian-12': rootOf('bookworm', 'arm64', through(kernel12), xen12),
    'debian-11': rootOf('bullseye', 'arm64', through(kernel11), xen11),
  },
}

export async function writeFixtureLock(folder: string, changed: Lock = lock): Promise<string> {
  const file = join(folder, 'packages.lock.json')
  writeFileSync(file, '')
  await writeLock(file, changed)
  return file
}

function rootOf(suite: string, architecture: string, ...debs: readonly Deb[]): LockedRoot {
  return { suite, architecture, packages: debs.map((deb) => deb.package) }
}

function through(deb: Deb): Deb {
  return { ...deb, package: { ...deb.package, through: 'linux-image-arm64' } }
}
