/** Data that nobody reran behind a claim: its verdict says that it rests on them. */

import type { Claim } from '../document/claim.ts'
import type { Results } from '../query/query.ts'
import { inputOf, runName, type Run } from '../results/run.ts'
import { runsBehind } from './uses.ts'

/** A file of data that a claim reads. */
export interface DataBehind {
  /** Its name in expressions: `survey/data/all`. */
  readonly run: string
  /** Relative to the project. */
  readonly file: string
  readonly sha256: string
  readonly rows: number
  /** Column of the units of repetition; absent if each row is one. */
  readonly unit?: string
}

/** The files that a claim reads, as stated, under a condition or for its control. */
export function dataBehind(
  claim: Pick<Claim, 'test' | 'conditions' | 'control'>,
  results: Results,
): readonly DataBehind[] {
  return dataIn(runsBehind(claim, results))
}

export function dataIn(runs: readonly Run[]): readonly DataBehind[] {
  return runs
    .filter(({ origin }) => origin === 'data')
    .map((run) => {
      const [file = ''] = Object.keys(run.files)
      const unit = inputOf(run.inputs, 'unit')
      return {
        ...{ run: runName(run), file, sha256: run.key, rows: run.rows.length },
        ...(typeof unit === 'string' ? { unit } : {}),
      }
    })
}
