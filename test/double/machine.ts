/** QEMU with a network, for the double: started, killed and started again. */

import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { type Monitor, monitorArguments, openMonitor } from '../../src/testbeds/xen-qemu/monitor.ts'
import { qemuVariables } from '../../src/testbeds/xen-qemu/qemu.ts'
import type { Command } from '../../src/toolchain/hostprograms.ts'

export interface MachineFiles {
  readonly qemu: Command
  readonly xen: string
  readonly kernel: string
  readonly ramdisk: string
  readonly sdCard: string
  /** The serial line's log; a further start appends. */
  readonly console: string
}

export interface MachineSettings {
  readonly cpus: number
  readonly memoryMb: number
  readonly dom0MemoryMb: number
  /** An instruction takes 2^shift ns of the machine's time, which follows the wall clock when it idles. */
  readonly shift: number
  readonly xenOptions: readonly string[]
  readonly dom0Options: readonly string[]
}

/** A running QEMU. */
export interface Machine {
  /** Port of the loopback that leads to the machine's ssh server. */
  readonly port: number
  readonly monitor: Monitor
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** Resolves when QEMU has ended, by itself or not. */
  readonly ended: Promise<void>
  kill(): Promise<void>
}

/** Starts QEMU. Throws with its message if it ends at once. */
export async function startMachine(files: MachineFiles, settings: MachineSettings): Promise<Machine> {
  const { command, args } = files.qemu
  const child = spawn(command, [...args, ...machineArguments(files, settings)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: qemuVariables,
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (said = (said + piece).slice(-2000)))
  const ended = new Promise<void>((done) => child.once('close', () => done()).once('error', () => done()))
  try {
    if (child.pid === undefined) throw new Error(`cannot start ${command}`)
    guard(child, child.pid)
    const monitor = await openMonitor(child.stdio[3] as Duplex)
    // The machine's port is QEMU's choice, which nobody else can take meanwhile.
    const network = String(await monitor.execute('human-monitor-command', { 'command-line': 'info usernet' }))
    const port = Number(/TCP\[HOST_FORWARD\] +\d+ +127\.0\.0\.1 +(\d+)/.exec(network)?.[1])
    if (!Number.isInteger(port)) throw new Error(`QEMU forwards no port:\n${network}`)
    return {
      port,
      monitor,
      signal: (name) => void child.kill(name),
      ended,
      async kill() {
        child.kill('SIGKILL')
        await ended
      },
    }
  } catch (cause) {
    child.kill('SIGKILL')
    await ended
    throw new Error(`the double does not start: ${said}`, { cause })
  }
}

/** Kills QEMU when this process ends, however it ends: then the pipe closes from which the shell reads. */
function guard(child: ChildProcess, pid: number): void {
  const shell = spawn('sh', ['-c', 'read -r line; kill -KILL "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // a Ctrl-C in the terminal must not end it first
  })
  shell.on('error', () => {})
  shell.unref()
  child.once('exit', () => shell.kill('SIGKILL'))
}

function machineArguments(files: MachineFiles, settings: MachineSettings): string[] {
  const { cpus, memoryMb, dom0MemoryMb, shift } = settings
  const xen = [
    `dom0_mem=${dom0MemoryMb}M dom0_max_vcpus=${cpus} console=dtuart bootscrub=0`,
    ...settings.xenOptions,
  ]
  const dom0 = ['root=/dev/ram0 console=hvc0 rdinit=/init quiet cryptomgr.notests', ...settings.dom0Options]
  return [
    ...['-machine', 'virt,virtualization=on,gic-version=3', '-cpu', 'cortex-a72,cntfrq=54000000'],
    ...['-smp', String(cpus), '-m', String(memoryMb), '-nodefaults', '-display', 'none'],
    ...['-accel', 'tcg,thread=single', '-icount', `shift=${shift},sleep=on`],
    ...['-chardev', `file,id=console,path=${escaped(files.console)},append=on`, '-serial', 'chardev:console'],
    ...monitorArguments,
    ...['-netdev', 'user,id=network,restrict=on,hostfwd=tcp:127.0.0.1:0-:22'],
    ...['-device', 'virtio-net-device,netdev=network', '-device', 'virtio-rng-device'],
    // What the machine has flushed survives QEMU's end in this host's memory: no need to wait for its disk.
    ...['-drive', `if=none,id=sd,format=raw,cache=unsafe,file=${escaped(files.sdCard)}`],
    ...['-device', 'virtio-blk-device,drive=sd'],
    ...['-kernel', files.xen, '-append', xen.join(' ')],
    '-device',
    `guest-loader,addr=0x49000000,kernel=${escaped(files.kernel)},bootargs=${escaped(dom0.join(' '))}`,
    ...['-device', `guest-loader,addr=0x4d000000,initrd=${escaped(files.ramdisk)}`],
  ]
}

function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}
