/** `repro accept`: accepts manual edits to a recorded run, and records that they are edits. */

import type { TellEvent } from '../engine/event.ts'
import { runName } from '../results/run.ts'
import { command } from './command.ts'
import { document } from './options.ts'
import { siteOf } from './site.ts'
import { complain, exitCodes, print } from './terminal/terminal.ts'

export const accept = command({
  usage: 'accept CELL...',
  summary: 'accept manual edits to the rows of recorded runs',
  options: { document },
  missing: 'accept which cells? experiment/environment/pattern',
  examples: [['accept latency/xen-4.17/baseline', 'its rows.csv as it is now']],
  async action({ options, words, generator, signal }) {
    const site = siteOf(options.document, generator)
    const { cellsOf, cellSelector } = await import('../engine/cells.ts')
    const { underLock } = await import('../project/build.ts')
    const { openDocument } = await import('../project/site.ts')
    const { openStore } = await import('../results/store.ts')
    const cells = cellsOf((await openDocument(site)).document.blocks)
    const isChosen = cellSelector(cells, words, 'accept')
    const store = openStore(site.project)
    const today = new Date().toISOString().slice(0, 10)
    const tell: TellEvent = (event) => event.type === 'note' && complain(event.text)
    await underLock(site, signal, tell, async () => {
      for (const cell of cells.filter(isChosen)) {
        const changed = await store.accept(cell, `rows.csv as edited by hand, ${today}`)
        print(`${changed ? 'accepted' : 'not edited:'} ${runName(cell)}`)
      }
    })
    return exitCodes.done
  },
})
