/**
 * How much of the variance lies between boots and how much between the trials of a boot: one-way analysis of
 * variance with random effects (Searle, Casella and McCulloch, "Variance Components", 1992, chapter 3), which
 * allows boots of different sizes. Neighbouring trials that resemble each other would count as differences
 * between boots; their autocorrelation is taken into account.
 */

import { autocorrelation, type Sequence, varianceShare } from './autocorrelation.ts'
import { mean, sum } from './moments.ts'
import { min } from './order.ts'
import { criticalStudent, degreesOf } from './student.ts'
import { fewest } from './trials.ts'

/** Variances are in the square of the values' unit. */
export interface Components {
  readonly boots: number
  /** Mean number of trials per boot. */
  readonly trials: number
  /** Variance between the true means of boots; NaN for a single boot. */
  readonly between: number
  /** True if the estimate of `between` was negative, hence 0: boots differ less than their trials suggest. */
  readonly isClamped: boolean
  /** Variance of the trials of one boot; NaN if no boot has two trials. */
  readonly within: number
  /**
   * Intraclass correlation: the share of a trial's variance that lies between boots; NaN without variance.
   */
  readonly intraclass: number
  /** Lag-1 autocorrelation of the trials of a boot, assumed where negative as 0. */
  readonly lag1: number
}

/**
 * Estimates the components. `lag1` is by default estimated from the trials; at 0 this is the textbook's
 * analysis. Throws a RangeError if there are no boots, or one is empty.
 */
export function components(
  boots: readonly Sequence[],
  lag1 = Math.max(0, autocorrelation(boots)),
): Components {
  if (boots.length === 0) throw new RangeError('the components of no boots')
  const sizes = boots.map(({ length }) => length)
  const all = sum(sizes)
  const means = boots.map(mean)
  const center = sum(means.map((one, index) => one * (sizes[index] as number))) / all
  const shares = sizes.map((n) => varianceShare(n, lag1))
  // Sums of squares, and the factors of both components in their expectations.
  const squaresWithin = sum(
    boots.map((values, index) => sum(values.map((value) => (value - (means[index] as number)) ** 2))),
  )
  const freedom = sum(sizes.map((n, index) => n * (1 - (shares[index] as number))))
  const squaresBetween = sum(means.map((one, index) => (sizes[index] as number) * (one - center) ** 2))
  const weights = sizes.map((n) => n * (1 - n / all))
  const within = freedom > 0 ? squaresWithin / freedom : Number.NaN
  const ofTrials = within * sum(weights.map((weight, index) => weight * (shares[index] as number)))
  const estimate = (squaresBetween - ofTrials) / sum(weights)
  const between = boots.length === 1 ? Number.NaN : Math.max(0, estimate)
  const total = between + within
  return {
    boots: boots.length,
    trials: all / boots.length,
    between,
    isClamped: estimate < 0,
    within,
    intraclass: total > 0 ? between / total : Number.NaN,
    lag1,
  }
}

/** Returns the parts of the variance of a sum of means, one of each independent sample. */
export function variancesOf(found: readonly Components[]): {
  readonly between: number
  readonly within: number
} {
  return {
    between: sum(found.map(({ between, boots }) => between / boots)),
    within: sum(found.map(({ within, lag1, boots, trials }) => (within * shareOf(trials, lag1)) / boots)),
  }
}

/** Boots may have different numbers of trials, so that their mean is no whole number. */
function shareOf(trials: number, lag1: number): number {
  return varianceShare(Math.max(1, Math.round(trials)), lag1)
}

/**
 * Returns the expected width of Student's interval of a sum of means, if every sample had this many boots of
 * this many trials.
 */
export function expectedWidth(
  found: readonly Pick<Components, 'between' | 'within' | 'lag1'>[],
  { boots, trials }: { readonly boots: number; readonly trials: number },
  level = 0.95,
): number {
  const variances = found.map(
    ({ between, within, lag1 }) => (between + within * shareOf(trials, lag1)) / boots,
  )
  const variance = sum(variances)
  if (variance === 0) return 0
  const degrees = degreesOf(
    variances,
    variances.map(() => boots - 1),
  )
  return 2 * criticalStudent(level, degrees) * Math.sqrt(variance)
}

/** What would make an interval narrower. */
export interface Advice {
  /** Boots in all, with as many trials each as now; Infinity if more than 10,000. */
  readonly boots: number
  /** Trials per boot, with as many boots as now; Infinity if more than 10,000: boots differ too much. */
  readonly trials: number
}

/**
 * Returns how many boots, or trials per boot, make the interval of a sum of means `factor` times as wide, by
 * default half, as expected with the present numbers of the sample with the fewest boots. Undefined if a
 * sample has a single boot, whose spread between boots is unknown, or boots of a single trial.
 */
export function adviceFor(found: readonly Components[], factor = 0.5, level = 0.95): Advice | undefined {
  const boots = min(found.map((one) => one.boots))
  const trials = min(found.map((one) => one.trials))
  if (!(boots > 1) || found.some(({ within }) => Number.isNaN(within))) return undefined
  const wanted = factor * expectedWidth(found, { boots, trials }, level)
  const isEnough = (design: { readonly boots: number; readonly trials: number }) =>
    expectedWidth(found, design, level) <= wanted
  return {
    boots: countOf(boots, (count) => isEnough({ boots: count, trials })),
    trials: countOf(Math.ceil(trials), (count) => isEnough({ boots, trials: count })),
  }
}

/** Infinity if even the most are not. */
function countOf(least: number, isEnough: (count: number) => boolean): number {
  const most = 10_000
  return isEnough(most) ? fewest(least, most, isEnough) : Number.POSITIVE_INFINITY
}
