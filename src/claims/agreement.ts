/**
 * Agreement with a published mean, or ratio of two (stats/prediction.ts). A value agrees if it lies where the
 * published one itself may lie, by the published numbers alone: a run whose boots differ more cannot widen
 * that. It disagrees if it lies where no new run would if both came from the same distribution, however much
 * its boots differ.
 */

import { meansIn, type Test } from '../document/claim.ts'
import { PathError, QueryError } from '../query/error.ts'
import type { Path } from '../query/expression.ts'
import { evaluate, publishedReadings, type Results, readSeries } from '../query/query.ts'
import { autocorrelation } from '../stats/autocorrelation.ts'
import { clusterValues } from '../stats/clusters.ts'
import type { Interval } from '../stats/interval.ts'
import { mean, sampleVariance } from '../stats/moments.ts'
import { type NewRun, type PublishedMean, predictMean, predictRatio } from '../stats/prediction.ts'
import type { Region } from './region.ts'

/** Published numbers behind a region, in the canonical unit and its square. */
export interface PublishedSample {
  readonly unit: string
  readonly n: number
  readonly mean: number
  /** Divided by n, as every published variance is read (query/statistics.ts). */
  readonly variance: number
}

export interface Agreement {
  /** Allowed: from the published numbers alone. */
  readonly region: Region
  /** Where a new run of the published distribution lies; holds the region. */
  readonly predicted: Prediction
  /** Of the mean, or of the ratio's numerator and denominator. */
  readonly samples: readonly PublishedSample[]
}

/** The range of values that do not contradict the published one. */
export interface Prediction extends Interval {
  /** What it comes from: the published spread, or that of our boots, which is wider. */
  readonly from: 'published' | 'boots'
  /** What a true value must be off by so that a new mean lies outside in four of five studies; of a ratio a factor. */
  readonly detectable: number
  readonly isRatio: boolean
}

/** Throws a QueryError if n or a spread is not published, or units do not fit. */
export function agreementOf(
  { expression, published }: Extract<Test, { readonly type: 'agreement' }>,
  results: Results,
  level: number,
): Agreement {
  const [units, theirs, ours] = [
    [expression, published].map((ast) => evaluate({ ast }, results).unit),
    meansIn(published).map((path) => publishedSample(path, results)),
    meansIn(expression).map((path) => newRun(path, results)),
  ]
  if (units[0] !== units[1])
    throw new QueryError(
      `units do not fit: the value is in ${units[0] || 'none'}, published in ${units[1] || 'none'}`,
    )
  const pairs = theirs.map((sample, index) => ({
    published: unbiased(sample),
    run: ours[index] as NewRun,
  }))
  const [first, second] = pairs as [Pair, Pair?]
  const found = second ? predictRatio(second, first, level) : predictMean(first.published, first.run, level)
  if (found.type === 'unpredictable') throw new QueryError(reasons[found.reason])
  const { interval, from, detectable } = found
  return {
    region: { ...found.published, closed: true },
    predicted: { ...interval, from, detectable, isRatio: second !== undefined },
    samples: theirs,
  }
}

/**
 * Returns the range of true values that this test can hardly tell from the published one: a true value outside of it
 * is found *not reproduced* in four of five studies. Undefined if we have no interval of our own.
 */
export function detectableFrom(
  { low, high, detectable, isRatio }: Prediction,
  value: number,
  own: Interval,
): Interval | undefined {
  if (isRatio) {
    const published = Math.sqrt(low * high)
    const up = own.low > 0 ? (published * detectable * value) / own.low : Number.POSITIVE_INFINITY
    const down = (published / detectable) * (value / own.high)
    return Number.isFinite(up) ? { low: down, high: up } : undefined
  }
  const published = (low + high) / 2
  const found = {
    low: published - detectable - (own.high - value),
    high: published + detectable + (value - own.low),
  }
  return Number.isFinite(found.high - found.low) ? found : undefined
}

interface Pair {
  readonly published: PublishedMean
  readonly run: NewRun
}

const reasons = {
  n: 'no prediction interval: n is not published',
  spread: 'no prediction interval: neither variance nor sd is published',
  few: 'no prediction interval: one published trial has no spread',
  zero: 'no prediction interval of a ratio: a published mean may be 0',
}

function publishedSample(path: Path, results: Results): PublishedSample {
  const read = (statistic: string) => {
    try {
      const [found] = publishedReadings({ parts: path.parts.with(-1, statistic) }, results).readings
      return found !== undefined && 'sources' in found ? found : undefined
    } catch (error) {
      if (error instanceof PathError) return undefined
      throw error
    }
  }
  const [average, n, sd] = [read('mean'), read('n')?.value, read('sd')?.value]
  const variance = read('variance')?.value ?? (sd === undefined ? undefined : sd ** 2)
  if (average === undefined || n === undefined) throw new QueryError(reasons.n)
  if (variance === undefined) throw new QueryError(reasons.spread)
  return { n, mean: average.value, variance, unit: average.unit }
}

/** The prediction takes variances with n - 1. */
function unbiased({ n, mean, variance }: PublishedSample): PublishedMean {
  return { n, mean, variance: n > 1 ? (variance * n) / (n - 1) : variance }
}

/** Boots are the units; of a single one, trials in series, as published ones were. */
function newRun(path: Path, results: Results): NewRun {
  const boots = clusterValues(readSeries({ parts: path.parts.slice(0, -1) }, results))
  const trials = Math.max(1, Math.round(mean(boots.map(({ length }) => length))))
  if (boots.length < 2) return { boots: 1, trials, lag1: Math.max(0, autocorrelation(boots)) }
  const means = boots.map(mean)
  return { boots: boots.length, trials, bootVariance: sampleVariance(means), mean: mean(means) }
}
