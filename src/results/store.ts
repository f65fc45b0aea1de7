/**
 * The store: the only reader and writer of runs.
 *
 *     results/<experiment>/<environment>/<pattern>/            the recorded run, part of the project
 *     .repro/runs/<experiment>/<environment>/<pattern>/<id>/   every run made here, newest last, with its
 *                                                              raw files in raw/ and its run.json's seal;
 *                                                              unsealed ones are ignored
 *
 * Runs are validated whenever they are read, see runfile.ts.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { remove, shareFile } from '../files/change.ts'
import { replaceFolder } from '../files/drafts.ts'
import { sha256 } from '../files/fingerprint.ts'
import { digestOf, FileError } from '../files/ordinary.ts'
import { type Files, openFiles } from '../files/tracked.ts'
import { editedLines } from './acceptance.ts'
import { wrongTrials } from './excess.ts'
import { type Acceptance, type EditedFile, excludedColumn, type RawFile, type Run, runName } from './run.ts'
import {
  checkTrials,
  completed,
  exclusionsIn,
  formatRun,
  type Header,
  parseHeader,
  parseRun,
  rowsDigest,
  runOf,
  StoreError,
} from './runfile.ts'
import { type Item, openSeal, type Seal } from './seal.ts'

/** Identifies a cell, and so its runs. */
export type CellName = Pick<Run, 'experiment' | 'environment' | 'pattern'>

export interface Store {
  /** Returns the recorded run of a cell, whatever its key; undefined when there is none. */
  recorded(cell: CellName): Run | undefined
  /** Returns the newest readable run made here of a cell, that `fits` if given. */
  cached(cell: CellName, fits?: (run: Header) => boolean): Run | undefined
  /** Returns the ids of a cell's runs made here, oldest first: time of writing and start of the key. */
  history(cell: CellName): readonly string[]
  /** Returns the run of this id made here, if there is one. Throws a StoreError when it cannot be read. */
  past(cell: CellName, id: string): Run | undefined
  /** Returns the newest run made here that still has this raw file, and its path; undefined if none. */
  raw(cell: CellName, file: string): { readonly path: string; readonly run: Run } | undefined
  /** Stores a finished run and hard links to, or copies of, its raw files. Returns it with their digests. */
  keep(run: Omit<Run, 'files'>, raw: Readonly<Record<string, string>>): Promise<Run>
  /** Writes a run into results/, replacing the one before. */
  record(run: Run): Promise<void>
  /**
   * Accepts manual edits to the rows of a recorded run, and adds them to it; undefined if there are none.
   * `earlier` finds the text of a file by its SHA-256, `check` throws for a run that must not be accepted.
   */
  accept(
    cell: CellName,
    given: Omit<Acceptance, 'files'>,
    look: {
      readonly earlier: (file: string, sha256: string) => string | undefined
      readonly check: (run: Run) => void
    },
  ): Promise<Acceptance | undefined>
  /** Deletes a run made here. */
  forget(cell: CellName, id: string): Promise<void>
}

/** Returns the text of a file of a run's folder; undefined if there is none. */
type Reader = (name: string) => string | undefined

/** Returns the folder of a cell's recorded run, relative to the project. */
export function recordedFolder(cell: CellName): string {
  return `results/${runName(cell)}`
}

/** Opens the store of the project in folder `project`. Reading throws a StoreError that names the file. */
/** Of the runs of a cell that were made here. */
function cellFolder(cell: CellName): string {
  return `.repro/runs/${runName(cell)}`
}

/** Returns the folder of the newest run that was made here with this run's key. */
export function madeFolder(run: Run, files: Pick<Files, 'list'>): string | undefined {
  const end = `-${run.key.slice(0, keyDigits)}`
  const id = files.list(cellFolder(run)).findLast((one) => one.endsWith(end))
  return id === undefined ? undefined : `${cellFolder(run)}/${id}`
}

