/** Boot images of emulated boards, as files for QEMU: the hypervisor, dom0's kernel and dom0's root. */

import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job, Stage } from '../../testbed/board.ts'
import { bootSettings } from '../../toolchain/bootsettings.ts'
import { cpio } from '../../toolchain/cpio.ts'
import type { Command } from '../../toolchain/hostprograms.ts'
import { dom0Root, type Source } from '../../toolchain/initramfs.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { parallelQemu } from './processors.ts'
import { bootArguments, deviceTree, type Use } from './qemu.ts'
import type { Environment } from './schema.ts'

const board = 'experiments/board'
/** Scripts of dom0's root: its init, and the hotplug scripts of Xen's tools for disks and network cards. */
const scripts = [
  ['/init', 'dom0-init'],
  ['/etc/xen/scripts/block', 'block'],
  ['/etc/xen/scripts/vif-bridge', 'vif-bridge'],
  ['/job/random.sh', 'random.sh'],
] as const

export interface Place {
  /** The project's folder; sources of board programs are relative to it. */
  readonly project: string
  /** Working folder for outputs. It need not exist. */
  readonly folder: string
}

/** Returns the project's programs for dom0 by path; other files come from the environment's sysroot. */
export async function projectFiles(
  toolchain: Toolchain,
  { project }: Pick<Place, 'project'>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map([['/usr/bin/emit', await toolchain.compile([join(project, board, 'emit.c')])]])
  for (const [path, name] of scripts) files.set(path, await readFile(join(project, board, name)))
  return files
}

/** Builds dom0's root as an archive, followed by one of `added`: Linux unpacks them in turn. */
export async function dom0Archive(
  toolchain: Toolchain,
  environment: Environment,
  place: Pick<Place, 'project'>,
  added: Stage['files'] = new Map(),
): Promise<Uint8Array> {
  const files = await projectFiles(toolchain, place)
  const base = await dom0Root(rootSource(toolchain, environment), environment.root, files)
  return Buffer.concat([base, archive(added)])
}

/** Writes the image, with `ramdisk` as dom0's root, and returns the QEMU command that boots it. */
export async function writeImage(
  toolchain: Toolchain,
  environment: Environment,
  { folder }: Pick<Place, 'folder'>,
  { boot: settings = {}, seed, ramdisk }: Pick<Job, 'boot' | 'seed'> & { readonly ramdisk: Uint8Array },
  use: Use,
): Promise<Command> {
  await mkdir(folder, { recursive: true })
  const { xen, kernel } = toolchain.board(environment.root)
  const boot = {
    xen,
    kernel: { file: kernel, bytes: (await stat(kernel)).size },
    ramdisk: { file: join(folder, 'ramdisk'), bytes: ramdisk.length },
    deviceTree: join(folder, 'device-tree'),
    settings: bootSettings({ boot: settings }),
    seed,
  }
  await writeFile(boot.ramdisk.file, ramdisk)
  const tree = deviceTree(environment, boot)
  if (tree) await writeFile(boot.deviceTree, tree)
  const qemu =
    use === 'measure'
      ? await parallelQemu(toolchain.root('host'), join(folder, 'processors.so'), environment)
      : toolchain.qemu
  return { command: qemu.command, args: [...qemu.args, ...bootArguments(environment, boot, use)] }
}

/** Files of `writeImage`, to tell them from the board's own. */
export const imageFiles = ['ramdisk', 'device-tree', 'processors.so']

/** Packs files for a board's root into a cpio archive. */
export function archive(files: Stage['files']): Uint8Array {
  return cpio(
    [...files].map(([path, { content, executable = false }]) => ({
      path: path.slice(1),
      mode: executable ? 0o755 : 0o644,
      content,
    })),
  )
}

/** Returns the sources that the environment's systems are built from. */
export function rootSource(toolchain: Toolchain, environment: Environment): Source {
  return { host: toolchain.root('host'), ...toolchain.board(environment.root) }
}
