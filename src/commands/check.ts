/** `repro check`: finds all problems of a document; runs nothing. */

import { columnTexts } from '../data/run.ts'
import type { DocumentData } from '../project/data.ts'
import { counted } from '../text/message.ts'
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
    const { document: checked, data } = await openValid(site)
    const { blocks, values } = checked
    print(`${site.document}: ${blocks.length} blocks, ${values.length} values, no errors`)
    for (const line of dataLines(data)) print(line)
    return exitCodes.done
  },
})

/** What each column of data was taken for. */
function dataLines(data: DocumentData): readonly string[] {
  return [...data].flatMap(([id, files]) =>
    files.flatMap((file) => [
      `${id}: ${file.path}, ${counted(file.run?.rows.length ?? 0, 'row')}`,
      ...columnTexts(file).map((text) => `  ${text}`),
    ]),
  )
}
