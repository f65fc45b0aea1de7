/**
 * The ssh double: an emulated board with a network, an ssh server in dom0 and a disk, which stands for a Raspberry
 * Pi 4 in tests. It boots a real Xen, fails in the ways of a real board, and can be reached only as one can:
 *
 *     ssh -> proxy (cut, hole) -> QEMU (reset, power, hang) -> dom0 (panic, and what scripts leave behind)
 *
 * Time is counted in instructions, and follows the wall clock when the board idles: latencies are plausible, but no
 * two runs are alike.
 */

import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { ramdisk } from './image.ts'
import { type Machine, type MachineSettings, startMachine } from './machine.ts'
import { install, system } from './packages.ts'
import { openPowerSwitch } from './power.ts'
import { openProxy, type Proxy } from './proxy.ts'
import { type Answer, hostName, keysIn, ssh, sshConfig } from './ssh.ts'

export interface DoubleOptions extends Partial<MachineSettings> {
  /** Holds all of the double's files. What an earlier double left there stays in use: its keys and its disk. */
  readonly folder: string
  /** The cache folder with the toolchain, which is installed if need be. */
  readonly cache?: string
  /** Size of a new disk. */
  readonly sdCardMb?: number
  /** How long a boot may take, on the host's clock. */
  readonly bootMs?: number
}

export interface SshOptions {
  /** 'direct' works while the line is cut; 'line' goes where the tested program goes. */
  readonly over?: 'direct' | 'line'
  /** For ssh itself: -o and the like. */
  readonly options?: readonly string[]
  /** On the host's clock; the default is two minutes. */
  readonly deadlineMs?: number
}

export interface Double extends Pick<Proxy, 'cut' | 'hole' | 'mend' | 'traffic'> {
  readonly folder: string
  /** The host in `sshConfig`. */
  readonly host: string
  /** Configuration for `ssh -F FILE double`, over the line that tests cut. */
  readonly sshConfig: string
  readonly port: number
  /** A shell command that prints what comes over the serial line from now on, and never ends. */
  readonly serialCommand: string
  /** A shell command that cuts the power and gives it back, and does not wait for the boot. */
  readonly powerCommand: string
  /** Everything that came over the serial line so far. */
  console(): Promise<string>
  /** Runs a shell script in dom0, by default beside the line. */
  ssh(script: string, options?: SshOptions): Promise<Answer>
  /** Throws if dom0 does not answer. */
  bootId(): Promise<string>
  /** Resolves to the boot id once dom0 answers, with another id than `before`. Throws after `bootMs`. */
  untilUp(before?: string): Promise<string>
  /** Presses the reset button. */
  reset(): Promise<void>
  powerOff(): Promise<void>
  powerOn(): Promise<void>
  /** Resolves when the board has power again, and boots. */
  powerCycle(): Promise<void>
  /** Stops all processors, which do not notice; TCP still connects. */
  hang(): void
  resume(): void
  /**
   * Crashes dom0's kernel, which restarts after `panicSeconds`, or, with 0, never; by default as its command line
   * says (`dom0Options: ['panic=5']`).
   */
  panic(panicSeconds?: number): Promise<void>
  /** Ends the double. Its folder stays. */
  stop(): Promise<void>
}

const defaults: MachineSettings = {
  cpus: 4,
  memoryMb: 4096,
  dom0MemoryMb: 1024,
  shift: 3, // the guest is then quicker than with 1 ns an instruction, at which its timeouts last for minutes
  xenOptions: [],
  dom0Options: [],
}

