/**
 * Recorded verdicts: results/claims.json holds for each document its claims as they were defined and judged
 * when it was last recorded, and what they were before. It comes with a checkout, so it is untrusted.
 */

import type * as z from 'zod'
import type { Document } from '../document/document.ts'
import { StoreError } from '../results/runfile.ts'
import { repeated } from '../text/lists.ts'
import { type Basis, basisChanges, type CellChange } from './basis.ts'
import { type Definition, rounded } from './definition.ts'
import type { Judgement } from './judge.ts'
import type { Measured } from './measure.ts'
import { type basis, file, format, type recordedClaim, type recordedState } from './recordschema.ts'
import { plainInterval } from './words.ts'

export const verdictsFile = 'results/claims.json'

export type RecordedState = Readonly<z.output<typeof recordedState>>
export type RecordedClaim = Readonly<z.output<typeof recordedClaim>>
/** Document -> its claims, in its order; removed ones last. */
export type RecordedVerdicts = Readonly<Record<string, readonly RecordedClaim[]>>

/** Of a condition's row that stands for the claim itself; no condition can have this name. */
const asStated = 'as stated'

/** Throws a StoreError that names the place of what is wrong. */
export function parseVerdicts(text: string): RecordedVerdicts {
  const advice = 'Restore it from version control, or delete it and record again (repro build --record)'
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new StoreError(`${verdictsFile} is damaged: ${(cause as Error).message}. ${advice}.`, { cause })
  }
  const version = (data as { schema?: unknown } | null)?.schema
  if (typeof version === 'number' && version < format)
    throw new StoreError(
      `${verdictsFile} was written by an older version of repro, which did not record what verdicts rest on: delete it and record again (repro build --record); version control keeps its history.`,
    )
  const parsed = file.safeParse(data)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new StoreError(
      `${verdictsFile} holds no verdicts: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}. ${advice}.`,
    )
  }
  const { documents } = parsed.data
  for (const [document, claims] of Object.entries(documents)) {
    const ids = claims.map(({ id }) => id)
    const twice = repeated(ids)
    if (twice !== undefined)
      throw new StoreError(`${verdictsFile} has ${twice} of ${document} twice. ${advice}.`)
  }
  return documents
}

/** The same verdicts are the same bytes: documents are sorted, and keys have the order of the schema. */
export function formatVerdicts(verdicts: RecordedVerdicts): string {
  const documents = Object.fromEntries(Object.entries(verdicts).sort(([a], [b]) => (a < b ? -1 : 1)))
  return `${JSON.stringify(file.parse({ schema: format, documents }), null, 2)}\n`
}

export function documentName({ original, file }: Pick<Document, 'original' | 'file'>): string {
  return (original?.file ?? file).path ?? ''
}

/** A claim as it is now, to be recorded. */
export interface CurrentState {
  readonly id: string
  readonly definition: Definition
  /** Absent if runs are missing or stale, or judging failed: an earlier verdict then stays. */
  readonly judgement: Judgement | undefined
  readonly basis?: Basis
}

/** Returns a document's record brought up to `today`; what changed becomes history. */
export function updatedClaims(
  before: readonly RecordedClaim[],
  current: readonly CurrentState[],
  today: string,
): readonly RecordedClaim[] {
  const known = new Map(before.map((one) => [one.id, one]))
  const ids = new Set(current.map(({ id }) => id))
  return [
    ...current.flatMap((one) => updatedClaim(known.get(one.id), one, today) ?? []),
    ...before.flatMap((one) => (ids.has(one.id) ? [] : [{ ...one, removed: one.removed ?? today }])),
  ]
}

function updatedClaim(
  old: RecordedClaim | undefined,
  { id, definition, judgement, basis }: CurrentState,
  today: string,
): RecordedClaim | undefined {
  if (judgement === undefined) return old
  const now = {
    ...verdictsIn(judgement),
    definition,
    measured: judgement.measured.map(plain),
    ...(basis === undefined || Object.keys(basis.cells).length === 0 ? {} : { basis: plainBasis(basis) }),
  }
  if (old === undefined) return { id, date: today, ...now }
  const { id: _, history = [], ...earlier } = old
  const weaker = basisChanges(old.basis ?? noBasis, now.basis ?? noBasis).filter(isWeakerSize)
  const isSame = old.removed === undefined && decided(old) === decided(now) && weaker.length === 0
  const kept = isSame ? history : [...history, earlier]
  return { id, date: isSame ? old.date : today, ...now, ...(kept.length > 0 ? { history: kept } : {}) }
}

/** Rests on no run. */
export const noBasis: Basis = { cells: {} }

/** Other rows or inputs come with every new recording. */
function isWeakerSize({ type }: CellChange): boolean {
  return type !== 'rows' && type !== 'inputs'
}

function plainBasis({ cells, edits }: Basis): z.output<typeof basis> {
  return { cells: { ...cells }, ...(edits ? { edits: [...edits] } : {}) }
}

export type Verdicts = Pick<RecordedState, 'verdict' | 'conditions'>

export function verdictsIn({ verdict, grid }: Judgement): Verdicts {
  if (grid === undefined) return { verdict }
  return {
    verdict,
    conditions: Object.fromEntries(grid.map((row) => [row.condition?.name ?? asStated, row.verdict])),
  }
}

/** What a new state is a change of; intervals alone are not. */
function decided({ verdict, definition, conditions = {}, basis }: Omit<RecordedState, 'date'>): string {
  const sorted = (fields: Definition) => Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([verdict, sorted(definition), sorted(conditions), basis?.edits ?? []])
}

/** A measurement as it is recorded. */
export function plain({
  value,
  unit,
  interval,
  region,
  trials,
  per,
}: Measured): RecordedState['measured'][number] {
  const ends = ({ low, high }: ReturnType<typeof plainInterval>) => ({
    low: low === null ? null : rounded(low),
    high: high === null ? null : rounded(high),
  })
  return {
    ...{ value: rounded(value), unit },
    ...{ interval: ends(plainInterval(interval)), allowed: ends(plainInterval(region)), trials, per },
  }
}
