/** Messages that explain a verdict, in one language; a report passes its own to `judge`. */

import { type Warnings, english as warnings } from '../query/warnings.ts'
import type { Unit } from '../stats/clusters.ts'

export interface Reasons {
  /** `count` of `all` intervals. */
  readonly inside: (count: number, all: number) => string
  readonly outside: (count: number, all: number) => string
  /** Some resamples have no value. */
  readonly undefined: (per: Unit) => string
  /** So close to a limit that no number of trials would decide. */
  readonly near: string
  /** Fewest trials (or boots) of a run, and the minimum for an interval. */
  readonly few: (count: number, needed: number, per: Unit) => string
  readonly open: (count: number, needed: number, per: Unit) => string
  readonly missing: (runs: readonly string[]) => string
  readonly skipped: (why: string) => string
  readonly stale: (run: string, why: string) => string
  /** An unexpected error. */
  readonly failed: (message: string) => string
  readonly noShape: string
  readonly noHardware: (origins: readonly string[]) => string
  readonly noMachine: string
  readonly notCaptured: (run: string, item: string, published: string) => string
  readonly otherMachine: (run: string, item: string, captured: string, published: string) => string
  /** Names of extreme-value statistics. */
  readonly extremes: (names: readonly string[]) => string
  readonly point: string
  /** Name of a series (`pause.total`) and of its run. */
  readonly series: (what: string, run: string) => string
  readonly warnings: Warnings
}

export const english: Reasons = {
  inside: (count, all) => `${position(count, all)} inside of what the claim allows`,
  outside: (count, all) => `${position(count, all)} outside of what the claim allows`,
  undefined: (per) => `the value is not defined for some draws of the ${per}s`,
  near: 'the value lies so near to the limit that no number of trials would tell',
  few: (count, needed, per) => `too few ${per}s for any interval: ${count}, at least ${needed} are needed`,
  open: (count, needed, per) =>
    `the interval reaches over what the claim allows: some ${needed} ${per}s are needed, there are ${count}`,
  missing: (runs) => `missing: run ${runs.join(', run ')}`,
  skipped: (why) => `skipped: ${why}`,
  stale: (run, why) => `stale: ${run} (${why})`,
  failed: (message) => `could not be judged: ${message}`,
  noShape:
    'a shape must not depend on how fast the board is: compare a ratio or an order, or make the scope absolute',
  noHardware: (origins) =>
    `no run on hardware: ${origins.join(' and ')} times say nothing about the published machine's`,
  noMachine: 'the claim does not say which machine its times were published for',
  notCaptured: (run, item, published) => `${run} did not capture its ${item} (published: ${published})`,
  otherMachine: (run, item, captured, published) =>
    `another machine: the ${item} of ${run} is ${captured}, published was ${published}`,
  extremes: (names) =>
    `${names.join(' and ')}: the largest and smallest values seen bound nothing, and more trials go further`,
  point: 'the trials do not vary: the interval is a point, which says nothing of other boots or boards',
  series: (what, run) => `${what} of ${run}`,
  warnings,
}

/** `the interval lies`, `both intervals lie`, `1 of 2 intervals lies`. */
function position(count: number, all: number): string {
  if (all === 1) return 'the interval lies'
  if (count < all) return `${count} of ${all} intervals ${count === 1 ? 'lies' : 'lie'}`
  return count === 2 ? 'both intervals lie' : `all ${count} intervals lie`
}
