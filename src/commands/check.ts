/** `repro check`: finds all problems of a document; runs nothing. */

import { columnTexts } from '../data/run.ts'
import type { DocumentData } from '../project/data.ts'
import { counted } from '../text/message.ts'
import { command } from './command.ts'
import { ci } from './options.ts'
import { siteOf } from './site.ts'
import { exitCodes, print } from './terminal/terminal.ts'

export const check = command({
  usage: 'check [DOCUMENT]',
  summary: 'list every mistake in the document with its line and column',
  description: [
    'Runs nothing. What a build would find in values, tables, figures and claims is found too, as far as they ' +
      'show data, or experiments whose runs are there and up to date.',
  ],
  options: { ci },
  exits: { usage: 'the document has errors, or a mistake on the command line' },
  examples: [
    ['check', 'paper/index.md'],
    ['check paper/index.ja.md', 'also what differs from the original of a translation'],
  ],
  docs: 'docs/problems.md',
  async action({ options, words: [document], generator }) {
    const site = siteOf(document, generator)
    const { openChecked, pathFromHere } = await import('./terminal/messages.ts')
    const { messagesOf, withFindings } = await import('./terminal/ci.ts')
    return await withFindings(site, 'check', options.ci, async (findings) => {
      const { document: checked, data } = await openChecked(site)
      const { file, blocks, values } = checked
      findings.add(messagesOf(file))
      const path = pathFromHere(site.project, site.document)
      print(`${path}: ${counted(blocks.length, 'block')}, ${counted(values.length, 'value')}, no errors`)
      for (const line of dataLines(data)) print(line)
      return exitCodes.done
    })
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
