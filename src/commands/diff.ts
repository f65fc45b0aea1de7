/** `repro diff A B`: what is different between two states of the runs, with effect sizes and intervals. */

import { cellsOf, chosen } from '../engine/cells.ts'
import { inWords } from '../engine/verdict.ts'
import { type CellDifference, diffRuns, type MetricDifference, type RunSet, runSet } from '../project/diff.ts'
import { openDocument } from '../project/site.ts'
import { digits, symbol } from '../query/quantity.ts'
import { runName } from '../results/run.ts'
import { diff as definition } from './definitions.ts'
import { exitCodes, tellSeal } from './messages.ts'
import { print } from './terminal.ts'
import { cellWords, readArguments, siteOf, UsageError, wordList } from './usage.ts'

export async function diffCommand(args: readonly string[], generator: string): Promise<number> {
  const { values, positionals } = readArguments(args, definition)
  const [a, b] = positionals
  if (a === undefined || b === undefined)
    throw new UsageError(
      'diff what? Two of: recorded, latest, a git revision, the id of a run in .repro/runs',
    )
  const site = siteOf(values.document, generator)
  const { document } = await openDocument(site)
  const cells = cellsOf(document.blocks)
  const shown = cells.filter(chosen(cells, wordList('--only', cellWords, values.only), '--only'))
  const set = (word: string): RunSet => {
    const found = runSet(word, shown, site)
    tellSeal(site)
    if (found === undefined)
      throw new UsageError(
        `no such runs: ${word} (known: recorded, latest, a git revision, the id of a run in .repro/runs)`,
      )
    return found
  }
  const names = new Set(shown.map(runName))
  const differences = diffRuns(set(a), set(b)).filter(
    ({ cell }) => values.only === undefined || names.has(cell),
  )
  if (values.json) {
    print(JSON.stringify(differences, null, 2))
    return exitCodes.done
  }
  for (const difference of differences) for (const line of lines(difference, values.all)) print(line)
  const same = differences.filter(({ presence }) => presence === 'same rows').length
  print(`${same} of ${differences.length} cells have the same rows`)
  return exitCodes.done
}

function lines(
  { cell, presence, inputs, environment, metrics }: CellDifference,
  all: boolean,
): readonly string[] {
  const changes = [
    ...inputs.map(inWords),
    ...environment.map((change) => `${change.input}: ${change.before ?? 'none'} -> ${change.now ?? 'none'}`),
  ]
  if (presence === 'same rows' && changes.length === 0) return all ? [`${cell}: same rows`] : []
  const shown = metrics.filter(({ verdict }) => all || verdict !== 'unchanged')
  const hidden = metrics.length - shown.length
  return [
    `${cell}: ${presence}`,
    ...changes.map((change) => `  ${change}`),
    ...shown.map((metric) => `  ${metricLine(metric)}`),
    ...(hidden > 0 ? [`  ${hidden} measures unchanged (--all lists them)`] : []),
  ]
}

/** `changed     pause total: shift +12.3 µs [10.1, 14.0], delta 0.82, n 20 and 20` */
function metricLine({
  series,
  measure,
  unit,
  shift,
  interval,
  delta,
  n,
  verdict,
  reason,
}: MetricDifference): string {
  const name = [series, measure].filter((word) => word !== '').join(' ')
  const number = (value: number) => `${value > 0 ? '+' : ''}${Number(value.toPrecision(4))}`
  const ends = Number.isFinite(interval.high - interval.low)
    ? `[${number(interval.low)}, ${number(interval.high)}]`
    : 'without an interval'
  const size = `shift ${number(shift)} ${symbol(unit)} ${ends}, delta ${digits(delta, 2)}, n ${n.join(' and ')}`
  return `${verdict.padEnd(10)} ${name}: ${size}${verdict === "can't tell" ? ` (${reason})` : ''}`
}
