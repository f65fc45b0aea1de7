/** Formats of data files, by the end of a file's name. To add one: a reader, and a line here. */

import { readDelimited } from './delimited.ts'
import { readJson } from './jsonrows.ts'
import { type CellTable, DataError, type Layout } from './table.ts'

type Read = (bytes: Uint8Array, layout: Layout) => CellTable | Promise<CellTable>

export const dataFormats: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['csv', (bytes, layout) => readDelimited(bytes, ',', layout)],
  ['tsv', (bytes, layout) => readDelimited(bytes, '\t', layout)],
  ['jsonl', readJson],
  ['ndjson', readJson],
  ['json', readJson],
  // Its library is loaded in the process that reads.
  ['parquet', async (bytes) => (await import('./parquet.ts')).readParquet(bytes)],
])

/** Throws a DataError for a name without a known end. */
export function formatOf(path: string): Read {
  const read = dataFormats.get(path.split('.').at(-1)?.toLowerCase() ?? '')
  if (read !== undefined) return read
  throw new DataError(`unknown format: the name ends in ${[...dataFormats.keys()].join(', ')}`)
}
