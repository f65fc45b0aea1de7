/**
 * Verifies claims by recorded runs, and by other runs shown beside them. The report, `repro verify` and
 * `repro pack` all use this module, so their verdicts agree.
 */

import type { ClaimBlock } from '../document/block.ts'
import { expressionsOfClaim } from '../document/claim.ts'
import { cellsRead, type Results } from '../query/query.ts'
import { runName, type Run } from '../results/run.ts'
import { sameRows } from '../results/store.ts'
import {
  asRecorded,
  otherPublished,
  otherReading,
  readDefinition,
  type RecordedDefinition,
  recordedViolation,
} from './asrecorded.ts'
import { type Basis, basisOf } from './basis.ts'
import { definitionOf } from './definition.ts'
import type { Judgement } from './judge.ts'
import { type RecordedClaim, verdictsIn } from './record.ts'
import type { Evidence } from './scope.ts'
import { type ByRecorded, decidesOtherwise, isJudged, isWeaker, type Since, sinceRecord } from './since.ts'

/** A claim with its judgements by recorded and by shown runs. */
export interface Verification {
  readonly claim: ClaimBlock
  /** By recorded runs. */
  readonly recorded: Judgement
  /** By shown runs; absent if the claim reads recorded ones only. */
  readonly rerun?: Judgement
  /** What changed since its verdict was recorded; absent if none of the document's is. */
  readonly since?: Since
}

/** The recorded verdicts of a document. */
export interface VerdictRecord {
  readonly recorded: readonly RecordedClaim[]
  /** Its claims as defined: of a translation, those of its original. */
  readonly defined: readonly ClaimBlock[]
  /** Recorded claims that it no longer makes, and those of documents that are gone. */
  readonly removed: readonly RecordedClaim[]
}

/** A run with its status. */
export interface KnownRun {
  readonly run: Run
  /** Made by this build, made here earlier but not recorded, or recorded in results/. */
  readonly from: 'build' | 'here' | 'record'
  /** Reason why it no longer matches the document. */
  readonly stale?: string | undefined
}

/** At most one run per cell each. */
export interface KnownRuns {
  /** Runs in results/, even stale ones. */
  readonly recorded: readonly KnownRun[]
  /** Runs that a report shows: new ones first, then up-to-date ones, then stale ones. */
  readonly shown: readonly KnownRun[]
}

/** Judges each claim by recorded runs, and by shown runs if it reads one that differs from the record. */
export async function verifyClaims(
  claims: readonly ClaimBlock[],
  sources: Omit<Results, 'runs'>,
  { recorded, shown }: KnownRuns,
  judge: Judge,
  verdicts?: VerdictRecord,
  keep: KeepVerification = (_, make) => make(),
): Promise<readonly Verification[]> {
  const records = new Map(recorded.map(({ run }) => [runName(run), run]))
  const others = new Set(shown.filter((one) => !isRecord(one, records)).map(({ run }) => runName(run)))
  const [byRecord, byShown] = [evidenceOf(sources, recorded), evidenceOf(sources, shown)]
  const verifications: Verification[] = []
  const verified = async (claim: ClaimBlock): Promise<Verification> => {
    const { names } = cellsRead(expressionsOfClaim(claim), sources.experiments)
    const isRerun = names.some((name) => others.has(name))
    const judged = {
      recorded: await judge(claim, byRecord),
      ...(isRerun ? { rerun: await judge(claim, byShown) } : {}),
    }
    const evidence = { recorded: byRecord, decisive: judged.rerun ? byShown : byRecord }
    const since = await sinceOf(claim, judged, evidence, judge, verdicts)
    return { claim, ...judged, ...(since ? { since } : {}) }
  }
  for (const claim of claims) verifications.push(await keep(claim, () => verified(claim)))
  return verifications
}

/** May return what was made before from an equal claim and the same evidence; `make` makes it anew. */
export type KeepVerification = (claim: ClaimBlock, make: () => Promise<Verification>) => Promise<Verification>

type Judge = (claim: ClaimBlock, evidence: Evidence) => Promise<Judgement>