export function openStore(
  project: string,
  files: Files = openFiles(project),
  seal: Seal = openSeal(project),
): Store {
  /** Reads each file of a folder once, as what was sealed must be what is parsed, and forgets it with the reader. */
  const readerOf = (folder: string, source: Pick<Files, 'textOnce'> = files): Reader => {
    const texts = new Map<string, string | undefined>()
    return (name) => {
      if (!texts.has(name)) texts.set(name, source.textOnce(`${folder}/${name}`))
      return texts.get(name)
    }
  }
  const read = (folder: string, cell: CellName, look: Reader = readerOf(folder)) => {
    try {
      return parseRun(look, folder, runName(cell))
    } catch (error) {
      // Every failure to read a run becomes a StoreError, with one exit code.
      if (error instanceof FileError) throw new StoreError(error.message, { cause: error })
      throw error
    }
  }
  /** Treats what cannot be read in .repro/ as foreign. */
  const attempt = <T>(path: string, look: () => T): T | undefined => {
    try {
      return look()
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof FileError)) throw error
      seal.refuse(sealed(path))
      return undefined
    }
  }
  const isOurs = (folder: string, look: Reader = readerOf(folder)): boolean =>
    attempt(folder, () => seal.verify(sealed(folder), look('run.json') ?? '', look(sealFile) ?? '')) === true
  const ids = (cell: CellName) => attempt(cellFolder(cell), () => files.list(cellFolder(cell))) ?? []
  const past = (cell: CellName, id: string): Run | undefined => {
    const folder = `${cellFolder(cell)}/${id}`
    const look = readerOf(folder)
    return isOurs(folder, look) ? read(folder, cell, look) : undefined
  }
  const history = (cell: CellName) => ids(cell).filter((id) => isOurs(`${cellFolder(cell)}/${id}`))
  return {
    recorded: (cell) =>
      files.derived(`recorded ${runName(cell)}`, (source) =>
        read(recordedFolder(cell), cell, readerOf(recordedFolder(cell), source)),
      ),
    cached(cell, fits = () => true) {
      for (const id of ids(cell).toReversed()) {
        const folder = `${cellFolder(cell)}/${id}`
        const look = readerOf(folder)
        const run = attempt(folder, () => {
          if (!isOurs(folder, look)) return undefined
          const head = parseHeader(look('run.json') ?? '', `${folder}/run.json`, runName(cell))
          return fits(head) ? runOf(head, look, folder, runName(cell)) : undefined
        })
        if (run) return run
      }
      return undefined
    },
    history,
    past,
    raw(cell, file) {
      for (const id of history(cell).toReversed()) {
        const path = join(project, cellFolder(cell), id, 'raw', file)
        const found = digestOf(path)?.sha256
        const run = found === undefined ? undefined : past(cell, id)
        if (run === undefined) continue
        const stated = run.files[file]?.sha256
        if (found === stated) return { path, run }
        const reason = `its SHA-256 is ${found}, not ${stated} as when it was made`
        const advice = "Delete the run's folder, and run the cell again."
        throw new StoreError(`${cellFolder(cell)}/${id}/raw/${file} was changed: ${reason}. ${advice}`)
      }
      return undefined
    },
    async keep(run, raw) {
      checkTrials(run, runName(run))
      const kept: Run = { ...run, exclusions: exclusionsIn(run) ?? run.exclusions, files: rawFiles(raw) }
      const wrong = wrongTrials(kept)
      if (wrong !== undefined)
        throw new StoreError(
          `the rows of ${runName(run)} are not its trials: ${wrong}. Return a row for every trial that was asked for, with the reason in a column ${excludedColumn} where it cannot count, and an index or factor for each further row of a trial (in an inline script, a number called index)`,
        )
      const names = ids(run)
      const id = newId(run.key, history(run).at(-1), (one) => names.includes(one))
      const folder = `${cellFolder(run)}/${id}`
      await replaceFolder(project, folder, async (draft) => {
        await writeRun(kept, draft)
        const signature = seal.sign(sealed(folder), await readFile(join(draft, 'run.json')))
        if (signature !== undefined) await writeFile(join(draft, sealFile), signature, { flush: true })
        await takeRaw(raw, join(draft, 'raw'))
      })
      return kept
    },
    async record(run) {
      await replaceFolder(project, recordedFolder(run), async (draft) => await writeRun(run, draft))
    },
    async accept(cell, given, { earlier, check }) {
      const folder = recordedFolder(cell)
      const text = files.text(`${folder}/run.json`)
      if (text === undefined) throw new StoreError(`no recorded run: ${folder}`)
      const edited: EditedFile[] = []
      const head = parseHeader(text, `${folder}/run.json`, runName(cell))
      const rest = completed(head, folder, (name, { sha256: before }) => {
        const csv = files.text(`${folder}/${name}`)
        if (csv === undefined) throw new StoreError(`missing ${folder}/${name}`)
        const after = sha256(csv)
        if (after !== before)
          edited.push({ file: name, before, after, ...editedLines(earlier(name, before), csv) })
        return csv
      })
      if (edited.length === 0) return undefined
      const exclusions = exclusionsIn(rest) ?? rest.exclusions
      const acceptance: Acceptance = { ...given, files: edited }
      const run: Run = { ...rest, exclusions, accepted: [...(rest.accepted ?? []), acceptance] }
      const wrong = wrongTrials(run)
      if (wrong !== undefined) throw new StoreError(`not accepted: ${runName(run)}: ${wrong}`)
      check(run)
      await replaceFolder(project, folder, async (draft) => await writeRun(run, draft))
      return acceptance
    },
    forget: (cell, id) => remove(project, `${cellFolder(cell)}/${id}`),
  }
}

