/** Plans of cells on boards: nothing is booted, the record says what a first plan would have made. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cellsOf } from '../../src/engine/cells.ts'
import { plan, type Step } from '../../src/engine/plan.ts'
import { digestNow } from '../../src/engine/reads.ts'
import { openFiles } from '../../src/files/tracked.ts'
import { keyOf } from '../../src/results/key.ts'
import { runName, type Run } from '../../src/results/run.ts'
import { StoreError } from '../../src/results/runfile.ts'
import { openStore, type Store } from '../../src/results/store.ts'
import { projectEnvironments } from '../../src/testbeds/environments.ts'
import { fakeExperiment, fakeRun } from '../results/fake.ts'

const checkout = resolve(import.meta.dirname, '../..')

let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-plan-'))
  mkdirSync(join(project, 'paper'))
  writeFileSync(join(project, 'paper/index.md'), '')
  cpSync(join(checkout, 'experiments'), join(project, 'experiments'), { recursive: true })
})
afterEach(() => rmSync(project, { recursive: true }))

/** The plan of one experiment with two patterns in two environments, with `record` as what is recorded. */
async function planned(
  record: ReadonlyMap<string, Run>,
  onRead: (name: string) => void = () => {},
): Promise<readonly Step[]> {
  const files = openFiles(project)
  const recorded: Store['recorded'] = (cell) => {
    onRead(runName(cell))
    return record.get(runName(cell))
  }
  const store: Store = { ...openStore(project, files), recorded }
  const environments = projectEnvironments(project, files)
  const around = {
    project,
    document: 'paper/index.md',
    environments,
    cache: join(project, 'cache'),
  }
  return await plan(cellsOf([fakeExperiment()]), { ...around, store, files })
}

/** A run of the step that read the sources of the measuring loop and found no calibration. */
function runOf({ cell, inputs }: Step): Run {
  const files = openFiles(project)
  const read = [
    'file experiments/board/loop.c',
    'file experiments/board/xen.h',
    'file experiments/calibration',
  ]
  const reads = Object.fromEntries(read.map((name) => [name, digestNow(name, files)]))
  const run = fakeRun({ environment: cell.environment, pattern: cell.pattern })
  const all = { ...inputs, ...reads }
  return { ...run, key: keyOf(run, all), inputs: all }
}

const edit = (file: string, from: string | RegExp, to: string) => {
  const path = join(project, file)
  const text = readFileSync(path, 'utf8')
  const changed = text.replace(from, to)
  expect(changed).not.toBe(text)
  writeFileSync(path, changed)
}

const everywhere = ['xen-4.14', 'xen-4.17']
it.each<[string, () => void, readonly string[], string]>([
  ['nothing', () => {}, [], ''],
  [
    'a board program',
    () => edit('experiments/board/loop.c', 'CALIBRATE_EVERY = ', 'CALIBRATE_EVERY = 1 + '),
    everywhere,
    'experiments/board/loop.c changed',
  ],
  [
    'a board program that the job did not use',
    () => edit('experiments/board/switchover.c', 'int main', 'int unused;\nint main'),
    [],
    '',
  ],
  [
    'a file that was looked for',
    () => writeFileSync(join(project, 'experiments/calibration'), '1'),
    everywhere,
    'experiments/calibration missing -> 6b86b273ff34',
  ],
  ['a comment in a board program', () => edit('experiments/board/loop.c', '/*', '/* new'), [], ''],
  [
    'an environment’s memory',
    () => edit('experiments/environments.yaml', 'memoryMb: 4096', 'memoryMb: 2048'),
    ['xen-4.14'],
    'environment memoryMb 4096 -> 2048',
  ],
  ['an environment’s label', () => edit('experiments/environments.yaml', 'label: ', 'label: New '), [], ''],
  [
    'the package lock of one Debian',
    () =>
      edit(
        'experiments/packages.lock.json',
        /("debian-12": \{[\s\S]*?"sha256": ")[0-9a-f]{64}/,
        `$1${'0'.repeat(64)}`,
      ),
    ['xen-4.17'],
    'packages debian-12 changed',
  ],
  [
    'the script',
    () => edit('experiments/pause-resume.ts', 'export default', 'export const other = 1\nexport default'),
    everywhere,
    'script changed',
  ],
])('%s makes the right cells stale, with the reason', async (_, change, environments, reason) => {
  const record = new Map(
    (await planned(new Map())).map((step): [string, Run] => [runName(step.cell), runOf(step)]),
  )
  expect(record.size).toBe(4)
  change()
  for (const { cell, status } of await planned(record)) {
    if (environments.includes(cell.environment)) expect(status).toMatchObject({ type: 'stale', reason })
    else expect(status.type).toBe('recorded')
  }
})

it('a recorded run that cannot be used is damaged, with the reason, and the other cells have their verdicts', async () => {
  const made = (await planned(new Map())).map((step): [string, Run] => [runName(step.cell), runOf(step)])
  const record = new Map(made)
  const [[edited] = [''], [local, run] = ['']] = made
  record.delete(edited)
  if (run) record.set(local, { ...run, origin: 'local' })
  const verdicts = (
    await planned(record, (name) => {
      if (name === edited) throw new StoreError('run.json was changed')
    })
  ).map(({ status }) => status)
  expect(verdicts.slice(0, 2)).toEqual([
    { type: 'damaged', reason: 'run.json was changed' },
    {
      type: 'damaged',
      reason: `results/${local}/run.json says that the run is local, but its environment is emulated. Restore it from version control, or delete its folder to run the cell again.`,
    },
  ])
  expect(verdicts.slice(2).map(({ type }) => type)).toEqual(['recorded', 'recorded'])
})
