/**
 * Judges claims against results. One rule for all: what was measured has an interval, the claim allows a region; inside of it the claim is
 * reproduced, outside it is not, and in between more trials are needed.
 */

import { type Claim, expressionsOf } from '../document/claim.ts'
import { references } from '../document/expression.ts'
import { QueryError } from '../results/quantity.ts'
import { evaluate, type Results } from '../results/query.ts'
import { warningsOn } from '../results/warnings.ts'
import { type Measured, measure } from './measure.ts'
import { english, type Reasons } from './reasons.ts'
import type { Decision } from './region.ts'
import { type Evidence, obstacleTo } from './scope.ts'
import { seriesOf } from './series.ts'

export type Verdict = 'reproduced' | 'not reproduced' | 'inconclusive' | 'not testable'

export interface Judgement {
  readonly claim: Claim
  readonly verdict: Verdict
  /** In words of the language that was asked for, with the numbers in canonical units left to `measured`. */
  readonly reason: string
  /** In the claim's order; empty if it is not testable. */
  readonly measured: readonly Measured[]
  /** Of an inconclusive claim: trials of each run that would probably decide it; absent if no number would. */
  readonly trialsNeeded?: number
  /** Of the claim's value, if it has one that can be worked out: that of a published number. */
  readonly unit?: string
  /** What to keep in mind with this verdict. */
  readonly notes: readonly string[]
}

export interface JudgeOptions {
  /** Of intervals; 0.95 unless told. */
  readonly level?: number
  /** Draws of the bootstrap; 2000 unless told. */
  readonly resamples?: number
  /** Vocabulary of reasons and notes; English unless told. */
  readonly reasons?: Reasons
}

/**
 * Judges a claim. Never throws for what results lack: then the claim is not testable, for a reason. That goes for an unknown name as well,
 * so that a misspelt claim cannot pass. The same evidence gives the same judgement.
 */
export function judge(
  claim: Claim,
  evidence: Evidence,
  { reasons = english, ...options }: JudgeOptions = {},
): Judgement {
  try {
    const obstacle = obstacleTo(claim, evidence, reasons)
    if (obstacle !== undefined) return { ...notTestable(claim, obstacle), ...unitOf(claim, evidence.results) }
    const measured = measure(claim.test, evidence.results, { ...options, seed: claim.id })
    return conclude(claim, measured, notesOn(claim, measured, evidence.results, reasons), reasons)
  } catch (error) {
    if (error instanceof QueryError) return notTestable(claim, error.message)
    throw error
  }
}

function notTestable(claim: Claim, reason: string): Judgement {
  return { claim, verdict: 'not testable', reason, measured: [], notes: [] }
}

/** Also of a claim that cannot be tested, so that what was published is not shown without its unit. */
function unitOf({ test }: Claim, results: Results): Pick<Judgement, 'unit'> {
  if (test.type !== 'absolute' && test.type !== 'relative' && test.type !== 'interval') return {}
  try {
    return { unit: evaluate({ ast: test.expression }, results).unit }
  } catch (error) {
    if (error instanceof QueryError) return {}
    throw error
  }
}

function conclude(
  claim: Claim,
  measured: readonly Measured[],
  notes: readonly string[],
  reasons: Reasons,
): Judgement {
  const decisions = measured.map(({ decision }) => decision)
  const [first] = measured
  const unit = first === undefined || first.ratio !== undefined ? {} : { unit: first.unit }
  if (decisions.some(({ type }) => type === 'outside'))
    return {
      claim,
      verdict: 'not reproduced',
      reason: positions(decisions, 'outside', reasons),
      measured,
      ...unit,
      notes,
    }
  const open = decisions.filter((decision) => decision.type === 'open')
  if (open.length === 0)
    return {
      claim,
      verdict: 'reproduced',
      reason: positions(decisions, 'inside', reasons),
      measured,
      ...unit,
      notes,
    }
  const needed = Math.max(...open.map(({ trialsNeeded = Number.POSITIVE_INFINITY }) => trialsNeeded))
  return {
    claim,
    verdict: 'inconclusive',
    reason: openReason(measured, needed, reasons),
    measured,
    ...unit,
    ...(Number.isFinite(needed) ? { trialsNeeded: needed } : {}),
    notes,
  }
}

function positions(decisions: readonly Decision[], where: 'inside' | 'outside', reasons: Reasons): string {
  return reasons[where](decisions.filter(({ type }) => type === where).length, decisions.length)
}

function openReason(measured: readonly Measured[], needed: number, reasons: Reasons): string {
  const { trials, per } = measured.reduce((a, b) => (b.trials < a.trials ? b : a))
  const unbounded = measured.some(({ interval }) => !Number.isFinite(interval.high - interval.low))
  if (!Number.isFinite(needed)) return unbounded ? reasons.undefined(per) : reasons.near
  return unbounded ? reasons.few(trials, needed, per) : reasons.open(trials, needed, per)
}

const extremes: ReadonlySet<string> = new Set(['max', 'min', 'p0', 'p100'])

function notesOn(
  claim: Claim,
  measured: readonly Measured[],
  results: Results,
  reasons: Reasons,
): readonly string[] {
  const notes: string[] = []
  const statistics = expressionsOf(claim.test)
    .flatMap(references)
    .map(({ parts }) => parts.at(-1) ?? '')
  const found = [...new Set(statistics.filter((name) => extremes.has(name)))].sort()
  if (found.length > 0) notes.push(reasons.extremes(found))
  if (measured.some(({ interval }) => interval.low === interval.high)) notes.push(reasons.point)
  const series = seriesOf(claim, results).map(({ name, unit, values }) => ({
    name,
    unit,
    values: values.filter((value) => value !== null),
  }))
  return [...notes, ...warningsOn(series)]
}
