/**
 * Intervals for any statistic of any number of samples.
 *
 * Of trials: the bootstrap's BCa, corrected for bias and acceleration (Efron, "Better bootstrap confidence
 * intervals", 1987; Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 14), and expanded
 * for small samples, whose own spread is too small (Hesterberg, "What teachers should know about the
 * bootstrap", 2015), and for trials that resemble their neighbours (serial.ts).
 *
 * If a sample has boots: Student's, with the jackknife's standard error (Tukey 1958; Efron and Tibshirani
 * 1993, chapter 11), or that of draws if it is clearly larger. A few boots are too few to take quantiles of
 * draws: an interval would hardly exceed their extremes. A ratio's is Fieller's (fieller.ts) of the same
 * errors.
 *
 * Order statistics, such as quantiles, hardly change if one boot is left out, or change by a leap, so of them
 * the statistic of each single boot gives the error.
 *
 * Samples that are paired (pairing.ts) are one sample of `bootstrap`, whose units are the boots of all.
 */

import { cumulativeNormal, quantileNormal } from 'vega-statistics'
import { clusterValues, type Sample, type Unit } from './clusters.ts'
import { fiellerInterval } from './fieller.ts'
import { type Interval, stretched, unbounded } from './interval.ts'
import { mean, populationVariance, sum } from './moments.ts'
import { max, quantile } from './order.ts'
import { pairedGroups, partnerOf } from './pairing.ts'
import { randomNumbers } from './random.ts'
import { serialFactor } from './serial.ts'
import { criticalStudent, degreesOf } from './student.ts'
import { fewestUnits } from './trials.ts'

export interface BootstrapOptions {
  /** Default 0.95. */
  readonly level?: number
  /** Default 2000; fewer for very many units, see `drawsOf`. */
  readonly resamples?: number
  readonly seed?: string
  /** Of a statistic that hangs on order statistics of trials, such as quantiles: their `roughErrorOf`. */
  readonly rough?: number
}

/** The number and kind of a sample's units. */
export interface Size {
  readonly unit: Unit
  readonly size: number
}

/** For each sample, the indices of the units drawn. */
export type Draw = readonly Uint32Array[]

/** Limit on units drawn, and again on units in the jackknife: some seconds. */
const mostDrawn = 5e7
const fewestDraws = 400
/** Above this even the fewest draws take minutes, and the interval is hardly wider than a point. */
export const mostUnits = 1_000_000

/** Returns the number of resamples for samples of these sizes: fewer for more than 25,000 units. */
export function drawsOf(sizes: readonly number[], resamples: number): number {
  const units = sizes.reduce((sum, size) => sum + size, 0)
  return Math.min(resamples, Math.max(fewestDraws, Math.floor(mostDrawn / units)))
}

/**
 * True if the interval is Student's, as a sample has boots; then nothing of the draws but their spread
 * counts.
 */
export function isStudents(samples: readonly Size[]): boolean {
  return samples.some(({ unit }) => unit === 'boot')
}

/**
 * Returns the interval of a statistic of samples with these sizes, whose units are in the order of trials.
 * `statistic` gets a draw of units and may return NaN where it is undefined; the true value may then be
 * anything. Unbounded if a sample has too few units for any statement (fewer than 6 trials at 95 %, or 2
 * boots). Deterministic in the seed. A maximum or minimum has no valid bootstrap: its interval ends at the
 * sample's, and Student's is one for the maximum of as many trials.
 */
export function bootstrap(
  samples: readonly Size[],
  statistic: (draw: Draw) => number,
  { level = 0.95, resamples = 2000, seed = 'bootstrap', rough }: BootstrapOptions = {},
): Interval {
  if (isTooSmall(samples, level)) return unbounded
  const whole = wholeOf(samples)
  const sizes = samples.map(({ size }) => size)
  const estimate = statistic(whole)
  if (Number.isNaN(estimate)) return unbounded
  const random = randomNumbers(seed)
  const replicatesOf = (count: number) =>
    Array.from({ length: count }, () => statistic(sizes.map((size) => drawUnits(size, random))))
  const found = influencesOf(samples, statistic, rough)
  const isSerial = isSerialIn(samples)
  if (isStudents(samples)) {
    if (found.flat().some(Number.isNaN)) return unbounded
    const factor = rough !== undefined ? 1 : roughness(found, replicatesOf(fewestDraws))
    const reach = reachOf(found, level, isSerial) * factor
    return { low: estimate - reach, high: estimate + reach }
  }
  const replicates = replicatesOf(drawsOf(sizes, resamples))
  const influence = scaled(found.map((values) => values.map((value) => (Number.isNaN(value) ? 0 : value))))
  const spread = spreadOf(influence)
  const z = spread === 0 ? quantileNormal(1 - (1 - level) / 2) : reachOf(influence, level, isSerial) / spread
  const drawn = Math.min(z, mostDrawnZ)
  const interval = bcaInterval(replicates, estimate, acceleration(influence), drawn)
  return stretched(interval, estimate, z / drawn)
}

