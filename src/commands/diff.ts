/** `repro diff A B`: differences between two states of the runs, with effect sizes and intervals. */

import { changeText } from '../engine/cachestatus.ts'
import type { CellDifference, MetricDifference, RunSet } from '../project/diff.ts'
import { digits } from '../query/format.ts'
import { symbol } from '../query/units.ts'
import { runName } from '../results/run.ts'
import { counted } from '../text/message.ts'
import { command } from './command.ts'
import { flag, json, only } from './options.ts'
import { UsageError } from './parse.ts'
import { siteOf, warnUntrusted } from './site.ts'
import { exitCodes, print } from './terminal/terminal.ts'

const sets = 'recorded, latest, a git revision, the id of a run in .repro/runs'

export const diff = command({
  usage: 'diff A B [DOCUMENT]',
  summary: 'compare runs: git revisions, `recorded`, `latest`, or two runs of a cell',
  options: { only, json, all: flag('show cells without a difference, too, as --json always does') },
  docs: 'docs/statistics.md',
  missing: `diff what? Two of: ${sets}`,
  examples: [
    ['diff recorded latest', 'whether a rerun gave the same rows'],
    ['diff HEAD~1 recorded', 'what a new recording changed'],
  ],
  async action({ options, words: [a = '', b = '', document], generator }) {
    const site = siteOf(document, generator)
    const { cellsOf, cellSelector } = await import('../engine/cells.ts')
    const { diffRuns, runSet } = await import('../project/diff.ts')
    const { openDocument } = await import('../project/site.ts')
    const { blocks } = (await openDocument(site)).document
    const cells = cellsOf(blocks)
    const shown = cells.filter(cellSelector(cells, options.only, '--only'))
    const set = (word: string): RunSet => {
      const found = runSet(word, shown, site)
      warnUntrusted(site)
      if (found === undefined) throw new UsageError(`no such runs: ${word} (known: ${sets})`)
      return found
    }
    const names = new Set(shown.map(runName))
    const differences = diffRuns(set(a), set(b)).filter(
      ({ cell }) => options.only.length === 0 || names.has(cell),
    )
    if (options.json) {
      print(JSON.stringify(differences, null, 2))
      return exitCodes.done
    }
    for (const difference of differences) for (const line of lines(difference, options.all)) print(line)
    const same = differences.filter(({ presence }) => presence === 'same rows').length
    print(`${same} of ${counted(differences.length, 'cell')} ${same === 1 ? 'has' : 'have'} the same rows`)
    const data = blocks.flatMap(({ type, id }) => (type === 'data' ? [id] : []))
    if (data.length > 0)
      print(
        `not compared, as nobody reruns data: ${data.join(', ')} (repro verify tells whether they changed)`,
      )
    return exitCodes.done
  },
})

function lines(
  { cell, presence, inputs, environment, datasets, metrics }: CellDifference,
  all: boolean,
): readonly string[] {
  const changes = [
    ...inputs.map(changeText),
    ...environment.map((change) => `${change.input}: ${change.before ?? 'none'} -> ${change.now ?? 'none'}`),
  ]
  if (presence === 'same rows' && changes.length === 0) return all ? [`${cell}: same rows`] : []
  const shown = metrics.filter(({ verdict }) => all || verdict !== 'unchanged')
  const hidden = metrics.length - shown.length
  return [
    `${cell}: ${presence}`,
    ...changes.map((change) => `  ${change}`),
    ...datasets.map((name) => `  dataset ${name} differs`),
    ...shown.map((metric) => `  ${metricLine(metric)}`),
    ...(hidden > 0 ? [`  ${hidden} measures unchanged (--all lists them)`] : []),
  ]
}

/** `changed     pause total: shift +12.3 µs [10.1, 14.0], delta 0.82, n 20 and 20` */
function metricLine(metric: MetricDifference): string {
  const { measure, interval, verdict } = metric
  const name = metric.series === '' ? measure : `${metric.series} ${measure}`
  const number = (value: number) => `${value > 0 ? '+' : ''}${Number(value.toPrecision(4))}`
  const ends = Number.isFinite(interval.high - interval.low)
    ? `[${number(interval.low)}, ${number(interval.high)}]`
    : 'without an interval'
  const effect = `shift ${number(metric.shift)} ${symbol(metric.unit)} ${ends}, delta ${digits(metric.delta, 2)}`
  const reason = verdict === "can't tell" ? ` (${metric.reason})` : ''
  return `${verdict.padEnd(10)} ${name}: ${effect}, n ${metric.n.join(' and ')}${reason}`
}
