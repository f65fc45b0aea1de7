/**
 * Recorded reads: the files of the project that a script and its job used, as the process that ran them saw. They become inputs of the run,
 * so that the next plan looks at these and no others, as ninja's deps log and ccache's direct mode do.
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

/** Throws a ZodError for anything else. */
export function parseReads(value: unknown): Reads {
  return schema.parse(value)
}

/** SHA-256 (hex) of a file's content: of code without what comments do not change, of other files of every byte. */
export function contentDigest(path: string, content: Uint8Array): string {
  return isCode(path) ? codeDigest(path, new TextDecoder().decode(content)) : sha256(content)
}

/** SHA-256 (hex) of what a folder lists. */
export function listDigest(names: readonly string[]): string {
  return sha256(names.toSorted().join('\n'))
}

/** Digest of a read, or of a file that the project names, as it is now. Files that cannot be used have none that any run has. */
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

/** Whether all that was read is as it was. */
export function stillHold(reads: Reads, files: Files): boolean {
  return Object.entries(reads).every(([input, digest]) => digestNow(input, files) === digest)
}

/** The inputs of a run made now: those known before, and what that run read, as it is now. */
export function withReads(inputs: Inputs, run: Pick<Run, 'inputs'>, files: Files): Inputs {
  const reads = Object.keys(run.inputs).filter((name) => pattern.test(name) && !Object.hasOwn(inputs, name))
  return { ...inputs, ...Object.fromEntries(reads.map((name) => [name, digestNow(name, files)])) }
}

/** Reads of several boots. Throws the name of an input that changed between them, or since it was planned. */
export function unitedReads(
  inputs: Inputs,
  all: readonly Reads[],
): { readonly inputs: Inputs } | { readonly changed: string } {
  const united: Record<string, Inputs[string]> = { ...inputs }
  for (const [input, digest] of all.flatMap((reads) => Object.entries(reads))) {
    if (Object.hasOwn(united, input) && united[input] !== digest) return { changed: input }
    united[input] = digest
  }
  return { inputs: united }
}
