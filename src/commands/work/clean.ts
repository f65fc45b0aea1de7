/** Deletes old local runs and saved boards. Recorded runs are kept, whatever their age. */

import { lstatSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bootCache } from '../../engine/bootcache.ts'
import type { TellEvent } from '../../engine/event.ts'
import { failedFolder, journalFolder } from '../../engine/execute.ts'
import { exchangeFolders } from '../../engine/executors.ts'
import { isFolder, remove } from '../../files/change.ts'
import { type Files, openFiles } from '../../files/tracked.ts'
import { underLock } from '../../project/build.ts'
import { runName, type Run } from '../../results/run.ts'
import { StoreError } from '../../results/runfile.ts'
import { openSeal } from '../../results/seal.ts'
import { type CellName, openStore, readable, sameRows } from '../../results/store.ts'
import { cacheFolder } from '../../testbed/cache.ts'
import { testbeds } from '../../testbeds/testbeds.ts'
import { warnUntrusted } from '../site.ts'
import { complain, exitCodes, print } from '../terminal/terminal.ts'

const dayMs = 86_400_000

/** Deletes what is older than `days`; `dryRun` only lists it. */
export async function deleteOld(
  project: string,
  { days, dryRun }: { readonly days: number; readonly dryRun: boolean },
  signal: AbortSignal,
): Promise<number> {
  const before = Date.now() - days * dayMs
  const did = dryRun ? 'would delete' : 'deleted'
  for (const testbed of testbeds.values()) {
    const kept = await testbed.clean?.({ cache: cacheFolder() }, before, dryRun)
    if (kept !== undefined) print(`${did} ${kept}`)
  }
  if (!isFolder(project, '.repro')) {
    print('nothing to delete: there is no .repro/ here')
    return exitCodes.done
  }
  const tell: TellEvent = (event) => {
    if (event.type === 'note') complain(event.text)
  }
  const act = async () => {
    for (const folder of ['.repro/runs', ...leftovers]) isFolder(project, folder)
    const found = oldThings(project, before)
    for (const { path } of found) isFolder(project, dirname(path)) // before anything is deleted
    for (const { path, name } of found) {
      if (!dryRun) await remove(project, path)
      print(`${did} ${name}`)
    }
    if (found.length === 0) print(`nothing but recorded runs is older than ${days} days`)
  }
  // A concurrent build might need what is deleted.
  if (dryRun) await act()
  else await underLock({ project }, signal, tell, act)
  return exitCodes.done
}

/** Folders that only a running build needs. */
const leftovers = [journalFolder, bootCache, failedFolder, ...exchangeFolders]

/** The render cache of earlier versions; deleted at any age. */
const oldRenderCache = '.repro/made'

interface Old {
  /** Relative to the project. */
  readonly path: string
  readonly name: string
}

/** Returns what last changed before an instant, except runs that hold the raw files of recorded ones. */
function oldThings(project: string, before: number): readonly Old[] {
  const files = openFiles(project)
  const seal = openSeal(project)
  const store = openStore(project, files, seal)
  const found: Old[] = []
  for (const cell of cellsWithRuns(files)) {
    let recorded: Run | undefined
    try {
      recorded = store.recorded(cell)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      complain(`kept all runs of ${runName(cell)}: ${error.message}`)
      continue
    }
    for (const id of store.history(cell)) {
      const path = `.repro/runs/${runName(cell)}/${id}`
      if (lstatSync(join(project, path)).mtimeMs >= before) continue
      const run = readable(() => store.past(cell, id))
      if (run && recorded && sameRows(run, recorded)) continue // it holds the raw files of the recorded run
      found.push({ path, name: `run ${runName(cell)} of ${id.slice(0, 19)}` })
    }
  }
  const paths = leftovers.flatMap((folder) => files.list(folder).map((name) => `${folder}/${name}`))
  for (const path of paths) if (changedMs(join(project, path)) < before) found.push({ path, name: path })
  if (isFolder(project, oldRenderCache)) found.push({ path: oldRenderCache, name: oldRenderCache })
  warnUntrusted({ seal })
  return found
}

/** Returns the last change of a folder or (failed cells: EXPERIMENT/ENVIRONMENT/PATTERN) of those in it. */
function changedMs(place: string): number {
  const inner = foldersIn(place).flatMap((one) => [one, ...foldersIn(one)])
  return [place, ...inner].reduce((newest, one) => Math.max(newest, lstatSync(one).mtimeMs), 0)
}

function foldersIn(place: string): readonly string[] {
  if (!lstatSync(place).isDirectory()) return []
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(place, entry.name)] : [],
  )
}

function cellsWithRuns(files: Files): readonly CellName[] {
  const inside = (folder: string) => files.list(`.repro/runs/${folder}`).map((name) => `${folder}/${name}`)
  const names = inside('').flatMap(inside).flatMap(inside)
  return names.map((name) => {
    const [, experiment = '', environment = '', pattern = ''] = name.split('/')
    return { experiment, environment, pattern }
  })
}
