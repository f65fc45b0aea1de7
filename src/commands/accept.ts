/** `repro accept`: edited observations of a recorded run become the record. A decision, and recorded as one. */

import { cellsOf, chosen } from '../engine/cells.ts'
import type { BuildEvent } from '../engine/event.ts'
import { underLock } from '../project/build.ts'
import { openDocument } from '../project/site.ts'
import { runName } from '../results/run.ts'
import { openStore } from '../results/store.ts'
import { accept as definition } from './definitions.ts'
import { exitCodes } from './exitcodes.ts'
import { complain, print } from './terminal.ts'
import { readArguments, siteOf, UsageError } from './usage.ts'

export async function acceptCommand(
  args: readonly string[],
  generator: string,
  signal: AbortSignal,
): Promise<number> {
  const { values, positionals } = readArguments(args, definition)
  if (positionals.length === 0)
    throw new UsageError('accept which cells? repro accept experiment/environment/pattern')
  const site = siteOf(values.document, generator)
  const { document } = await openDocument(site)
  const cells = cellsOf(document.blocks)
  const isChosen = chosen(cells, positionals, 'accept')
  const store = openStore(site.project)
  const today = new Date().toISOString().slice(0, 10)
  const tell = (event: BuildEvent) => event.type === 'note' && complain(event.text)
  await underLock(site, signal, tell, async () => {
    for (const cell of cells.filter(isChosen)) {
      const changed = await store.accept(cell, `rows.csv as edited by hand, ${today}`)
      print(`${changed ? 'accepted' : 'not edited:'} ${runName(cell)}`)
    }
  })
  return exitCodes.done
}
