/** What a board says of itself, against what an environment and a job ask for. */

import { JobError, TestbedError } from '../../testbed/board.ts'
import type { Check } from '../../testbed/testbed.ts'
import type { BootSettings } from '../../toolchain/bootsettings.ts'
import type { Answer } from './connection.ts'
import type { Settings } from './environment.ts'

/** The facts of a board, by the names of agent.sh. */
export interface Machine {
  readonly host: string
  /** '' for what the board cannot say. */
  fact(name: string): string
}

export function machineOf(host: string, answer: Answer): Machine {
  return { host, fact: (name) => answer.get(name)?.[0] ?? '' }
}

/** Item of `lock` -> fact. */
const locked: Readonly<Record<string, string>> = {
  model: 'model',
  revision: 'revision',
  firmware: 'firmware',
  xen: 'xen_version',
  kernel: 'kernel',
  system: 'system',
}

/**
 * What in a board's device tree is an emulator's; undefined if nothing is. QEMU's model of a Raspberry Pi uses the board's
 * own tree; but there is no firmware, which on a board adds its serial number before anything else runs.
 */
export function emulatorOf({ fact }: Machine): string | undefined {
  const own = [fact('model'), fact('compatible')].find((text) => /qemu|dummy-virt/i.test(text))
  if (own !== undefined) return own.trim()
  const tree = fact('tree').split(' ')
  if (/raspberry/i.test(fact('model')) && !tree.includes('serial-number'))
    return `${fact('model')}, without the serial number that its firmware gives`
  return tree.find((node) => node.startsWith('fw-cfg@'))
}

/** Throws a TestbedError unless the board is what the environment says: its numbers carry that word. */
export function requireIdentity(
  { machine: said, lock }: Pick<Settings, 'machine' | 'lock'>,
  board: Machine,
): void {
  const emulator = emulatorOf(board)
  if (said === 'hardware' && emulator !== undefined)
    throw new TestbedError(
      `${board.host} is an emulated machine (${emulator}), and its environment says hardware`,
      {
        advice: 'Write `machine: emulated` in experiments/environments.yaml.',
      },
    )
  if (said === 'emulated' && emulator === undefined)
    throw new TestbedError(
      `${board.host} (${board.fact('model') || 'without a model'}) shows no sign of an emulator, and its environment says emulated`,
      { advice: 'Write `machine: hardware` in experiments/environments.yaml.' },
    )
  const wrong = Object.entries(lock).flatMap(([item, wanted]) => {
    const found = board.fact(locked[item] ?? item)
    return found.startsWith(wanted) ? [] : [`${item} is ${found || 'unknown'}, not ${wanted}`]
  })
  if (wrong.length > 0)
    throw new TestbedError(`${board.host} is not as its environment's lock says: ${wrong.join('; ')}`, {
      advice: 'Boot the board as the lock says, or change the lock: its cells then run again.',
    })
}

