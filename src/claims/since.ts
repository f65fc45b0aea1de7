/** Compares claims with their record: definitions, verdicts and intervals, then and now. */

import { type Change, changesOf } from '../engine/cachestatus.ts'
import { type Basis, basisChanges, type CellChange, freshEdits, isWeakerBasis, lostEdits } from './basis.ts'
import type { Definition } from './definition.ts'
import type { Judgement, Verdict } from './judge.ts'
import {
  noBasis,
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
  /** What the recorded definition gives over the runs of now; absent if it is still that of the claim. */
  readonly byRecorded?: ByRecorded
  /** Its definition changed, and by the recorded one it does not pass now, or is weaker than it was. */
  readonly passesByDefinition: boolean
  /** It is reproduced, but states something else than was recorded. */
  readonly otherStatement: boolean
  /** Rests on rows that were edited by hand since. */
  readonly restsOnEdits: boolean
  /** Edits that the recorded runs no longer tell of. */
  readonly lostEdits: readonly string[]
  /** How the recorded runs behind it are other than they were. */
  readonly evidence: readonly CellChange[]
}

/** The verdict of a recorded definition; not testable if it cannot be read or read its cells any more. */
export interface ByRecorded extends Verdicts {
  readonly verdict: Verdict
  readonly reason: string
}

/** What is known beside a claim's definition and verdict; absent if nothing is. */
export interface Behind {
  /** By the recorded runs. */
  readonly basis?: Basis
  readonly byRecorded?: ByRecorded
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

const unchanged = {
  ...{ verdicts: [], moved: [], passesByDefinition: false, otherStatement: false },
  ...{ restsOnEdits: false, lostEdits: [], evidence: [] },
}

/** Compares a claim with its record; one that lacks runs or failed is compared by its definition only. */
export function sinceRecord(
  recorded: RecordedClaim | undefined,
  definition: Definition,
  judgement: Judgement,
  { basis, byRecorded }: Behind = {},
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
    ...(byRecorded ? { byRecorded } : {}),
    passesByDefinition: byRecorded !== undefined && hidesFailure(recorded, byRecorded, judgement),
    otherStatement: judgement.verdict === 'reproduced' && changes.some(({ input }) => input === 'statement'),
    ...behindIt(recorded.basis ?? noBasis, basis),
  }
}

/** Whether a claim passes that does not by its record, or became weaker and hides it. */
function hidesFailure(recorded: RecordedClaim, again: ByRecorded, { verdict }: Judgement): boolean {
  if (verdict === 'reproduced' && again.verdict !== 'reproduced') return true
  return verdictChanges(recorded, again).some(({ type }) => type === 'weaker')
}

function behindIt(
  before: Basis,
  now: Basis | undefined,
): Pick<Since, 'restsOnEdits' | 'lostEdits' | 'evidence'> {
  if (now === undefined) return { restsOnEdits: false, lostEdits: [], evidence: [] }
  return {
    restsOnEdits: freshEdits(before, now).length > 0,
    lostEdits: lostEdits(before, now),
    evidence: basisChanges(before, now),
  }
}

/** Changes of the definition that may change the verdict. */
export function decidesOtherwise(recorded: RecordedClaim, definition: Definition): boolean {
  return changesOf(recorded.definition, definition).some(({ input }) => input !== 'statement')
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

/**
 * Whether a claim is worse off than its record says: in its verdict, in what this rests on, or as it passes
 * only because its definition or its sentence was changed.
 */
export function isWeaker(since: Since): boolean {
  const { verdicts, passesByDefinition, otherStatement } = since
  return (
    passesByDefinition ||
    otherStatement ||
    hasWeakerEvidence(since) ||
    verdicts.some(({ type }) => type === 'weaker')
  )
}

/** Fewer or other rows than recorded, or rows whose edits are new or no longer told of. */
export function hasWeakerEvidence({ restsOnEdits, lostEdits: lost, evidence }: Since): boolean {
  return restsOnEdits || lost.length > 0 || evidence.some(isWeakerBasis)
}

/** Whether verdict, definition and evidence are those of the record; numbers may have moved. */
export function isAsRecorded(since: Since): boolean {
  return since.definition.length === 0 && since.verdicts.length === 0 && !hasWeakerEvidence(since)
}

/** Claims that the record has and the document no longer makes; those recorded as removed are history. */
export function removedClaims(
  recorded: readonly RecordedClaim[],
  ids: readonly string[],
): readonly RecordedClaim[] {
  return recorded.filter(({ id, removed }) => removed === undefined && !ids.includes(id))
}
