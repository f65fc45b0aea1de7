/**
 * Builds the initramfs archives of dom0 and guests from an unpacked Debian. They load their kernel modules
 * themselves, without depmod.
 */

import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { TestbedError } from '../testbed/board.ts'
import { cpio, type Entry } from './cpio.ts'
import { cachedLibrariesOf } from './libraries.ts'
import { declarationOf, type Root } from './roots.ts'

// Xen's programs find only each other by path, so all go where every shell looks.
const bin = 'usr/bin'
const libraries = 'usr/lib/aarch64-linux-gnu'
/** glibc loads it by name when a thread is cancelled, so no program lists it as needed. */
const threadEnd = 'lib/aarch64-linux-gnu/libgcc_s.so.1'
const loader = 'lib/ld-linux-aarch64.so.1'

/** Xen's interfaces for programs in dom0. */
const interfaces = ['xen-privcmd', 'xenfs', 'xen-evtchn', 'xen-gntdev', 'xen-gntalloc']
/** Dependencies first, in load order. */
const ext4 = ['crc16', 'crc32c_generic', 'mbcache', 'jbd2', 'ext4']
const bridge = ['llc', 'stp', 'bridge']

/** Modules of dom0: interfaces, and backends of domUs' disks and network cards. */
const dom0Modules = [...interfaces, 'brd', 'loop', ...ext4, 'xen-blkback', ...bridge, 'xen-netback']
/** Modules of guests: privcmd for programs that measure, and the frontends. */
const guestModules = ['xen-privcmd', 'xen-blkfront', ...ext4, 'xen-netfront']

/** The sysroot that a system is built from, and the host's, with the programs to do so. */
export interface Source {
  readonly host: string
  readonly folder: string
  readonly linuxRelease: string
}

/**
 * Builds dom0's root: busybox, the declared programs of `root` with their libraries, kernel modules, and
 * `files` (all executable).
 */
export async function dom0Root(
  source: Source,
  root: Root,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Uint8Array> {
  const { folder } = source
  return cpio([
    ...[...files].map(([path, content]) => file(path, 0o755, content)),
    ...(await system(folder)),
    file('etc/xen/xl.conf', 0o644, await readFile(join(folder, 'etc/xen/xl.conf'))),
    ...(await kernelModules(source, dom0Modules)),
    ...(await executables(source, declarationOf(root).programs)),
  ])
}

/** Builds a guest's root: busybox, frontend modules, programs, libraries, and `files` (all executable). */
export async function guestRoot(
  source: Source,
  programs: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Uint8Array> {
  return cpio([
    ...[...files].map(([path, content]) => file(path, 0o755, content)),
    ...(await system(source.folder)),
    ...(await kernelModules(source, guestModules)),
    ...(await executables(source, programs)),
  ])
}

function file(path: string, mode: number, content: Uint8Array): Entry {
  return { path: path.replace(/^\//, ''), mode, content }
}

async function system(folder: string): Promise<Entry[]> {
  return [
    file('bin/busybox', 0o755, await readFile(join(folder, 'bin/busybox'))),
    file('etc/os-release', 0o644, await readFile(join(folder, 'usr/lib/os-release'))),
  ]
}

async function kernelModules({ folder, linuxRelease }: Source, names: readonly string[]): Promise<Entry[]> {
  const files = await moduleFiles(folder, linuxRelease, names)
  return [...files].map(([name, content]) => file(`lib/modules/${name}`, 0o644, content))
}

/** Returns programs with the loader and all their libraries. */
export async function executables({ host, folder }: Source, programs: readonly string[]): Promise<Entry[]> {
  if (programs.length === 0) return []
  const { found } = await cachedLibrariesOf(host, folder, { architecture: 'arm64', programs })
  const named = new Map([...found, [basename(threadEnd), join(folder, threadEnd)]])
  return Promise.all([
    ...programs.map(async (path) =>
      file(`${bin}/${basename(path)}`, 0o755, await readFile(join(folder, path))),
    ),
    ...[...named].map(async ([name, path]) => file(`${libraries}/${name}`, 0o755, await readFile(path))),
    readFile(join(folder, loader)).then((content) => file(loader, 0o755, content)),
  ])
}

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
