/**
 * Verifies claims by recorded runs, and by other runs shown beside them. The report, `repro verify` and
 * `repro pack` all use this module, so their verdicts agree.
 */

import type { ClaimBlock } from '../document/block.ts'
import { expressionsOfClaim } from '../document/claim.ts'
import { cellsRead, type Results } from '../query/query.ts'
import { runName, type Run } from '../results/run.ts'
import { sameRows } from '../results/store.ts'
import type { Judgement } from './judge.ts'
import type { Evidence } from './scope.ts'

/** A claim with its judgements by recorded and by shown runs. */
export interface Verification {
  readonly claim: ClaimBlock
  /** By recorded runs. */
  readonly recorded: Judgement
  /** By shown runs; absent if the claim reads recorded ones only. */
  readonly rerun?: Judgement
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
  judge: (claim: ClaimBlock, evidence: Evidence) => Promise<Judgement>,
): Promise<readonly Verification[]> {
  const records = new Map(recorded.map(({ run }) => [runName(run), run]))
  const others = new Set(shown.filter((one) => !isRecord(one, records)).map(({ run }) => runName(run)))
  const [byRecord, byShown] = [evidenceOf(sources, recorded), evidenceOf(sources, shown)]
  const verifications: Verification[] = []
  for (const claim of claims) {
    const isRerun = cellsRead(expressionsOfClaim(claim), sources.experiments).some((name) => others.has(name))
    verifications.push({
      claim,
      recorded: await judge(claim, byRecord),
      ...(isRerun ? { rerun: await judge(claim, byShown) } : {}),
    })
  }
  return verifications
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
export function decisive({ recorded, rerun }: Verification): Judgement {
  return rerun ?? recorded
}

/** Overall outcome: a claim not reproduced outweighs one that lacks runs or failed. */
export function outcomeOf(verifications: readonly Verification[]): 'judged' | 'lacking' | 'not reproduced' {
  const judgements = verifications.map(decisive)
  if (judgements.some(({ verdict }) => verdict === 'not reproduced')) return 'not reproduced'
  const isLacking = ({ lacking = [], failure }: Judgement) => lacking.length > 0 || failure !== undefined
  return judgements.some(isLacking) ? 'lacking' : 'judged'
}
