/**
 * QEMU's command line for a board whose reruns give the same bytes: one instruction is 1 ns of virtual time, idle
 * time is skipped, all randomness is seeded, and no device lets the host's timing in (QEMU: "TCG Instruction
 * Counting"; docs/devel/tcg-icount). No disk and no network card: both complete requests at the host's time.
 */
import type { Environment } from '../environment.ts'
import * as raspi4b from './raspi4b.ts'

/** Where the board's firmware would put them: clear of Xen at 0x40000000 and of each other. */
const kernelAddress = 0x49000000
const ramdiskAddress = 0x4d000000

/** A session keeps pace with the wall clock and takes the keyboard; nothing is measured in it. */
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
  /** Where to write the device tree, for boards that do not make their own. */
  readonly deviceTree: string
  readonly hypervisor: { readonly scheduler?: string; readonly dom0Vcpus?: number }
}

/** What differs between board models: how QEMU is told the board and its modules, and the device tree if it needs one. */
interface Model {
  arguments(environment: Environment, boot: Boot): string[]
  deviceTree?(environment: Environment, boot: Boot): Uint8Array
}

/** Virtual time between two beats of the timer that ends turns of processors, until the board asks for another. */
const turnTimerUs = 2000

export const clockModel =
  'every instruction takes 1 ns of virtual time; pCPUs take turns, of at most 0.05 ms in a trial; idle time is skipped'

const models: ReadonlyMap<Environment['machine'], Model> = new Map<Environment['machine'], Model>([
  [
    'virt',
    {
      arguments: (environment, boot) => [
        ...['-M', 'virt,virtualization=on,gic-version=3,dtb-randomness=off'],
        ...['-cpu', `cortex-a72,cntfrq=${environment.clockHz}`],
        ...['-append', xenOptions(environment, boot)],
        '-device',
        `guest-loader,addr=${kernelAddress},kernel=${boot.kernel.file},bootargs=${dom0Options.replaceAll(',', ',,')}`,
        ...['-device', `guest-loader,addr=${ramdiskAddress},initrd=${boot.ramdisk.file}`],
      ],
    },
  ],
  [
    'raspi4b',
    {
      arguments: (environment, boot) => [
        ...['-M', 'raspi4b', '-global', `cortex-a72-arm-cpu.cntfrq=${environment.clockHz}`],
        ...['-dtb', boot.deviceTree],
        ...['-device', `loader,addr=${raspi4b.kernelAddress},file=${boot.kernel.file},force-raw=on`],
        ...['-device', `loader,addr=${raspi4b.ramdiskAddress},file=${boot.ramdisk.file},force-raw=on`],
      ],
      deviceTree: (environment, boot) =>
        raspi4b.deviceTree({
          cpus: environment.cpus,
          kernelBytes: boot.kernel.bytes,
          ramdiskBytes: boot.ramdisk.bytes,
          xenOptions: xenOptions(environment, boot),
          dom0Options,
        }),
    },
  ],
])

/** Arguments behind QEMU's own. The serial line is QEMU's standard input and output. */
export function bootArguments(environment: Environment, boot: Boot, use: Use): string[] {
  return [
    ...modelOf(environment).arguments(environment, boot),
    ...['-smp', String(environment.cpus), '-m', String(environment.memoryMb)],
    ...['-accel', 'tcg,thread=single', '-icount', `shift=0,sleep=${use === 'session' ? 'on' : 'off'}`],
    ...['-seed', '1', '-rtc', 'base=2021-01-01,clock=vm'],
    ...['-display', 'none', '-net', 'none', '-no-reboot'],
    // With the monitor beside it, Ctrl-C goes to the board and Ctrl-A X ends QEMU.
    ...(use === 'session' ? ['-serial', 'mon:stdio'] : ['-serial', 'stdio', '-monitor', 'none']),
    ...['-semihosting-config', 'enable=on,target=native,userspace=on'],
    ...['-kernel', boot.xen],
    // QEMU gives each processor in turn the stream of instructions, for the time to the next timer of any divided by their number
    // (icount_percpu_budget in tcg-accel-ops-icount.c). That may be milliseconds, in which one that was woken waits and one that
    // waits for another spins. A timer that the board does not see, of a packet filter on a network without cards, ends turns
    // early. The board sets it (`emit --turns`, by way of lockstep.c): a system boots faster in long turns.
    ...['-netdev', 'hubport,id=nowhere,hubid=0'],
    ...['-object', `filter-buffer,id=turns,netdev=nowhere,interval=${turnTimerUs}`],
  ]
}

/** The device tree for `boot.deviceTree`; undefined for a board that makes its own. */
export function deviceTree(environment: Environment, boot: Boot): Uint8Array | undefined {
  return modelOf(environment).deviceTree?.(environment, boot)
}

function modelOf({ machine }: Environment): Model {
  const model = models.get(machine)
  if (!model) throw new Error(`board model without arguments: ${machine}`)
  return model
}

function xenOptions(environment: Environment, { hypervisor }: Boot): string {
  const { scheduler, dom0Vcpus } = hypervisor
  return [
    `dom0_mem=${environment.dom0MemoryMb}M`,
    `dom0_max_vcpus=${dom0Vcpus ?? environment.cpus}`,
    'console=dtuart',
    'bootscrub=0',
    ...(scheduler ? [`sched=${scheduler}`] : []),
  ].join(' ')
}

// The kernel's tests of its own ciphers take half a second of a boot.
const dom0Options = 'root=/dev/ram0 console=hvc0 rdinit=/init quiet cryptomgr.notests'

/** The environment of the QEMU process: nothing of the user's locale or time zone reaches it. */
export const qemuVariables = { LC_ALL: 'C', TZ: 'UTC0' }
