/**
 * Means of samples of a few boots, their differences and ratios, with Student's intervals. Boots are the
 * observations, each by its mean: exact for normal means, however much boots differ and trials resemble each
 * other. Drawing whole boots (bootstrap.ts once did from six on) covers less with 2 to 20 of them.
 *
 * Differences of independent samples are Welch's (1947), ratios Fieller's (1954). Samples whose boots share
 * seeds (pairing.ts) are compared boot by boot. A sample of a single boot has the error of that boot's mean
 * (serial.ts): nothing is then known of other boots.
 */

import { autocorrelation, effectiveTrials } from './autocorrelation.ts'
import { clusterValues, type Sample, type Unit } from './clusters.ts'
import { pearson } from './correlation.ts'
import { fiellerInterval, type RatioErrors } from './fieller.ts'
import { type Interval, unbounded } from './interval.ts'
import { mean, sampleVariance, sum } from './moments.ts'
import { partnerOf } from './pairing.ts'
import { serialVariance } from './serial.ts'
import { beyondStudent, criticalStudent, degreesOf } from './student.ts'
import { fewestUnits } from './trials.ts'

/** A sample's part in an estimate. */
export interface MeanOfSample {
  /** The mean of the boots' means, so that each boot counts alike. */
  readonly mean: number
  /** `trial` if there is one boot: the interval then speaks of that boot only. */
  readonly unit: Unit
  readonly boots: number
  readonly trials: number
  /** Sum over boots of the number of independent trials that theirs are worth. */
  readonly effectiveTrials: number
}

/** An estimate from one or two samples. */
export interface MeansEstimate {
  /** In the samples' unit; a ratio has none. */
  readonly value: number
  /**
   * Unbounded if a sample has too few units (`fewestUnits`), or if a ratio's denominator may be 0.
   */
  readonly interval: Interval
  /** Degrees of freedom behind the interval; NaN if it is unbounded for too few units. */
  readonly degrees: number
  readonly samples: readonly MeanOfSample[]
  /** Present if the samples were compared boot by boot. */
  readonly paired?: {
    /** Of the boots' means; NaN if one side is constant. */
    readonly correlation: number
    /** The number of boots. */
    readonly pairs: number
  }
}

export interface MeansDifference extends MeansEstimate {
  /** Two-sided: the chance of at least this difference if there is none. 1 if there are too few units. */
  readonly p: number
}

/** Estimates the mean. Throws a RangeError if the sample is empty. */
export function meanOf(sample: Sample, level = 0.95): MeansEstimate {
  const own = unitsOf(sample)
  return { ...student(own.described.mean, errorOf(own, level), level), samples: [own.described] }
}

/** Estimates the mean of b less that of a. Throws a RangeError if a sample is empty. */
export function differenceOfMeans(a: Sample, b: Sample, level = 0.95): MeansDifference {
  const both = jointly(a, b)
  const value = both.b.described.mean - both.a.described.mean
  const error = combinedError(both, -1, level)
  return { ...student(value, error, level), p: chanceOf(value, error), ...reported(both) }
}

/**
 * Estimates the mean of b divided by that of a. The interval holds the ratios r for which b - r a may have a
 * mean of 0. Throws a RangeError if a sample is empty or the mean of a is 0.
 */
export function ratioOfMeans(a: Sample, b: Sample, level = 0.95): MeansEstimate {
  const both = jointly(a, b)
  const [x, y] = [both.a.described.mean, both.b.described.mean]
  if (x === 0) throw new RangeError('a ratio to a mean of 0')
  const value = y / x
  const error = combinedError(both, -value, level)
  if (error === undefined) return { value, interval: unbounded, degrees: Number.NaN, ...reported(both) }
  const interval = fieller(both, value, error, level)
  return { value, interval, degrees: error.degrees, ...reported(both) }
}

/** The independent observations of a sample: the means of its boots, or the trials of the only one. */
interface Units {
  readonly values: readonly number[]
  readonly described: MeanOfSample
}

