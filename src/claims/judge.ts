/**
 * Judges claims against results. One rule for all: what was measured has an interval, the claim allows a region; inside of it the claim is
 * reproduced, outside it is not, and in between more trials are needed.
 */

import type { Expression } from '../document/expression.ts'
import { references } from '../document/expression.ts'
import { origins, type Quantity, QueryError, type Source } from '../results/quantity.ts'
import { evaluate, type Results, readSeries } from '../results/query.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/series.ts'
import type { Interval } from '../stats/interval.ts'
import { median } from '../stats/order.ts'
import { shift } from '../stats/shift.ts'
import { fewestTrialsEach } from '../stats/trials.ts'
import { type Claim, expressionsOf, type Test } from './claim.ts'
import { type Decision, decide, type Region } from './region.ts'
import { expressionInterval, runsOf } from './resample.ts'
import { isScaleFree } from './scale.ts'

export type Verdict = 'reproduced' | 'not reproduced' | 'inconclusive' | 'not testable'

/** One number that a verdict rests on. */
export interface Measured {
  readonly value: number
  /** Canonical, as in a Quantity. */
  readonly unit: string
  /** Of the value; unbounded where there are too few trials. */
  readonly interval: Interval
  readonly region: Region
  readonly decision: Decision
  readonly sources: readonly Source[]
}

export interface Judgement {
  readonly claim: Claim
  readonly verdict: Verdict
  /** In words, with the numbers in canonical units left to `measured`. */
  readonly reason: string
  /** In the claim's order; empty if it is not testable. */
  readonly measured: readonly Measured[]
  /** Of an inconclusive claim: trials of each run that would probably decide it; absent if no number would. */
  readonly trialsNeeded?: number
  /** What to keep in mind with this verdict. */
  readonly notes: readonly string[]
}

/** What claims are judged against. */
export interface Evidence {
  readonly results: Results
  /** Runs that no longer are what the document describes: name (`latency/xen-4.14/baseline`) -> reason. */
  readonly stale: ReadonlyMap<string, string>
}

export interface JudgeOptions {
  /** Of intervals; 0.95 unless told. */
  readonly level?: number
  /** Draws of the bootstrap; 2000 unless told. */
  readonly resamples?: number
}

/**
 * Judges a claim. Never throws for what results lack: then the claim is not testable, for a reason. That goes for an unknown name as well,
 * so that a misspelt claim cannot pass. The same evidence gives the same judgement.
 */
export function judge(claim: Claim, evidence: Evidence, options: JudgeOptions = {}): Judgement {
  try {
    const obstacle = obstacleTo(claim, evidence)
    if (obstacle !== undefined) return notTestable(claim, obstacle)
    return conclude(claim, measure(claim, evidence.results, options))
  } catch (error) {
    if (error instanceof QueryError) return notTestable(claim, error.message)
    throw error
  }
}

function notTestable(claim: Claim, reason: string): Judgement {
  return { claim, verdict: 'not testable', reason, measured: [], notes: [] }
}

/** Why a claim cannot be tested, whatever the numbers are. */
function obstacleTo(claim: Claim, { results, stale }: Evidence): string | undefined {
  if (claim.skip !== undefined) return `skipped: ${claim.skip}`
  const expressions = expressionsOf(claim.test)
  const runs = expressions.flatMap((one) => runsOf(one, results))
  for (const run of runs) {
    const reason = stale.get(runName(run))
    if (reason !== undefined) return `stale: ${runName(run)} (${reason})`
  }
  switch (claim.scope) {
    case 'absolute':
      return foreignMachine(claim, runs)
    case 'shape':
      return isShape(claim.test, results)
        ? undefined
        : 'a shape must not depend on how fast the board is: compare a ratio or an order, or make the scope absolute'
    case 'method':
      return undefined
  }
}

function foreignMachine({ machine }: Claim, runs: readonly Run[]): string | undefined {
  const others = origins(runs).filter((origin) => origin !== 'hardware')
  if (others.length > 0)
    return `no run on hardware: ${others.join(' and ')} times say nothing about the published machine's`
  const facts = Object.entries(machine ?? {})
  if (facts.length === 0) return 'the claim does not say which machine its times were published for'
  for (const run of runs) {
    for (const [item, published] of facts) {
      const captured = run.captured[item]
      if (captured === undefined)
        return `${runName(run)} did not capture its ${item} (published: ${published})`
      if (!startsWithWord(captured, published))
        return `another machine: the ${item} of ${runName(run)} is ${captured}, published was ${published}`
    }
  }
  return undefined
}

/** 'Xen 4.13' is the start of 'Xen 4.13.0', but not of 'Xen 4.130'. */
function startsWithWord(text: string, word: string): boolean {
  return text.startsWith(word) && !/^[\p{L}\p{N}]/u.test(text.slice(word.length))
}

function isShape(test: Test, results: Results): boolean {
  switch (test.type) {
    case 'direction':
      return true
    case 'ordering':
      return test.expressions.every((one) => isScaleFree(one, results))
    case 'absolute':
    case 'relative':
      return isRatio(test.expression, results)
    case 'interval':
      // Zero is the same time on every board.
      return [test.low, test.high].every((end) => end === 0 || !Number.isFinite(end))
        ? isScaleFree(test.expression, results)
        : isRatio(test.expression, results)
  }
}