/** The two sides of a ratio. */
export interface Sides {
  readonly numerator: (draw: Draw) => number
  readonly denominator: (draw: Draw) => number
  /** Whether neither can be negative. */
  readonly isPositive: boolean
}

/**
 * Returns Fieller's interval of a ratio, if a sample has boots, as `bootstrap` returns that of its value; not
 * bounded above if the denominator may be 0. Of trials, whose draws are ratios themselves, it is
 * `bootstrap`'s.
 */
export function bootstrapRatio(
  samples: readonly Size[],
  { numerator, denominator, isPositive }: Sides,
  options: BootstrapOptions = {},
): Interval {
  const { level = 0.95, rough } = options
  if (!isStudents(samples)) {
    const ratio = (draw: Draw) => numerator(draw) / denominator(draw)
    return bootstrap(samples, ratio, options)
  }
  if (isTooSmall(samples, level)) return unbounded
  const whole = wholeOf(samples)
  const [y, x] = [numerator(whole), denominator(whole)]
  const [ofY, ofX] = [numerator, denominator].map((side) => influencesOf(samples, side, rough)) as [
    Influence,
    Influence,
  ]
  if ([y, x, ...ofY.flat(), ...ofX.flat()].some(Number.isNaN) || x === 0) return unbounded
  const ratio = y / x
  const combined = ofY.map((values, sample) =>
    values.map((value, unit) => value - ratio * (ofX[sample]?.[unit] ?? 0)),
  )
  const isSerial = isSerialIn(samples)
  const errors = errorsOf(combined, isSerial)
  if (errors.variance === 0) return { low: ratio, high: ratio }
  // Trials in series make the error of both sides larger as that of the combination.
  const factors = combined.map((values, sample) => (isSerial(sample) ? serialFactor([values]) ** 2 : 1))
  const product = (left: Influence, right: Influence) =>
    sum(
      left.map((values, sample) => {
        const n = values.length
        const all = sum(values.map((value, unit) => value * (right[sample]?.[unit] ?? 0)))
        return ((factors[sample] ?? 1) * all) / (n * (n - 1))
      }),
    )
  const t = criticalStudent(level, errors.degrees)
  return fiellerInterval(
    { x, y },
    { ofX: product(ofX, ofX), ofY: product(ofY, ofY), covariance: product(ofX, ofY) },
    { t, isPositive },
  )
}

function isTooSmall(samples: readonly Size[], level: number): boolean {
  return samples.some(({ unit, size }) => size < fewestUnits(unit, level))
}

function wholeOf(samples: readonly Size[]): Draw {
  return samples.map(({ size }) => Uint32Array.from({ length: size }, (_, unit) => unit))
}

function isSerialIn(samples: readonly Size[]): (sample: number) => boolean {
  return (sample) => samples[sample]?.unit === 'trial'
}

/** Returns what each unit adds to a statistic, sample by sample: their variance over n is the statistic's. */
function influencesOf(
  samples: readonly Size[],
  statistic: (draw: Draw) => number,
  rough: number | undefined,
): Influence {
  const whole = wholeOf(samples)
  return samples.map(({ unit }, sample) =>
    rough !== undefined && unit === 'boot'
      ? singles(whole, sample, statistic, rough)
      : jackknife(whole, sample, statistic),
  )
}

/**
 * Returns how much less sure a quantile of the trials of so many boots is than the mean of the boots' own:
 * for normal values by the root of p (1 - p) over the density there, which is squared to allow for skewed
 * ones, whose tails are thinner. Beyond half a boot a quantile hangs on the outermost boot alone, and is
 * rather too near than too far. Chosen by simulation (docs/statistics.md).
 */
export function roughErrorOf(probability: number, boots: number): number {
  if (boots * Math.min(probability, 1 - probability) <= 0.5) return 1.5
  const density = Math.exp(-(quantileNormal(probability) ** 2) / 2) / Math.sqrt(2 * Math.PI)
  return (probability * (1 - probability)) / density ** 2
}

