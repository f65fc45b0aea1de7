/** `repro trace export`: converts a capture for other programs. */

import { basename } from 'node:path'
import type { TraceError } from '../../xentrace/record.ts'
import { openOutputFile } from '../terminal/outputfile.ts'
import { complain, print } from '../terminal/terminal.ts'
import {
  besideCapture,
  captureFile,
  clockHz,
  isReadableAgain,
  readChunks,
  type Time,
  timeWindow,
  verdict,
} from './capture.ts'
import { type FormatName, formats } from './formats.ts'

export interface ExportRequest {
  readonly format: FormatName
  readonly from: Time | undefined
  readonly to: Time | undefined
  /** Output file; default: the capture's name with the format's extension, in this folder. */
  readonly output: string | undefined
  readonly hz: number | undefined
  readonly stamps: readonly string[]
  readonly whole: boolean
}

export async function exportCapture(
  word: string,
  given: ExportRequest,
  signal: AbortSignal,
): Promise<number> {
  const file = await captureFile(word)
  const { stamps } = given
  const format = formats[given.format]
  const hz = await clockHz(given.hz, file)
  const window = timeWindow(given.from, given.to, hz)
  const limited = given.from !== undefined || given.to !== undefined
  const name = file === '-' ? 'capture' : basename(file).replace(/\.bin$/, '')
  const path = given.output ?? `${name}.${format.extension}`
  const target = await openOutputFile(path, [file, ...(stamps.length > 0 ? stamps : besideCapture(file))])
  const request = {
    capture: () => readChunks(file, signal),
    again: isReadableAgain(file),
    ...{ file, hz, stamps, output: target.output },
    window: limited || given.whole ? window : null,
  }
  let damage: TraceError | null
  try {
    damage = await format.write(request)
    await target.keep()
  } catch (error) {
    await target.discard()
    throw error
  }
  // If the file goes to standard output, nothing else may.
  const tell = path === '-' ? complain : print
  tell(`${path === '-' ? 'standard output' : path}: ${target.output.written} bytes; ${format.use}`)
  return verdict(damage)
}
