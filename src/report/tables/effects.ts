/**
 * Effects of patterns against a baseline, judged together with Holm's correction, and whether they are
 * detectable.
 */

import { z } from 'zod'
import type { Words } from '../../locale/en.ts'
import { unknown } from '../../query/error.ts'
import { digits } from '../../query/format.ts'
import { type Factors, series } from '../../query/series.ts'
import { warningsOn } from '../../query/warnings.ts'
import { runName, type Run } from '../../results/run.ts'
import { compareFactors, type FactorComparison } from '../../stats/compare.ts'
import { matching, valuesOf } from '../published.ts'
import { type Cell, headCell, none, numberCell, numberHead, type Table, tableKind } from '../table.ts'
import {
  type CellRun,
  cellsOf,
  chooseEnvironments,
  choosePatterns,
  environmentGroup,
  environments,
  factorsOf,
  labelOf,
  number,
  operation,
  patterns,
  published,
  publishedEnvironment,
  unitOf,
  where,
} from './options.ts'

const options = z.strictObject({
  number,
  environments,
  operation,
  where,
  measure: z.string(),
  /** The baseline pattern; default: the first. */
  baseline: z.string().optional(),
  /** Share of the baseline's median; smaller shifts do not matter. */
  tolerance: z
    .string()
    .regex(/^\d+(?:\.\d+)? ?%$/, 'write a share as 5 %')
    .default('5 %'),
  patterns,
  published,
  publishedEnvironment,
})

export const effects = tableKind(options, (given, context): Table => {
  const { experiment, runs, words } = context
  const { effects: own } = words.tables
  const factors = factorsOf(given)
  for (const name of Object.keys(factors)) labelOf(runs, name, 'factor')
  labelOf(runs, given.measure, 'measure')
  const baseline = given.baseline ?? experiment.patterns[0]?.name ?? ''
  const publishedRows = matching(context.published ?? [], { environment: given.publishedEnvironment })
  const names = valuesOf(publishedRows, 'pattern')
  const tolerance = Number.parseFloat(given.tolerance) / 100
  const groups = chooseEnvironments(experiment, given.environments).map((environment) => {
    const all = cellsOf(experiment, environment, runs)
    const base = all.find(({ pattern }) => pattern.name === baseline)
    if (base === undefined) {
      throw unknown(
        `pattern of ${experiment.id}`,
        baseline,
        all.map(({ pattern }) => pattern.name),
      )
    }
    const others = choosePatterns(all, given.patterns, names).filter((cell) => cell !== base)
    return { environment, base, others }
  })
  const shown = groups.flatMap(({ base, others }) => [base, ...others].flatMap(({ run }) => run ?? []))
  const unit = unitOf(shown, [given.measure])
  const observed = shown.map((run) => ({ name: runName(run), ...series(run, factors, given.measure) }))
  const compared = groups.map((group) => comparisonsOf(group, factors, given.measure, tolerance))
  const rendered = groups.map(({ environment }, index) =>
    environmentGroup(
      environment,
      shown.filter((run) => run.environment === environment),
      (compared[index] ?? []).map((one) => rowOf(one, words)),
    ),
  )
  return {
    head: [
      [
        { text: words.tables.pattern },
        numberHead(words.tables.n),
        numberHead(own.shift, unit),
        numberHead(own.from, unit),
        numberHead(own.to, unit),
        numberHead(own.delta),
        numberHead(own.p),
        { text: own.verdict },
      ],
    ],
    groups: rendered,
    notes: [
      own.method,
      ...(compared.flat().some(({ found }) => found.method === 'means') ? [own.fewBoots] : []),
      own.unchanged(given.tolerance),
      ...(observed.some(({ clusters }) => clusters) ? [] : [own.oneBoot]),
      ...warningsOn(observed, words.claim.reasons.warnings).map(own.sentence),
    ],
    runs: shown,
    missing: groups.flatMap(({ base, others }) =>
      [base, ...others].flatMap(({ name, run }) => (run === undefined ? [name] : [])),
    ),
  }
})

interface Compared {
  readonly base: CellRun
  readonly others: readonly CellRun[]
}

/** A pattern and the baseline of its environment. */
interface Effect {
  readonly label: string
  readonly run: Run
  readonly baseline: Run
  readonly found: FactorComparison
}

function comparisonsOf(
  { base, others }: Compared,
  factors: Factors,
  measure: string,
  tolerance: number,
): readonly Effect[] {
  const baseline = base.run
  if (baseline === undefined) return []
  const present = others.flatMap(({ pattern, run }) => {
    const found = run === undefined ? undefined : series(run, factors, measure)
    return run === undefined || found === undefined || found.values.length === 0
      ? []
      : [{ pattern, run, found }]
  })
  const compared = compareFactors(
    series(baseline, factors, measure),
    new Map(present.map(({ pattern, found }) => [pattern.name, found])),
    { tolerance },
  )
  return present.map(({ pattern, run }, index) => ({
    label: pattern.label,
    run,
    baseline,
    found: compared[index] as FactorComparison,
  }))
}

function rowOf({ label, run, baseline, found }: Effect, words: Words): readonly Cell[] {
  const { n, shift, interval, delta, p, verdict } = found
  const time = (value: number): Cell => (Number.isFinite(value) ? numberCell(value, [run, baseline]) : none)
  return [
    headCell(label),
    numberCell(n[1], [run]),
    time(shift),
    time(interval.low),
    time(interval.high),
    { ...numberCell(delta, [run, baseline]), text: digits(delta, 2) },
    { ...numberCell(p, [run, baseline]), text: p < 0.001 ? '< 0.001' : p.toFixed(3) },
    { type: 'text', text: words.tables.effects.verdicts[verdict], runs: [run, baseline] },
  ]
}
