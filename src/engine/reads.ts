/**
 * Recorded reads: project files that a script and its job used, as seen by their process. They become inputs
 * of the run, so that the next plan checks exactly these, as do ninja's deps log and ccache's direct mode.
 */

import * as z from 'zod'
import { codeDigest, isCode } from '../files/code.ts'
import { FileError } from '../files/ordinary.ts'
import { type Files, sha256 } from '../files/tracked.ts'
import type { Inputs, Run } from '../results/run.ts'

/** `file PATH` or `folder PATH` -> SHA-256 (hex), or `missing`; paths are relative to the project. */
export type Reads = Readonly<Record<string, string>>

export const missing = 'missing'

const pattern = /^(file|folder) (.+)$/s
const schema = z.record(z.string().regex(pattern), z.string().regex(/^(?:[0-9a-f]{64}|missing)$/))

export function parseReads(value: unknown): Reads | undefined {
  return schema.safeParse(value).data
}

/** SHA-256 (hex) of a file's content; for code, ignoring comments. */
export function contentDigest(path: string, content: Uint8Array): string {
  return isCode(path) ? codeDigest(path, new TextDecoder().decode(content)) : sha256(content)
}

/** SHA-256 (hex) of a folder's listing. */
export function listDigest(names: readonly string[]): string {
  return sha256(names.toSorted().join('\n'))
}

/** Current digest of a read or named file. For an unusable file, a value that matches no run. */
export function digestNow(input: string, files: Files): string {
  const [, type, path = ''] = pattern.exec(input) ?? []
  try {
    if (type === 'folder') return listDigest(files.list(path))
    const digest = files.digest(path)
    if (digest === undefined || !isCode(path)) return digest ?? missing
    return codeDigest(path, files.text(path) ?? '')
  } catch (error) {
    if (error instanceof FileError) return `unusable: ${error.message}`
    throw error
  }
}

export function areUnchanged(reads: Reads, files: Files): boolean {
  return Object.entries(reads).every(([input, digest]) => digestNow(input, files) === digest)
}

/** Inputs of a new run: those known before, plus the current state of what `run` read. */
export function inputsWithReads(inputs: Inputs, run: Pick<Run, 'inputs'>, files: Files): Inputs {
  const reads = Object.keys(run.inputs).filter((name) => pattern.test(name) && !Object.hasOwn(inputs, name))
  return { ...inputs, ...Object.fromEntries(reads.map((name) => [name, digestNow(name, files)])) }
}

/** Merges the reads of several boots, or returns an input that changed between them or since planning. */
export function mergeReads(
  inputs: Inputs,
  all: readonly Reads[],
): { readonly inputs: Inputs; readonly changed?: string } {
  const united: Record<string, Inputs[string]> = { ...inputs }
  for (const [input, digest] of all.flatMap((reads) => Object.entries(reads))) {
    if (Object.hasOwn(united, input) && united[input] !== digest) return { inputs, changed: input }
    united[input] = digest
  }
  return { inputs: united }
}
