/** What a board gave up on the way to a boot's result, as part of that result. */

import type { Column, Dataset } from '../../results/run.ts'
import { bootColumn } from '../../results/run.ts'
import type { DiscardedAttempt } from '../../testbed/board.ts'
import { ExperimentError, type Result } from './cell.ts'

/** Name of the dataset, whose rows are discarded attempts. */
export const attemptsDataset = 'attempts'

/** Name of the captured item. */
const item = 'discarded attempts'

const columns: readonly Column[] = [
  { name: 'job', role: 'index' },
  { name: 'attempt', role: 'index' },
  { name: 'reason', role: 'factor' },
]

/** Adds discarded attempts to a result; none are told, too. Throws an ExperimentError if the script took the names. */
export function withAttempts(result: Result, discarded: readonly DiscardedAttempt[]): Result {
  if (result.datasets?.[attemptsDataset] !== undefined || result.captured[item] !== undefined)
    throw new ExperimentError(
      `the script returns a dataset ${attemptsDataset} or captures "${item}": its board does; take another name`,
    )
  const rows = discarded.map(({ job, attempt, reason }) => ({ job, attempt, reason }))
  const reasons = [...new Set(discarded.map(({ reason }) => reason))].join('; ')
  const text = rows.length === 0 ? 'none' : `${rows.length} (${reasons})`
  return {
    ...result,
    captured: { ...result.captured, [item]: text },
    ...(rows.length > 0 && { datasets: { ...result.datasets, [attemptsDataset]: { columns, rows } } }),
  }
}

/** The attempts of several boots together, each with its boot; undefined if there are none. */
export function mergeAttempts(results: readonly Result[]): Dataset | undefined {
  const rows = results.flatMap(({ datasets }, index) =>
    (datasets?.[attemptsDataset]?.rows ?? []).map((row) => ({ [bootColumn]: index + 1, ...row })),
  )
  return rows.length === 0 ? undefined : { columns: [{ name: bootColumn, role: 'index' }, ...columns], rows }
}
