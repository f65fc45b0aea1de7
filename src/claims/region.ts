/** Compares an estimate and its interval with the region that a claim allows. */

import type { Unit } from '../stats/clusters.ts'
import type { Interval } from '../stats/interval.ts'
import { fewestUnits, trialsNeeded } from '../stats/trials.ts'

export type Verdict = 'reproduced' | 'not reproduced' | 'inconclusive' | 'not testable'

/** Region that a claim allows. */
export interface Region extends Interval {
  /** Whether it includes its bounds. */
  readonly closed: boolean
}

/** An estimate with its confidence and number of trials (the fewest, if from several runs). */
export interface Estimate {
  readonly value: number
  readonly interval: Interval
  readonly level: number
  readonly trials: number
  /** Unit of a trial. */
  readonly per: Unit
}

export type Decision =
  | { readonly type: 'inside' }
  | { readonly type: 'outside'; readonly side: 'below' | 'above' }
  /** The interval crosses a bound. */
  | {
      readonly type: 'open'
      /** Units (boots if there are several); absent if the estimate is so close that none would decide. */
      readonly trialsNeeded?: number
      /** Trials per boot that would do in place of more boots; Infinity if none would; absent if unknown. */
      readonly trialsPerBoot?: number
    }

/**
 * Decides `inside` or `outside` only if the entire interval lies there; `outside` only of `outer`, which holds
 * the region and is the same by default.
 */
export function decide(
  { value, interval, level, trials, per }: Estimate,
  region: Region,
  outer: Interval = region,
): Decision {
  const { low, high, closed } = region
  // Infinite bounds exclude nothing.
  const clearsLow = closed || low === Number.NEGATIVE_INFINITY ? interval.low >= low : interval.low > low
  const clearsHigh =
    closed || high === Number.POSITIVE_INFINITY ? interval.high <= high : interval.high < high
  if (clearsLow && clearsHigh) return { type: 'inside' }
  if (closed ? interval.high < outer.low : interval.high <= outer.low)
    return { type: 'outside', side: 'below' }
  if (closed ? interval.low > outer.high : interval.low >= outer.high)
    return { type: 'outside', side: 'above' }
  const fewest = fewestUnits(per, level)
  if (trials < fewest) return { type: 'open', trialsNeeded: fewest }
  const down = { n: trials, unit: per, reach: value - interval.low, level }
  const up = { n: trials, unit: per, reach: interval.high - value, level }
  const needed =
    value > high
      ? trialsNeeded({ ...down, room: value - outer.high })
      : value < low
        ? trialsNeeded({ ...up, room: outer.low - value })
        : Math.max(
            clearsLow ? 0 : trialsNeeded({ ...down, room: value - low }),
            clearsHigh ? 0 : trialsNeeded({ ...up, room: high - value }),
          )
  return Number.isFinite(needed) ? { type: 'open', trialsNeeded: needed } : { type: 'open' }
}
