/** `repro accept`: accepts manual edits to a recorded run, and records whose they are and why. */

import type { TellEvent } from '../engine/event.ts'
import { runName } from '../results/run.ts'
import { spans } from '../text/message.ts'
import { command } from './command.ts'
import { document, text } from './options.ts'
import { UsageError } from './parse.ts'
import { siteOf } from './site.ts'
import { complain, exitCodes, print } from './terminal/terminal.ts'

export const accept = command({
  usage: 'accept CELL...',
  summary: 'accept manual edits to the rows of recorded runs',
  options: {
    document,
    author: text({ value: 'NAME', description: 'who edited them', otherwise: 'the author of git' }),
    reason: text({ value: 'TEXT', description: 'why; required' }),
  },
  missing: 'accept which cells? experiment/environment/pattern',
  description: [
    'Author, reason, date and the changed lines become part of the run. Every verdict that rests on it says so.',
  ],
  docs: 'docs/claims.md',
  examples: [
    ['accept latency/xen-4.17/baseline --reason "units mixed up in trial 3"', 'its rows.csv as it is now'],
  ],
  async action({ options, words, generator, signal }) {
    const site = siteOf(options.document, generator, signal)
    const { cellsOf, cellSelector } = await import('../engine/cells.ts')
    const { acceptEdits, gitAuthor } = await import('../project/accept.ts')
    const { underLock } = await import('../project/build.ts')
    const { openDocument } = await import('../project/site.ts')
    const reason = options.reason?.trim() ?? ''
    if (reason === '')
      throw new UsageError('accept needs a reason: --reason TEXT says why the rows were edited')
    const author = (options.author ?? gitAuthor(site.project) ?? '').trim()
    if (author === '') throw new UsageError('accept needs an author, and git names none: --author NAME')
    const cells = cellsOf((await openDocument(site)).document.blocks)
    const isChosen = cellSelector(cells, words, 'accept')
    const given = { author, reason, date: new Date().toISOString().slice(0, 10) }
    const tell: TellEvent = (event) => event.type === 'note' && complain(event.text)
    await underLock(site, signal, tell, async () => {
      for (const cell of cells.filter(isChosen)) {
        const accepted = await acceptEdits(cell, given, site)
        const changed = accepted?.files.map(({ file, lines }) =>
          lines ? `${file} line ${spans(lines)}` : `${file}, whose earlier rows were not found`,
        )
        print(changed ? `accepted ${runName(cell)}: ${changed.join('; ')}` : `not edited: ${runName(cell)}`)
      }
    })
    return exitCodes.done
  },
})
