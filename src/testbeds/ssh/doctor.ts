/** Checks boards: that ssh gets there, what must hold, and what only costs time. */

import type { Check, Environment } from '../../testbed/testbed.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { alignClock } from './alignment.ts'
import { asideText, boardsAside, withFreeBoard } from './boards.ts'
import { connect, program } from './connection.ts'
import { settingsOf } from './environment.ts'
import { isReady, type Machine, machineOf, requireIdentity, requirements } from './machine.ts'
import { lockItems } from './schema.ts'

const callMs = 30_000

/**
 * Returns what it finds, and never throws for that. On a board that no boot has it only creates the two folders that jobs
 * use, and traces Xen for some seconds.
 */
export async function doctor(
  environment: Environment,
  cache: string,
  toolchain: Toolchain | undefined,
): Promise<readonly Check[]> {
  const settings = settingsOf(environment)
  const { hosts, power, serial } = settings
  const aside = await boardsAside(cache, hosts)
  const boards = await Promise.all(hosts.map((host) => examineFree(host)))
  return [...(await commandChecks()), lockCheck(settings.lock), ...boards.flat()]

  /** A job would be disturbed, and the trace be its own: a board is examined while no boot has it. */
  async function examineFree(host: string): Promise<readonly Check[]> {
    const found = await withFreeBoard(cache, host, () => examine(host))
    if (!('holder' in found)) return found
    return [{ name: `${host}: in use`, ok: true, found: `not examined: ${found.holder}` }]
  }

  async function examine(host: string): Promise<readonly Check[]> {
    const named = (checks: readonly Check[]) =>
      checks.map((one) => ({ ...one, name: `${host}: ${one.name}` }))
    const put = aside.find((one) => one.host === host)
    const away: readonly Check[] = put
      ? [
          {
            name: 'set aside',
            ok: false,
            found: asideText(put),
            advice: `Delete ${put.file} when it is mended.`,
          },
        ]
      : []
    try {
      const machine = machineOf(host, await connect(host).call('facts', [], callMs))
      const identity = attempt(() => requireIdentity(settings, machine))
      return named([
        ...away,
        { name: 'ssh', ok: true, found: `${machine.fact('system')}, up for ${machine.fact('uptime')} s` },
        identity ?? { name: 'identity', ok: true, found: `${machine.fact('model')}, ${settings.machine}` },
        ...requirements(settings, machine),
        tracing(machine.fact('xen_commandline')),
        await clock(host, machine),
      ])
    } catch (error) {
      const { message, advice } = error as Error & { advice?: string }
      const help = advice ?? `Let \`ssh ${host} true\` work without a password.`
      return named([...away, { name: 'ssh', ok: false, found: message, advice: help }])
    }
  }

  /** Xen's trace and dom0's clock on this very board, unless something on it is in the way. */
  async function clock(host: string, machine: Machine): Promise<Check> {
    const name = 'clock alignment'
    const ready = isReady(settings, machine)
    if (toolchain === undefined || !ready)
      return {
        name,
        ok: true,
        found: `not tried: ${ready ? 'run `repro testbed setup` first' : 'mend the other things first'}`,
      }
    try {
      const { halfWidth, brackets, hz } = await alignClock(connect(host), toolchain)
      const microseconds = (1e6 * halfWidth) / hz
      return { name, ok: true, found: `to ${microseconds.toFixed(1)} µs, by ${brackets} yields` }
    } catch (error) {
      const advice = 'Look whether `xentrace` works by hand, and load xen-privcmd.'
      return { name, ok: false, found: (error as Error).message, advice }
    }
  }

  /** Whether there are commands, without running what would switch a board off. */
  async function commandChecks(): Promise<readonly Check[]> {
    const ssh = await program('ssh', ['-V'], { deadlineMs: callMs }).catch((error: Error) => error)
    const client: Check =
      ssh instanceof Error
        ? { name: 'ssh client', ok: false, found: ssh.message, advice: 'Install the package openssh-client.' }
        : { name: 'ssh client', ok: true, found: ssh.complaint }
    const commands = [
      [
        'power',
        power?.cycle,
        'Without it a board that hangs ends the build: give `power: {cycle: COMMAND}`.',
      ],
      ['serial', serial, 'Without it the end of a job is found by asking, and a panic by its deadline only.'],
    ] as const
    const found = commands.map(async ([name, text, without]): Promise<Check> => {
      if (text === undefined) return { name, ok: true, found: `no command. ${without}` }
      const first = text.trim().split(/\s+/)[0] ?? ''
      const { exitCode } = await program('sh', ['-c', `command -v -- "$1"`, 'sh', first], {
        deadlineMs: callMs,
      })
      return exitCode === 0
        ? { name, ok: true, found: text }
        : {
            name,
            ok: false,
            found: `${text}: there is no ${first} here`,
            advice: `Install it, or mend \`${name}\`.`,
          }
    })
    const checks = await Promise.all(found)
    const isThere = checks.every(({ name, ok }) => name !== 'serial' || ok)
    const consoles = serial !== undefined && isThere ? await Promise.all(hosts.map(console)) : []
    return [client, ...checks, ...consoles]
  }

  /** A console prints until it is stopped; one that ends at once tells why. */
  async function console(host: string): Promise<Check> {
    const name = `${host}: serial`
    const { exitCode, complaint, problem } = await program('sh', ['-c', serial ?? ''], {
      deadlineMs: consoleMs,
      variables: { REPRO_BOARD: host },
    })
    if (problem !== undefined) return { name, ok: true, found: 'prints until it is stopped' }
    const found = `ended at once with exit code ${exitCode}${complaint === '' ? '' : `: ${complaint}`}`
    return { name, ok: false, found, advice: 'Let it print what the board says until it is killed.' }
  }
}

const consoleMs = 3000

/** What is not locked may change without a cell running again. */
function lockCheck(lock: Readonly<Record<string, string>>): Check {
  const missing = lockItems.filter((item) => lock[item] === undefined)
  const found = missing.length === 0 ? 'all' : `a change of ${missing.join(', ')} goes unnoticed`
  return { name: 'lock', ok: true, found }
}

function attempt(act: () => void): Check | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    const { message, advice } = error as Error & { advice?: string }
    return { name: 'identity', ok: false, found: message, ...(advice !== undefined && { advice }) }
  }
}

/** Xen's default of 32 pages a processor is short for loads; not a must, as losses are found and excluded. */
function tracing(options: string): Check {
  const size = /tbuf_size=(\d+)/.exec(options)?.[1]
  return size === undefined
    ? {
        name: 'trace buffers',
        ok: true,
        found: "Xen's own size; under load records may be lost: add tbuf_size=256 to Xen's options",
      }
    : { name: 'trace buffers', ok: true, found: `${size} pages a processor` }
}
