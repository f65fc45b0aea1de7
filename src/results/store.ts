/**
 * The store: the only reader and writer of runs.
 *
 *     results/<experiment>/<environment>/<pattern>/            the recorded run, part of the project
 *     .repro/runs/<experiment>/<environment>/<pattern>/<id>/   every run made here, newest last, with its raw files in raw/, and
 *                                                              the seal of its run.json; those without one are not runs
 *     .repro/scratch/, results/.scratch/, _build/.scratch/     what is being written; a rename puts it in its place, so it has to
 *                                                              lie on the same file system
 *
 * A run is checked whenever it is read, see runfile.ts.
 */

import { createHash } from 'node:crypto'
import { closeSync, createReadStream, existsSync, openSync, readSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isRunning } from '../testbed/exclusive.ts'
import { FileError, type Files, openFiles, sha256 } from './files.ts'
import type { RawFile, Run } from './run.ts'
import {
  checkTrials,
  completed,
  exclusionsIn,
  formatRun,
  parseHeader,
  parseRun,
  rowsDigest,
  StoreError,
} from './runfile.ts'
import { type Item, openSeal, type Seal } from './seal.ts'
import { runName } from './series.ts'

/** What names a cell, and so its runs. */
export type CellName = Pick<Run, 'experiment' | 'environment' | 'pattern'>

export interface Store {
  /** The recorded run of a cell, whatever its key; undefined when there is none. */
  recorded(cell: CellName): Run | undefined
  /** The newest run made here of a cell with this key; of any key if none is given. One that cannot be read does not count. */
  cached(cell: CellName, key?: string): Run | undefined
  /** Ids of the runs made here of a cell, oldest first: time of writing and start of the key. */
  history(cell: CellName): readonly string[]
  /** A run made here; undefined when there is none of this id. Throws a StoreError when it cannot be read. */
  past(cell: CellName, id: string): Run | undefined
  /** The newest run made here that still has this raw file, and where that is; undefined when there is none. */
  raw(cell: CellName, file: string): { readonly path: string; readonly run: Run } | undefined
  /** Keeps a finished run, with its raw files (name -> path), which are moved. Returns it with their digests. */
  keep(run: Omit<Run, 'files'>, raw: Readonly<Record<string, string>>): Promise<Run>
  /** Writes a run into results/, in the place of the one before. */
  record(run: Run): Promise<void>
  /** Takes over edited observations of a recorded run as they are now; false if they were not edited. */
  accept(cell: CellName, by: string): Promise<boolean>
  /** Deletes a run made here. */
  forget(cell: CellName, id: string): Promise<void>
}

/** Where the recorded run of a cell lies, relative to the project. */
export function recordedFolder(cell: CellName): string {
  return `results/${runName(cell)}`
}

/** The store of the project in folder `project`. Reading throws a StoreError that names the file. */
export function openStore(
  project: string,
  files: Files = openFiles(project),
  seal: Seal = openSeal(project),
): Store {
  const cellFolder = (cell: CellName) => `.repro/runs/${runName(cell)}`
  const read = (folder: string, cell: CellName) =>
    parseRun((name) => files.text(`${folder}/${name}`), folder, runName(cell))
  /** What cannot be read in .repro/ is as good as foreign. */
  const attempt = <T>(path: string, look: () => T): T | undefined => {
    try {
      return look()
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof FileError)) throw error
      seal.refuse(sealed(path))
      return undefined
    }
  }
  const isOurs = (folder: string): boolean =>
    attempt(folder, () => {
      const text = files.text(`${folder}/run.json`) ?? ''
      return seal.verify(sealed(folder), text, files.text(`${folder}/${sealFile}`) ?? '')
    }) === true
  const ids = (cell: CellName) => attempt(cellFolder(cell), () => files.list(cellFolder(cell))) ?? []
  const past = (cell: CellName, id: string): Run | undefined => {
    const folder = `${cellFolder(cell)}/${id}`
    return isOurs(folder) ? read(folder, cell) : undefined
  }
  const history = (cell: CellName) => ids(cell).filter((id) => isOurs(`${cellFolder(cell)}/${id}`))
  return {
    recorded: (cell) => read(recordedFolder(cell), cell),
    cached(cell, key) {
      for (const id of ids(cell).toReversed()) {
        if (key !== undefined && !id.endsWith(`-${key.slice(0, keyDigits)}`)) continue
        const run = attempt(`${cellFolder(cell)}/${id}`, () => past(cell, id))
        if (run && (key === undefined || run.key === key)) return run
      }
      return undefined
    },
    history,
    past,
    raw(cell, file) {
      for (const id of history(cell).toReversed()) {
        const name = `${cellFolder(cell)}/${id}/raw/${file}`
        const path = join(project, name)
        const run = existsSync(path) ? past(cell, id) : undefined
        if (run === undefined) continue
        const [found, stated] = [sha256OfFile(path), run.files[file]?.sha256]
        if (found === stated) return { path, run }
        throw new StoreError(
          `${name} was changed: its SHA-256 is ${found}, not ${stated} as when it was made. Delete the run's folder, and run the cell again.`,
        )
      }
      return undefined
    },
    async keep(run, raw) {
      checkTrials(run, runName(run))
      const names = ids(run)
      const id = newId(run.key, history(run).at(-1), (one) => names.includes(one))
      const folder = `${cellFolder(run)}/${id}`
      const draft = await openDraft(project, folder)
      const taken = await takeRaw(join(draft, 'raw'), raw)
      const kept: Run = { ...run, exclusions: exclusionsIn(run) ?? run.exclusions, files: taken }
      await writeRun(kept, draft)
      const signature = seal.sign(sealed(folder), await readFile(join(draft, 'run.json')))
      if (signature !== undefined) await writeFile(join(draft, sealFile), signature, { flush: true })
      await putInPlace(draft, join(project, folder))
      return kept
    },
    async record(run) {
      const draft = await openDraft(project, recordedFolder(run))
      await writeRun(run, draft)
      await putInPlace(draft, join(project, recordedFolder(run)))
    },
    async accept(cell, by) {
      const folder = recordedFolder(cell)
      const text = files.text(`${folder}/run.json`)
      if (text === undefined) throw new StoreError(`no recorded run: ${folder}`)
      let edited = false
      const head = parseHeader(text, `${folder}/run.json`, runName(cell))
      const { provenance, ...rest } = completed(head, folder, (name, stated) => {
        const csv = files.text(`${folder}/${name}`)
        if (csv === undefined) throw new StoreError(`missing ${folder}/${name}`)
        edited ||= sha256(csv) !== stated.sha256
        return csv
      })
      if (!edited) return false
      const exclusions = exclusionsIn(rest) ?? rest.exclusions
      const run: Run = { ...rest, exclusions, provenance: { ...provenance, accepted: by } }
      const draft = await openDraft(project, folder)
      await writeRun(run, draft)
      await putInPlace(draft, join(project, folder))
      return true
    },
    forget: (cell, id) => rm(join(project, cellFolder(cell), id), { recursive: true, force: true }),
  }
}

