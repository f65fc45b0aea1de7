/**
 * What a program leaves beside its rows: files that are kept with the run, and datasets. Each process gets two
 * empty folders. Names, links and columns are checked as those of a script in TypeScript are (result.ts).
 */

import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { wrongByte } from '../../data/text.ts'
import type { Dataset, Row } from '../../results/run.ts'
import { repeated } from '../../text/lists.ts'
import { ExperimentError } from './cell.ts'
import { columnsOf } from './inline.ts'
import { mostBytes } from './journal.ts'
import { readPrintedRows } from './printedrows.ts'
import { requireSameColumns } from './samecolumns.ts'

export interface Folders {
  /** Its files become files of the run. */
  readonly files: string
  /** NAME.csv and NAME.jsonl become datasets. */
  readonly datasets: string
}

export function foldersIn(inner: string): Folders {
  return { files: join(inner, 'files'), datasets: join(inner, 'datasets') }
}

/** Empties both folders for the next process. */
export function emptyFolders({ files, datasets }: Folders): void {
  for (const folder of [files, datasets]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
  }
}

/** Of all processes of a boot. */
export interface Gathered {
  /**
   * Takes what the process of a trial left, or with no trial that of all trials. Returns whether there was anything.
   * Throws an ExperimentError for what is neither.
   */
  take(folders: Folders, trial: number | undefined): boolean
  /** For the result of a script; unvalidated but for the number of rows. */
  readonly result: () => {
    readonly files?: Readonly<Record<string, string>>
    readonly datasets?: Readonly<Record<string, Dataset>>
  }
}

/** Collects in `kept`, a folder of the boot, so that the folders of a process are its own. */
export function gather(kept: string): Gathered {
  const files: Record<string, string> = Object.create(null)
  const rowsOf = new Map<string, Row[]>()
  /** Names of datasets that came as tables: each has a head. */
  const tables = new Set<string>()
  const takeFile = (folder: string, name: string, trial: number | undefined) => {
    const path = join(folder, name)
    const own = trial === undefined ? name : `trial-${trial}-${name}`
    if (lstatSync(path).isDirectory())
      throw new ExperimentError(
        `${name} in the folder of REPRO_FILES is a folder: put files into REPRO_FILES itself`,
      )
    mkdirSync(kept, { recursive: true })
    const place = join(kept, own)
    renameSync(path, place)
    files[own] = place
  }
  const takeDataset = (folder: string, file: string, trial: number | undefined) => {
    const name = basename(file, extname(file))
    const where = `${file} in the folder of REPRO_DATASETS`
    if (!['.csv', '.jsonl'].includes(extname(file)))
      throw new ExperimentError(
        `${where} is no dataset: name it NAME.csv or NAME.jsonl, or put it into REPRO_FILES`,
      )
    const path = join(folder, file)
    if (!lstatSync(path).isFile()) throw new ExperimentError(`${where} is no ordinary file`)
    if (lstatSync(path).size > mostBytes)
      throw new ExperimentError(
        `${where} has more than ${mostBytes / 1e6} MB: give fewer rows, or put it into REPRO_FILES`,
      )
    const rows = readRows(readFileSync(path), where) as readonly Row[]
    const all = rowsOf.get(name) ?? []
    for (const row of rows) all.push(trial === undefined ? row : { trial, ...row })
    rowsOf.set(name, all)
    if (extname(file) === '.csv') tables.add(name)
  }
  return {
    take(folders, trial) {
      const found = { files: namesIn(folders.files), datasets: namesIn(folders.datasets) }
      const names = found.datasets.map((file) => basename(file, extname(file)))
      const twice = repeated(names)
      if (twice !== undefined)
        throw new ExperimentError(
          `the folder of REPRO_DATASETS has two datasets ${twice}: leave one of them out`,
        )
      for (const name of found.files) takeFile(folders.files, name, trial)
      for (const file of found.datasets) takeDataset(folders.datasets, file, trial)
      return found.files.length + found.datasets.length > 0
    },
    result() {
      const datasets = [...rowsOf].map(([name, rows]): readonly [string, Dataset] => {
        if (tables.has(name)) requireSameColumns(rows, `the dataset ${name} has`)
        if (rows.length > 0) return [name, { columns: columnsOf(rows), rows }]
        throw new ExperimentError(
          `the dataset ${name} has no row in any trial: do not write it, or give it rows`,
        )
      })
      return {
        ...(Object.keys(files).length > 0 && { files: { ...files } }),
        ...(datasets.length > 0 && { datasets: Object.fromEntries(datasets) }),
      }
    },
  }
}

/** The script may have deleted the folder. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new ExperimentError(`${folder} is no folder any more: write files into it`, { cause: error })
  }
}

/** No row, of a trial in which nothing happened, is an empty file or a head alone. */
function readRows(bytes: Uint8Array, where: string): readonly Readonly<Record<string, unknown>>[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ExperimentError(`${where}, ${wrongByte(bytes)}`)
  }
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const isHead = lines.length === 1 && !lines[0]?.trimStart().startsWith('{')
  return isHead ? [] : readPrintedRows(text, where)
}
