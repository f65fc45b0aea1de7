/** Estimates the effort of rerunning cells, from their recorded runs only. */

import { secondsOf, spanOf, type Run } from '../results/run.ts'

export interface Effort {
  readonly cells: number
  readonly computeSeconds: number
  /** Cells without a recorded duration; not in the sum. */
  readonly untimed: number
  /** Size of the raw files that a rerun leaves in .repro/. */
  readonly rawBytes: number
}

export function effortOf(runs: readonly Run[]): Effort {
  const times = runs.map(secondsOf)
  return {
    cells: runs.length,
    computeSeconds: times.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0),
    untimed: times.filter((seconds) => seconds === undefined).length,
    rawBytes: runs.flatMap(({ files }) => Object.values(files)).reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

export interface Clock {
  /** Time during which at least one of the cells ran. */
  readonly seconds: number
  /** Largest number of cells that ran at once. */
  readonly atOnce: number
}

/** Returns how the recorded runs overlapped in time; undefined unless all of them have times. */
export function clockOf(runs: readonly Run[]): Clock | undefined {
  const spans = runs.flatMap((run) => [spanOf(run) ?? []].filter((span) => span.length === 2))
  if (spans.length === 0 || spans.length < runs.length) return undefined
  // At equal times, ends sort before starts.
  const edges = spans
    .flatMap(([start, end]) => [
      { at: start, step: 1 },
      { at: end, step: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.step - b.step)
  let open = 0
  let atOnce = 0
  let since = 0
  let ms = 0
  for (const { at, step } of edges) {
    if (open > 0) ms += at - since
    open += step
    since = at
    atOnce = Math.max(atOnce, open)
  }
  return { seconds: ms / 1000, atOnce }
}
