/** `repro trace dump`: one line a record, in the order of time. */

import { hint } from '../text/spelling.ts'
import { LOST } from '../xentrace/events.ts'
import { scanStream } from '../xentrace/scan.ts'
import { eventNames, eventsCalled, SelectionTracker } from '../xentrace/selection.ts'
import { LineWriter } from '../xentrace/textwriters.ts'
import { Output } from './output.ts'
import { trace } from './tracedefinitions.ts'
import { captureFile, clockHz, readChunks, timeWindow, verdict } from './tracefile.ts'
import { readArguments, UsageError, wholeNumber } from './usage.ts'

export async function traceDump(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments(args, trace.dump)
  const file = await captureFile(positionals, 'dump')
  const hz = await clockHz(values.hz, file)
  const window = timeWindow(values.from, values.to, hz)
  const domains = domainsNamed(values.domain ?? [])
  const events = eventsNamed(values.event ?? [])
  const output = new Output(1)
  const lines = new LineWriter(hz, (bytes) => output.bytes(bytes))
  const tracker = new SelectionTracker({ ...window, domains, events }, lines, output)
  const { damage } = await scanStream(readChunks(file, signal), [tracker])
  lines.finish()
  return verdict(damage)
}

/** `--domain 1 --domain 2` or `--domain 1,2`. */
export function domainsNamed(flags: readonly string[]): ReadonlySet<number> | null {
  const words = flags.flatMap((flag) => flag.split(','))
  return words.length === 0 ? null : new Set(words.map((word) => wholeNumber('--domain', word, 0) as number))
}

/** `--event wake --event credit2` or `--event wake,credit2`; records of lost records always belong to them. */
export function eventsNamed(flags: readonly string[]): ((event: number) => boolean) | null {
  const words = flags.flatMap((flag) => flag.split(','))
  if (words.length === 0) return null
  const tests = words.map((word) => {
    const found = eventsCalled(word)
    if (found === null) throw new UsageError(`unknown event: ${word}${hint(word, eventNames())}`)
    return found
  })
  return (event) => event === LOST || tests.some((test) => test(event))
}
