/**
 * QEMU's command line for a board whose reruns give the same bytes: one instruction is 1 ns of virtual time, idle
 * time is skipped, all randomness is seeded, and no device lets the host's timing in (QEMU: "TCG Instruction
 * Counting"; docs/devel/tcg-icount). No disk and no network card: both complete requests at the host's time.
 */
import type { Environment } from '../environment.ts'

/** Where the board's firmware would put them: clear of Xen at 0x40000000 and of each other. */
const kernelAddress = 0x49000000
const ramdiskAddress = 0x4d000000

/** A session keeps pace with the wall clock and takes the keyboard; nothing is measured in it. */
export type Use = 'measure' | 'session'

export interface Boot {
  readonly xen: string
  readonly kernel: string
  readonly ramdisk: string
  readonly hypervisor: { readonly scheduler?: string; readonly dom0Vcpus?: number }
}

export const clockModel =
  'every instruction takes 1 ns of virtual time, shared by all pCPUs; idle time is skipped'

/** Arguments behind QEMU's own. The serial line is QEMU's standard input and output. */
export function bootArguments(environment: Environment, boot: Boot, use: Use): string[] {
  const { scheduler, dom0Vcpus } = boot.hypervisor
  const xenOptions = [
    `dom0_mem=${environment.dom0MemoryMb}M`,
    `dom0_max_vcpus=${dom0Vcpus ?? environment.cpus}`,
    'console=dtuart',
    'bootscrub=0',
    ...(scheduler ? [`sched=${scheduler}`] : []),
  ]
  return [
    ...['-M', `${environment.machine},virtualization=on,gic-version=3,dtb-randomness=off`],
    ...['-cpu', `cortex-a72,cntfrq=${environment.clockHz}`],
    ...['-smp', String(environment.cpus), '-m', String(environment.memoryMb)],
    ...['-accel', 'tcg,thread=single', '-icount', `shift=0,sleep=${use === 'session' ? 'on' : 'off'}`],
    ...['-seed', '1', '-rtc', 'base=2021-01-01,clock=vm'],
    ...['-display', 'none', '-net', 'none', '-no-reboot'],
    // With the monitor beside it, Ctrl-C goes to the board and Ctrl-A X ends QEMU.
    ...(use === 'session' ? ['-serial', 'mon:stdio'] : ['-serial', 'stdio', '-monitor', 'none']),
    ...['-semihosting-config', 'enable=on,target=native,userspace=on'],
    ...['-kernel', boot.xen, '-append', xenOptions.join(' ')],
    '-device',
    `guest-loader,addr=0x${kernelAddress.toString(16)},kernel=${boot.kernel},bootargs=${dom0Options.replaceAll(',', ',,')}`,
    ...['-device', `guest-loader,addr=0x${ramdiskAddress.toString(16)},initrd=${boot.ramdisk}`],
  ]
}

const dom0Options = 'root=/dev/ram0 console=hvc0 rdinit=/init quiet'

/** The environment of the QEMU process: nothing of the user's locale or time zone reaches it. */
export const qemuVariables = { LC_ALL: 'C', TZ: 'UTC0' }
