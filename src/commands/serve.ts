/** `repro serve`: shows the report in a browser, as it is now, and keeps it up to date. */

import { command } from './command.ts'
import { flag, wholeNumber } from './options.ts'
import { siteOf } from './site.ts'
import { complain, exitCodes, print } from './terminal/terminal.ts'

export const serve = command({
  usage: 'serve [DOCUMENT]',
  summary: 'show the report in a browser, and what changes while you write',
  description: [
    'Serves the report on 127.0.0.1 only, until Ctrl-C. After a save it shows what changed within a blink, with problems at their places. ' +
      'It runs nothing by itself: the page asks before it runs a cell, if it was opened by the address that this command prints.',
  ],
  options: {
    port: wholeNumber({ max: 65_535, description: 'port to listen on', otherwise: 'one that is free' }),
    open: flag('open the page in the browser of this desktop'),
  },
  runsCode: true,
  docs: 'docs/serving.md',
  exits: { failed: 'the port is in use' },
  examples: [
    ['serve', 'the report of paper/index.md'],
    ['serve notes/draft.md --port 8000 --open', 'another document, at the same address each time'],
  ],
  async action({ options: { port = 0, open }, words: [document], generator, signal }) {
    const site = siteOf(document, generator, signal)
    const { serve } = await import('../serve/server.ts')
    const server = await serve(site, { port, note: complain })
    print(`${site.document} at ${server.address}`)
    print('Ctrl-C ends')
    if (open) (await import('./work/browser.ts')).openBrowser(server.address, complain)
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await server.close()
    return exitCodes.done
  },
})
