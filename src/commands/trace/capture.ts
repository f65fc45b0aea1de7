/** Opens captures and the stamps beside them for `repro trace`. */

import { existsSync, statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { FileError, readOrdinary } from '../../files/ordinary.ts'
import { findProject } from '../../project/root.ts'
import { bootFolder, bootsOf } from '../../results/run.ts'
import { TraceError } from '../../xentrace/record.ts'
import { parseStamps, type Stamps } from '../../xentrace/stamps.ts'
import { UsageError } from '../parse.ts'
import { warnUntrusted } from '../site.ts'
import { complain, exitCodes, systemReason } from '../terminal/terminal.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * Reads a file (`-`: standard input) in chunks, each valid until the next is requested. Reads one chunk
 * ahead.
 *
 * @throws TraceError if it cannot be read; the reason of `signal` if that is aborted
 */
export async function* readChunks(file: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const chunks = (file === '-' ? process.stdin : chunksOf(file))[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { value, done } = await chunks.next().catch((cause: unknown) => {
        const name = file === '-' ? 'standard input' : file
        throw new TraceError(`cannot read ${name}: ${systemReason(cause) ?? cause}`, { cause })
      })
      signal?.throwIfAborted()
      if (done) return
      yield value
    }
  } finally {
    await chunks.return?.(undefined)
  }
}

/** Why states around a loss may be wrong; a rereadable capture is read twice instead. */
export const lateLoss =
  'a pCPU reported a loss only after its time had been counted as known: ' +
  'read a file instead of a pipe for exact numbers'

export function mismatchText(count: number): string {
  return (
    `${count} runstate changes do not follow the one before: records are missing (was a pCPU not traced?), ` +
    'or the clocks of pCPUs differ'
  )
}

export function isReadableAgain(file: string): boolean {
  return file !== '-' && statSync(file).isFile()
}

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file)
  try {
    let [buffer, other] = [new Uint8Array(CHUNK_BYTES), new Uint8Array(CHUNK_BYTES)]
    let reading = handle.read(buffer)
    for (;;) {
      const { bytesRead } = await reading
      if (bytesRead === 0) return
      reading = handle.read(other)
      yield buffer.subarray(0, bytesRead)
      ;[buffer, other] = [other, buffer]
    }
  } finally {
    await handle.close()
  }
}

/** Returns the capture that a word names: a file, `-`, or a cell. Throws a UsageError if there is none. */
export async function captureFile(file: string): Promise<string> {
  if (file === '-') return file
  const found = await stat(file).catch(() => null)
  if (found?.isDirectory()) throw new UsageError(`${file} is a folder, not a capture`)
  const capture = found === null ? await captureOfCell(file) : file
  if (capture !== undefined) return capture
  throw new UsageError(file === '' ? 'the capture has an empty name' : `no file ${file}`)
}

/**
 * Returns the newest local capture of a cell (`latency/xen-4.14/baseline`) or of one of its boots
 * (`latency/xen-4.14/baseline/boot-2`), and reports whether it has the recorded bytes. Undefined if the word
 * names no cell.
 *
 * @throws UsageError if only a recorded run, which keeps digests only, or a capture for each boot exists
 */
async function captureOfCell(word: string): Promise<string | undefined> {
  const [, name = '', experiment = '', environment = '', pattern = '', boot] =
    /^(([^/]+)\/([^/]+)\/([^/]+))(?:\/boot-([1-9]\d*))?$/.exec(word) ?? []
  if (name === '') return undefined
  const cell = { experiment, environment, pattern }
  const capture = boot === undefined ? 'trace.bin' : `${bootFolder(Number(boot))}/trace.bin`
  // Imported late: file names need no store, and loading it takes as long as reading 50 MB of a capture.
  const { openStore } = await import('../../results/store.ts')
  const { openFiles } = await import('../../files/tracked.ts')
  const { openSeal } = await import('../../results/seal.ts')
  const project = findProject(process.cwd())
  const seal = openSeal(project)
  const store = openStore(project, openFiles(project), seal)
  const recorded = store.recorded(cell)
  const found = store.raw(cell, capture)
  warnUntrusted({ seal })
  if (found === undefined) {
    const run = recorded ?? store.cached(cell)
    if (run !== undefined) requireBoot(name, boot, bootsOf(run))
    if (recorded === undefined) return undefined
    throw new UsageError(
      `no capture of ${word} here: a recorded run keeps only the digests of its raw files. ` +
        `To make them again: repro run --rerun=${name}`,
    )
  }
  const digest = recorded?.files[capture]?.sha256
  const comparison =
    digest === undefined
      ? 'not recorded'
      : digest === found.run.files[capture]?.sha256
        ? 'the bytes that were recorded'
        : 'other bytes than those that were recorded'
  complain(`${relative(process.cwd(), found.path)}: ${comparison}`)
  return found.path
}

