/** `repro testbed ...`: the laboratory by itself. */

import { join } from 'node:path'
import { openFiles } from '../files/tracked.ts'
import { environmentsFile, packagesLock, refuseForeign } from '../project/site.ts'
import { cacheFolder } from '../testbed/cache.ts'
import { readEnvironments } from '../testbed/environment.ts'
import type { Report } from '../testbed/testbed.ts'
import { doctor } from '../testbeds/xen-qemu/doctor.ts'
import { installedRoot } from '../testbeds/xen-qemu/installed.ts'
import { readLock } from '../testbeds/xen-qemu/packages.ts'
import { roots } from '../testbeds/xen-qemu/roots.ts'
import { setup } from '../testbeds/xen-qemu/setup.ts'
import { runShell } from '../testbeds/xen-qemu/shell.ts'
import { updateLock } from '../testbeds/xen-qemu/update.ts'
import { hint } from '../text/spelling.ts'
import { testbed as definitions } from './definitions.ts'
import { exitCodes } from './exitcodes.ts'
import { openDisplay } from './progress.ts'
import { complain, print, standardError } from './terminal.ts'
import { findProject, readArguments, UsageError } from './usage.ts'

interface Place {
  readonly project: string
  readonly lockFile: string
  readonly cache: string
  readonly mirror: string | undefined
}

type Action = (args: readonly string[], place: Place, signal: AbortSignal) => Promise<number>

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
  const project = findProject(process.cwd())
  refuseForeign(openFiles(project))
  const lockFile = join(project, packagesLock)
  const place = { project, lockFile, cache: cacheFolder(), mirror: process.env.REPRO_DEBIAN_MIRROR }
  return await action(rest, place, signal)
}

/** Environments, and whether what they boot is set up. */
async function list(args: readonly string[], { project, lockFile, cache }: Place): Promise<number> {
  readArguments(args, definitions.list)
  const environments = await readEnvironments(join(project, environmentsFile))
  const { roots: locked } = await readLock(lockFile)
  for (const { name, label, testbed, root } of environments.values()) {
    const installed = await Promise.all(
      (['host', root] as const).map((one) => installedRoot(cache, one, locked[one])),
    )
    const state = installed.every((one) => one !== undefined) ? 'set up' : 'not set up'
    print(`${name}  ${testbed}  ${label}  ${state}`)
  }
  print('local  this computer, without a board')
  return exitCodes.done
}

async function setUp(args: readonly string[], place: Place, signal: AbortSignal): Promise<number> {
  readArguments(args, definitions.setup)
  const { versions, substitutions } = await shown((report) =>
    setup([...roots.keys()], {
      ...place,
      signal,
      report,
    }),
  )
  for (const { root, pinned, installed } of substitutions)
    print(`${root}: ${installed} in place of ${pinned}`)
  const boards = Object.values(versions.boards).map(
    ({ xen, linuxRelease }) => `Xen ${xen} with Linux ${linuxRelease}`,
  )
  print(`set up in ${place.cache}: QEMU ${versions.qemu}, gcc ${versions.gcc}, ${boards.join(', ')}`)
  return exitCodes.done
}

async function examine(args: readonly string[], place: Place): Promise<number> {
  readArguments(args, definitions.doctor)
  const checks = await doctor(place)
  for (const { name, ok, found, advice } of checks) {
    print(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${found}${ok || advice === undefined ? '' : `\n     ${advice}`}`)
  }
  return checks.every(({ ok }) => ok) ? exitCodes.done : exitCodes.testbed
}

/** An interactive dom0. The environment is the newest unless named. */
async function shell(args: readonly string[], place: Place, signal: AbortSignal): Promise<number> {
  const { positionals } = readArguments(args, definitions.shell)
  const environments = await readEnvironments(join(place.project, environmentsFile))
  const name = positionals[0] ?? [...environments.keys()].at(-1) ?? ''
  const environment = environments.get(name)
  if (!environment) throw new UsageError(`unknown environment: ${name}${hint(name, environments.keys())}`)
  const laboratory = await shown((report) =>
    setup([environment.root], {
      ...place,
      signal,
      report,
    }),
  )
  complain(`${environment.label}: booting; \`exit\` switches the board off, Ctrl-A X ends it at once`)
  await runShell(laboratory, environment, place.project, signal)
  return exitCodes.done
}

async function lock(args: readonly string[], place: Place, signal: AbortSignal): Promise<number> {
  readArguments(args, definitions.lock)
  const made = await shown((report) =>
    updateLock(place.lockFile, {
      ...place,
      signal,
      report,
    }),
  )
  for (const [root, { packages }] of Object.entries(made.roots)) print(`${root}: ${packages.length} packages`)
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
