/**
 * Prediction intervals from published numbers: where the mean of new trials lies if they come from the
 * distribution that was published (Hahn and Meeker, "Statistical Intervals", 1991, section 4.7). A value that
 * lies there agrees with the published one, without a margin chosen by hand.
 */

import { quantileNormal } from 'vega-statistics'
import { effectiveTrials, varianceShare } from './autocorrelation.ts'
import type { Interval } from './interval.ts'
import { degreesOf, quantileStudent } from './student.ts'

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
  /** Lag-1 autocorrelation of the trials of a boot, in both studies; 0 if unknown. */
  readonly lag1?: number
  /**
   * Variance between boots, in the square of the mean's unit, and the number of boots that it was estimated
   * from (components.ts). Without it boots count as not different: then the interval is too narrow for others.
   */
  readonly between?: { readonly variance: number; readonly boots: number }
  /** Boots behind the published mean; by default 1, as few authors say. */
  readonly publishedBoots?: number
}

export type Prediction =
  | {
      readonly type: 'predicted'
      readonly interval: Interval
      readonly degrees: number
      /**
       * What agreement is worth: if the true value is off by this difference (of a ratio: by this factor), the
       * new run's lies outside of the interval in four of five studies.
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
  const error = predictionError(published, run)
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
  const found = [a, b].map(({ published, run }) => ({ published, error: predictionError(published, run) }))
  const errors: PredictionError[] = []
  for (const { published, error } of found) {
    if (typeof error === 'string') return { type: 'unpredictable', reason: error }
    const { reach } = reachesOf({ ...error, variance: error.ofPublished }, level)
    if (!(published.mean > reach)) return { type: 'unpredictable', reason: 'zero' }
    errors.push({ ...error, variance: error.variance / published.mean ** 2 })
  }
  const joint = sumOf(errors)
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
  { boots, trials, lag1 = 0, between, publishedBoots = 1 }: NewRun,
): PredictionError | 'n' | 'spread' | 'few' {
  if (n === undefined) return 'n'
  if (variance === undefined) return 'spread'
  if (n < 2) return 'few'
  const published = varianceShare(Math.round(n / publishedBoots), lag1) / publishedBoots
  const own = varianceShare(trials, lag1) / boots
  // Trials that resemble each other spread less than those of many boots would.
  const ofTrial = (variance * (n - 1)) / (n * (1 - published))
  const ofTrials = {
    variance: ofTrial * (published + own),
    degrees: Math.max(1, effectiveTrials(n, lag1) - 1),
  }
  const ofBoots =
    between === undefined
      ? []
      : [{ variance: between.variance * (1 / publishedBoots + 1 / boots), degrees: between.boots - 1 }]
  return { ...sumOf([ofTrials, ...ofBoots]), ofPublished: ofTrial * published }
}

function sumOf(parts: readonly Estimated[]): Estimated {
  const variances = parts.map(({ variance }) => variance)
  const degrees = parts.map((part) => part.degrees)
  const variance = variances.reduce((sum, one) => sum + one, 0)
  return { variance, degrees: variance === 0 ? Math.max(...degrees) : degreesOf(variances, degrees) }
}

/** Returns half the interval's width, and the difference that it would show with a power of 80 %. */
function reachesOf({ variance, degrees }: Estimated, level: number) {
  const error = Math.sqrt(variance)
  const t = quantileStudent(1 - (1 - level) / 2, degrees)
  return { reach: t * error, shown: (t + quantileNormal(0.8)) * error }
}
