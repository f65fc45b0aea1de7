/** The series that a claim's expressions read. */

import { type Claim, expressionsOf } from '../document/claim.ts'
import { type Reading, whatIsRead } from '../query/interpret.ts'
import { pathsToRuns, probesOf, type Results } from '../query/query.ts'
import { runName } from '../results/run.ts'

/** A series, listed once however many statistics use it. */
export interface ClaimSeries extends Reading {
  /** `pause.total`. */
  readonly what: string
  readonly measure: string
}

/** In reading order, without duplicates or row counts. Throws a QueryError if results are missing. */
export function seriesOf({ test }: Pick<Claim, 'test'>, results: Results): readonly ClaimSeries[] {
  const found = new Map<string, ClaimSeries>()
  for (const path of expressionsOf(test).flatMap(pathsToRuns)) {
    for (const { run, read } of probesOf(path, results).probes) {
      const reading = read(run.rows)
      if (reading.measure === undefined) continue
      const what = whatIsRead(reading)
      found.set(`${what} ${runName(run)}`, { ...reading, what, measure: reading.measure })
    }
  }
  return [...found.values()]
}
