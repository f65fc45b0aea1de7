/** `repro new ...`: adds a block to a document, with the file that it needs. */

import type { NewType } from '../begin/block.ts'
import { command, type Command, type Group } from './command.ts'
import { text } from './options.ts'
import { UsageError } from './parse.ts'
import { siteOf } from './site.ts'

const exits = {
  failed: 'a file could not be written',
  usage: 'the document has errors, the name or a file is taken, or a mistake on the command line',
}
const place = `The block goes behind the last one of its kind, or to the end of the document, which must be without errors.
    Nothing else of the document changes, and no file is replaced.`
const docs = 'docs/beginning.md'

async function add(
  type: NewType,
  { words: [name = '', document], generator }: { words: readonly string[]; generator: string },
  from?: string,
): Promise<number> {
  if (name === '') throw new UsageError('the name is empty')
  const site = siteOf(document, generator)
  const { addBlock } = await import('./work/begin.ts')
  return await addBlock(site, type, name, from)
}

const experiment = command({
  usage: 'new experiment NAME [DOCUMENT]',
  summary: 'add an experiment: a block, and a script in experiments/',
  description: [
    'NAME becomes the id of the block and the name of the script, which is in TypeScript; NAME.py, NAME.R and NAME.sh make one in another language.',
    place,
  ],
  docs,
  missing: 'which experiment? Give it a name',
  exits,
  examples: [
    ['new experiment sorting', 'experiments/sorting.ts, and its block in paper/index.md'],
    ['new experiment naps.py', 'experiments/naps.py, and its block'],
  ],
  action: async (given) => await add('experiment', given),
})

const from = text({
  value: 'EXPERIMENT',
  description: 'the experiment that it shows',
  otherwise: "the document's last",
})

function showing(
  type: 'table' | 'figure' | 'claim',
  more: string,
  example: readonly [string, string],
): Command {
  return command({
    usage: `new ${type} NAME [DOCUMENT]`,
    summary: `add a ${type}${more} of an experiment`,
    options: { from },
    description: [
      type === 'claim'
        ? 'NAME becomes the id of the block.'
        : `The id of the block is ${type === 'table' ? 'tbl' : 'fig'}-NAME.`,
      place,
    ],
    docs,
    missing: `which ${type}? Give it a name`,
    exits,
    examples: [example],
    action: async (given) => await add(type, given, given.options.from),
  })
}

const workflow = command({
  usage: 'new workflow [DOCUMENT]',
  summary: 'add a workflow file that builds, judges and publishes the paper on GitHub',
  description: [
    'Writes .github/workflows/paper.yml at the top of the repository. What it still needs is said.',
  ],
  docs,
  exits,
  examples: [['new workflow', 'for paper/index.md']],
  async action({ words: [document], generator }) {
    const site = siteOf(document, generator)
    const { addWorkflow } = await import('./work/begin.ts')
    return addWorkflow(site)
  },
})

export const adding: Group = {
  summary: 'add a block with its file to a document',
  commands: new Map([
    ['experiment', experiment],
    [
      'figure',
      showing('figure', ', and its specification in figures/,', [
        'new figure spread --from sorting',
        'figures/spread.vl.json, and its block fig-spread',
      ]),
    ],
    ['table', showing('table', '', ['new table times notes/draft.md', 'tbl-times in another document'])],
    ['claim', showing('claim', '', ['new claim C2', 'a claim that compares the first two patterns'])],
    ['workflow', workflow],
  ]),
}