async function sinceOf(
  { id }: ClaimBlock,
  judged: Pick<Verification, 'recorded' | 'rerun'>,
  evidence: Readonly<Record<'recorded' | 'decisive', Evidence>>,
  judge: Judge,
  { recorded, defined }: Omit<VerdictRecord, 'removed'> = { recorded: [], defined: [] },
): Promise<Since | undefined> {
  const claim = defined.find((one) => one.id === id)
  if (recorded.length === 0 || claim === undefined) return undefined
  const before = recorded.find((one) => one.id === id)
  const definition = definitionOf(claim, evidence.decisive.results)
  const judgement = decisive(judged)
  if (before === undefined || !isJudged(judgement)) return sinceRecord(before, definition, judgement)
  const isOther = decidesOtherwise(before, definition)
  const read = isOther ? readDefinition(id, before.definition) : undefined
  const { results } = evidence.recorded
  return sinceRecord(before, definition, judgement, {
    ...(isJudged(judged.recorded) ? { basis: basisSince(claim, read, results) } : {}),
    ...(isOther ? { byRecorded: await judgeAsRecorded(before, read, claim, evidence.decisive, judge) } : {}),
  })
}

/** What a claim rests on, and what it would rest on by its recorded definition, if that is another. */
function basisSince(claim: ClaimBlock, read: RecordedDefinition | undefined, results: Results): Basis {
  const now = basisOf(claim, results)
  if (read === undefined) return now
  const again = asRecorded(read, claim, results)
  const recorded = basisOf(again.claim, again.results)
  const edits = new Set([...(recorded.edits ?? []), ...(now.edits ?? [])])
  return {
    cells: { ...now.cells, ...recorded.cells },
    ...(edits.size === 0 ? {} : { edits: [...edits] }),
  }
}

/** Judges a claim by its recorded definition. */
async function judgeAsRecorded(
  { definition }: RecordedClaim,
  read: RecordedDefinition | undefined,
  claim: ClaimBlock,
  { results, stale }: Evidence,
  judge: Judge,
): Promise<ByRecorded> {
  if (read === undefined) return untestable('it cannot be read any more')
  const reread = otherReading(definition, results)
  if (reread.length > 0) return untestable(`the columns of ${reread.join(', ')} are read otherwise now`)
  const others = otherPublished(read, definition, results)
  if (others.length > 0) return untestable(`other numbers are published at ${others.join(', ')}`)
  const again = asRecorded(read, claim, results)
  const violated = recordedViolation(read, again.results)
  if (violated !== undefined) return untestable(violated)
  const judgement = await judge(again.claim, { results: again.results, stale })
  return { ...verdictsIn(judgement), verdict: judgement.verdict, reason: judgement.reason }
}

function untestable(reason: string): ByRecorded {
  return { verdict: 'not testable', reason }
}

function isRecord({ run, from }: KnownRun, records: ReadonlyMap<string, Run>): boolean {
  const record = records.get(runName(run))
  return from !== 'build' && (record === run || (record?.key === run.key && sameRows(record, run)))
}

function evidenceOf(sources: Omit<Results, 'runs'>, known: readonly KnownRun[]): Evidence {
  return {
    results: { ...sources, runs: known.map(({ run }) => run) },
    stale: new Map(known.flatMap(({ run, stale }) => (stale === undefined ? [] : [[runName(run), stale]]))),
  }
}

/** The judgement that counts: by shown runs if they differ. */
export function decisive({ recorded, rerun }: Pick<Verification, 'recorded' | 'rerun'>): Judgement {
  return rerun ?? recorded
}

export type VerificationOutcome = 'judged' | 'lacking' | 'weaker' | 'not reproduced'

/**
 * Overall outcome. A claim not reproduced outweighs one that is weaker than recorded or was `removed` since,
 * and that one a claim that lacks runs or failed.
 */
export function outcomeOf(
  verifications: readonly Verification[],
  removed: readonly RecordedClaim[] = [],
): VerificationOutcome {
  const judgements = verifications.map(decisive)
  if (judgements.some(({ verdict }) => verdict === 'not reproduced')) return 'not reproduced'
  if (removed.length > 0 || verifications.some(({ since }) => since && isWeaker(since))) return 'weaker'
  return judgements.every(isJudged) ? 'judged' : 'lacking'
}
