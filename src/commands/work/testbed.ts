/** Prepares and checks testbeds, and opens consoles on their machines. */

import { openFiles } from '../../files/tracked.ts'
import { openConsent } from '../../project/consent.ts'
import { findProject } from '../../project/root.ts'
import { cacheFolder } from '../../testbed/cache.ts'
import type { Environment, Host, Report } from '../../testbed/testbed.ts'
import { byTestbed, projectEnvironments } from '../../testbeds/environments.ts'
import { testbedOf, testbeds } from '../../testbeds/testbeds.ts'
import { invocation } from '../../text/program.ts'
import { hint } from '../../text/spelling.ts'
import { UsageError } from '../parse.ts'
import { withDisplay } from '../terminal/progress.ts'
import { complain, exitCodes, print } from '../terminal/terminal.ts'

function host(): Host {
  const project = findProject(process.cwd())
  return { project, cache: cacheFolder() }
}

function environmentsOf({ project }: Host) {
  return projectEnvironments(project, openFiles(project))
}

export async function list(): Promise<number> {
  const here = host()
  for (const environment of environmentsOf(here).values()) {
    const { name, testbed, label } = environment
    const state = (await testbedOf(environment).isPrepared(environment, here)) ? 'set up' : 'not set up'
    print(`${name}  ${testbed}  ${label}  ${state}`)
  }
  return exitCodes.done
}

export async function setUp(signal: AbortSignal): Promise<number> {
  const here = host()
  for (const [testbed, environments] of byTestbed(environmentsOf(here).values()))
    for (const note of await shown((report) => testbed.prepare(environments, here, { report, signal })))
      print(note)
  print(`set up in ${here.cache}`)
  return exitCodes.done
}

/** Examines an environment, or a testbed with its environments; default: those of the project. */
export async function examine(wanted: string | undefined): Promise<number> {
  const here = host()
  const all = environmentsOf(here)
  const isWanted = ({ name, testbed }: Environment) =>
    wanted === undefined || name === wanted || testbed === wanted
  // Those that are named are meant; others are reached by commands that a stranger may have written.
  const isMeant = (one: Environment) =>
    wanted !== undefined || one.access === undefined || openConsent(here.project, here.cache).isGiven
  const environments = [...all.values()].filter((one) => isWanted(one) && isMeant(one))
  for (const { name } of [...all.values()].filter((one) => isWanted(one) && !isMeant(one)))
    complain(
      `not checked: ${name}, as nothing of this paper was run here (${invocation} testbed doctor ${name})`,
    )
  const names = new Set(environments.map(({ testbed }) => testbed))
  if (wanted !== undefined && testbeds.has(wanted)) names.add(wanted)
  if (names.size === 0) {
    const known = [...testbeds.keys(), ...all.keys()]
    throw new UsageError(`unknown testbed or environment: ${wanted}${hint(wanted ?? '', known)}`)
  }
  const found = await Promise.all(
    [...names].map((name) => {
      const own = environments.filter(({ testbed }) => testbed === name)
      return testbedOf({ testbed: name }).doctor(here, own)
    }),
  )
  const checks = found.flat()
  for (const { name, ok, found, advice } of checks) {
    print(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${found}${ok || advice === undefined ? '' : `\n     ${advice}`}`)
  }
  return checks.every(({ ok }) => ok) ? exitCodes.done : exitCodes.testbed
}

/** Opens an interactive console; default: the newest environment that has one. */
export async function shell(wanted: string | undefined, signal: AbortSignal): Promise<number> {
  const here = host()
  const consoles = [...environmentsOf(here).values()].filter((one) => testbedOf(one).shell !== undefined)
  const names = consoles.map(({ name }) => name)
  const name = wanted ?? names.at(-1) ?? ''
  const environment = consoles.find((one) => one.name === name)
  if (!environment) throw new UsageError(`no environment with a console: ${name}${hint(name, names)}`)
  const testbed = testbedOf(environment)
  await shown((report) => testbed.prepare([environment], here, { report, signal }))
  complain(`${environment.label}: booting; \`exit\` switches the board off, Ctrl-A X ends it at once`)
  await testbed.shell?.(environment, here, { report: () => {}, signal })
  return exitCodes.done
}

export async function lock(signal: AbortSignal): Promise<number> {
  const here = host()
  for (const { update } of testbeds.values())
    for (const line of (await shown(async (report) => update?.(here, { report, signal }))) ?? []) print(line)
  return exitCodes.done
}

async function shown<T>(work: (report: Report) => Promise<T>): Promise<T> {
  return await withDisplay((tell) => work((update) => tell({ type: 'setup', update })))
}
