/** This side of the process that reads Parquet: its messages and limits. */

import { answerWithin, type Ended, isOutOfMemory, nextAnswer, startConfined } from '../files/confined.ts'
import { type CellTable, DataError, limits } from './table.ts'

/** Bounds of one file. */
export type ParquetLimits = Readonly<
  Record<'rows' | 'columns' | 'cells' | 'field' | 'seconds' | 'memoryMb' | 'unpackedBytes', number>
>

export interface ParquetOrder {
  readonly bytes: Uint8Array
  readonly limits: ParquetLimits
}

export type ParquetAnswer =
  | { readonly type: 'ready' }
  | ({ readonly type: 'table'; readonly nested: readonly string[] } & Pick<CellTable, 'names' | 'cells'>)
  /** The file's fault. */
  | { readonly type: 'refused'; readonly message: string }

/**
 * Reads a file in a process of its own, as a few bytes can ask for gigabytes or for hours. Throws a DataError
 * for a file that is not read within the limits.
 */
export async function readParquet(bytes: Uint8Array, bounds: ParquetLimits = limits): Promise<CellTable> {
  const child = startConfined('parquet.js', bounds.memoryMb)
  try {
    const ready = await nextAnswer<ParquetAnswer>(child)
    if (ready.type === 'ended') throw ended(ready, bounds)
    const waiting = answerWithin<ParquetAnswer>(child, bounds.seconds)
    child.send({ bytes, limits: bounds } satisfies ParquetOrder)
    const answer = await waiting
    if (answer.type === 'late')
      throw new DataError(`reading takes longer than ${bounds.seconds} s: write fewer rows or columns`)
    if (answer.type === 'refused') throw new DataError(answer.message)
    if (answer.type !== 'table')
      throw answer.type === 'ended' ? ended(answer, bounds) : new Error('no answer about Parquet')
    const { names, cells, nested } = answer
    return { names, cells, isText: false, nested: new Set(nested), rowPlace: (row) => `row ${row + 1}` }
  } finally {
    child.kill('SIGKILL')
  }
}

function ended(end: Ended, { memoryMb }: ParquetLimits): Error {
  if (isOutOfMemory(end))
    return new DataError(`reading needs more than ${memoryMb} MB of memory: write fewer rows or columns`)
  return new Error(`the process that reads Parquet ended (${end.status})`)
}
