/** `repro status`: for each cell, whether its result is there, and why not. */

import { openDocument, planDocument } from '../build.ts'
import { runName } from '../results/series.ts'
import { exitCodes } from './messages.ts'
import { readArguments, siteOf } from './usage.ts'

export async function statusCommand(args: readonly string[], generator: string): Promise<number> {
  const { positionals } = readArguments(args, {}, 1)
  const site = siteOf(positionals[0], generator)
  for (const { cell, verdict } of await planDocument(site, await openDocument(site))) {
    const reason = 'reason' in verdict ? `: ${verdict.reason}` : ''
    console.log(`${verdict.type.padEnd(8)} ${runName(cell)}${reason}`)
  }
  return exitCodes.done
}
