/**
 * Judges claims against results. One rule for all: what was measured has an interval, the claim allows a region; inside of it the claim is
 * reproduced, outside it is not, and in between more trials are needed.
 */

import { type Claim, expressionsOf } from '../document/claim.ts'
import { references } from '../document/expression.ts'
import { QueryError } from '../results/quantity.ts'
import { type Measured, measure } from './measure.ts'
import { english, type Reasons } from './reasons.ts'
import { type Evidence, obstacleTo } from './scope.ts'

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
    if (obstacle !== undefined) return notTestable(claim, obstacle)
    return conclude(claim, measure(claim.test, evidence.results, { ...options, seed: claim.id }), reasons)
  } catch (error) {
    if (error instanceof QueryError) return notTestable(claim, error.message)
    throw error
  }
}

function notTestable(claim: Claim, reason: string): Judgement {
  return { claim, verdict: 'not testable', reason, measured: [], notes: [] }
}

function conclude(claim: Claim, measured: readonly Measured[], reasons: Reasons): Judgement {
  const decisions = measured.map(({ decision }) => decision)
  const notes = notesOn(claim, measured, reasons)
  if (decisions.some(({ type }) => type === 'outside'))
    return {
      claim,
      verdict: 'not reproduced',
      reason: reasons.outside,
      measured,
      notes,
    }
  const open = decisions.filter((decision) => decision.type === 'open')
  if (open.length === 0)
    return {
      claim,
      verdict: 'reproduced',
      reason: reasons.inside,
      measured,
      notes,
    }
  const needed = Math.max(...open.map(({ trialsNeeded = Number.POSITIVE_INFINITY }) => trialsNeeded))
  return {
    claim,
    verdict: 'inconclusive',
    reason: openReason(measured, needed, reasons),
    measured,
    ...(Number.isFinite(needed) ? { trialsNeeded: needed } : {}),
    notes,
  }
}

function openReason(measured: readonly Measured[], needed: number, reasons: Reasons): string {
  const fewest = Math.min(...measured.map(({ trials }) => trials))
  const unbounded = measured.some(({ interval }) => !Number.isFinite(interval.high - interval.low))
  if (!Number.isFinite(needed)) return unbounded ? reasons.undefined : reasons.near
  return unbounded ? reasons.few(fewest, needed) : reasons.open(fewest, needed)
}

const extremes: ReadonlySet<string> = new Set(['max', 'min', 'p0', 'p100'])

function notesOn({ test }: Claim, measured: readonly Measured[], reasons: Reasons): readonly string[] {
  const statistics = expressionsOf(test)
    .flatMap(references)
    .map(({ parts }) => parts.at(-1) ?? '')
  const found = [...new Set(statistics.filter((name) => extremes.has(name)))].sort()
  return [
    ...(found.length > 0 ? [reasons.extremes(found)] : []),
    ...(measured.some(({ interval }) => interval.low === interval.high) ? [reasons.point] : []),
  ]
}
