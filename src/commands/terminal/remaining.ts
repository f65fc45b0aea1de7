/** Estimates the remaining time of a build's cells, and learns this machine's speed as cells end. */

import { mean } from '../../stats/moments.ts'

export interface CellTime {
  readonly trials: number
  readonly boots: number
  /** Duration of its last run, for as many trials and boots, one after another; undefined if it never ran. */
  readonly expectedMs: number | undefined
  /** Trials done. The cell has ended if `tookMs` is set, and waits if `startedMs` is not. */
  readonly done: number
  readonly startedMs?: number
  readonly tookMs?: number
}

/**
 * Returns the milliseconds left at time `nowMs`, with `jobs` boots at once; undefined while a trial's
 * duration is unknown, and if a queue decides how many run at once (`Infinity`). Scales expectations by the ratio of actual to expected durations of ended cells, as
 * records may come from another machine. One cell exactly as expected is added, so that the first cell alone
 * does not decide.
 */
export function remainingMs(cells: readonly CellTime[], jobs: number, nowMs: number): number | undefined {
  if (jobs === Number.POSITIVE_INFINITY) return undefined
  /** Number of boots that a cell runs at once, and so its speed. */
  const lanes = ({ boots }: CellTime) => Math.max(1, Math.min(boots, jobs))
  const spent = (cell: CellTime, ms: number) => ms * lanes(cell)
  // Of recorded durations, ended cells and completed trials.
  const trialTimes = cells.flatMap((cell) => {
    const { tookMs, expectedMs, trials, startedMs, done } = cell
    if (tookMs !== undefined) return [spent(cell, tookMs) / trials]
    if (expectedMs !== undefined) return [expectedMs / trials]
    return startedMs !== undefined && done > 0 ? [spent(cell, nowMs - startedMs) / done] : []
  })
  const ended = cells.flatMap(({ expectedMs, tookMs, ...cell }) =>
    tookMs === undefined || expectedMs === undefined
      ? []
      : [{ took: spent({ expectedMs, ...cell }, tookMs), expectedMs }],
  )
  const expectedSum = sum(ended.map(({ expectedMs }) => expectedMs))
  const typical = ended.length === 0 ? 1 : expectedSum / ended.length
  const ratio = (sum(ended.map(({ took }) => took)) + typical) / (expectedSum + typical)
  const left = cells.map((cell) => {
    const { expectedMs, trials, done, startedMs } = cell
    if (cell.tookMs !== undefined) return 0
    const whole =
      expectedMs !== undefined
        ? expectedMs * ratio
        : trialTimes.length > 0
          ? mean(trialTimes) * trials
          : undefined
    if (startedMs === undefined) return whole
    const elapsed = spent(cell, nowMs - startedMs)
    // Beyond its expected time, a cell is timed by its own trials.
    if (whole !== undefined && elapsed < whole) return whole - elapsed
    return done > 0 ? (elapsed * (trials - done)) / done : undefined
  })
  if (left.every((one) => one === undefined || one === 0) && left.includes(undefined)) return undefined
  const known = left.map((one) => one ?? 0)
  const longest = Math.max(0, ...cells.map((cell, index) => (known[index] ?? 0) / lanes(cell)))
  return Math.max(longest, sum(known) / Math.max(1, jobs))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
