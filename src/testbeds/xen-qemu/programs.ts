/** Compiles programs for boards, cached by all their inputs: once per source, not per cell. */

import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { FileError, readOrdinary } from '../../files/ordinary.ts'
import { keep } from './kept.ts'
import { compile } from './toolchain.ts'

/**
 * Compiles C sources into one static arm64 program with the cross compiler of the host sysroot `root`; cached
 * beside the sysroot. Throws a JobError with the compiler's messages.
 */
export async function program(
  root: string,
  sources: readonly string[],
  flags: readonly string[] = [],
): Promise<Uint8Array> {
  const key = await keyOf(root, sources, flags)
  const kept = key && join(dirname(root), 'programs', key)
  const found = kept && (await readFile(kept).catch(() => undefined))
  if (found) return found
  const folder = await mkdtemp(join(tmpdir(), 'repro-program-'))
  try {
    const output = join(folder, 'program')
    await compile(root, sources, output, flags)
    const made = await readFile(output)
    if (kept) await keep(kept, made).catch(() => {}) // an unwritable cache only costs time
    return made
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Returns the SHA-256 over compiler, flags, sources and includes; undefined if others may matter. */
async function keyOf(
  root: string,
  sources: readonly string[],
  flags: readonly string[],
): Promise<string | undefined> {
  if (flags.some((flag) => /^(-I|-i|-B|-L|-x|@|[^-])/.test(flag))) return undefined // may read other files
  const inputs = new Map<string, string>()
  const complete = await Promise.all(sources.map((source) => read(resolve(source), inputs)))
  if (complete.includes(false)) return undefined
  const first = dirname(resolve(sources[0] ?? ''))
  const files = [...inputs].map(([path, content]) => [relative(first, path), content])
  const all = [basename(root), flags, sources.map((source) => basename(source)), files.sort()]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}

/** Undefined for files that the compiler should report: missing, a device, too large. */
function contentOf(path: string): string | undefined {
  try {
    const found = readOrdinary(path)
    return found && Buffer.from(found.content).toString('latin1')
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

/** Reads a file and its quoted includes, ignoring conditionals; false when one is missing. */
async function read(path: string, inputs: Map<string, string>): Promise<boolean> {
  if (inputs.has(path)) return true
  const content = contentOf(path)
  if (content === undefined) return false
  inputs.set(path, content)
  const directives = content.matchAll(/^[ \t]*#[ \t]*(?:include|include_next|import|embed)\b[ \t]*(.*)$/gm)
  for (const [, what = ''] of directives) {
    if (what.startsWith('<')) continue // part of the sysroot
    const name = /^"([^"]+)"/.exec(what)?.[1]
    if (name === undefined || !(await read(resolve(dirname(path), name), inputs))) return false
  }
  return true
}
