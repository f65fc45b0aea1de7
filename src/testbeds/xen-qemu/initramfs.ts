/** Builds the initramfs archives of dom0 and guests from an unpacked Debian. */

import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cpio, type Entry } from './cpio.ts'
import { keptLibrariesOf } from './libraries.ts'
import { dom0Modules, guestModules, moduleFiles } from './modules.ts'
import { declarationOf, type Root } from './roots.ts'

// Xen's programs find only each other by path, so all go where every shell looks.
const bin = 'usr/bin'
const libraries = 'usr/lib/aarch64-linux-gnu'
/** glibc loads it by name when a thread is cancelled, so no program lists it as needed. */
const threadEnd = 'lib/aarch64-linux-gnu/libgcc_s.so.1'
const loader = 'lib/ld-linux-aarch64.so.1'

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
async function executables({ host, folder }: Source, programs: readonly string[]): Promise<Entry[]> {
  if (programs.length === 0) return []
  const { found } = await keptLibrariesOf(host, folder, { architecture: 'arm64', programs })
  const named = new Map([...found, [basename(threadEnd), join(folder, threadEnd)]])
  return Promise.all([
    ...programs.map(async (path) =>
      file(`${bin}/${basename(path)}`, 0o755, await readFile(join(folder, path))),
    ),
    ...[...named].map(async ([name, path]) => file(`${libraries}/${name}`, 0o755, await readFile(path))),
    (async () => file(loader, 0o755, await readFile(join(folder, loader))))(),
  ])
}
