/**
 * Builds QEMU's command line for a board with reproducible runs: time is counted in instructions
 * (processors.c), idle time is skipped, randomness is seeded, and no device depends on the host's timing
 * (QEMU: "TCG Instruction Counting"; docs/devel/tcg-icount). No disk and no network card: both complete
 * requests at the host's time.
 */
import type { BootSettings } from '../../toolchain/bootsettings.ts'
import * as raspi4b from './raspi4b.ts'
import type { Environment } from './schema.ts'

/** Load addresses, as the board's firmware would choose: clear of Xen at 0x40000000 and of each other. */
const kernelAddress = 0x49000000
const ramdiskAddress = 0x4d000000

/** A session follows the wall clock and reads the keyboard; nothing is measured in it. */
export type Use = 'measure' | 'session'

/** A file that QEMU loads, and its length. */
export interface Module {
  readonly file: string
  readonly bytes: number
}

export interface Boot {
  readonly xen: string
  readonly kernel: Module
  readonly ramdisk: Module
  /** Path of the device tree, for boards without a built-in one. */
  readonly deviceTree: string
  readonly settings: BootSettings
  /** Seeds what varies between boots of a board. */
  readonly seed: number
}

/** Differences between board models: arguments for board and modules, and a device tree if needed. */
interface Model {
  arguments(environment: Environment, boot: Boot): string[]
  deviceTree?(environment: Environment, boot: Boot): Uint8Array
}

/** Describes the model of time, for a run's record of its board. */
export function clockModel({ instructionNs, quantumUs }: Environment): string {
  return (
    `every instruction takes ${instructionNs} ns; pCPUs run in parallel, ` +
    `none more than ${quantumUs} us ahead of a busy one; idle time is skipped`
  )
}

const models: Readonly<Record<Environment['machine'], Model>> = {
  virt: {
    arguments: (environment, boot) => [
      ...['-machine', 'virt,virtualization=on,gic-version=3,dtb-randomness=off'],
      ...['-cpu', `cortex-a72,cntfrq=${environment.clockHz}`],
      ...['-append', xenOptions(environment, boot)],
      '-device',
      `guest-loader,addr=${kernelAddress},kernel=${escaped(boot.kernel.file)},bootargs=${escaped(dom0Options(boot))}`,
      ...['-device', `guest-loader,addr=${ramdiskAddress},initrd=${escaped(boot.ramdisk.file)}`],
    ],
  },
  raspi4b: {
    arguments: ({ clockHz }, { deviceTree, kernel, ramdisk }) => [
      ...['-machine', 'raspi4b', '-global', `cortex-a72-arm-cpu.cntfrq=${clockHz}`],
      ...['-dtb', deviceTree],
      ...['-device', `loader,addr=${raspi4b.kernelAddress},file=${escaped(kernel.file)},force-raw=on`],
      ...['-device', `loader,addr=${raspi4b.ramdiskAddress},file=${escaped(ramdisk.file)},force-raw=on`],
    ],
    deviceTree: (environment, boot) =>
      raspi4b.deviceTree({
        cpus: environment.cpus,
        kernelBytes: boot.kernel.bytes,
        ramdiskBytes: boot.ramdisk.bytes,
        xenOptions: xenOptions(environment, boot),
        dom0Options: dom0Options(boot),
      }),
  },
}

/** Returns the arguments after the command's own. The serial line is QEMU's standard input and output. */
export function bootArguments(environment: Environment, boot: Boot, use: Use): string[] {
  return [
    ...models[environment.machine].arguments(environment, boot),
    ...['-smp', String(environment.cpus), '-m', String(environment.memoryMb)],
    ...['-accel', 'tcg,thread=single', '-icount', `shift=0,sleep=${use === 'session' ? 'on' : 'off'}`],
    ...['-seed', String(boot.seed), '-rtc', 'base=2021-01-01,clock=vm'],
    ...['-display', 'none', '-net', 'none', '-no-reboot'],
    // With the monitor multiplexed, Ctrl-C goes to the board and Ctrl-A X ends QEMU.
    ...(use === 'session' ? ['-serial', 'mon:stdio'] : ['-serial', 'stdio', '-monitor', 'none']),
    ...['-semihosting-config', 'enable=on,target=native,userspace=on'],
    ...['-kernel', boot.xen],
  ]
}

/** Returns further arguments for a board that is saved or restored; if `isRestored` it awaits its state. */
export function stageArguments({ memoryMb }: Environment, isRestored: boolean): string[] {
  return [
    // The same name on all board models, for states.c.
    ...['-object', `memory-backend-ram,id=ram,size=${memoryMb}M`, '-machine', 'memory-backend=ram'],
    ...(isRestored ? ['-incoming', 'defer'] : []),
  ]
}

function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}

/** Returns the content of `boot.deviceTree`; undefined for a board with a built-in one. */
export function deviceTree(environment: Environment, boot: Boot): Uint8Array | undefined {
  return models[environment.machine].deviceTree?.(environment, boot)
}

function xenOptions(environment: Environment, { settings }: Boot): string {
  const { scheduler, dom0Vcpus } = settings
  return [
    `dom0_mem=${environment.dom0MemoryMb}M`,
    `dom0_max_vcpus=${dom0Vcpus ?? environment.cpus}`,
    'console=dtuart',
    'bootscrub=0',
    ...(scheduler ? [`sched=${scheduler}`] : []),
  ].join(' ')
}

// The kernel's cipher self-tests take half a second of a boot. The seed is for dom0's init.
function dom0Options({ seed }: Boot): string {
  return `root=/dev/ram0 console=hvc0 rdinit=/init quiet cryptomgr.notests repro.seed=${seed}`
}

/** QEMU's environment variables, independent of the user's locale and time zone. */
export const qemuVariables = { LC_ALL: 'C', TZ: 'UTC0' }
