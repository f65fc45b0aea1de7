/** `repro init`: writes a paper to begin with. */

import { templates, usualTemplate } from '../begin/template.ts'
import { hint } from '../text/spelling.ts'
import { command } from './command.ts'
import { flag, single } from './options.ts'
import { UsageError } from './parse.ts'

export const init = command({
  usage: 'init [DIR]',
  summary: 'write a paper to begin with: an experiment, a table, a figure, a claim',
  options: {
    template: single(
      {
        value: 'NAME',
        choices: [...templates.keys()],
        description: [...templates].map(([name, { summary }]) => `${name} ${summary}`).join(', '),
        otherwise: usualTemplate,
      },
      (text, flag) => {
        if (templates.has(text)) return text
        throw new UsageError(`${flag}: unknown name: ${text}${hint(text, templates.keys())}`)
      },
    ),
    workflow: flag('also a workflow file for GitHub, as `repro new workflow` writes it'),
  },
  description: [
    `DIR is the working folder unless given; it is made if it is not there. Files are never replaced: if one is in the
    way, nothing is written. A .gitignore that is there stays as it is.`,
  ],
  docs: 'docs/beginning.md',
  exits: {
    failed: 'a file could not be written',
    usage: 'a file is in the way, or a mistake on the command line',
  },
  examples: [
    ['init', 'a paper here'],
    ['init my-paper --template xen', 'one that measures Xen on an emulated board, in a new folder'],
  ],
  async action({ options, words: [folder = '.'] }) {
    if (folder === '') throw new UsageError('the folder has an empty name')
    const { writePaper } = await import('./work/begin.ts')
    return writePaper(folder, options.template ?? usualTemplate, options.workflow)
  },
})
