/** Kernel modules of an unpacked Debian, which boards and guests load themselves, without depmod. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TestbedError } from '../../testbed/board.ts'

/** Xen's interfaces for programs in dom0. */
const interfaces = ['xen-privcmd', 'xenfs', 'xen-evtchn', 'xen-gntdev', 'xen-gntalloc']
/** Dependencies first, in load order. */
const ext4 = ['crc16', 'crc32c_generic', 'mbcache', 'jbd2', 'ext4']
const bridge = ['llc', 'stp', 'bridge']

/** Modules of dom0: interfaces, and backends of domUs' disks and network cards. */
export const dom0Modules = [...interfaces, 'brd', 'loop', ...ext4, 'xen-blkback', ...bridge, 'xen-netback']
/** Modules of guests: privcmd for programs that measure, and the frontends. */
export const guestModules = ['xen-privcmd', 'xen-blkfront', ...ext4, 'xen-netfront']

/**
 * Reads the modules `names` of kernel `release` from the sysroot `folder`, by file name (`brd.ko`, or
 * `brd.ko.xz` as packed). Skips modules built into the kernel. Throws a TestbedError that names a missing
 * one.
 */
export async function moduleFiles(
  folder: string,
  release: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const top = join(folder, 'lib/modules', release)
  const builtIn = named((await readFile(join(top, 'modules.builtin'), 'utf8')).split('\n'))
  // With file types Node does not stat each of the thousands of entries.
  const files = await readdir(join(top, 'kernel'), { recursive: true, withFileTypes: true })
  const loadable = named(files.map((file) => join(file.parentPath, file.name)))
  const found = await Promise.all(
    names.map(async (name) => {
      const path = loadable.get(name)
      if (path !== undefined) {
        const suffix = path.slice(path.lastIndexOf('.ko'))
        return [[`${name}${suffix}`, await readFile(path)] as const]
      }
      if (builtIn.has(name)) return []
      throw new TestbedError(`the kernel ${release} has no module ${name}`)
    }),
  )
  return new Map(found.flat())
}

/** Maps module names to paths. */
function named(paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    paths.flatMap((path) => {
      const name = /([^/]+)\.ko(\.[a-z]+)?$/.exec(path)?.[1]
      return name === undefined ? [] : [[name, path] as const]
    }),
  )
}
