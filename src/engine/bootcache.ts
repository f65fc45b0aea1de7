/**
 * Cache of finished boots: like a journal, it lets the next build resume an interrupted cell.
 *
 *     .repro/boots/<key>/boot      the script's result, under this machine's seal
 *     .repro/boots/<key>/raw/      its raw files, hard-linked into the cell's run
 */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { makeFolder, moveFile, remove } from '../files/change.ts'
import { replaceFolder } from '../files/drafts.ts'
import { digestOf, FileError, readInside, realPathInside } from '../files/ordinary.ts'
import type { Item, Seal } from '../results/seal.ts'
import { lazily } from '../text/memory.ts'
import type { HostFacts } from './host.ts'
import { parseReads, type Reads } from './reads.ts'
import { ExperimentError, type Result } from './script/cell.ts'
import type { Machine } from './script/message.ts'
import { machine } from './script/messageschema.ts'
import { checkResult } from './script/result.ts'

export interface FinishedBoot {
  readonly result: Result
  readonly reads: Reads
  readonly seconds: number
  /** The machine that ran it, if it was another one than this. */
  readonly host?: HostFacts
  readonly machine?: Machine
}

export const bootCache = '.repro/boots'

const written = lazily(() =>
  z.strictObject({
    seconds: z.number(),
    host: z.record(z.string(), z.string()).exactOptional(),
    machine: machine.exactOptional(),
    /** Name -> SHA-256 (hex). */
    files: z.record(z.string(), z.string()),
    result: z.unknown(),
    reads: z.unknown(),
  }),
)

/** Returns the boot with this key; undefined if missing, or not written by this machine. */
export function cachedBoot(project: string, key: string, seal: Seal): FinishedBoot | undefined {
  const item = itemOf(key)
  try {
    const file = readInside(project, item.path)
    const content = file && seal.open(item, file.content)
    if (content === undefined) return undefined
    const { files, result, ...boot } = written().parse(JSON.parse(new TextDecoder().decode(content)))
    const reads = parseReads(boot.reads)
    const names = Object.keys(files)
    const raw = names.length === 0 ? '' : (realPathInside(project, rawFolder(key)) ?? '')
    if (reads === undefined || names.some((name) => digestOf(join(raw, name))?.sha256 !== files[name])) {
      seal.refuse(item)
      return undefined
    }
    return { ...boot, reads, result: withFiles(checkResult(result), names, raw) }
  } catch (error) {
    // Treat unreadable files, and those of other versions of this program, as foreign.
    if (!(error instanceof FileError || error instanceof ExperimentError || error instanceof z.ZodError))
      throw error
    seal.refuse(item)
    return undefined
  }
}

/** Caches a boot and moves its files. Does nothing and returns undefined if nothing can be sealed. */
export async function cacheBoot(
  project: string,
  key: string,
  { result, ...boot }: FinishedBoot,
  seal: Seal,
): Promise<FinishedBoot | undefined> {
  const { files: given = {}, ...rest } = result
  const files = Object.fromEntries(
    Object.entries(given).map(([name, path]) => [name, digestOf(path)?.sha256 ?? '']),
  )
  const item = itemOf(key)
  const sealed = seal.close(item, JSON.stringify({ ...boot, files, result: rest }))
  if (sealed === undefined) return undefined
  await replaceFolder(project, folderOf(key), async (draft) => {
    await writeFile(join(draft, bootFile), sealed, { flush: true })
    for (const [name, path] of Object.entries(given))
      await moveFile(path, join(makeFolder(draft, 'raw'), name))
  })
  return { ...boot, result: withFiles(rest, Object.keys(files), join(project, rawFolder(key))) }
}

export async function deleteBoot(project: string, key: string): Promise<void> {
  await remove(project, folderOf(key))
}

function withFiles(result: Result, names: readonly string[], raw: string): Result {
  if (names.length === 0) return result
  return { ...result, files: Object.fromEntries(names.map((name) => [name, join(raw, name)])) }
}

const bootFile = 'boot'

function itemOf(key: string): Item {
  return { kind: 'boot', path: `${folderOf(key)}/${bootFile}` }
}

function folderOf(key: string): string {
  return `${bootCache}/${key}`
}

function rawFolder(key: string): string {
  return `${folderOf(key)}/raw`
}
