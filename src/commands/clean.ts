/** `repro clean`: deletes runs made here that nobody needs any more. Recorded runs stay, whatever their age. */

import { statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { failedFolder, journals } from '../experiment/execute.ts'
import { type Files, openFiles } from '../results/files.ts'
import type { Run } from '../results/run.ts'
import { StoreError } from '../results/runfile.ts'
import { openSeal } from '../results/seal.ts'
import { runName } from '../results/series.ts'
import { type CellName, openStore, sameRows } from '../results/store.ts'
import { clean as definition } from './definitions.ts'
import { exitCodes, tellSeal } from './messages.ts'
import { print } from './terminal.ts'
import { findProject, readArguments, UsageError } from './usage.ts'

const dayMs = 86_400_000

export async function cleanCommand(args: readonly string[]): Promise<number> {
  const { values } = readArguments(args, definition)
  const days = /^(\d+)d?$/.exec(values.older)?.[1]
  if (days === undefined) throw new UsageError(`--older takes days, such as 30d, not ${values.older}`)
  const before = Date.now() - Number(days) * dayMs
  const project = findProject(process.cwd())
  const files = openFiles(project)
  const seal = openSeal(project)
  const store = openStore(project, files, seal)
  let count = 0
  for (const cell of cellsIn('.repro/runs', files)) {
    let recorded: Run | undefined
    try {
      recorded = store.recorded(cell)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      console.error(`kept all runs of ${runName(cell)}: ${error.message}`)
      continue
    }
    for (const id of store.history(cell)) {
      const folder = join(project, '.repro/runs', runName(cell), id)
      if (statSync(folder).mtimeMs >= before) continue
      const run = readable(() => store.past(cell, id))
      if (run && recorded && sameRows(run, recorded)) continue // it holds the raw files of the recorded run
      count += 1
      print(`${values['dry-run'] ? 'would delete' : 'deleted'} run ${runName(cell)} of ${id.slice(0, 19)}`)
      if (!values['dry-run']) await store.forget(cell, id)
    }
  }
  const leftovers = [
    ...files.list(journals).map((name) => join(journals, name)),
    ...cellsIn(failedFolder, files).map((cell) => join(failedFolder, runName(cell))),
  ]
  for (const name of leftovers) {
    const path = join(project, name)
    if (statSync(path).mtimeMs >= before) continue
    count += 1
    print(`${values['dry-run'] ? 'would delete' : 'deleted'} ${name}`)
    if (!values['dry-run']) await rm(path, { recursive: true, force: true })
  }
  if (count === 0) print(`nothing is older than ${days} days, but for recorded runs`)
  tellSeal({ seal })
  return exitCodes.done
}

/** The run, unless it is damaged. */
function readable(read: () => Run | undefined): Run | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}

/** Cells that have a folder in `root`, as runs and failed cells have. */
function cellsIn(root: string, files: Files): readonly CellName[] {
  return files
    .list(root)
    .flatMap((experiment) =>
      files
        .list(join(root, experiment))
        .flatMap((environment) =>
          files
            .list(join(root, experiment, environment))
            .map((pattern) => ({ experiment, environment, pattern })),
        ),
    )
}
