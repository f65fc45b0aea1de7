/** Sample sizes: the number of trials that an answer needs. */

import { quantileNormal } from 'vega-statistics'
import type { Unit } from './clusters.ts'
import { quantileStudent } from './student.ts'

/** Tolerance for rounding: 1 - 0.9 is less than 0.1 by at most this. */
export const rounding = 1e-12

export interface Reach {
  /** Trials (or boots) so far. */
  readonly n: number
  /** By default `trial`. */
  readonly unit?: Unit
  /** Distance from the estimate to the interval's end on the side of the limit. */
  readonly reach: number
  /** Largest acceptable `reach`. */
  readonly room: number
  /** The interval's level. */
  readonly level: number
}

/**
 * Returns the trials after which an interval probably (`power`, by default 80 %) fits its room, if the
 * estimate stays where it is. Intervals shrink with the square root of n, those of boots faster, as Student's
 * quantile falls too; the new estimate errs too, hence the factor for power (Cohen, "Statistical Power Analysis
 * for the Behavioral Sciences", 1988). Infinity without any room.
 */
export function trialsNeeded({ n, unit = 'trial', reach, room, level }: Reach, power = 0.8): number {
  if (!(room > 0)) return Number.POSITIVE_INFINITY
  const p = 1 - (1 - level) / 2
  const z = quantileNormal(p)
  const wanted = room / (reach * (1 + quantileNormal(power) / z))
  const most = Math.max(n + 1, Math.ceil(n / wanted ** 2))
  if (unit === 'trial') return most
  const isEnough = (boots: number) =>
    quantileStudent(p, boots - 1) / Math.sqrt(boots) <= (wanted * quantileStudent(p, n - 1)) / Math.sqrt(n)
  return fewest(n + 1, most, isEnough)
}

/** Returns the smallest count from `least` on that is enough, by bisection; `most` if none below is. */
export function fewest(least: number, most: number, isEnough: (count: number) => boolean): number {
  let [low, high] = [least, most]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Returns the fewest trials for any distribution-free statement about a single sample: all values lie on the
 * same side of the median with chance 2^(1 - n), which must not exceed 1 - level. 6 at 95 %.
 */
export function fewestTrials(level: number): number {
  return 1 + Math.ceil(-Math.log2(1 - level) - rounding)
}

/** Fewest boots for an interval. Student's of two is very wide, and as sure as that of many. */
const fewestBoots = 2

/** Returns the fewest units for an interval. */
export function fewestUnits(unit: Unit, level: number): number {
  return unit === 'boot' ? fewestBoots : fewestTrials(level)
}

/** Returns the fewest units in each of two samples for an interval of their difference. */
export function fewestEach(unit: Unit, level: number): number {
  return unit === 'boot' ? fewestBoots : fewestTrialsEach(level)
}

/**
 * Returns the fewest trials in each of two samples: one lies entirely above or below the other with chance 2
 * / (2n over n). 4 at 95 %.
 */
export function fewestTrialsEach(level: number): number {
  let n = 1
  for (let chance = 1; chance > 1 - level + rounding; n += 1) chance *= (n + 1) / (2 * (2 * n + 1))
  return n
}
