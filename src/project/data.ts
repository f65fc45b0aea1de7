/** The data blocks of a document, with their files as runs. */

import { type DataBehind, dataIn } from '../claims/data.ts'
import type { RecordedClaim } from '../claims/record.ts'
import { type DataFile, readData } from '../data/run.ts'
import { firstAlike } from '../document/alike.ts'
import type { DataBlock } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import type { Files } from '../files/tracked.ts'
import { violation } from '../query/invariant.ts'
import type { Run } from '../results/run.ts'

/** By the block's id. `check` reports what is wrong with a file at its place. */
export type DocumentData = ReadonlyMap<string, readonly DataFile[]>

/** Reads what may be read; a file that is absent, or must not be read, is left out. */
export async function readDocumentData({ blocks }: Document, files: Files): Promise<DocumentData> {
  const found = new Map<string, readonly DataFile[]>()
  for (const block of blocks) {
    if (block.type !== 'data' || found.has(block.id)) continue
    const own = await readAgain(block, files)
    found.set(
      block.id,
      own.map((file): DataFile => {
        const violated = file.run && violation(file.run, block.invariants)
        if (violated === undefined) return file
        const { run: _, ...rest } = file
        return { ...rest, problem: `${file.path}: ${violated}` }
      }),
    )
  }
  return found
}

const readBefore = new WeakMap<DataBlock, { readonly digests: string; readonly found: readonly DataFile[] }>()

/** Of a live document: what was read from the same files for the same block is the same. */
async function readAgain(block: DataBlock, files: Files): Promise<readonly DataFile[]> {
  const read = (path: string) => (files.problem(path) === undefined ? files.read(path) : undefined)
  const digests = block.files.map(({ path }) => files.problem(path) ?? files.digest(path) ?? '').join('\n')
  const known = readBefore.get(firstAlike(block))
  if (known?.digests === digests) return known.found
  const found = await readData(block, read)
  readBefore.set(firstAlike(block), { digests, found })
  return found
}

/** A file of data beside the digest that was recorded with the verdicts that rest on it. */
export interface DataCheck extends DataBehind {
  /** `none`: no verdict that rests on it was recorded. */
  readonly state: 'as recorded' | 'changed' | 'none'
  /** Day of the record, and the SHA-256 that it has; absent without one. */
  readonly recorded?: { readonly date: string; readonly sha256: string }
}

/** Compares data with the recorded verdicts; of several records, one that differs counts. */
export function dataChecks(runs: readonly Run[], recorded: readonly RecordedClaim[]): readonly DataCheck[] {
  return dataIn(runs).map((data): DataCheck => {
    const known = recorded.flatMap(({ basis, date, removed }) => {
      const cell = basis && Object.hasOwn(basis.cells, data.run) ? basis.cells[data.run] : undefined
      return cell === undefined || removed !== undefined ? [] : [{ date, sha256: cell.key }]
    })
    const other = known.find(({ sha256 }) => sha256 !== data.sha256)
    const [first] = known
    if (first === undefined) return { ...data, state: 'none' }
    return { ...data, state: other ? 'changed' : 'as recorded', recorded: other ?? first }
  })
}

/** In the document's order. */
export function dataRuns(data: DocumentData): readonly Run[] {
  return [...data.values()].flatMap((files) => files.flatMap(({ run }) => run ?? []))
}
