/**
 * Effects of patterns against a baseline, judged together with Holm's correction, and whether they are
 * detectable.
 */

import * as z from 'zod'
import type { Messages } from '../../locale/en.ts'
import { unknown } from '../../query/error.ts'
import { digits } from '../../query/format.ts'
import { origins } from '../../query/quantity.ts'
import { type Factors, series } from '../../query/series.ts'
import { warningsOn } from '../../query/warnings.ts'
import { runName, type Run } from '../../results/run.ts'
import { compareFactors, type FactorComparison } from '../../stats/compare.ts'
import { matching, valuesOf } from '../published.ts'
import { type Cell, headCell, none, numberCell, numberHead, type Table, tableKind } from '../table.ts'
import { type ColumnGroup, tableHead, tableRow } from './columns.ts'
import {
  type CellRun,
  cellRuns,
  chooseEnvironments,
  patternChoice,
  labelOf,
  missingRuns,
  runsOf,
  selectedBy,
  unitOf,
} from './options.ts'
import { measure, pattern, patternOptions } from './schema.ts'

const options = () =>
  z.strictObject({
    ...patternOptions,
    measure: measure.describe('The measure that patterns change'),
    baseline: pattern.optional().describe('The baseline pattern; default: the first'),
    tolerance: z
      .string()
      .regex(/^\d+(?:\.\d+)? ?%$/, 'write a share as 5 %')
      .default('5 %')
      .describe('Share of the baseline’s median; smaller shifts do not matter'),
  })

export const effects = tableKind(options, (given, context): Table => {
  const { experiment, runs, messages } = context
  const { effects: own } = messages.tables
  const { factors, isFitting } = selectedBy(given, experiment, runs)
  for (const name of Object.keys(factors)) labelOf(runs, name, 'factor')
  labelOf(runs, given.measure, 'measure')
  const baseline = given.baseline ?? experiment.patterns[0]?.name ?? ''
  const publishedRows = matching(context.published ?? [], { environment: given.publishedEnvironment })
  const names = valuesOf(publishedRows, 'pattern')
  const tolerance = Number.parseFloat(given.tolerance) / 100
  const compared = chooseEnvironments(experiment, given.environments).map((environment) => {
    const all = cellRuns(experiment, environment, runs)
    const base = all.find(({ pattern }) => pattern.name === baseline)
    if (base === undefined) {
      const patterns = all.map(({ pattern }) => pattern.name)
      throw unknown(`pattern of ${experiment.id}`, baseline, patterns)
    }
    const isChosen = patternChoice(experiment, given.patterns, names)
    const others = all.filter((cell) => cell !== base && isChosen(cell.pattern) && isFitting(cell.pattern))
    const effects = base.run ? effectsOf(others, base.run, factors, given.measure, tolerance) : []
    return { environment, cells: [base, ...others], effects }
  })
  const cells = compared.flatMap((one) => one.cells)
  const shown = runsOf(cells)
  const columns = columnsOf(unitOf(shown, [given.measure]), messages)
  const observed = shown.map((run) => ({ name: runName(run), ...series(run, factors, given.measure) }))
  const byBoots = compared.flatMap(({ effects }) => effects.filter(({ found }) => found.method === 'means'))
  const pairings = (['paired by boot', 'independent boots'] as const).filter((pairing) =>
    byBoots.some(({ found: { paired } }) => (paired !== undefined) === (pairing === 'paired by boot')),
  )
  return {
    head: tableHead(columns),
    groups: compared.map(({ environment, cells, effects }) => ({
      title: environment,
      origins: origins(runsOf(cells)),
      rows: effects.map((effect) => tableRow(columns, effect)),
    })),
    notes: [
      own.method,
      ...pairings.map((pairing) => own.boots[pairing]),
      own.unchanged(given.tolerance),
      ...(observed.some(({ clusters }) => clusters) ? [] : [own.oneBoot]),
      ...warningsOn(observed, messages.claim.reasons.warnings).map(own.sentence),
    ],
    runs: shown,
    missing: missingRuns(cells),
  }
})

/** A pattern and the baseline of its environment. */
interface Effect {
  readonly label: string
  readonly run: Run
  readonly baseline: Run
  readonly found: FactorComparison
}

function effectsOf(
  others: readonly CellRun[],
  baseline: Run,
  factors: Factors,
  measure: string,
  tolerance: number,
): readonly Effect[] {
  const present = others.flatMap(({ pattern, run }) => {
    const observed = run && series(run, factors, measure)
    return observed && observed.values.length > 0 ? [{ pattern, run, observed }] : []
  })
  const compared = compareFactors(
    series(baseline, factors, measure),
    new Map(present.map(({ pattern, observed }) => [pattern.name, observed])),
    { tolerance },
  )
  return present.map(({ pattern, run }, index) => ({
    label: pattern.label,
    run,
    baseline,
    found: compared[index] as FactorComparison,
  }))
}

function columnsOf(unit: string, { tables }: Messages): readonly ColumnGroup<Effect>[] {
  const own = tables.effects
  const cell = (value: number, { run, baseline }: Effect): Cell =>
    Number.isFinite(value) ? numberCell(value, [run, baseline]) : none
  return [
    {
      columns: [
        [{ text: tables.pattern }, ({ label }) => headCell(label)],
        [numberHead(tables.n), ({ run, found }) => numberCell(found.n[1], [run])],
        [numberHead(own.shift, unit), (effect) => cell(effect.found.shift, effect)],
        [numberHead(own.from, unit), (effect) => cell(effect.found.interval.low, effect)],
        [numberHead(own.to, unit), (effect) => cell(effect.found.interval.high, effect)],
        [
          numberHead(own.delta),
          ({ run, baseline, found: { delta } }) => ({
            ...numberCell(delta, [run, baseline]),
            text: digits(delta, 2),
          }),
        ],
        [
          numberHead(own.p),
          ({ run, baseline, found: { p } }) => ({
            ...numberCell(p, [run, baseline]),
            text: p < 0.001 ? '< 0.001' : p.toFixed(3),
          }),
        ],
        [
          { text: own.verdict },
          ({ run, baseline, found }) => ({
            type: 'text',
            text: own.verdicts[found.verdict],
            runs: [run, baseline],
          }),
        ],
      ],
    },
  ]
}
