/** What an emulated board boots: dom0's root and a guest's root, as initramfs archives made from an unpacked Debian. */

import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cpio, type Entry } from './cpio.ts'
import { declarationOf, type Root } from './roots.ts'

// Xen's own programs find nothing by path but each other, so all go where every shell looks.
const bin = 'usr/bin'
const libraries = ['lib/aarch64-linux-gnu', 'usr/lib/aarch64-linux-gnu']
const loader = 'lib/ld-linux-aarch64.so.1'
/** Drivers that Debian's kernel has as modules, under kernel/drivers/xen. */
const modules = ['xen-privcmd', 'xenfs/xenfs', 'xen-evtchn', 'xen-gntdev', 'xen-gntalloc']
/** glibc's parts that a program in a guest needs. */
const guestLibraries = ['libc.so.6', 'libm.so.6']

/** dom0's root: busybox, the Xen tools of `root` with all its libraries, kernel modules, /init and `emit`. */
export async function dom0Root(
  folder: string,
  root: Root,
  linuxRelease: string,
  programs: { readonly init: Uint8Array; readonly emit: Uint8Array },
): Promise<Uint8Array> {
  return cpio([
    { type: 'file', path: 'init', mode: 0o755, content: programs.init },
    { type: 'file', path: `${bin}/emit`, mode: 0o755, content: programs.emit },
    ...(await system(folder)),
    file('etc/xen/xl.conf', 0o644, await readFile(join(folder, 'etc/xen/xl.conf'))),
    ...(await kernelModules(folder, linuxRelease, modules)),
    ...(await executables(folder, declarationOf(root).programs)),
    ...(await sharedLibraries(folder)),
  ])
}

/** A guest's root: busybox, privcmd's module, the named programs with glibc, and `files` (all executable). */
export async function guestRoot(
  folder: string,
  linuxRelease: string,
  programs: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Uint8Array> {
  return cpio([
    ...[...files].map(([path, content]) => file(path, 0o755, content)),
    ...(await system(folder)),
    ...(await kernelModules(folder, linuxRelease, ['xen-privcmd'])),
    ...(await executables(folder, programs)),
    ...(await sharedLibraries(folder, guestLibraries)),
  ])
}

function file(path: string, mode: number, content: Uint8Array): Entry {
  return { type: 'file', path: path.replace(/^\//, ''), mode, content }
}

async function system(folder: string): Promise<Entry[]> {
  return [
    file('bin/busybox', 0o755, await readFile(join(folder, 'bin/busybox'))),
    file('etc/os-release', 0o644, await readFile(join(folder, 'usr/lib/os-release'))),
  ]
}

async function kernelModules(folder: string, release: string, names: readonly string[]): Promise<Entry[]> {
  const drivers = join(folder, 'lib/modules', release, 'kernel/drivers/xen')
  return Promise.all(
    names.map(async (name) =>
      file(`lib/modules/${basename(name)}.ko`, 0o644, await readFile(join(drivers, `${name}.ko`))),
    ),
  )
}

async function executables(folder: string, paths: readonly string[]): Promise<Entry[]> {
  return Promise.all(
    paths.map(async (path) => file(`${bin}/${basename(path)}`, 0o755, await readFile(join(folder, path)))),
  )
}

/** The loader and all shared libraries, or only `names`; links keep pointing where they did. */
async function sharedLibraries(folder: string, names?: readonly string[]): Promise<Entry[]> {
  const entries = [file(loader, 0o755, await readFile(join(folder, loader)))]
  for (const place of libraries) {
    const found = await readdir(join(folder, place), { withFileTypes: true })
    for (const { name } of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (names ? !names.includes(name) : !/\.so(\.|$)/.test(name)) continue
      // Some links leave their folder; what they mean is copied under the link's name.
      const target = await readlink(join(folder, place, name)).catch(() => undefined)
      if (target !== undefined && !target.includes('/') && !names)
        entries.push({ type: 'link', path: `${place}/${name}`, target })
      else entries.push(file(`${place}/${name}`, 0o755, await readFile(join(folder, place, name))))
    }
  }
  return entries
}
