/** Holds a run's rows against the trials that it asks for: none is lacking, and none is there for choice. */

import { counted, spans } from '../text/message.ts'
import { bootColumn, excludedColumn, type Row, type Run } from './run.ts'
import { lackingTrials } from './trials.ts'

type Observed = Parameters<typeof lackingTrials>[0]

/** Describes trials that lack rows, or else rows beyond the trials; undefined if all fit. */
export function wrongTrials(run: Observed): string | undefined {
  return lackingTrials(run) ?? excessTrials(run)
}

/**
 * Describes trials beyond those asked for, and further rows of a trial; undefined if there are none. An index
 * tells rows of a trial apart, and a factor if all trials have as many rows of an operation: who could add
 * rows to some would choose their numbers.
 */
function excessTrials({ columns, rows, trials }: Observed): string | undefined {
  const asks = `it asks for ${counted(trials, 'trial')}`
  if (!columns.some(({ name, role }) => name === 'trial' && role === 'index')) {
    const counts = new Map<Row[string], number>()
    for (const { operation = '' } of rows) counts.set(operation, (counts.get(operation) ?? 0) + 1)
    const most = Math.max(0, ...counts.values())
    return most > trials && most % trials > 0 ? `${asks}, and has ${counted(most, 'row')}` : undefined
  }
  const first = rows.some(({ trial }) => trial === 0) ? 0 : 1
  const strays = new Set<number>()
  for (const { trial } of rows) {
    const number = Number(trial)
    if (!(Number.isInteger(number) && number >= first && number < first + trials)) strays.add(number)
  }
  if (strays.size > 0) return `${asks}, and has rows of trial ${spans([...strays].sort((a, b) => a - b))}`
  return doubleRow({ columns, rows, trials })
}

function doubleRow({ columns, rows, trials }: Pick<Run, 'columns' | 'rows' | 'trials'>): string | undefined {
  const named = (role: string) => columns.filter((one) => one.role === role).map(({ name }) => name)
  // A trial is of one boot.
  const indices = [...named('index').filter((name) => name !== 'trial' && name !== bootColumn), 'operation']
  const factors = named('factor').filter((name) => name !== excludedColumn)
  // Runs have up to a million rows: each becomes a number.
  const numbered = (names: readonly string[]) => {
    const known = new Map<string, number>()
    return (row: Row) => {
      const kind = names.map((name) => row[name] ?? '').join('\n')
      const index = known.get(kind) ?? known.size
      known.set(kind, index)
      return index * (trials + 2) + Number(row.trial)
    }
  }
  const [keyOf, exactKeyOf] = [numbered(indices), numbered([...indices, ...factors])]
  const counts = new Map<number, number>()
  const exact = new Set<number>()
  let double: Row | undefined
  for (const row of rows) {
    const [key, exactKey] = [keyOf(row), exactKeyOf(row)]
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (exact.has(exactKey)) double ??= row
    exact.add(exactKey)
  }
  const usual = new Map<number, number>()
  for (const [key, count] of counts) {
    const kind = Math.floor(key / (trials + 2))
    usual.set(kind, Math.min(usual.get(kind) ?? count, count))
  }
  const uneven = (row: Row) => {
    const key = keyOf(row)
    return (counts.get(key) ?? 0) > (usual.get(Math.floor(key / (trials + 2))) ?? 0)
  }
  double ??= rows.find(uneven)
  if (double === undefined) return undefined
  const { operation, trial, [bootColumn]: boot } = double
  const place = `${operation ? ` (${operation})` : ''}${typeof boot === 'number' ? ` in boot ${boot}` : ''}`
  return `${counted(counts.get(keyOf(double)) ?? 0, 'row')} of trial ${trial}${place}, which others have not, or no index or factor tells apart`
}