/** Beside run.json. */
const sealFile = 'seal'

function sealed(path: string): Item {
  return { kind: 'run', path }
}

/** Digits of the key in a run's id. */
const keyDigits = 12

/** `2026-11-23T12.30.05.123Z-0123456789ab`: behind `newest`, whatever the clock says; a name on every file system. */
function newId(key: string, newest: string | undefined, isTaken: (id: string) => boolean): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\dT)([\d.]+Z)-/.exec(newest ?? '') ?? []
  const last = Date.parse(`${day}${time?.replace('.', ':').replace('.', ':')}`)
  for (let ms = Math.max(Date.now(), Number.isNaN(last) ? 0 : last + 1); ; ms += 1) {
    const id = `${new Date(ms).toISOString().replaceAll(':', '.')}-${key.slice(0, keyDigits)}`
    if (!isTaken(id)) return id
  }
}

/** Whether two runs have the same observations. */
export function sameRows(a: Run, b: Run): boolean {
  return rowsDigest(a) === rowsDigest(b)
}

async function writeRun(run: Run, folder: string): Promise<void> {
  for (const [name, text] of Object.entries(formatRun(run)))
    await writeFile(join(folder, name), text, { flush: true })
}

async function takeRaw(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, RawFile>>> {
  const taken: (readonly [string, RawFile])[] = []
  for (const [name, path] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    await mkdir(folder, { recursive: true })
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    taken.push([name, { sha256: hash.digest('hex'), bytes: (await stat(path)).size }])
    await rename(path, join(folder, name))
  }
  return Object.fromEntries(taken)
}

function sha256OfFile(path: string): string {
  const hash = createHash('sha256')
  const buffer = new Uint8Array(1 << 20)
  const handle = openSync(path, 'r')
  try {
    for (let read = readSync(handle, buffer); read > 0; read = readSync(handle, buffer))
      hash.update(buffer.subarray(0, read))
  } finally {
    closeSync(handle)
  }
  return hash.digest('hex')
}

const roots = ['.repro', 'results', '_build'] as const

/** Where drafts of what goes to `path` lie, relative to the project. */
function scratchOf(path: string): string {
  const root = roots.find((one) => path.startsWith(`${one}/`)) ?? '.repro'
  return root === '.repro' ? '.repro/scratch' : `${root}/.scratch`
}

let drafts = 0

/** A new folder that only this process writes, for what goes to `path`. */
async function openDraft(project: string, path: string): Promise<string> {
  const draft = join(project, scratchOf(path), `${process.pid}-${++drafts}`)
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  return draft
}

const setAside = '-replaced'

/** A folder takes the place of another as a whole: that is set aside first, and comes back when this process dies in between. */
async function putInPlace(draft: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const aside = `${draft}${setAside}`
  try {
    await rename(folder, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await rename(draft, folder)
  await rm(aside, { recursive: true, force: true })
  await close(draft)
}

/** Deletes a draft, and what held it if there is no other: folders that people look at stay clean. */
async function close(draft: string): Promise<void> {
  await rm(draft, { recursive: true, force: true })
  if (draft.includes('/.scratch/')) await rmdir(dirname(draft)).catch(() => {})
}

/** Writes a file of the project under another name first, so that nobody ever reads half of it. */
export async function writeAtomically(
  project: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const draft = await openDraft(project, path)
  await writeFile(join(draft, 'content'), content, { flush: true })
  await mkdir(dirname(join(project, path)), { recursive: true })
  await rename(join(draft, 'content'), join(project, path))
  await close(draft)
}

/** Deletes what processes that are gone were writing; a recorded run that one had set aside comes back if nothing took its place. */
export async function sweep(project: string): Promise<void> {
  for (const root of roots) {
    const scratch = join(project, scratchOf(`${root}/`))
    for (const name of await readdir(scratch).catch(() => [])) {
      const pid = Number(/^\d+/.exec(name)?.[0])
      if (pid === process.pid || (await isRunning(pid))) continue
      const folder = join(scratch, name)
      if (name.endsWith(setAside)) await restore(folder, project)
      await close(folder)
    }
  }
}

async function restore(folder: string, project: string): Promise<void> {
  const file = join(folder, 'run.json')
  const home = join(project, recordedFolder(parseHeader(await readFile(file, 'utf8'), file)))
  if (existsSync(home)) return
  await mkdir(dirname(home), { recursive: true })
  await rename(folder, home)
}