/** Throws unless a boot is named exactly if there are several: each has its own capture. */
function requireBoot(name: string, boot: string | undefined, boots: number): void {
  const all = `${name}/${bootFolder(1)} to ${name}/${bootFolder(boots)}`
  if (boots === 1 && boot !== undefined)
    throw new UsageError(`${name} has only one boot: leave out /boot-${boot}`)
  if (boots > 1 && boot === undefined) throw new UsageError(`which boot? ${name} has several: ${all}`)
  if (Number(boot) > boots) throw new UsageError(`no boot ${boot} of ${name}: there are ${all}`)
}

/**
 * Returns the ticks per second of a capture: `given`, or those in the stamps of the same run.
 *
 * @throws UsageError if neither is known: a guess would make every time wrong
 */
export async function clockHz(given: number | undefined, file: string): Promise<number> {
  const hz = given ?? (await foundHz(file))
  if (hz !== null) return hz
  throw new UsageError(
    'how many ticks a second? A capture does not say: --hz 54M for a Raspberry Pi 4, else CNTFRQ_EL0 ' +
      '(Arm) or the TSC frequency (x86)',
  )
}

export async function foundHz(file: string): Promise<number | null> {
  const stamps = file === '-' ? null : join(dirname(file), 'dom0.stamps')
  if (stamps === null || !existsSync(stamps)) return null
  return readStamps(stamps).hz
}

/**
 * Reads the stamp files of dom0 and the domU: the named ones, or those beside the capture. Their contents
 * tell which is which.
 */
export async function stampFiles(
  named: readonly string[],
  file: string,
): Promise<{ readonly dom0: Stamps; readonly domU: Stamps }> {
  const paths = named.length > 0 ? [...new Set(named)] : besideCapture(file)
  if (paths.length > 2)
    throw new UsageError(`--stamps takes two files, not ${paths.length}: ${paths.join(', ')}`)
  const parsed = paths.map(readStamps)
  const dom0 = parsed.find(({ domain }) => domain !== null)
  const domU = parsed.find(({ loop }) => loop !== null)
  if (dom0 !== undefined && domU !== undefined) return { dom0, domU }
  throw new UsageError(
    `${dom0 === undefined ? "dom0's (with a line 'domain')" : "the domU's (with a line 'loop')"} are not ` +
      `among the stamps: ${paths.join(', ') || 'none are named'}; --stamps FILE, once for each of both`,
  )
}

/** One line per trial: a study's files have some kilobytes. */
const mostStampBytes = 16 * 2 ** 20

/** Stamps may come with an untrusted capture, so pipes and devices are refused. */
function readStamps(path: string): Stamps {
  if (!existsSync(path)) throw new UsageError(`no stamp file ${path}`)
  const found = readOrdinary(path, path, undefined, mostStampBytes)
  if (found === undefined) throw new FileError(`${path} is a folder, not an ordinary file`)
  return parseStamps(new TextDecoder().decode(found.content), path)
}

export function besideCapture(file: string): readonly string[] {
  if (file === '-') return []
  return ['dom0.stamps', 'domu.stamps']
    .map((name) => join(dirname(file), name))
    .filter((path) => existsSync(path))
}

/** A time after a capture's first record, with the user's text. */
export interface Time {
  readonly seconds: number
  readonly text: string
}

/** A part of a capture, in ticks from its first record. */
export interface TimeWindow {
  readonly from: number
  readonly to: number
}

/** Defaults to the first and the last record. */
export function timeWindow(from: Time | undefined, to: Time | undefined, hz: number): TimeWindow {
  const window = {
    from: Math.round((from?.seconds ?? 0) * hz),
    to: Math.round((to?.seconds ?? Number.POSITIVE_INFINITY) * hz),
  }
  if (window.from > window.to) throw new UsageError(`--from ${from?.text} comes after --to ${to?.text}`)
  return window
}

/** Reports why a capture ends early, if it does; returns the exit code. */
export function verdict(damage: TraceError | null): number {
  if (damage === null) return exitCodes.done
  complain(`error: ${damage.message}; the records before it are above`)
  return exitCodes.failed
}
