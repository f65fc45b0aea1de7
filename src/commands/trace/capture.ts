/** Captures and the stamps beside them, as the commands of `repro trace` read them. */

import { existsSync, statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { FileError, readOrdinary } from '../../files/ordinary.ts'
import { bootFolder, bootsOf } from '../../results/boots.ts'
import { TraceError } from '../../xentrace/record.ts'
import { parseStamps, type Stamps } from '../../xentrace/stamps.ts'
import { UsageError } from '../parse.ts'
import { findProject, tellSeal } from '../site.ts'
import { complain, exitCodes, systemReason } from '../terminal/terminal.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * The bytes of a file, `-` for standard input, in chunks that are good until the next one is asked for. While one is
 * worked on, the next is read.
 *
 * @throws TraceError if it cannot be read; what `signal` says once that is aborted
 */
export async function* readChunks(file: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const chunks = (file === '-' ? process.stdin : chunksOf(file))[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { value, done } = await chunks.next().catch((error: unknown) => {
        throw new TraceError(
          `cannot read ${file === '-' ? 'standard input' : file}: ${systemReason(error) ?? error}`,
          {
            cause: error,
          },
        )
      })
      signal?.throwIfAborted()
      if (done) return
      yield value
    }
  } finally {
    await chunks.return?.(undefined)
  }
}

/** Why states around a loss may be wrong; a capture that can be read twice is read twice instead. */
export const lateLoss =
  'a pCPU told of a loss only long after it, when its time had been counted as known: a file instead of a pipe would be exact'

/** Why runstate changes may contradict each other. */
export const misfitReason = 'records are missing (was a pCPU not traced?), or the clocks of pCPUs differ'

/** Whether a capture can be read twice, as standard input and pipes cannot. */
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

/** The capture that a word names: a file, `-`, or a cell. Throws a UsageError if it names none. */
export async function captureFile(file: string): Promise<string> {
  if (file === '-') return file
  const found = await stat(file).catch(() => null)
  if (found === null)
    return (
      (await captureOfCell(file)) ?? refuse(file === '' ? 'the capture has an empty name' : `no file ${file}`)
    )
  if (found.isDirectory()) throw new UsageError(`${file} is a folder, not a capture`)
  return file
}

function refuse(reason: string): never {
  throw new UsageError(reason)
}

/**
 * The capture of the newest run made here of a cell: `latency/xen-4.14/baseline`, or of a boot of it: `latency/xen-4.14/baseline/boot-2`.
 * Says whether these are the bytes that were recorded. Undefined if the word names no cell.
 *
 * @throws UsageError if there is a recorded run, which keeps digests only, but no capture here; or a capture for each boot
 */
async function captureOfCell(word: string): Promise<string | undefined> {
  const [, name = '', experiment = '', environment = '', pattern = '', boot] =
    /^(([^/]+)\/([^/]+)\/([^/]+))(?:\/boot-([1-9]\d*))?$/.exec(word) ?? []
  if (name === '') return undefined
  const cell = { experiment, environment, pattern }
  const capture = boot === undefined ? 'trace.bin' : `${bootFolder(Number(boot))}/trace.bin`
  // A file's name needs no store, and loading it takes as long as reading 50 MB of a capture.
  const { openStore } = await import('../../results/store.ts')
  const { openFiles } = await import('../../files/tracked.ts')
  const { openSeal } = await import('../../results/seal.ts')
  const project = findProject(process.cwd())
  const seal = openSeal(project)
  const store = openStore(project, openFiles(project), seal)
  const recorded = store.recorded(cell)
  const found = store.raw(cell, capture)
  tellSeal({ seal })
  if (found === undefined) {
    const run = recorded ?? store.cached(cell)
    if (run !== undefined) requireBoot(name, boot, bootsOf(run))
    if (recorded === undefined) return undefined
    throw new UsageError(
      `no capture of ${word} here: a recorded run keeps only the digests of its raw files. To make them again: repro run --rerun=${name}`,
    )
  }
  const digest = recorded?.files[capture]?.sha256
  const standing =
    digest === undefined
      ? 'not recorded'
      : digest === found.run.files[capture]?.sha256
        ? 'the bytes that were recorded'
        : 'other bytes than those that were recorded'
  complain(`${relative(process.cwd(), found.path)}: ${standing}`)
  return found.path
}

