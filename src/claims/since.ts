/** Compares claims with their record: definitions, verdicts and intervals, then and now. */

import { type Change, changesOf } from '../engine/cachestatus.ts'
import type { Definition } from './definition.ts'
import type { Judgement, Verdict } from './judge.ts'
import {
  isEdited,
  plain,
  type RecordedClaim,
  type RecordedState,
  type Verdicts,
  verdictsIn,
} from './record.ts'

/** A verdict, or that the document runs no cells of a condition. */
export type RowVerdict = Verdict | 'not run'

export interface VerdictChange {
  /** Absent for the claim's own verdict. */
  readonly condition?: string
  readonly before: RowVerdict
  readonly now: RowVerdict
  readonly type: 'better' | 'weaker'
}

/** A claim compared with its record. */
export interface Since {
  /** Absent for a claim that was added since. */
  readonly recorded?: RecordedClaim
  /** Fields of the definition, sorted by name. */
  readonly definition: readonly Change[]
  readonly verdicts: readonly VerdictChange[]
  /** Measured numbers as recorded, if they differ from those of now. */
  readonly moved: RecordedState['measured']
  /** Its definition changed, and by the recorded one it did not pass, or would not pass now. */
  readonly passesByDefinition: boolean
  /** Rests on rows that were edited by hand since. */
  readonly restsOnEdits: boolean
}

/**
 * Two ranks of a verdict: how far it supports its claim, and how far it decides. A change is weaker if either
 * falls. So reproduced > inconclusive > not testable, and not reproduced lies below reproduced; between it
 * and the other two each change is weaker: a refutation that appeared, or one that was lost.
 */
const ranks: Readonly<Record<RowVerdict, readonly [supports: number, decides: number]>> = {
  reproduced: [2, 2],
  'not reproduced': [0, 2],
  inconclusive: [1, 1],
  'not testable': [1, 0],
  'not run': [1, 0],
}

/** Undefined if a verdict stayed; one that is not testable for another reason did. */
export function verdictChange(before: RowVerdict, now: RowVerdict): VerdictChange | undefined {
  if (before === now) return undefined
  const [[supported, decided], [supports, decides]] = [ranks[before], ranks[now]]
  return { before, now, type: supports < supported || decides < decided ? 'weaker' : 'better' }
}

const unchanged = { verdicts: [], moved: [], passesByDefinition: false, restsOnEdits: false }

/** Compares a claim with its record; one that lacks runs or failed is compared by its definition only. */
export function sinceRecord(
  recorded: RecordedClaim | undefined,
  definition: Definition,
  judgement: Judgement,
): Since {
  if (recorded === undefined) return { definition: [], ...unchanged }
  const changes = changesOf(recorded.definition, definition)
  if (!isJudged(judgement)) return { recorded, definition: changes, ...unchanged }
  const measured = judgement.measured.map(plain)
  const isMoved = numbersIn(measured) !== numbersIn(recorded.measured)
  return {
    recorded,
    definition: changes,
    verdicts: verdictChanges(recorded, verdictsIn(judgement)),
    moved: isMoved ? recorded.measured : [],
    restsOnEdits: isEdited(judgement) && !recorded.edited,
    passesByDefinition:
      changes.some(({ input }) => input !== 'statement') &&
      judgement.verdict === 'reproduced' &&
      (recorded.verdict !== 'reproduced' || !isWithin(measured, recorded.measured)),
  }
}

/** What was measured, without what is allowed. */
function numbersIn(measured: RecordedState['measured']): string {
  return JSON.stringify(measured.map(({ allowed: _, ...numbers }) => numbers))
}

/** Whether a verdict follows from runs, or from what the claim is about. */
export function isJudged({ lacking = [], failure }: Judgement): boolean {
  return lacking.length === 0 && failure === undefined
}

/**
 * Changes of a claim's verdict, and of those under conditions that both have: another set is another
 * definition.
 */
export function verdictChanges(before: Verdicts, now: Verdicts): readonly VerdictChange[] {
  const own = verdictChange(before.verdict, now.verdict)
  const under = Object.entries(before.conditions ?? {}).flatMap(([condition, verdict]) => {
    const after = now.conditions?.[condition]
    const change = after && verdictChange(verdict, after)
    return change ? [{ condition, ...change }] : []
  })
  return [...(own ? [own] : []), ...under]
}

/** Whether numbers lie in the ranges that the recorded definition allowed; true if they are others. */
function isWithin(now: RecordedState['measured'], recorded: RecordedState['measured']): boolean {
  if (now.length !== recorded.length) return true
  return now.every(({ interval, unit }, index) => {
    const before = recorded[index]
    if (before === undefined || before.unit !== unit) return true
    const { low, high } = before.allowed
    return (
      (low === null || (interval.low ?? Number.NEGATIVE_INFINITY) >= low) &&
      (high === null || (interval.high ?? Number.POSITIVE_INFINITY) <= high)
    )
  })
}

/**
 * Whether a claim is worse off than its record says, passes only as its definition was changed, or rests on
 * rows that were edited since.
 */
export function isWeaker({ verdicts, passesByDefinition, restsOnEdits }: Since): boolean {
  return passesByDefinition || restsOnEdits || verdicts.some(({ type }) => type === 'weaker')
}

/** Whether verdict and definition are those of the record; numbers may have moved. */
export function isAsRecorded({ definition, verdicts, restsOnEdits }: Since): boolean {
  return definition.length === 0 && verdicts.length === 0 && !restsOnEdits
}

/** Claims that the record has and the document no longer makes; those recorded as removed are history. */
export function removedClaims(
  recorded: readonly RecordedClaim[],
  ids: readonly string[],
): readonly RecordedClaim[] {
  return recorded.filter(({ id, removed }) => removed === undefined && !ids.includes(id))
}
