/**
 * The plan: what each cell's result depends on, and whether it is there.
 *
 *     cells -> inputs -> keys -> verdicts
 */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Inputs } from '../results/run.ts'
import type { Store } from '../results/store.ts'
import { installedRoot } from '../testbed/emulated/installed.ts'
import { type Package, packagesDigest, readLock } from '../testbed/emulated/packages.ts'
import type { Root } from '../testbed/emulated/roots.ts'
import type { Environment } from '../testbed/environment.ts'
import type { PlannedCell } from './cells.ts'
import { digest, keyOf } from './key.ts'
import { filesDigest, type ReadFile, scriptDigest } from './sources.ts'
import { type Verdict, verdictOf } from './verdict.ts'

export interface Step {
  readonly cell: PlannedCell
  readonly environment: Environment | 'local'
  /** Of a run made now. */
  readonly inputs: Inputs
  readonly key: string
  readonly verdict: Verdict
}

export interface Surroundings {
  /** Absolute path of the project. */
  readonly project: string
  /** The document, relative to the project. */
  readonly document: string
  readonly environments: ReadonlyMap<string, Environment>
  readonly lockFile: string
  readonly cache: string
  readonly store: Store
}

/** Looks at the project and the store, and changes nothing. Throws TestbedError and StoreError for files that cannot be used. */
export async function plan(cells: readonly PlannedCell[], around: Surroundings): Promise<readonly Step[]> {
  const read = reader(around.project)
  const emulated = cells.some(({ environment }) => around.environments.has(environment))
  const board = emulated ? await boardDigest(around.project, read) : ''
  const scripts = new Map<object, Promise<string>>()
  const packages = new Map<Root, Promise<Packages>>()

  return await Promise.all(
    cells.map(async (cell): Promise<Step> => {
      const { block, definition } = cell
      const environment = environmentOf(cell, around.environments)
      const script = scripts.get(block) ?? digestOfScript(cell, around.document, read)
      scripts.set(block, script)
      const common = {
        script: await script,
        parameters: digest(definition.parameters),
        trials: block.trials,
        seed: block.seed,
      }
      if (environment === 'local') {
        return await step(cell, environment, [{ ...common, environment: digest('local') }], around.store)
      }
      const made = packages.get(environment.root) ?? packagesOf(environment.root, around)
      packages.set(environment.root, made)
      const { installed, locked } = await made
      // What an environment is called decides nothing.
      const { name: _name, label: _label, ...defined } = environment
      const inputs = (digests: string) => ({
        ...common,
        board,
        environment: digest(defined),
        packages: digests,
      })
      return await step(cell, environment, [inputs(installed), inputs(locked)], around.store)
    }),
  )
}

/** `accepted`: inputs of runs that answer the cell; a run made now has the first. */
async function step(
  cell: PlannedCell,
  environment: Environment | 'local',
  accepted: readonly [Inputs, ...Inputs[]],
  store: Store,
): Promise<Step> {
  const [inputs] = accepted
  const keys = accepted.map((one) => keyOf(cell, one))
  const [key = ''] = keys
  const wanted = { inputs, parameters: cell.definition.parameters, keys }
  const verdict = verdictOf(wanted, await store.recorded(cell), await store.cached(key))
  return { cell, environment, inputs, key, verdict }
}

function environmentOf(
  { environment }: PlannedCell,
  environments: ReadonlyMap<string, Environment>,
): Environment | 'local' {
  const found = environments.get(environment)
  if (found) return found
  if (environment === 'local') return 'local'
  throw new Error(`environment without a definition: ${environment}; the document was not checked`)
}

async function digestOfScript(
  { block: { script } }: PlannedCell,
  document: string,
  read: ReadFile,
): Promise<string> {
  return 'file' in script
    ? await scriptDigest(script.file, read)
    : await scriptDigest(document, read, script.source)
}

async function boardDigest(project: string, read: ReadFile): Promise<string> {
  const folder = 'experiments/board'
  const names = await readdir(join(project, folder)).catch(() => [])
  return await filesDigest(
    names.map((name) => `${folder}/${name}`),
    read,
  )
}

interface Packages {
  /** Digest of what is set up here (some packages may have been replaced), else of the lock. */
  readonly installed: string
  /** Digest of the lock: runs made as it says are good wherever they were made. */
  readonly locked: string
}

async function packagesOf(root: Root, { lockFile, cache }: Surroundings): Promise<Packages> {
  const lock = await readLock(lockFile)
  const locked: Record<string, readonly Package[]> = {}
  const installed: Record<string, readonly Package[]> = {}
  for (const name of ['host', root] as const) {
    locked[name] = lock.roots[name].packages
    installed[name] = (await installedRoot(cache, name, lock.roots[name]))?.packages ?? locked[name]
  }
  return { installed: packagesDigest(installed), locked: packagesDigest(locked) }
}

/** Files of the project, each read once. */
function reader(project: string): ReadFile {
  const files = new Map<string, Promise<Uint8Array | undefined>>()
  return (path) => {
    const file = files.get(path) ?? readFile(join(project, path)).catch(() => undefined)
    files.set(path, file)
    return file
  }
}