/** The influence of each boot by what the statistic would be if there were no others. */
function singles(
  whole: Draw,
  sample: number,
  statistic: (draw: Draw) => number,
  rough: number,
): readonly number[] {
  const units = whole[sample] as Uint32Array
  const values: number[] = []
  for (const unit of units) {
    const value = statistic(whole.with(sample, Uint32Array.of(unit)))
    if (!Number.isFinite(value)) return Array.from(units, () => Number.NaN)
    values.push(value)
  }
  const center = mean(values)
  return values.map((value) => rough * (value - center))
}

/** Draws do not reach further out than this many standard deviations; an interval that must is stretched. */
const mostDrawnZ = 2.8

type Influence = readonly (readonly number[])[]

/** Returns half the width of Student's interval, with the jackknife's error of samples in series or not. */
function reachOf(influence: Influence, level: number, isSerial: (sample: number) => boolean): number {
  const { variance, degrees } = errorsOf(influence, isSerial)
  return variance === 0 ? 0 : criticalStudent(level, degrees) * Math.sqrt(variance)
}

/** Variance and degrees of freedom of a statistic. */
function errorsOf(influence: Influence, isSerial: (sample: number) => boolean) {
  const variances = influence.map((values, sample) => {
    const n = values.length
    const variance = sum(values.map((value) => value ** 2)) / (n * (n - 1))
    return isSerial(sample) ? variance * serialFactor([values]) ** 2 : variance
  })
  const variance = sum(variances)
  const degrees = influence.map(({ length }) => length - 1)
  return { variance, degrees: variance === 0 ? sum(degrees) : degreesOf(variances, degrees) }
}

/**
 * Returns how much more a statistic varies in draws than the jackknife says; 1 for smooth ones, such as
 * means. Leaving one boot out hardly moves a quantile, so that its error alone covers 75 to 90 % where draws
 * cover 82 to 95 %.
 */
function roughness(influence: Influence, replicates: readonly number[]): number {
  const defined = replicates.filter(Number.isFinite)
  const expected = spreadOf(influence)
  if (expected === 0 || defined.length === 0) return 1
  const ratio = Math.sqrt(populationVariance(defined)) / expected
  return ratio > smooth ? ratio : 1
}

/** Chance alone makes the spread of the fewest draws err by a few percent. */
const smooth = 1.1

/** Returns the standard deviation that draws of a smooth statistic would have. */
function spreadOf(influence: Influence): number {
  return Math.sqrt(
    influence
      .flatMap((values) => values.map((value) => (value / values.length) ** 2))
      .reduce((sum, square) => sum + square, 0),
  )
}

/** A plain loop, as this is the hot path. */
function drawUnits(size: number, random: () => number): Uint32Array {
  const drawn = new Uint32Array(size)
  for (let i = 0; i < size; i += 1) drawn[i] = Math.floor(random() * size)
  return drawn
}

/**
 * Applies `bootstrap` to a statistic of plain samples; draws clusters where there are any, else values.
 * Paired samples are drawn together.
 */
export function bootstrapInterval(
  samples: readonly Sample[],
  statistic: (...samples: readonly (readonly number[])[]) => number,
  options: BootstrapOptions = {},
): Interval {
  const groups = pairedGroups(samples.map(({ seed, clusters = [] }) => ({ seed, boots: clusters })))
  const units = samples.map((sample, index) => {
    const group = groups.findIndex((members) => members.includes(index))
    const first = samples[groups[group]?.[0] ?? index] as Sample
    return { group, ...unitsOf(first === sample ? sample : (partnerOf(first, sample) as Sample)) }
  })
  return bootstrap(
    groups.map(([first = 0]) => units[first] as Units),
    (draw) => statistic(...units.map(({ group, values }) => values(draw[group] as Uint32Array))),
    options,
  )
}

interface Units extends Size {
  /** Returns the values of the drawn units. */
  readonly values: (chosen: Uint32Array) => readonly number[]
}

function unitsOf(sample: Sample): Units {
  const { values, clusters } = sample
  if (clusters === undefined) {
    return {
      unit: 'trial',
      size: values.length,
      values(chosen) {
        const drawn = new Array<number>(chosen.length)
        for (let i = 0; i < drawn.length; i += 1) drawn[i] = values[chosen[i] as number] as number
        return drawn
      },
    }
  }
  const members = clusterValues(sample)
  return {
    unit: 'boot',
    size: members.length,
    // A loop, as this is most of what a verification does.
    values(chosen) {
      const drawn: number[] = []
      for (const unit of chosen) for (const value of members[unit] as readonly number[]) drawn.push(value)
      return drawn
    },
  }
}

