/** `repro trace ...`: what a capture of xentrace says. */

import { hint } from '../document/spelling.ts'
import { UsageError } from './usage.ts'

type Action = (args: readonly string[]) => Promise<number>

/** Each is loaded when it is called. */
const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['info', async (args) => (await import('./traceinfo.ts')).traceInfo(args)],
  ['summary', async (args) => (await import('./tracesummary.ts')).traceSummary(args)],
  ['phases', async (args) => (await import('./tracephases.ts')).tracePhases(args)],
  ['dump', async (args) => (await import('./tracedump.ts')).traceDump(args)],
  ['export', async (args) => (await import('./traceexport.ts')).traceExport(args)],
])

export async function traceCommand(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const action = name === undefined ? undefined : actions.get(name)
  if (action) return await action(rest)
  if (name === undefined) throw new UsageError(`which one? repro trace ${[...actions.keys()].join('|')} FILE`)
  throw new UsageError(`unknown command: trace ${name}${hint(name, actions.keys())}`)
}