/** A run of several boots has a capture for each. */
function requireBoot(name: string, boot: string | undefined, boots: number): void {
  const all = `${name}/${bootFolder(1)} to ${name}/${bootFolder(boots)}`
  if (boots === 1 && boot !== undefined)
    throw new UsageError(`${name} has only one boot: leave out /boot-${boot}`)
  if (boots > 1 && boot === undefined) throw new UsageError(`which boot? ${name} has several: ${all}`)
  if (Number(boot) > boots) throw new UsageError(`no boot ${boot} of ${name}: there are ${all}`)
}

/**
 * Ticks per second of a capture: those given, else those that the stamps of the same run say.
 *
 * @throws UsageError if neither says: a guess would make every time wrong
 */
export async function clockHz(given: number | undefined, file: string): Promise<number> {
  const hz = given ?? (await foundHz(file))
  if (hz !== null) return hz
  throw new UsageError(
    'how many ticks a second? A capture does not say: --hz 54M for a Raspberry Pi 4, else CNTFRQ_EL0 (Arm) or the TSC frequency (x86)',
  )
}

/** What `dom0.stamps` beside the capture says, as every run of an experiment has it; null if it is not there. */
export async function foundHz(file: string): Promise<number | null> {
  const stamps = file === '-' ? null : join(dirname(file), 'dom0.stamps')
  if (stamps === null || !existsSync(stamps)) return null
  return readStamps(stamps).hz
}

/**
 * Stamp files of dom0 and of the domU: those named, else the ones beside the capture. Which is which their lines say.
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
    `${dom0 === undefined ? "dom0's (with a line 'domain')" : "the domU's (with a line 'loop')"} are not among the stamps: ${paths.join(', ') || 'none are named'}; --stamps FILE, once for each of both`,
  )
}

/** A line for each trial: those of a study have some kilobytes. */
const mostStampBytes = 16 * 2 ** 20

/** Stamps may lie beside a stranger's capture: neither a pipe nor a device is read. */
function readStamps(path: string): Stamps {
  if (!existsSync(path)) throw new UsageError(`no stamp file ${path}`)
  const found = readOrdinary(path, path, undefined, mostStampBytes)
  if (found === undefined) throw new FileError(`${path} is a folder, not an ordinary file`)
  return parseStamps(new TextDecoder().decode(found.content), path)
}

/** The stamp files of a run that lie beside its capture. */
export function besideCapture(file: string): readonly string[] {
  if (file === '-') return []
  return ['dom0.stamps', 'domu.stamps']
    .map((name) => join(dirname(file), name))
    .filter((path) => existsSync(path))
}

/** A time after a capture's first record, and as the user wrote it. */
export interface Time {
  readonly seconds: number
  readonly text: string
}

/** A part of a capture, in ticks from its first record. */
export interface TimeWindow {
  readonly from: number
  readonly to: number
}

/** From the first record and to the last unless given. */
export function timeWindow(from: Time | undefined, to: Time | undefined, hz: number): TimeWindow {
  const window = {
    from: Math.round((from?.seconds ?? 0) * hz),
    to: Math.round((to?.seconds ?? Number.POSITIVE_INFINITY) * hz),
  }
  if (window.from > window.to) throw new UsageError(`--from ${from?.text} comes after --to ${to?.text}`)
  return window
}

/** Says why a capture ends early, if it does, and with which exit code the command ends. */
export function verdict(damage: TraceError | null): number {
  if (damage === null) return exitCodes.done
  complain(`error: ${damage.message}; what comes before is above`)
  return exitCodes.failed
}
