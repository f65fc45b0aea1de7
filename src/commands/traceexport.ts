/** `repro trace export`: a capture as a file for other programs. */

import { basename } from 'node:path'
import { hint } from '../text/spelling.ts'
import { formats } from './exportformats.ts'
import { type OutputFile, openOutputFile } from './outputfile.ts'
import { complain, print } from './terminal.ts'
import { trace } from './tracedefinitions.ts'
import {
  besideCapture,
  captureFile,
  clockHz,
  isReadableAgain,
  readChunks,
  timeWindow,
  verdict,
} from './tracefile.ts'
import { readArguments, UsageError } from './usage.ts'

export async function traceExport(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments(args, trace.export)
  const file = await captureFile(positionals, 'export')
  const { format, until } = destinations(values.to ?? [])
  const hz = await clockHz(values.hz, file)
  const window = timeWindow(values.from, until, hz)
  const limited = values.from !== undefined || until !== undefined
  const path =
    values.output ?? `${file === '-' ? 'capture' : basename(file).replace(/\.bin$/, '')}.${format.extension}`
  const stamps = values.stamps ?? []
  const target = await openOutputFile(path, [file, ...(stamps.length > 0 ? stamps : besideCapture(file))])
  const { damage } = await written(target, async () => ({
    damage: await format.write({
      capture: () => readChunks(file, signal),
      again: isReadableAgain(file),
      file,
      hz,
      window: limited || values.whole === true ? window : null,
      stamps,
      output: target.output,
    }),
  }))
  // Where the file itself goes to standard output, nothing else may.
  const tell = path === '-' ? complain : print
  tell(`${path === '-' ? 'standard output' : path}: ${target.output.written} bytes; ${format.use}`)
  return verdict(damage)
}

async function written<Result>(target: OutputFile, write: () => Promise<Result>): Promise<Result> {
  try {
    const result = await write()
    await target.keep()
    return result
  } catch (error) {
    await target.discard()
    throw error
  }
}

/** `--to` says the format, and the end of the window where both are wanted: `--to csv --from 1s --to 2s`. */
function destinations(flags: readonly string[]) {
  const names = flags.filter((flag) => formats.has(flag))
  const times = flags.filter((flag) => !formats.has(flag))
  const [name] = names
  const format = name === undefined ? undefined : formats.get(name)
  const wrong = times.find((flag) => !/^\d/.test(flag))
  if (wrong !== undefined) throw new UsageError(`unknown format: ${wrong}${hint(wrong, formats.keys())}`)
  if (format === undefined) throw new UsageError(`to which format? --to ${[...formats.keys()].join('|')}`)
  if (names.length > 1 || times.length > 1) throw new UsageError('--to takes one format, and one time')
  return { format, until: times[0] }
}
