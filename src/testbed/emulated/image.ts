/** What an emulated board boots, as files for QEMU: the hypervisor, dom0's kernel, and dom0's root with a job's files. */

import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../environment.ts'
import { type Job, TestbedError } from '../testbed.ts'
import { cpio } from './cpio.ts'
import { dom0Root, type Source } from './initramfs.ts'
import type { BoardVersions, Laboratory } from './laboratory.ts'
import { lockstepQemu } from './lockstep.ts'
import { bootArguments, deviceTree, type Use } from './qemu.ts'
import type { Command } from './toolchain.ts'

const board = 'experiments/board'
/** What makes a system of dom0's root: its first process, and what Xen's tools call for disks and network cards. */
const scripts = [
  ['/init', 'dom0-init'],
  ['/etc/xen/scripts/block', 'block'],
  ['/etc/xen/scripts/vif-bridge', 'vif-bridge'],
] as const

/** A cell's, or a session's, place. */
export interface Place {
  /** The project's folder; sources of board programs are relative to it. */
  readonly project: string
  /** Folder for what is made and left. It need not exist. */
  readonly folder: string
}

export interface Image extends Command {
  /** Takes away what QEMU needs no longer. */
  remove(): Promise<void>
}

/** Writes the image and returns the QEMU command that boots it. */
export async function writeImage(
  laboratory: Laboratory,
  environment: Environment,
  { project, folder }: Place,
  { files, hypervisor = {} }: Pick<Job, 'files' | 'hypervisor'>,
  use: Use,
): Promise<Image> {
  await mkdir(folder, { recursive: true })
  const root = laboratory.root(environment.root)
  const versions = boardVersions(laboratory, environment)
  const own = new Map([['/usr/bin/emit', await laboratory.compile([join(project, board, 'emit.c')])]])
  for (const [path, name] of scripts) own.set(path, await readFile(join(project, board, name)))
  const base = await dom0Root(rootSource(laboratory, environment), environment.root, own)
  const added = cpio(
    [...files].map(([path, { content, executable = false }]) => ({
      path: path.slice(1),
      mode: executable ? 0o755 : 0o644,
      content,
    })),
  )
  const ramdisk = Buffer.concat([base, added]) // Linux unpacks one archive after the other
  const kernel = kernelFile(laboratory, environment)
  const boot = {
    xen: join(root, versions.xenImage),
    kernel: { file: kernel, bytes: (await stat(kernel)).size },
    ramdisk: { file: join(folder, 'ramdisk'), bytes: ramdisk.length },
    deviceTree: join(folder, 'device-tree'),
    hypervisor,
  }
  await writeFile(boot.ramdisk.file, ramdisk)
  const tree = deviceTree(environment, boot)
  if (tree) await writeFile(boot.deviceTree, tree)
  const lockstep = join(folder, 'lockstep.so')
  const qemu =
    use === 'measure'
      ? await lockstepQemu(laboratory.root('host'), lockstep, environment.countdownNs)
      : laboratory.qemu
  return {
    command: qemu.command,
    args: [...qemu.args, ...bootArguments(environment, boot, use)],
    async remove() {
      for (const file of [boot.ramdisk.file, boot.deviceTree, lockstep]) await rm(file, { force: true })
    },
  }
}

/** What systems of the environment are made from. */
export function rootSource(laboratory: Laboratory, environment: Environment): Source {
  const { linuxRelease } = boardVersions(laboratory, environment)
  return { host: laboratory.root('host'), folder: laboratory.root(environment.root), linuxRelease }
}

export function kernelFile(laboratory: Laboratory, environment: Environment): string {
  const { linuxRelease } = boardVersions(laboratory, environment)
  return join(laboratory.root(environment.root), `boot/vmlinuz-${linuxRelease}`)
}

export function boardVersions({ versions }: Laboratory, { root }: Environment): BoardVersions {
  const found = versions.boards[root]
  if (!found) throw new TestbedError(`the root ${root} holds no hypervisor`)
  return found
}