/** Beside run.json. */
const sealFile = 'seal'

function sealed(path: string): Item {
  return { kind: 'run', path }
}

/** Length of the key's prefix in a run's id. */
const keyDigits = 12

/**
 * Returns an id such as `2026-11-23T12.30.05.123Z-0123456789ab`: sorts after `newest` whatever the clock
 * says, and is a valid file name everywhere.
 */
function newId(key: string, newest: string | undefined, isTaken: (id: string) => boolean): string {
  const [, day, time = ''] = /^(\d{4}-\d\d-\d\dT)([\d.]+Z)-/.exec(newest ?? '') ?? []
  const last = Date.parse(`${day}${time.replace('.', ':').replace('.', ':')}`)
  for (let ms = Math.max(Date.now(), Number.isNaN(last) ? 0 : last + 1); ; ms += 1) {
    const id = `${new Date(ms).toISOString().replaceAll(':', '.')}-${key.slice(0, keyDigits)}`
    if (!isTaken(id)) return id
  }
}

/** Returns a run, or undefined for one that the store refuses. */
export function readable(read: () => Run | undefined): Run | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}

/** True if two runs have the same observations, in their rows and in their datasets. */
export function sameRows(a: Run, b: Run): boolean {
  return rowsDigest(a) === rowsDigest(b) && differingDatasets(a, b).length === 0
}

/** Returns the sorted names of datasets that differ, or that only one run has. */
export function differingDatasets(a: Run, b: Run): readonly string[] {
  const [ours, theirs] = [a.datasets ?? {}, b.datasets ?? {}]
  const digest = (datasets: NonNullable<Run['datasets']>, name: string) =>
    Object.hasOwn(datasets, name) && datasets[name] ? rowsDigest(datasets[name]) : undefined
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])]
    .sort()
    .filter((name) => digest(ours, name) !== digest(theirs, name))
}

async function writeRun(run: Run, folder: string): Promise<void> {
  for (const [name, text] of Object.entries(formatRun(run)))
    await writeFile(join(folder, name), text, { flush: true })
}

/** Throws a StoreError for anything but regular files: links could later lead elsewhere, pipes never end. */
function rawFiles(raw: Readonly<Record<string, string>>): Readonly<Record<string, RawFile>> {
  const names = Object.keys(raw).sort()
  return Object.fromEntries(
    names.map((name) => {
      const found = digestOf(raw[name] ?? '')
      if (found === undefined) throw new StoreError(`no file ${name} of the result: ${raw[name]}`)
      return [name, found]
    }),
  )
}

/** Stores raw files; names may contain folders: `boot-2/trace.bin`. */
async function takeRaw(raw: Readonly<Record<string, string>>, folder: string): Promise<void> {
  for (const [name, path] of Object.entries(raw)) {
    const place = join(folder, name)
    await mkdir(dirname(place), { recursive: true })
    await shareFile(path, place)
  }
}
