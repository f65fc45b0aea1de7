/** `repro audit`: checks whether the numbers of published tables are possible. */

import { command } from './command.ts'
import { json, wholeNumber } from './options.ts'
import { exitCodes } from './terminal/terminal.ts'

export const audit = command({
  usage: 'audit FILE...',
  summary: 'whether the numbers of published tables (CSV) can be true',
  options: {
    json,
    n: wholeNumber({ min: 2, description: 'observations behind each mean, where the tables do not say' }),
  },
  description: ['FILE is a CSV file or a folder of them.'],
  docs: 'docs/audit.md',
  missing: 'which tables? CSV files, or a folder of them',
  exits: { done: 'the tables were audited, whatever was found' },
  examples: [['audit --n 10 results.csv', 'a table that does not say how many values it has']],
  async action({ options, words }) {
    const { auditTables } = await import('./work/audit.ts')
    await auditTables(words, options)
    return exitCodes.done
  },
})
