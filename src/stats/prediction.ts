/**
 * Two ranges from published numbers, without a margin chosen by hand.
 *
 * Where the published mean (or ratio) itself lies: Student's interval from the published n and variance. Nothing
 * of the new run is in it, so no run can widen it. A value that surely lies there agrees.
 *
 * Where the mean of new trials lies if they come from the distribution that was published (the prediction
 * interval of Hahn and Meeker, "Statistical Intervals", 1991, section 4.7). A value that surely lies outside
 * disagrees. Published spreads are mostly those of trials within a boot, so if boots differ a rerun would
 * disagree in most studies. How much they differ is known from the new run: the interval is the wider of the
 * two. Adding a component of variance between boots (components.ts) to the published variance errs twice as
 * often, as that of few boots is often estimated as 0. A new run that spreads widely has a wide interval, which
 * is why lying in it is no agreement.
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
  /** Mean of the run, by default the published one: of a ratio, boots differ by shares of their own mean. */
  readonly mean?: number
  /** Boots behind the published mean; by default 1, as few authors say. */
  readonly publishedBoots?: number
  /** Lag-1 autocorrelation of the published trials and of the new; 0 by default. */
  readonly lag1?: number
}

export type Prediction =
  | {
      readonly type: 'predicted'
      /** Of the new run's value; holds `published`. */
      readonly interval: Interval
      /** Whose spread is behind it: that of the published trials, or of the new run's boots where wider. */
      readonly from: 'published' | 'boots'
      /** Of the published value, from the published numbers alone. */
      readonly published: Interval
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

/** Returns both ranges for the mean of a new run, symmetric around the published mean. */
export function predictMean(published: PublishedMean, run: NewRun, level = 0.95): Prediction {
  const error = predictionError(published, run, level)
  if (typeof error === 'string') return { type: 'unpredictable', reason: error }
  const { reach, shown } = reachesOf(error, level)
  const around = (size: number) => ({ low: published.mean - size, high: published.mean + size })
  return {
    ...{ type: 'predicted', interval: around(reach), from: error.from },
    published: around(reachesOf(error.ofPublished, level).reach),
    ...{ degrees: error.degrees, detectable: shown },
  }
}

/**
 * Returns both ranges for the ratio of the means of two new runs, b / a, on a logarithmic scale (delta
 * method). The runs count as independent: for paired ones the prediction is wider than it need be.
 */
export function predictRatio(
  a: { readonly published: PublishedMean; readonly run: NewRun },
  b: { readonly published: PublishedMean; readonly run: NewRun },
  level = 0.95,
): Prediction {
  const errors: PredictionError[] = []
  const means = [a, b].map(({ published }) => published.mean)
  for (const { published, run } of [a, b]) {
    const error = predictionError(published, rescaled(run, published.mean), level)
    if (typeof error === 'string') return { type: 'unpredictable', reason: error }
    if (!(published.mean > reachesOf(error.ofPublished, level).reach))
      return { type: 'unpredictable', reason: 'zero' }
    errors.push(error)
  }
  const joint = quotientError(errors, means)
  const { reach, shown } = reachesOf(joint, level)
  const ofPublished = quotientError(
    errors.map((error) => error.ofPublished),
    means,
  )
  const ratio = b.published.mean / a.published.mean
  const around = (size: number) => ({ low: ratio * Math.exp(-size), high: ratio * Math.exp(size) })
  return {
    ...{ type: 'predicted', interval: around(reach) },
    from: errors.some(({ from }) => from === 'boots') ? 'boots' : 'published',
    published: around(reachesOf(ofPublished, level).reach),
    ...{ degrees: joint.degrees, detectable: Math.exp(shown) },
  }
}

/** A run on another machine may be faster throughout, which a ratio does not show. */
function rescaled(run: NewRun, published: number): NewRun {
  if (run.bootVariance === undefined || run.mean === undefined || run.mean === 0) return run
  return { ...run, bootVariance: run.bootVariance * (published / run.mean) ** 2 }
}

interface Estimated {
  readonly variance: number
  readonly degrees: number
}

/** The error of the logarithm of a quotient of means with these errors. */
function quotientError(errors: readonly Estimated[], means: readonly number[]): Estimated {
  const variances = errors.map(({ variance }, index) => variance / (means[index] as number) ** 2)
  const degrees = errors.map((error) => error.degrees)
  const variance = sum(variances)
  return { variance, degrees: variance === 0 ? Math.max(...degrees) : degreesOf(variances, degrees) }
}

/** The error of a prediction. */
interface PredictionError extends Estimated {
  readonly from: 'published' | 'boots'
  /** The published mean's own, by the published numbers alone. */
  readonly ofPublished: Estimated
}

function predictionError(
  { n, sd, variance = sd === undefined ? undefined : sd ** 2 }: PublishedMean,
  { boots, trials, bootVariance, publishedBoots = 1, lag1 = 0 }: NewRun,
  level: number,
): PredictionError | 'n' | 'spread' | 'few' {
  if (n === undefined) return 'n'
  if (variance === undefined) return 'spread'
  if (n < 2) return 'few'
  const ofPublished = { variance: variance / n, degrees: n - 1 }
  const published = varianceShare(Math.round(n / publishedBoots), lag1) / publishedBoots
  // Trials that resemble each other spread less than independent ones.
  const ofTrial = (variance * (n - 1)) / (n * (1 - published))
  const byTrials = {
    ...{ variance: ofTrial * (published + varianceShare(trials, lag1) / boots), ofPublished },
    ...{ degrees: Math.max(1, effectiveTrials(n, lag1) - 1), from: 'published' as const },
  }
  if (bootVariance === undefined || boots < 2) return byTrials
  const byBoots = {
    ...{ variance: bootVariance * (1 / publishedBoots + 1 / boots), ofPublished },
    ...{ degrees: boots - 1, from: 'boots' as const },
  }
  return reachesOf(byBoots, level).reach > reachesOf(byTrials, level).reach ? byBoots : byTrials
}

/** Returns half the interval's width, and the difference that it would show with a power of 80 %. */
function reachesOf({ variance, degrees }: Estimated, level: number) {
  const error = Math.sqrt(variance)
  const t = criticalStudent(level, degrees)
  return { reach: t * error, shown: (t + quantileNormal(0.8)) * error }
}
