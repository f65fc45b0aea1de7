/** `repro testbed ...`: testbeds by themselves. */

import { openFiles } from '../files/tracked.ts'
import { cacheFolder } from '../testbed/cache.ts'
import type { Host, Report } from '../testbed/testbed.ts'
import { byTestbed, projectEnvironments, testbedOf } from '../testbeds/environments.ts'
import { testbeds } from '../testbeds/testbeds.ts'
import { hint } from '../text/spelling.ts'
import { testbed as definitions } from './definitions.ts'
import { exitCodes } from './exitcodes.ts'
import { openDisplay } from './progress.ts'
import { complain, print, standardError } from './terminal.ts'
import { findProject, readArguments, UsageError } from './usage.ts'

type Action = (args: readonly string[], host: Host, signal: AbortSignal) => Promise<number>

const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['list', list],
  ['setup', setUp],
  ['doctor', examine],
  ['shell', shell],
  ['lock', lock],
])

export async function testbedCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [name, ...rest] = args
  const action = name === undefined ? undefined : actions.get(name)
  if (!action) {
    if (name === undefined) throw new UsageError(`which one? repro testbed ${[...actions.keys()].join('|')}`)
    throw new UsageError(`unknown command: testbed ${name}${hint(name, actions.keys())}`)
  }
  const host = {
    project: findProject(process.cwd()),
    cache: cacheFolder(),
    mirror: process.env.REPRO_DEBIAN_MIRROR,
  }
  return await action(rest, host, signal)
}

function environmentsOf({ project }: Host) {
  return projectEnvironments(project, openFiles(project).exists)
}

/** Environments, and whether what they boot is set up. */
async function list(args: readonly string[], host: Host): Promise<number> {
  readArguments(args, definitions.list)
  for (const environment of environmentsOf(host).values()) {
    const { name, testbed, label } = environment
    const state = (await testbedOf(environment).isPrepared(environment, host)) ? 'set up' : 'not set up'
    print(`${name}  ${testbed}  ${label}  ${state}`)
  }
  return exitCodes.done
}

async function setUp(args: readonly string[], host: Host, signal: AbortSignal): Promise<number> {
  readArguments(args, definitions.setup)
  for (const [testbed, environments] of byTestbed(environmentsOf(host).values()))
    for (const note of await shown((report) => testbed.prepare(environments, host, { report, signal })))
      print(note)
  print(`set up in ${host.cache}`)
  return exitCodes.done
}

async function examine(args: readonly string[], host: Host): Promise<number> {
  readArguments(args, definitions.doctor)
  const checks = (await Promise.all([...testbeds.values()].map((testbed) => testbed.doctor(host)))).flat()
  for (const { name, ok, found, advice } of checks) {
    print(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${found}${ok || advice === undefined ? '' : `\n     ${advice}`}`)
  }
  return checks.every(({ ok }) => ok) ? exitCodes.done : exitCodes.testbed
}

/** An interactive console. The environment is the newest that has one unless named. */
async function shell(args: readonly string[], host: Host, signal: AbortSignal): Promise<number> {
  const { positionals } = readArguments(args, definitions.shell)
  const consoles = [...environmentsOf(host).values()].filter((one) => testbedOf(one).shell !== undefined)
  const names = consoles.map((one) => one.name)
  const name = positionals[0] ?? names.at(-1) ?? ''
  const environment = consoles.find((one) => one.name === name)
  if (!environment) throw new UsageError(`no environment with a console: ${name}${hint(name, names)}`)
  complain(`${environment.label}: booting; \`exit\` switches the board off, Ctrl-A X ends it at once`)
  await shown(async (report) => await testbedOf(environment).shell?.(environment, host, { report, signal }))
  return exitCodes.done
}

async function lock(args: readonly string[], host: Host, signal: AbortSignal): Promise<number> {
  readArguments(args, definitions.lock)
  for (const { update } of testbeds.values())
    for (const line of (await shown(async (report) => update?.(host, { report, signal }))) ?? []) print(line)
  return exitCodes.done
}

/** Does something with the laboratory, and shows how far it is. */
async function shown<T>(work: (report: Report) => Promise<T>): Promise<T> {
  const display = openDisplay(standardError, process.env)
  try {
    return await work((update) => display.tell({ type: 'laboratory', update }))
  } finally {
    display.close()
  }
}
