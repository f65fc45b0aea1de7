/** What the double boots: Debian's Xen and Linux, and dom0's root with an ssh server. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cpio, type Entry } from '../../src/toolchain/cpio.ts'
import { dom0Root, moduleFiles } from '../../src/toolchain/initramfs.ts'
import { librariesOf } from '../../src/toolchain/libraries.ts'
import { checkout, type Packages, programs, system } from './packages.ts'
import type { Keys } from './ssh.ts'

/** Modules that modprobe finds, with what they depend on: those of the emulated board, and for what QEMU emulates. */
const modules = [
  ...['xen-privcmd', 'xenfs', 'xen-evtchn', 'xen-gntdev', 'xen-gntalloc'],
  ...['brd', 'loop', 'crc16', 'crc32c_generic', 'mbcache', 'jbd2', 'ext4', 'xen-blkback'],
  ...['llc', 'stp', 'bridge', 'xen-netback'],
  ...['virtio_mmio', 'virtio_blk', 'failover', 'net_failover', 'virtio_net', 'virtio-rng', 'rtc-pl031'],
]
const xenPrograms = ['xenwatchdogd', 'xentrace_setsize', 'xenctx', 'xentop']

/** Builds dom0's root. */
export async function ramdisk({ toolchain, own }: Packages, keys: Keys): Promise<Uint8Array> {
  const { folder, linuxRelease } = toolchain.board(system)
  const host = toolchain.root('host')
  const board = (name: string) => readFile(join(checkout, 'experiments/board', name))
  const root = await dom0Root(
    { host, folder, linuxRelease },
    system,
    new Map([
      ['/init', await readFile(join(import.meta.dirname, 'dom0-init'))],
      ['/etc/xen/scripts/block', await board('block')],
      ['/etc/xen/scripts/vif-bridge', await board('vif-bridge')],
      ['/usr/bin/nohup', Buffer.from('#!/bin/sh\ntrap "" HUP\nexec "$@"\n')], // Debian's busybox has none
    ]),
  )
  const loadable = await moduleFiles(folder, linuxRelease, modules)
  const xen = basename(toolchain.board(system).xen).replace(/-arm64$/, '')
  const added = cpio([
    ...(await ownPrograms(host, own, folder)),
    ...(await Promise.all(
      xenPrograms.map(async (name) =>
        entry(`usr/bin/${name}`, 0o755, await readFile(join(folder, 'usr/lib', xen, 'bin', name))),
      ),
    )),
    ...[...loadable].map(([name, content]) => entry(`lib/modules/${name}`, 0o644, content)),
    entry(`lib/modules/${linuxRelease}/modules.dep`, 0o644, dependencies(loadable)),
    entry(
      `lib/modules/${linuxRelease}/modules.builtin`,
      0o644,
      await readFile(join(folder, 'lib/modules', linuxRelease, 'modules.builtin')),
    ),
    entry('etc/passwd', 0o644, 'root:x:0:0:root:/root:/bin/sh\n'),
    entry('etc/group', 0o644, 'root:x:0:\n'),
    entry('etc/shells', 0o644, '/bin/sh\n'),
    entry('etc/hosts', 0o644, '127.0.0.1 localhost double\n'),
    entry('etc/dropbear/host', 0o600, keys.hostKey),
    entry('root/.ssh/authorized_keys', 0o600, keys.authorized),
  ])
  return Buffer.concat([root, added])
}

function entry(path: string, mode: number, content: Uint8Array | string): Entry {
  return { path, mode, content: Buffer.from(content) }
}

/** The programs of the double's own packages, with libraries that are in those or in the system's. */
async function ownPrograms(host: string, own: string, folder: string): Promise<Entry[]> {
  const { found, missing } = await librariesOf(host, own, { architecture: 'arm64', programs })
  const places = ['usr/lib/aarch64-linux-gnu', 'lib/aarch64-linux-gnu'] as const
  const theirs = missing.map((name) => {
    const place = places.find((one) => existsSync(join(folder, one, name)))
    if (place === undefined) throw new Error(`no library ${name} for ${programs.join(', ')}`)
    return join(place, name)
  })
  const further = await librariesOf(host, folder, { architecture: 'arm64', programs: theirs })
  const libraries = new Map([
    ...found,
    ...theirs.map((path) => [basename(path), join(folder, path)] as const),
    ...further.found,
  ])
  return await Promise.all([
    ...programs.map(async (path) =>
      entry(`usr/sbin/${basename(path)}`, 0o755, await readFile(join(own, path))),
    ),
    ...[...libraries].map(async ([name, path]) => entry(`${places[0]}/${name}`, 0o755, await readFile(path))),
  ])
}

/** Writes modules.dep, from what each module says of itself (depends= in its section .modinfo). */
function dependencies(loadable: ReadonlyMap<string, Uint8Array>): string {
  const files = new Map([...loadable.keys()].map((file) => [nameOf(file), file]))
  const needs = (file: string): string[] => {
    const found = /\0depends=([^\0]*)\0/.exec(Buffer.from(loadable.get(file) ?? []).toString('latin1'))?.[1]
    const direct = (found ?? '').split(',').flatMap((name) => files.get(nameOf(name)) ?? [])
    const all = direct.flatMap((one) => [one, ...needs(one)])
    return all.filter((one, place) => all.lastIndexOf(one) === place) // modprobe begins with the last
  }
  const lines = [...files.values()].map(
    (file) => `${[`kernel/${file}:`, ...needs(file).map((one) => `kernel/${one}`)].join(' ')}\n`,
  )
  return lines.join('')
}

/** The kernel takes hyphens and underscores in names of modules for the same. */
function nameOf(file: string): string {
  return file.replace(/\.ko.*$/, '').replaceAll('-', '_')
}
