/**
 * Recorded reads: project files that a script and its job used, as seen by their process. They become inputs
 * of the run, so that the next plan checks exactly these, as do ninja's deps log and ccache's direct mode.
 */

import { posix } from 'node:path'
import * as z from 'zod'
import { codeDigest, isCode } from '../files/code.ts'
import { sha256 } from '../files/fingerprint.ts'
import { FileError } from '../files/ordinary.ts'
import type { Files } from '../files/tracked.ts'
import type { Inputs, Run } from '../results/run.ts'
import { lazily } from '../text/memory.ts'

/**
 * Input -> SHA-256 (hex), or `missing`. Paths are relative to the project.
 *
 *     file PATH    content; for code, ignoring comments
 *     data PATH    content, byte for byte, of a file of code that was used as data
 *     folder PATH  names in it, but for those that this program or a package manager makes
 */
export type Reads = Readonly<Record<string, string>>

export const missing = 'missing'

const pattern = /^(file|data|folder) (.+)$/s
const schema = lazily(() =>
  z.record(z.string().regex(pattern), z.string().regex(/^(?:[0-9a-f]{64}|missing)$/)),
)

export function parseReads(value: unknown): Reads | undefined {
  return schema().safeParse(value).data
}

/** How a file or folder was used; only of code that was loaded or compiled, comments do not count. */
export type Reading = 'code' | 'data' | 'folder'

/** Name of the input for a path of the project; '' is the project itself. */
export function readInput(path: string, reading: Reading): string {
  if (reading === 'folder') return `folder ${path || '.'}`
  return `${reading === 'data' && isCode(path) ? 'data' : 'file'} ${path}`
}

/** Whether an input is a file or folder of the project. */
export function isRead(input: string): boolean {
  return pattern.test(input)
}

/** Project path of a read. */
export function readPath(input: string): string {
  return pattern.exec(input)?.[2] ?? ''
}

/** Digest of a read: of a file's content, or of the names in a folder. */
export function digestRead(input: string, found: Uint8Array | readonly string[]): string {
  const path = readPath(input)
  if (!(found instanceof Uint8Array)) {
    const names = found.filter((name) => !unlisted.test(posix.join(path, name)))
    // An empty folder is as good as none: git keeps none.
    return names.length === 0 ? missing : sha256(names.toSorted().join('\n'))
  }
  return input.startsWith('file ') && isCode(path)
    ? codeDigest(path, new TextDecoder().decode(found))
    : sha256(found)
}

const unlisted = /(?:^|\/)(?:\.git|node_modules)$|^(?:\.repro|_build)$/

/** Digests without comments, by type and digest of the file. */
const codeDigests = new Map<string, string>()

/** Current digest of a read or named file. For an unusable file, a value that matches no run. */
export function digestNow(input: string, files: Files): string {
  const path = readPath(input)
  try {
    if (input.startsWith('folder ')) return digestRead(input, files.list(path))
    const digest = files.digest(path)
    if (digest === undefined || input.startsWith('data ') || !isCode(path)) return digest ?? missing
    // Many cells read the same files, and removing comments takes longer than all else about a cell.
    const version = `${posix.extname(path)} ${digest}`
    const known = codeDigests.get(version) ?? codeDigest(path, files.text(path) ?? '')
    codeDigests.set(version, known)
    return known
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
  const reads = Object.keys(run.inputs).filter((name) => isRead(name) && !Object.hasOwn(inputs, name))
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
