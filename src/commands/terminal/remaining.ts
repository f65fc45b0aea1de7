/** Estimates the remaining time of a build's cells, and learns this machine's speed as cells end. */

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
 * duration is unknown. Scales expectations by the ratio of actual to expected durations of ended cells, as
 * records may come from another machine. One cell exactly as expected is added, so that the first cell alone
 * does not decide.
 */
export function remainingMs(cells: readonly CellTime[], jobs: number, nowMs: number): number | undefined {
  /** Number of boots that a cell runs at once, and so its speed. */
  const lanes = ({ boots }: CellTime) => Math.max(1, Math.min(boots, jobs))
  const spent = (cell: CellTime, ms: number) => ms * lanes(cell)
  const perTrial = trialMs(cells, nowMs, spent)
  const expected = (cell: CellTime) =>
    cell.expectedMs ?? (perTrial === undefined ? undefined : perTrial * cell.trials)
  const ended = cells.flatMap((cell) => {
    const hoped = cell.expectedMs
    return cell.tookMs === undefined || hoped === undefined ? [] : [{ took: spent(cell, cell.tookMs), hoped }]
  })
  const typical = mean(ended.map(({ hoped }) => hoped))
  const ratio =
    typical === undefined
      ? 1
      : (sum(ended.map(({ took }) => took)) + typical) / (sum(ended.map(({ hoped }) => hoped)) + typical)
  const left = cells.map((cell) => {
    if (cell.tookMs !== undefined) return 0
    const hoped = expected(cell)
    const whole = hoped === undefined ? undefined : hoped * (cell.expectedMs === undefined ? 1 : ratio)
    if (cell.startedMs === undefined) return whole
    const elapsed = spent(cell, nowMs - cell.startedMs)
    // Beyond its expected time, a cell is timed by its own trials.
    if (whole !== undefined && elapsed < whole) return whole - elapsed
    return cell.done > 0 ? (elapsed * (cell.trials - cell.done)) / cell.done : undefined
  })
  if (left.every((one) => one === undefined || one === 0) && left.includes(undefined)) return undefined
  const known = left.map((one) => one ?? 0)
  const longest = Math.max(0, ...cells.map((cell, index) => (known[index] ?? 0) / lanes(cell)))
  return Math.max(longest, sum(known) / Math.max(1, jobs))
}

/** Estimates a trial's duration from recorded durations, ended cells and completed trials. */
function trialMs(
  cells: readonly CellTime[],
  nowMs: number,
  spent: (cell: CellTime, ms: number) => number,
): number | undefined {
  const known = cells.flatMap((cell) => {
    const { tookMs, expectedMs, trials, startedMs, done } = cell
    if (tookMs !== undefined) return [spent(cell, tookMs) / trials]
    if (expectedMs !== undefined) return [expectedMs / trials]
    return startedMs !== undefined && done > 0 ? [spent(cell, nowMs - startedMs) / done] : []
  })
  return mean(known)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}

function mean(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : sum(numbers) / numbers.length
}
