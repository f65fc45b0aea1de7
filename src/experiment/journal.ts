/**
 * The journal of a cell whose trials stand for themselves: one line a finished trial, on the disk before the next one
 * starts. Whatever ends a build, the next one goes on behind the last whole line; more trials go on behind the last one.
 */

import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Row } from '../results/run.ts'
import { ExperimentError } from './cell.ts'

export interface Journal {
  /** Rows of the finished trials, by trial. */
  readonly finished: ReadonlyMap<number, readonly Row[]>
  /** Returns when the rows are on the disk. */
  append(trial: number, rows: readonly Row[]): void
}

interface Line {
  readonly trial: number
  readonly rows: readonly Row[]
}

/** Opens the file, or starts it. Half a line at its end (of a build that was killed) is cut off. */
export function openJournal(file: string): Journal {
  const finished = new Map<number, readonly Row[]>()
  const text = readIfThere(file)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  for (const [index, line] of whole.split('\n').slice(0, -1).entries()) {
    const { trial, rows } = parse(line, `${file}:${index + 1}`)
    finished.set(trial, rows)
  }
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole))
  return {
    finished,
    append(trial, rows) {
      mkdirSync(dirname(file), { recursive: true })
      const handle = openSync(file, 'a')
      try {
        const line = Buffer.from(`${JSON.stringify({ trial, rows } satisfies Line)}\n`)
        // One write, so that only a kill can leave half of it; a full disk throws and leaves none.
        const before = fstatSync(handle).size
        if (writeSync(handle, line) < line.length) {
          truncateSync(file, before)
          throw new ExperimentError(`cannot write ${file}: the disk is full; make room and build again`)
        }
        fdatasyncSync(handle)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        throw new ExperimentError(`cannot write ${file}: the disk is full; make room and build again`)
      } finally {
        closeSync(handle)
      }
    },
  }
}

function parse(line: string, place: string): Line {
  try {
    const { trial, rows } = JSON.parse(line) as Line
    if (Number.isInteger(trial) && Array.isArray(rows)) return { trial, rows }
  } catch {
    // Told below.
  }
  throw new ExperimentError(`${place}: not a line of a journal; delete the file to run all trials again`)
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
