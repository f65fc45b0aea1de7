/**
 * Verification of claims: what the recorded runs say of each, and what other runs say that are shown beside them. The one place where a
 * claim meets its runs: the report, `repro verify` and `repro pack` say the same of the same runs, because they ask here.
 */

import type { ClaimBlock } from '../document/block.ts'
import { expressionsOf } from '../document/claim.ts'
import { cellsRead, type Results } from '../query/query.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/run.ts'
import { sameRows } from '../results/store.ts'
import type { Judgement } from './judge.ts'
import type { Evidence } from './scope.ts'

/** A claim with what recorded runs say of it, and what other runs say that are shown or were just made. */
export interface Verification {
  readonly claim: ClaimBlock
  /** By the recorded runs. */
  readonly recorded: Judgement
  /** By the runs that are shown; absent if the claim reads none but recorded ones. */
  readonly rerun?: Judgement
}

/** A run and how it stands. */
export interface KnownRun {
  readonly run: Run
  /** Made by this build, made here before but not recorded, or recorded in results/. */
  readonly from: 'build' | 'here' | 'record'
  /** Why it no longer fits the document, in words. */
  readonly stale?: string
}

/** Of every cell at most one run each. */
export interface KnownRuns {
  /** In results/, whatever they were made from. */
  readonly recorded: readonly KnownRun[]
  /** Those that a report shows: made just now, else fitting, else stale. */
  readonly shown: readonly KnownRun[]
}

/** Judges each claim by the recorded runs; and by those that are shown, where it reads one that is not the recorded one. */
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
    const isRerun = cellsRead(expressionsOf(claim.test), sources.experiments).some((name) => others.has(name))
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

/** The judgement that counts: that of the runs which are shown, if they are others. */
export function decisive({ recorded, rerun }: Verification): Judgement {
  return rerun ?? recorded
}

/** What all claims come to: one that is not reproduced outweighs one that could not be judged, for want of its runs or for an error. */
export function outcomeOf(verifications: readonly Verification[]): 'judged' | 'lacking' | 'not reproduced' {
  const judgements = verifications.map(decisive)
  if (judgements.some(({ verdict }) => verdict === 'not reproduced')) return 'not reproduced'
  const isLacking = ({ lacking = [], failure }: Judgement) => lacking.length > 0 || failure !== undefined
  return judgements.some(isLacking) ? 'lacking' : 'judged'
}