/**
 * The jackknife leaves out each unit, or, to stay linear in their number, each of this many groups: fewer for
 * very many units, as with draws.
 */
const mostLeftOut = 500
const fewestLeftOut = 50

function leftOutOf(whole: Draw): number {
  const units = whole.reduce((sum, { length }) => sum + length, 0)
  const affordable = Math.floor(mostDrawn / (whole.length * units))
  return Math.min(mostLeftOut, Math.max(fewestLeftOut, affordable))
}

/**
 * Returns the influence of each unit of a sample, or of each group of consecutive units: the statistic minus
 * its value without them, times the number of groups minus one; NaN where it is undefined without them.
 */
function jackknife(whole: Draw, sample: number, statistic: (draw: Draw) => number): readonly number[] {
  const units = whole[sample] as Uint32Array
  const groups = Math.min(units.length, leftOutOf(whole))
  const without = Array.from({ length: groups }, (_, group) => {
    const start = Math.floor((group * units.length) / groups)
    const end = Math.floor(((group + 1) * units.length) / groups)
    const kept = new Uint32Array(units.length - (end - start))
    kept.set(units.subarray(0, start))
    kept.set(units.subarray(end), start)
    return statistic(whole.with(sample, kept))
  })
  const defined = without.filter(Number.isFinite)
  if (defined.length === 0) return without.map(() => Number.NaN)
  const center = mean(defined)
  return without.map((value) => (Number.isFinite(value) ? (groups - 1) * (center - value) : Number.NaN))
}

/** Scales by a power of two, which preserves proportions exactly and keeps the cubes from overflow. */
function scaled(influence: Influence): Influence {
  const largest = max(influence.map((sample) => max(sample.map(Math.abs))))
  const factor = largest > 1e60 || (largest > 0 && largest < 1e-60) ? 2 ** -Math.floor(Math.log2(largest)) : 1
  return factor === 1 ? influence : influence.map((sample) => sample.map((value) => value * factor))
}

/** Efron and Tibshirani 1993, equation 14.15, summed over samples as in DiCiccio and Efron 1996. */
function acceleration(influence: Influence): number {
  let cubes = 0
  let squares = 0
  for (const sample of influence) {
    for (const value of sample) {
      cubes += (value / sample.length) ** 3
      squares += (value / sample.length) ** 2
    }
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
}

/** Returns the BCa interval (Efron and Tibshirani 1993, equations 14.9 to 14.14); `z` is 1.96 for 95 %. */
export function bcaInterval(
  replicates: readonly number[],
  estimate: number,
  acceleration: number,
  z: number,
): Interval {
  const defined = replicates.filter((value) => !Number.isNaN(value))
  const undefinedCount = replicates.length - defined.length
  const below = defined.filter((value) => value < estimate).length
  const equal = defined.filter((value) => value === estimate).length
  // Ties count half; kept off 0 and 1, where the correction would be infinite.
  const share = (below + equal / 2 + 0.5) / (defined.length + 1)
  const bias = quantileNormal(share)
  const isLopsided = Math.abs(bias) > mostBias
  const level = (side: number) =>
    isLopsided
      ? cumulativeNormal(side)
      : cumulativeNormal(bias + (bias + side) / (1 - acceleration * (bias + side)))
  // An undefined replicate may lie beyond either end.
  const fill = (value: number) => [...defined, ...new Array<number>(undefinedCount).fill(value)]
  const low = quantileOrEnd(fill(Number.NEGATIVE_INFINITY), level(-z))
  const high = quantileOrEnd(fill(Number.POSITIVE_INFINITY), level(z))
  return isLopsided ? { low: Math.min(low, estimate), high: Math.max(high, estimate) } : { low, high }
}

/**
 * Largest bias that is corrected. With five of six replicates on one side of the estimate, such as those of a
 * correlation of 1, the correction would reduce the interval to the outermost replicates; then plain
 * quantiles are used, extended to the estimate.
 */
const mostBias = 1

/** Interpolating between infinite and finite values would give NaN. */
function quantileOrEnd(values: readonly number[], p: number): number {
  const value = quantile(values, p)
  if (!Number.isNaN(value)) return value
  return p < 0.5 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}
