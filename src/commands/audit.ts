/** `repro audit`: checks whether the numbers of published tables are possible. */

import { kindsText, readKind, readScale } from '../audit/data.ts'
import type { Mark } from '../audit/marks.ts'
import { command } from './command.ts'
import { json, single, wholeNumber } from './options.ts'
import { UsageError } from './parse.ts'
import { exitCodes } from './terminal/terminal.ts'

export const audit = command({
  usage: 'audit FILE...',
  summary: 'whether the numbers of published tables (CSV) can be true',
  options: {
    json,
    n: wholeNumber({ min: 2, description: 'observations behind each mean, where the tables do not say' }),
    data: single(
      {
        value: 'KIND',
        description: `what the values behind each mean are: ${kindsText} (GRIM, GRIMMER and DEBIT need it)`,
      },
      (text, flag) => readKind(text) ?? wrong(flag, kindsText, text),
    ),
    scale: single(
      {
        value: 'LOW-HIGH',
        description: 'smallest and largest possible value, as 1-7, or 0- if there is no largest',
      },
      (text, flag) => readScale(text) ?? wrong(flag, 'a range such as 1-7 or 0-', text),
    ),
    decimal: single(
      {
        value: 'MARK',
        choices: ['point', 'comma'],
        description: 'decimal mark where numbers such as 1,234 leave it open: point or comma',
      },
      (text, flag): Mark =>
        text === 'point' ? '.' : text === 'comma' ? ',' : wrong(flag, 'point or comma', text),
    ),
    items: wholeNumber({ description: 'items that are averaged into one value, each of the kind of --data' }),
  },
  description: [
    'FILE is a CSV file or a folder of them.',
    'Columns called data, scale and items say for their rows what the options say for all tables.',
  ],
  docs: 'docs/audit.md',
  missing: 'which tables? CSV files, or a folder of them',
  exits: { done: 'the tables were audited, whatever was found' },
  examples: [
    ['audit --n 10 results.csv', 'a table that does not say how many values it has'],
    ['audit --data integers --scale 1-7 --items 3 survey.csv', 'means of three items, each from 1 to 7'],
  ],
  async action({ options, words }) {
    const { auditTables } = await import('./work/audit.ts')
    const { n, data: kind, scale, items, decimal, json: isJson } = options
    await auditTables(words, { n, kind, scale, items }, { mark: decimal, isJson })
    return exitCodes.done
  },
})

function wrong(flag: string, wanted: string, text: string): never {
  throw new UsageError(`${flag} takes ${wanted}, not ${text}`)
}