/** Checks what must hold before anything runs. `isClear`: what earlier jobs left has been removed. */
export function requirements(
  { requirements: { memoryMb, diskMb, xenOptions } }: Pick<Settings, 'requirements'>,
  { fact }: Machine,
): readonly Check[] {
  const check = (name: string, ok: boolean, found: string, advice: string): Check =>
    ok ? { name, ok, found } : { name, ok, found, advice }
  const least = (name: string, item: string, wanted: number, advice: string) =>
    check(name, Number(fact(item)) >= wanted, `${fact(item) || '?'} MB free, ${wanted} MB needed`, advice)
  const xen = fact('xen_version')
  const missing = xenOptions.filter((option) => !fact('xen_commandline').includes(option))
  const console = fact('xenconsoled')
  const throttled = fact('now-throttled')
  return [
    check(
      'root',
      fact('user') === '0',
      `user ${fact('user')}`,
      'Let ssh log in as root: jobs load modules and trace Xen.',
    ),
    check(
      'Xen',
      xen !== '',
      xen === '' ? '`xl info` fails' : `Xen ${xen}`,
      'Boot dom0 under Xen, with its tools.',
    ),
    check(
      'Xen options',
      missing.length === 0,
      missing.length === 0 ? fact('xen_commandline') || 'none' : `without ${missing.join(', ')}`,
      "Add them to Xen's line in the boot loader.",
    ),
    check(
      'xentrace',
      fact('xentrace') === '',
      fact('xentrace') === '' ? 'free' : `runs already (process ${fact('xentrace')})`,
      'Stop it: only one can read the trace.',
    ),
    check(
      'xenconsoled',
      /--log=(?:guest|all)\b/.test(console),
      console || 'does not run',
      'Let it run with --log=guest (Debian: XENCONSOLED_ARGS in /etc/default/xen; else XENCONSOLED_TRACE=guest): jobs read what domUs say.',
    ),
    check(
      'domains',
      fact('domains') === '',
      fact('domains') || 'only dom0',
      'Shut them down: they take processors and memory.',
    ),
    check(
      'memory file system',
      /^(?:tmpfs|ramfs)$/.test(fact('memory-type')),
      fact('memory-type') || 'unknown',
      'Mount a tmpfs at /run: a trace that goes to a card disturbs what it measures.',
    ),
    least('memory', 'memory-mb', memoryMb, 'Give dom0 more memory, or make the tmpfs at /run larger.'),
    least('disk', 'disk-mb', diskMb, 'Free some space in /var/lib.'),
    check(
      'throttling',
      (Number(throttled || 0) & 0xf) === 0,
      throttled || 'not known: no vcgencmd',
      'Give the board a better power supply, and cool it: its clock is lowered.',
    ),
  ]
}

export function isReady(settings: Pick<Settings, 'requirements'>, board: Machine): boolean {
  return requirements(settings, board).every(({ ok }) => ok)
}

/** Throws a TestbedError while the board runs what no job of ours left there. */
export function requireUnused(board: Machine): void {
  const running = board.fact('domains')
  if (running === '') return
  throw new TestbedError(`${board.host} is in use: it runs ${running}`, {
    advice: 'Shut these domains down, or take another board: jobs restart it.',
  })
}

/** Throws a TestbedError with what to do for all requirements that do not hold. */
export function requireReady(settings: Pick<Settings, 'requirements'>, board: Machine): void {
  const broken = requirements(settings, board).filter(({ ok }) => !ok)
  if (broken.length === 0) return
  throw new TestbedError(
    `${board.host} is not ready: ${broken.map(({ name, found }) => `${name}: ${found}`).join('; ')}`,
    { advice: broken.map(({ advice }) => advice).join('\n') },
  )
}

/** Throws a JobError for settings that a boot of this board does not have: its boot loader decides them. */
export function requireBoot({ scheduler, dom0Vcpus }: BootSettings, { host, fact }: Machine): void {
  const wrong = (what: string, found: string, wanted: string | number, option: string) =>
    new JobError(
      `${host} runs with ${what} ${found || 'unknown'}, and this pattern asks for ${wanted}: ` +
        `boot Xen with ${option}, or leave the pattern out here`,
    )
  if (scheduler !== undefined && fact('xen_scheduler') !== scheduler)
    throw wrong('scheduler', fact('xen_scheduler'), scheduler, `sched=${scheduler}`)
  if (dom0Vcpus !== undefined && Number(fact('dom0-vcpus')) !== dom0Vcpus)
    throw wrong('dom0 vCPUs', fact('dom0-vcpus'), dom0Vcpus, `dom0_max_vcpus=${dom0Vcpus}`)
}

/** For a run's record of its machine. */
export function factsOf({ fact }: Machine): Readonly<Record<string, string>> {
  const all = {
    board: fact('model'),
    revision: fact('revision'),
    firmware: fact('firmware'),
    processor: fact('processor'),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}
