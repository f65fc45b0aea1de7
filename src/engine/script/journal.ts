/**
 * Journal of a boot with independent trials: each finished trial is a line, written to disk under this
 * machine's seal before the next one starts. An interrupted build continues after the last complete line, as
 * does one with more trials.
 */

import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openForAppending } from '../../files/change.ts'
import { FileError, readInside } from '../../files/ordinary.ts'
import type { Row } from '../../results/run.ts'
import type { Item, Seal } from '../../results/seal.ts'
import { parseReads, type Reads } from '../reads.ts'
import { ExperimentError } from './cell.ts'
import { checkRows } from './rows.ts'

export interface Journal {
  readonly finished: ReadonlyMap<number, readonly Row[]>
  readonly reads: Reads
  /** Lines that were edited or come from another machine; their trials run again. */
  readonly foreign: number
  /** Appends a trial; returns once it is on disk. Does nothing if nothing can be sealed. */
  append(trial: number, rows: readonly Row[], reads: Reads): void
  clear(): void
}

interface Line {
  readonly trial: number
  readonly rows: readonly Row[]
  readonly reads: Reads
}

/** Maximum size of a cell's rows as JSON, which is read as one string. */
export const mostBytes = 100_000_000

/**
 * Opens or creates the file `path` of the project, in a folder that exists: in one that was deleted meanwhile,
 * nobody wants it any more. Cuts off an incomplete last line (of a killed build). A
 * line is a seal, a blank, and JSON. Lines are sealed under `name`, the path where the file will be. Tests
 * replace `most`.
 */
export function openJournal(
  project: string,
  path: string,
  seal: Seal,
  name = path,
  most = mostBytes,
): Journal {
  const file = join(project, path)
  const item: Item = { kind: 'trial', path: name }
  const finished = new Map<number, readonly Row[]>()
  const reads: Record<string, string> = {}
  const text = readText(project, path, most)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  let foreign = 0
  for (const line of whole.split('\n').slice(0, -1)) {
    const blank = line.indexOf(' ')
    const json = line.slice(blank + 1)
    const own = seal.verify(item, json, line.slice(0, blank)) ? parse(json) : undefined
    if (own === undefined) foreign += 1
    else {
      finished.set(own.trial, own.rows)
      Object.assign(reads, own.reads)
    }
  }
  let size = Buffer.byteLength(whole)
  if (whole.length < text.length) shorten(project, path, size)
  return {
    finished,
    reads,
    foreign,
    clear() {
      shorten(project, path, 0)
      finished.clear()
      size = 0
    },
    append(trial, rows, reads) {
      const json = format({ trial, rows, reads })
      size += json === undefined ? most : Buffer.byteLength(json)
      if (json === undefined || size > most)
        throw new ExperimentError(
          `trial ${trial}: the rows of this cell exceed ${most / 1e6} MB: return fewer, ` +
            'or write them to a file of the result',
        )
      const signature = seal.sign(item, json)
      if (signature === undefined) return
      const line = Buffer.from(`${signature} ${json}\n`)
      if (!appendWhole(project, path, line))
        throw new ExperimentError(`cannot write ${file}: the disk is full; make room and build again`)
    },
  }
}

/** A single write: only a kill can leave half a line. Returns false for a full disk, which leaves none. */
function appendWhole(project: string, path: string, line: Uint8Array): boolean {
  const handle = openForAppending(project, path)
  try {
    const before = fstatSync(handle).size
    const isWhole = writeSync(handle, line) === line.length
    if (isWhole) fdatasyncSync(handle)
    else ftruncateSync(handle, before)
    return isWhole
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    return false
  } finally {
    closeSync(handle)
  }
}

function readText(project: string, path: string, most: number): string {
  try {
    return new TextDecoder().decode(readInside(project, path, 2 * most)?.content)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new ExperimentError(`${error.message}; delete the file to run all trials again`)
  }
}

function shorten(project: string, path: string, bytes: number): void {
  const handle = openForAppending(project, path)
  try {
    ftruncateSync(handle, bytes)
  } finally {
    closeSync(handle)
  }
}

/** Returns undefined if the line exceeds the maximum string length. */
function format(line: Line): string | undefined {
  try {
    return JSON.stringify(line)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Returns undefined for lines of other versions of this program. */
function parse(json: string): Line | undefined {
  const { trial, rows, ...line } = JSON.parse(json) as Readonly<Record<keyof Line, unknown>>
  const reads = parseReads(line.reads)
  if (typeof trial !== 'number' || !Number.isInteger(trial) || trial < 0 || reads === undefined)
    return undefined
  try {
    return { trial, rows: checkRows(rows, `trial ${trial}`), reads }
  } catch (error) {
    if (error instanceof ExperimentError) return undefined
    throw error
  }
}
