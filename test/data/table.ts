/** Data of a test: a block's words, and files by name. */

import { type DataFile, readData } from '../../src/data/run.ts'
import type { DataSpec } from '../../src/data/source.ts'
import type { Run } from '../../src/results/run.ts'

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export function spec(more: Partial<DataSpec> & { readonly path?: string } = {}): DataSpec {
  const { path = 'data.csv', ...rest } = more
  return { id: 'survey', files: [{ pattern: 'all', path }], columns: {}, missing: [], ...rest }
}

/** Reads one file. */
export async function read(
  content: string | Uint8Array,
  more: Parameters<typeof spec>[0] = {},
): Promise<DataFile> {
  const bytes = typeof content === 'string' ? bytesOf(content) : content
  const [file] = await readData(spec(more), () => bytes)
  if (file === undefined) throw new Error('no file')
  return file
}

export async function runOf(
  content: string | Uint8Array,
  more: Parameters<typeof spec>[0] = {},
): Promise<Run> {
  const { run, problem } = await read(content, more)
  if (run === undefined) throw new Error(problem)
  return run
}
