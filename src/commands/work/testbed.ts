/** Sets the laboratory up, examines it, and opens a console on a board of it. */

import { join } from 'node:path'
import { openFiles } from '../../files/tracked.ts'
import { environmentsFile, packagesLock, refuseForeign } from '../../project/site.ts'
import { cacheFolder } from '../../testbed/cache.ts'
import { readEnvironments } from '../../testbed/environment.ts'
import type { Report } from '../../testbed/testbed.ts'
import { doctor } from '../../testbeds/xen-qemu/doctor.ts'
import { installedRoot } from '../../testbeds/xen-qemu/installed.ts'
import { readLock } from '../../testbeds/xen-qemu/packages.ts'
import { roots } from '../../testbeds/xen-qemu/roots.ts'
import { setup } from '../../testbeds/xen-qemu/setup.ts'
import { runShell } from '../../testbeds/xen-qemu/shell.ts'
import { updateLock } from '../../testbeds/xen-qemu/update.ts'
import { hint } from '../../text/spelling.ts'
import { UsageError } from '../parse.ts'
import { findProject } from '../site.ts'
import { openDisplay } from '../terminal/progress.ts'
import { complain, exitCodes, print, standardError } from '../terminal/terminal.ts'

interface Place {
  readonly project: string
  readonly lockFile: string
  readonly cache: string
  readonly mirror: string | undefined
}

/** The laboratory of the project around the working folder. Throws a FileError for files of it that cannot be read. */
function laboratory(): Place {
  const project = findProject(process.cwd())
  refuseForeign(openFiles(project))
  const lockFile = join(project, packagesLock)
  return { project, lockFile, cache: cacheFolder(), mirror: process.env.REPRO_DEBIAN_MIRROR }
}

/** Environments, and whether what they boot is set up. */
export async function list(): Promise<number> {
  const { project, lockFile, cache } = laboratory()
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

export async function setUp(signal: AbortSignal): Promise<number> {
  const place = laboratory()
  const { versions, substitutions } = await shown((report) =>
    setup([...roots.keys()], { ...place, signal, report }),
  )
  for (const { root, pinned, installed } of substitutions)
    print(`${root}: ${installed} in place of ${pinned}`)
  const boards = Object.values(versions.boards).map(
    ({ xen, linuxRelease }) => `Xen ${xen} with Linux ${linuxRelease}`,
  )
  print(`set up in ${place.cache}: QEMU ${versions.qemu}, gcc ${versions.gcc}, ${boards.join(', ')}`)
  return exitCodes.done
}

export async function examine(): Promise<number> {
  const checks = await doctor(laboratory())
  for (const { name, ok, found, advice } of checks) {
    print(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${found}${ok || advice === undefined ? '' : `\n     ${advice}`}`)
  }
  return checks.every(({ ok }) => ok) ? exitCodes.done : exitCodes.testbed
}

/** An interactive dom0. The environment is the newest unless named. */
export async function shell(wanted: string | undefined, signal: AbortSignal): Promise<number> {
  const place = laboratory()
  const environments = await readEnvironments(join(place.project, environmentsFile))
  const name = wanted ?? [...environments.keys()].at(-1) ?? ''
  const environment = environments.get(name)
  if (!environment) throw new UsageError(`unknown environment: ${name}${hint(name, environments.keys())}`)
  const board = await shown((report) => setup([environment.root], { ...place, signal, report }))
  complain(`${environment.label}: booting; \`exit\` switches the board off, Ctrl-A X ends it at once`)
  await runShell(board, environment, place.project, signal)
  return exitCodes.done
}

export async function lock(signal: AbortSignal): Promise<number> {
  const place = laboratory()
  const made = await shown((report) => updateLock(place.lockFile, { ...place, signal, report }))
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
