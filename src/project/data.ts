/** The data blocks of a document, with their files as runs. */

import { type DataFile, readData } from '../data/run.ts'
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
    const read = (path: string) => (files.problem(path) === undefined ? files.read(path) : undefined)
    const own = await readData(block, read)
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

/** In the document's order. */
export function dataRuns(data: DocumentData): readonly Run[] {
  return [...data.values()].flatMap((files) => files.flatMap(({ run }) => run ?? []))
}
