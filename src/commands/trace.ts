/** `repro trace ...`: what a capture of xentrace says. */

import { hint } from '../text/spelling.ts'
import { UsageError } from './usage.ts'

type Action = (args: readonly string[], signal: AbortSignal) => Promise<number>

/** Each is loaded when it is called. */
const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['info', async (args, signal) => (await import('./traceinfo.ts')).traceInfo(args, signal)],
  ['summary', async (args, signal) => (await import('./tracesummary.ts')).traceSummary(args, signal)],
  ['phases', async (args, signal) => (await import('./tracephases.ts')).tracePhases(args, signal)],
  ['dump', async (args, signal) => (await import('./tracedump.ts')).traceDump(args, signal)],
  ['export', async (args, signal) => (await import('./traceexport.ts')).traceExport(args, signal)],
])

export async function traceCommand(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const [name, ...rest] = args
  const action = name === undefined ? undefined : actions.get(name)
  if (action) return await action(rest, signal)
  if (name === undefined) throw new UsageError(`which one? repro trace ${[...actions.keys()].join('|')} FILE`)
  throw new UsageError(`unknown command: trace ${name}${hint(name, actions.keys())}`)
}
