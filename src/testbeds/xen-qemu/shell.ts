/** Interactive console of dom0 on an emulated board, for exploring. It never affects results. */

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestbedError } from '../../testbed/board.ts'
import { guestRoot } from '../../toolchain/initramfs.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { dom0Archive, rootSource, writeImage } from './image.ts'
import { exitStatus, exitText } from './machine.ts'
import { qemuVariables } from './qemu.ts'
import type { Environment } from './schema.ts'

/** A domU to try things in: `xl create guest.cfg` in dom0's folder /job. */
const guestConfiguration = `name = "guest"
kernel = "/job/kernel"
ramdisk = "/job/guest"
memory = 155
vcpus = 1
extra = "console=hvc0 rdinit=/init quiet"
`
const guestInit = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
setsid cttyhack sh
poweroff -f
`

/** Boots the board on this process's terminal, and returns when it powers off. */
export async function runShell(
  toolchain: Toolchain,
  environment: Environment,
  project: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'repro-shell-'))
  try {
    const init = new Map([['/init', Buffer.from(guestInit)]])
    const guest = await guestRoot(rootSource(toolchain, environment), [], init)
    const files = new Map([
      ['/job/interactive', { content: Buffer.from('') }],
      ['/job/kernel', { content: await readFile(toolchain.board(environment.root).kernel) }],
      ['/job/guest', { content: guest }],
      ['/job/guest.cfg', { content: Buffer.from(guestConfiguration) }],
    ])
    const { command, args } = await writeImage(
      toolchain,
      environment,
      { folder },
      { seed: 1, ramdisk: await dom0Archive(toolchain, environment, { project }, files) },
      'session',
    )
    await runInTerminal(command, args, folder, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runInTerminal(
  command: string,
  args: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  const qemu = spawn(command, args, { cwd: folder, env: qemuVariables, stdio: 'inherit' })
  const end = () => qemu.kill('SIGTERM') // QEMU then restores the terminal
  signal?.addEventListener('abort', end)
  const code = await exitStatus(qemu).finally(() => signal?.removeEventListener('abort', end))
  signal?.throwIfAborted()
  if (code !== 0) throw new TestbedError(`QEMU ended with ${exitText(code)}`)
}