function isRatio(ast: Expression, results: Results): boolean {
  return evaluate({ ast }, results).unit === '' && isScaleFree(ast, results)
}

function measure(claim: Claim, results: Results, options: JudgeOptions): readonly Measured[] {
  const { test } = claim
  const level = options.level ?? 0.95
  const draw = { ...options, level, seed: claim.id }
  const inRegion = (expression: Expression, region: Region, at = level): Measured => {
    const quantity = number(expression, results)
    const { interval, units } = expressionInterval(expression, results, { ...draw, level: at })
    const decision = decide({ value: quantity.value, interval, level: at, trials: units }, region)
    return { ...quantity, interval, region, decision }
  }
  switch (test.type) {
    case 'absolute':
      return [inRegion(test.expression, around(test.published, test.tolerance))]
    case 'relative':
      return [inRegion(test.expression, around(test.published, test.tolerance * Math.abs(test.published)))]
    case 'interval':
      return [inRegion(test.expression, { low: test.low, high: test.high, closed: true })]
    case 'ordering': {
      // All pairs must hold, or one must fail: each interval gets its part of 1 - level (Bonferroni).
      const pairs = test.expressions
        .slice(1)
        .map((right, index) => difference(right, test.expressions[index] as Expression))
      return pairs.map((pair) => inRegion(pair, above(0), 1 - (1 - level) / pairs.length))
    }
    case 'direction':
      return [measureShift(test, results, level)]
  }
}

function number(ast: Expression, results: Results): Quantity {
  const quantity = evaluate({ ast }, results)
  if (quantity.unit === 'truth') {
    throw new QueryError('a comparison has no interval: state it as an ordering of its two sides')
  }
  return quantity
}

function difference(left: Expression, right: Expression): Expression {
  return { type: 'operation', operator: '-', left, right }
}

function around(center: number, tolerance: number): Region {
  return { low: center - tolerance, high: center + tolerance, closed: true }
}

function above(low: number): Region {
  return { low, high: Number.POSITIVE_INFINITY, closed: false }
}

function measureShift(
  { from, to, direction, tolerance }: Extract<Test, { readonly type: 'direction' }>,
  results: Results,
  level: number,
): Measured {
  const [a, b] = [readSeries(from, results), readSeries(to, results)]
  for (const [path, { values }] of [
    [from, a],
    [to, b],
  ] as const) {
    if (values.length === 0) throw new QueryError(`no observation of ${path.parts.join('.')}`)
  }
  if (a.unit !== b.unit) throw new QueryError(`units do not fit: ${a.unit || 'none'} and ${b.unit || 'none'}`)
  const { estimate, interval } = shift(a.values, b.values, level)
  const margin = tolerance * Math.abs(median(a.values))
  const region: Region =
    direction === 'up'
      ? above(margin)
      : direction === 'down'
        ? { low: Number.NEGATIVE_INFINITY, high: -margin, closed: false }
        : around(0, margin)
  const fewest = Math.min(a.values.length, b.values.length)
  const decision = decide({ value: estimate, interval, level, trials: fewest }, region)
  return {
    value: estimate,
    unit: a.unit,
    interval,
    region,
    decision:
      Number.isFinite(interval.low) || decision.type !== 'open'
        ? decision
        : { type: 'open', trialsNeeded: Math.max(fewestTrialsEach(level), fewest + 1) },
    sources: [a, b].map(({ run, values }) => ({ run, n: values.length })),
  }
}

function conclude(claim: Claim, measured: readonly Measured[]): Judgement {
  const decisions = measured.map(({ decision }) => decision)
  const notes = notesOn(claim, measured)
  if (decisions.some(({ type }) => type === 'outside'))
    return {
      claim,
      verdict: 'not reproduced',
      reason: 'the interval lies outside of what the claim allows',
      measured,
      notes,
    }
  const open = decisions.filter((decision) => decision.type === 'open')
  if (open.length === 0)
    return {
      claim,
      verdict: 'reproduced',
      reason: 'the interval lies inside of what the claim allows',
      measured,
      notes,
    }
  const needed = Math.max(...open.map(({ trialsNeeded = Number.POSITIVE_INFINITY }) => trialsNeeded))
  return {
    claim,
    verdict: 'inconclusive',
    reason: Number.isFinite(needed)
      ? `the interval reaches over what the claim allows: some ${needed} trials are needed`
      : 'the interval reaches over what the claim allows, and the value lies so near to the limit that no number of trials would tell',
    measured,
    ...(Number.isFinite(needed) ? { trialsNeeded: needed } : {}),
    notes,
  }
}

const extremes: ReadonlySet<string> = new Set(['max', 'min', 'p0', 'p100'])

function notesOn({ test }: Claim, measured: readonly Measured[]): readonly string[] {
  const notes: string[] = []
  const statistics =
    test.type === 'direction'
      ? []
      : expressionsOf(test)
          .flatMap(references)
          .map(({ parts }) => parts.at(-1) ?? '')
  const found = [...new Set(statistics.filter((name) => extremes.has(name)))].sort()
  if (found.length > 0)
    notes.push(
      `${found.join(' and ')}: the largest and smallest values seen bound nothing, and more trials go further`,
    )
  if (measured.some(({ interval }) => interval.low === interval.high))
    notes.push('the trials do not vary: the interval is a point, which says nothing of other boots or boards')
  return notes
}
