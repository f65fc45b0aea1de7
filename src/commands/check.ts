/** `repro check`: finds all problems of a document; runs nothing. */

import { command } from './command.ts'
import { siteOf } from './site.ts'
import { exitCodes, print } from './terminal/terminal.ts'

export const check = command({
  usage: 'check [DOCUMENT]',
  summary: 'list every mistake in the document with its line and column',
  examples: [['check paper/index.ja.md', 'also what differs from the original of a translation']],
  async action({ words: [document], generator }) {
    const site = siteOf(document, generator)
    const { openValid } = await import('./terminal/messages.ts')
    const { blocks, values } = (await openValid(site)).document
    print(`${site.document}: ${blocks.length} blocks, ${values.length} values, no errors`)
    return exitCodes.done
  },
})
