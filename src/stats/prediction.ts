/**
 * Prediction intervals from published numbers: where the mean of new trials lies if they come from the
 * distribution that was published (Hahn and Meeker, "Statistical Intervals", 1991, section 4.7). A value that
 * lies there agrees with the published one, without a margin chosen by hand.
 *
 * Published spreads are mostly those of trials within a boot, so if boots differ a rerun would disagree in
 * most studies. How much they differ is known from the new run: the interval is the wider of the two. Adding
 * a component of variance between boots (components.ts) to the published variance errs twice as often, as
 * that of few boots is often estimated as 0.
 */

import { quantileNormal } from 'vega-statistics'
import { effectiveTrials, varianceShare } from './autocorrelation.ts'
import type { Interval } from './interval.ts'
import { sum } from './moments.ts'
import { criticalStudent, degreesOf } from './student.ts'

/** Published statistics of one sample; `variance` or `sd`, both with n - 1. */
export interface PublishedMean {
  readonly mean: number
  readonly n?: number
  readonly variance?: number
  readonly sd?: number
}

/** The new trials whose mean is predicted. */
export interface NewRun {
  readonly boots: number
  /** Trials per boot. */
  readonly trials: number
  /** Variance of the means of the run's boots, with n - 1. Without it boots count as not different. */
  readonly bootVariance?: number
  /** Boots behind the published mean; by default 1, as few authors say. */
  readonly publishedBoots?: number
  /** Lag-1 autocorrelation of the published trials and of the new; 0 by default. */
  readonly lag1?: number
}

export type Prediction =
  | {
      readonly type: 'predicted'
      readonly interval: Interval
      readonly degrees: number
      /**
       * What agreement is worth: if the true value is off by this difference (of a ratio: by this factor),
       * the new run's lies outside of the interval in four of five studies.
       */
      readonly detectable: number
    }
  | {
      readonly type: 'unpredictable'
      /**
       * `n`, `spread`: not published. `few`: of one trial, so that its spread is none. `zero`: a mean of the
       * ratio may be 0 or less.
       */
      readonly reason: 'n' | 'spread' | 'few' | 'zero'
    }

/** Returns the interval for the mean of a new run, symmetric around the published mean. */
export function predictMean(published: PublishedMean, run: NewRun, level = 0.95): Prediction {
  const error = predictionError(published, run, level)
  if (typeof error === 'string') return { type: 'unpredictable', reason: error }
  const { reach, shown } = reachesOf(error, level)
  const interval = { low: published.mean - reach, high: published.mean + reach }
  return { type: 'predicted', interval, degrees: error.degrees, detectable: shown }
}

/**
 * Returns the interval for the ratio of the means of two new runs, b / a, on a logarithmic scale (delta
 * method). The runs count as independent: for paired ones it is wider than it need be.
 */
export function predictRatio(
  a: { readonly published: PublishedMean; readonly run: NewRun },
  b: { readonly published: PublishedMean; readonly run: NewRun },
  level = 0.95,
): Prediction {
  const found = [a, b].map(({ published, run }) => ({
    published,
    error: predictionError(published, run, level),
  }))
  const errors: PredictionError[] = []
  for (const { published, error } of found) {
    if (typeof error === 'string') return { type: 'unpredictable', reason: error }
    const { reach } = reachesOf({ ...error, variance: error.ofPublished }, level)
    if (!(published.mean > reach)) return { type: 'unpredictable', reason: 'zero' }
    errors.push({ ...error, variance: error.variance / published.mean ** 2 })
  }
  const variances = errors.map(({ variance }) => variance)
  const variance = sum(variances)
  const all = errors.map(({ degrees }) => degrees)
  const joint = { variance, degrees: variance === 0 ? Math.max(...all) : degreesOf(variances, all) }
  const { reach, shown } = reachesOf(joint, level)
  const ratio = b.published.mean / a.published.mean
  const interval = { low: ratio * Math.exp(-reach), high: ratio * Math.exp(reach) }
  return { type: 'predicted', interval, degrees: joint.degrees, detectable: Math.exp(shown) }
}

interface Estimated {
  readonly variance: number
  readonly degrees: number
}

/** The error of a prediction; `ofPublished` is the published mean's own variance. */
interface PredictionError extends Estimated {
  readonly ofPublished: number
}

function predictionError(
  { n, sd, variance = sd === undefined ? undefined : sd ** 2 }: PublishedMean,
  { boots, trials, bootVariance, publishedBoots = 1, lag1 = 0 }: NewRun,
  level: number,
): PredictionError | 'n' | 'spread' | 'few' {
  if (n === undefined) return 'n'
  if (variance === undefined) return 'spread'
  if (n < 2) return 'few'
  const published = varianceShare(Math.round(n / publishedBoots), lag1) / publishedBoots
  // Trials that resemble each other spread less than independent ones.
  const ofTrial = (variance * (n - 1)) / (n * (1 - published))
  const byTrials = {
    variance: ofTrial * (published + varianceShare(trials, lag1) / boots),
    degrees: Math.max(1, effectiveTrials(n, lag1) - 1),
    ofPublished: ofTrial * published,
  }
  if (bootVariance === undefined || boots < 2) return byTrials
  const byBoots = {
    variance: bootVariance * (1 / publishedBoots + 1 / boots),
    degrees: boots - 1,
    ofPublished: bootVariance / publishedBoots,
  }
  return reachesOf(byBoots, level).reach > reachesOf(byTrials, level).reach ? byBoots : byTrials
}

/** Returns half the interval's width, and the difference that it would show with a power of 80 %. */
function reachesOf({ variance, degrees }: Estimated, level: number) {
  const error = Math.sqrt(variance)
  const t = criticalStudent(level, degrees)
  return { reach: t * error, shown: (t + quantileNormal(0.8)) * error }
}
