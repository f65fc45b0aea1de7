/** `repro trace export`: a capture as a file for other programs. */

import { rename, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { hint } from '../document/spelling.ts'
import type { TraceError } from '../trace/error.ts'
import { type Export, formats } from './exportformats.ts'
import { print } from './terminal.ts'
import { captureFile, clockHz, readChunks, timeWindow, verdict } from './tracefile.ts'
import { readArguments, UsageError } from './usage.ts'

const options = {
  hz: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string', multiple: true },
  output: { type: 'string', short: 'o' },
  stamps: { type: 'string', multiple: true },
  whole: { type: 'boolean' },
} as const

export async function traceExport(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, { usage: 'trace export FILE', words: 1, options })
  const file = await captureFile(positionals, 'export')
  const { format, until } = destinations(values.to ?? [])
  const hz = await clockHz(values.hz, file)
  const window = timeWindow(values.from, until, hz)
  const limited = values.from !== undefined || until !== undefined
  const output =
    values.output ?? `${file === '-' ? 'capture' : basename(file).replace(/\.bin$/, '')}.${format.extension}`
  const temporary = `${output}.${process.pid}.part`
  let damage: TraceError | null
  try {
    const request: Export = {
      capture: () => readChunks(file),
      file,
      hz,
      window: limited || values.whole === true ? window : null,
      stamps: values.stamps ?? [],
      output: temporary,
    }
    damage = await format.write(request)
    await rename(temporary, output)
  } finally {
    await rm(temporary, { force: true })
  }
  print(`${output}: ${(await stat(output)).size} bytes; ${format.use}`)
  return verdict(damage)
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