function unitsOf(sample: Sample): Units {
  const boots = clusterValues(sample)
  const means = boots.map(mean)
  const lag1 = autocorrelation(boots)
  const described: MeanOfSample = {
    mean: mean(means),
    unit: boots.length > 1 ? 'boot' : 'trial',
    boots: boots.length,
    trials: sample.values.length,
    effectiveTrials: sum(boots.map(({ length }) => effectiveTrials(length, lag1))),
  }
  return { values: boots.length > 1 ? means : sample.values, described }
}

/** The error of a mean. */
interface MeanError {
  readonly variance: number
  readonly degrees: number
}

/** Undefined if there are too few units. */
function errorOf({ values, described: { unit } }: Units, level: number): MeanError | undefined {
  const n = values.length
  if (n < fewestUnits(unit, level)) return undefined
  const variance = unit === 'boot' ? sampleVariance(values) / n : serialVariance(values, level)
  return { variance, degrees: n - 1 }
}

interface Both {
  readonly a: Units
  readonly b: Units
  readonly paired?: NonNullable<MeansEstimate['paired']>
}

/** Lines paired boots up. */
function jointly(a: Sample, b: Sample): Both {
  const partner = partnerOf(a, b)
  if (partner === undefined) return { a: unitsOf(a), b: unitsOf(b) }
  const [x, y] = [unitsOf(a), unitsOf(partner)]
  return { a: x, b: y, paired: { correlation: pearson(x.values, y.values), pairs: x.values.length } }
}

function reported({ a, b, paired }: Both): Pick<MeansEstimate, 'samples' | 'paired'> {
  return { samples: [a.described, b.described], ...(paired ? { paired } : {}) }
}

/** Returns the error of the mean of b plus that of a times a weight; undefined if there are too few units. */
function combinedError({ a, b, paired }: Both, weight: number, level: number): MeanError | undefined {
  if (paired) return errorOf({ values: weighted(a, b, weight), described: b.described }, level)
  const [ofA, ofB] = [errorOf(a, level), errorOf(b, level)]
  if (ofA === undefined || ofB === undefined) return undefined
  const variances = [weight ** 2 * ofA.variance, ofB.variance]
  const variance = sum(variances)
  const degrees = [ofA.degrees, ofB.degrees]
  return { variance, degrees: variance === 0 ? ofA.degrees + ofB.degrees : degreesOf(variances, degrees) }
}

function weighted(a: Units, b: Units, weight: number): readonly number[] {
  return b.values.map((value, index) => value + weight * (a.values[index] as number))
}

function student(
  value: number,
  error: MeanError | undefined,
  level: number,
): Pick<MeansEstimate, 'value' | 'interval' | 'degrees'> {
  if (error === undefined) return { value, interval: unbounded, degrees: Number.NaN }
  const { variance, degrees } = error
  const reach = variance === 0 ? 0 : criticalStudent(level, degrees) * Math.sqrt(variance)
  return { value, interval: { low: value - reach, high: value + reach }, degrees }
}

/** Two-sided p of a true value of 0. */
function chanceOf(value: number, error: MeanError | undefined): number {
  if (error === undefined) return 1
  if (error.variance === 0) return value === 0 ? 1 : 0
  return beyondStudent(value / Math.sqrt(error.variance), error.degrees)
}

function fieller(both: Both, ratio: number, error: MeanError, level: number): Interval {
  if (error.variance === 0) return { low: ratio, high: ratio }
  const sides = { x: both.a.described.mean, y: both.b.described.mean }
  const t = criticalStudent(level, error.degrees)
  return fiellerInterval(sides, errorsOfBoth(both, ratio, error, level), { t })
}

/** Returns variances and covariance of both means. */
function errorsOfBoth(both: Both, ratio: number, error: MeanError, level: number): RatioErrors {
  const { a, b, paired } = both
  const variance = (units: Units) => errorOf(units, level)?.variance ?? Number.NaN
  if (!paired) return { ofX: variance(a), ofY: variance(b), covariance: 0 }
  // As much larger than of independent units as that of the combination at the estimated ratio.
  const scale = error.variance / sampleVariance(weighted(a, b, -ratio))
  const [ofX, ofY] = [scale * sampleVariance(a.values), scale * sampleVariance(b.values)]
  const ofSum = scale * sampleVariance(weighted(a, b, 1))
  return { ofX, ofY, covariance: (ofSum - ofX - ofY) / 2 }
}