/** Starts a double; resolves when ssh answers. Throws with the console's end if it does not in time. */
export async function startDouble({
  folder: given,
  cache = cacheFolder(),
  sdCardMb = 512,
  bootMs = 480_000,
  ...changes
}: DoubleOptions): Promise<Double> {
  const folder = resolve(given)
  const settings = { ...defaults, ...changes }
  await mkdir(folder, { recursive: true })
  const file = (name: string) => join(folder, name)
  const packages = await install(cache)
  const keys = await keysIn(folder)
  const { qemu, board } = packages.toolchain
  const { xen, kernel } = board(system)
  const files = {
    ...{ qemu, xen, kernel, ramdisk: file('ramdisk'), sdCard: file('sd-card'), console: file('serial.log') },
  }
  await writeFile(files.ramdisk, await ramdisk(packages, keys))
  await makeDisk(files.sdCard, sdCardMb)
  await writeFile(files.console, '', { flag: 'a' })

  let machine: Machine | undefined
  /** Length of the console when the power came. */
  let started = 0
  const proxy = await openProxy(() => machine?.port)
  const configFile = file('ssh_config')
  await writeFile(configFile, sshConfig(keys, proxy.port))

  async function start(): Promise<void> {
    if (machine) return
    started = (await double.console()).length
    const running = await startMachine(files, settings)
    machine = running
    void running.ended.then(() => {
      if (machine !== running) return
      machine = undefined // it powered itself off
      proxy.losePower()
    })
  }
  async function end(): Promise<void> {
    const running = machine
    machine = undefined
    proxy.losePower()
    await running?.kill()
  }
  /** One at a time: a test and the command may want different things. */
  let last = Promise.resolve()
  const inTurn = (...steps: readonly (() => Promise<void>)[]): Promise<void> => {
    const done = last.then(async () => {
      for (const step of steps) await step()
    })
    last = done.catch(() => {})
    return done
  }
  const powerOff = () => inTurn(end)
  const powerOn = () => inTurn(start)
  const powerCycle = () => inTurn(end, start)
  const power = await openPowerSwitch(folder, powerCycle)

  const double: Double = {
    folder,
    host: hostName,
    sshConfig: configFile,
    port: proxy.port,
    serialCommand: `tail -n 0 -F '${files.console}'`,
    powerCommand: power.cycle,
    console: () => readFile(files.console, 'latin1'),
    async ssh(script, { over = 'direct', options = [], deadlineMs = 120_000 } = {}) {
      // Without power nobody listens, as at port 1.
      const direct = over === 'direct' ? ['-p', String(machine?.port ?? 1)] : []
      return await ssh(configFile, script, { options: [...direct, ...options], deadlineMs })
    },
    async bootId() {
      const { stdout, stderr } = await double.ssh('cat /proc/sys/kernel/random/boot_id')
      if (!/^[0-9a-f-]{36}\n$/.test(stdout)) throw new Error(`the double does not answer: ${stderr}`)
      return stdout.trim()
    },
    async untilUp(before) {
      const deadline = performance.now() + bootMs
      while (performance.now() < deadline) {
        // Asked over the network, QEMU would collect connections, and dom0 be busy with them when it is up.
        const said = (await double.console()).slice(started).matchAll(/^double: up .* boot (\S+)\r?$/gm)
        const found = [...said].at(-1)?.[1]
        if (found !== undefined && found !== before && (await double.bootId().catch(() => '')) === found)
          return found
        await sleep(250)
      }
      const lines = (await double.console()).split('\n').slice(-20).join('\n')
      throw new Error(`the double is not up after ${bootMs} ms; its console ends with:\n${lines}`)
    },
    cut: proxy.cut,
    hole: proxy.hole,
    mend: proxy.mend,
    traffic: proxy.traffic,
    async reset() {
      await machine?.monitor.execute('system_reset')
    },
    powerOff,
    powerOn,
    powerCycle,
    hang: () => machine?.signal('SIGSTOP'),
    resume: () => machine?.signal('SIGCONT'),
    async panic(panicSeconds) {
      const set = panicSeconds === undefined ? '' : `echo ${panicSeconds} >/proc/sys/kernel/panic\n`
      // Later, so that the connection ends before.
      await double.ssh(`${set}(sleep 1; echo c >/proc/sysrq-trigger) </dev/null >/dev/null 2>&1 &`)
    },
    async stop() {
      await powerOff()
      await power.close()
      await proxy.close()
      await rm(files.ramdisk, { force: true })
    },
  }
  try {
    await powerOn()
    await double.untilUp()
    return double
  } catch (error) {
    await double.stop()
    throw error
  }
}

/** Makes a disk of zeros, which dom0 formats; keeps one that is there. */
async function makeDisk(file: string, sizeMb: number): Promise<void> {
  const disk = await open(file, 'a')
  try {
    if ((await disk.stat()).size === 0) await disk.truncate(sizeMb * 2 ** 20)
  } finally {
    await disk.close()
  }
}
