/** `repro trace dump`: one line per record, in order of time. */

import { hint } from '../../text/spelling.ts'
import { LOST } from '../../xentrace/events.ts'
import { scanStream } from '../../xentrace/scan.ts'
import { eventNames, eventsCalled, selectionTracker } from '../../xentrace/selection.ts'
import { LineWriter } from '../../xentrace/textwriters.ts'
import { UsageError } from '../parse.ts'
import { Output } from '../terminal/output.ts'
import { captureFile, clockHz, readChunks, type Time, timeWindow, verdict } from './capture.ts'

/** Selects the records of a dump. Empty lists select all. */
export interface Filter {
  readonly from: Time | undefined
  readonly to: Time | undefined
  readonly domains: readonly number[]
  readonly events: readonly string[]
}

export async function dump(
  word: string,
  given: Filter & { readonly hz: number | undefined },
  signal: AbortSignal,
): Promise<number> {
  const file = await captureFile(word)
  const hz = await clockHz(given.hz, file)
  const window = timeWindow(given.from, given.to, hz)
  const domains = given.domains.length === 0 ? null : new Set(given.domains)
  const events = eventsNamed(given.events)
  const output = new Output(1)
  const lines = new LineWriter(hz, (bytes) => output.bytes(bytes))
  const tracker = selectionTracker({ ...window, domains, events }, lines, output)
  const { damage } = await scanStream(readChunks(file, signal), [tracker])
  lines.finish()
  return verdict(damage)
}

/** Returns a predicate for events by names or ids, null for all; lost-records records always match. */
export function eventsNamed(words: readonly string[]): ((event: number) => boolean) | null {
  if (words.length === 0) return null
  const tests = words.map((word) => {
    const found = eventsCalled(word)
    if (found === null) throw new UsageError(`unknown event: ${word}${hint(word, eventNames())}`)
    return found
  })
  return (event) => event === LOST || tests.some((test) => test(event))
}
