/**
 * Tests whether two samples of the same quantity differ: a rerun from the record, or a pattern from the
 * baseline.
 *
 * Uses means (means.ts) for samples of several boots: a boot's mean is one of many trials, so nearly normal,
 * and with five and five the smallest p of ranks is 0.008, which does not survive the correction for eleven
 * comparisons. Otherwise ranks, which assume nothing about the values; their interval is stretched and their
 * p raised for trials that resemble their neighbours (serial.ts).
 */

import { cumulativeNormal, quantileNormal } from 'vega-statistics'
import { independentValues, type Sample, type Unit } from './clusters.ts'
import { type Interval, stretched, unbounded, within } from './interval.ts'
import { mannWhitney } from './mannwhitney.ts'
import { differenceOfMeans, type MeansEstimate } from './means.ts'
import { mean } from './moments.ts'
import { median } from './order.ts'
import { doubledRanks } from './ranks.ts'
import { serialFactor } from './serial.ts'
import { shift } from './shift.ts'
import { fewestEach, trialsNeeded } from './trials.ts'

export interface CompareOptions {
  /** Confidence level of the interval; the test's is 1 - level. Default 0.95. */
  readonly level?: number
  /** Negligible shift as a fraction of the median of a; default 0.05. */
  readonly tolerance?: number
}

export type Verdict = 'changed' | 'unchanged' | "can't tell"

/** From a to b: shifts are positive if b is larger, in the samples' unit. */
export interface Comparison {
  readonly n: readonly [number, number]
  /** The unit compared: boots, each by its mean, where a sample has several. */
  readonly unit: Unit
  readonly meanShift: number
  readonly medianShift: number
  /** Method behind shift, interval and p. */
  readonly method: Difference['method']
  /** Present if the samples were compared boot by boot. */
  readonly paired?: Difference['paired']
  /** The shift to which `interval` belongs: Hodges and Lehmann's, or of the means of boots. */
  readonly shift: number
  /** Unbounded if there are too few trials. */
  readonly interval: Interval
  /** Cliff's delta: -1 if all of b lies below a, 1 if all lies above. */
  readonly delta: number
  /** Two-sided, of Mann and Whitney's or Welch's test. */
  readonly p: number
  readonly verdict: Verdict
  readonly reason: string
  /** Units per sample that would probably settle "can't tell"; absent if none would, or none are needed. */
  readonly trialsNeeded?: number
}

/**
 * Compares two samples. They are `unchanged` if they have the same values, or if the whole interval of the
 * shift, and the mean's shift, lie within the tolerance; `changed` if chance does not explain their
 * difference (p at most 1 - level); otherwise "can't tell". The verdict is about typical values: a change of
 * spread alone shows in `meanShift` at most.
 *
 * Throws a RangeError if a sample is empty or has a non-finite value.
 */
export function compare(
  a: readonly number[] | Sample,
  b: readonly number[] | Sample,
  { level = 0.95, tolerance = 0.05 }: CompareOptions = {},
): Comparison {
  const [from, to] = [sampleOf(a), sampleOf(b)]
  const pair = independentValues(from, to)
  const measured = measure(from, to, pair, level)
  return { ...measured, ...judge(measured, pair, { level, tolerance }) }
}

function sampleOf(values: readonly number[] | Sample): Sample {
  return isSample(values) ? values : { values }
}

function isSample(values: readonly number[] | Sample): values is Sample {
  return !Array.isArray(values)
}

/** One of several comparisons with the same baseline. */
export interface FactorComparison extends Comparison {
  readonly name: string
}

/**
 * Compares samples with a baseline, at the family-wise error rate of a single comparison: p values are
 * corrected after Holm, intervals after Bonferroni (each gets its part of 1 - level). In the Map's order.
 * Throws a RangeError as `compare` does.
 */
export function compareFactors(
  baseline: readonly number[] | Sample,
  samples: ReadonlyMap<string, readonly number[] | Sample>,
  { level = 0.95, tolerance = 0.05 }: CompareOptions = {},
): readonly FactorComparison[] {
  const intervalLevel = 1 - (1 - level) / samples.size
  const compared = [...samples].map(([name, sample]) => {
    const [from, to] = [sampleOf(baseline), sampleOf(sample)]
    const pair = independentValues(from, to)
    return { name, pair, measured: measure(from, to, pair, intervalLevel) }
  })
  const ps = holm(compared.map(({ measured }) => measured.p))
  return compared.map(({ name, pair, measured }, index) => {
    const corrected = { ...measured, p: ps[index] as number }
    return { name, ...corrected, ...judge(corrected, pair, { level, tolerance, intervalLevel }) }
  })
}

/**
 * Returns p values adjusted for multiple comparisons (Holm, "A simple sequentially rejective multiple test
 * procedure", 1979), in the order given: bounds the chance of even one false alarm.
 */
export function holm(ps: readonly number[]): readonly number[] {
  const order = ps.map((_, index) => index).sort((a, b) => (ps[a] as number) - (ps[b] as number))
  const corrected = new Array<number>(ps.length)
  let largest = 0
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * (ps[index] as number)))
    corrected[index] = largest
  }
  return corrected
}

type Pair = ReturnType<typeof independentValues>

/** An estimate of how far one sample lies above another. */
export interface Difference {
  /**
   * `ranks`: Hodges-Lehmann shift, Mann-Whitney test; `means`: difference of means, Welch's or paired test.
   */
  readonly method: 'ranks' | 'means'
  readonly shift: number
  readonly interval: Interval
  /** Cliff's delta: -1 if all of b lies below a, 1 if all lies above. */
  readonly delta: number
  readonly p: number
  /** Present if the samples were compared boot by boot. */
  readonly paired?: MeansEstimate['paired']
}

/**
 * Computes the difference from a to b. Several boots beside a single one have no interval: nothing is known
 * of other boots of that one. Throws a RangeError if one is empty or has a non-finite value.
 */
export function difference(a: Sample, b: Sample, level: number): Difference {
  const { a: x, b: y, unit } = independentValues(a, b)
  const { p, delta } = mannWhitney(x, y)
  if (unit === 'boot' && Math.min(x.length, y.length) < fewestEach(unit, level))
    return { method: 'means', shift: mean(y) - mean(x), interval: unbounded, delta, p: 1 }
  if (unit === 'boot') {
    const { value, interval, p: chance, paired } = differenceOfMeans(a, b, level)
    return { method: 'means', shift: value, interval, delta, p: chance, ...(paired ? { paired } : {}) }
  }
  const { estimate, interval } = shift(x, y, level)
  const ranks = doubledRanks([...x, ...y])
  const factor = serialFactor([ranks.slice(0, x.length), ranks.slice(x.length)])
  return {
    method: 'ranks',
    shift: estimate,
    interval: stretched(interval, estimate, factor),
    delta,
    p: 2 * cumulativeNormal(quantileNormal(p / 2) / factor),
  }
}

function measure(from: Sample, to: Sample, { a, b, unit }: Pair, level: number): Measured {
  return {
    n: [a.length, b.length],
    unit,
    meanShift: mean(b) - mean(a),
    medianShift: median(b) - median(a),
    ...difference(from, to, level),
  }
}

type Measured = Omit<Comparison, 'verdict' | 'reason' | 'trialsNeeded'>
type Judged = Pick<Comparison, 'verdict' | 'reason' | 'trialsNeeded'>

interface Yardstick {
  readonly level: number
  readonly tolerance: number
  readonly intervalLevel?: number
}

function judge(
  measured: Measured,
  { a, b }: Pair,
  { level, tolerance, intervalLevel = level }: Yardstick,
): Judged {
  const { n, unit, interval, p, meanShift } = measured
  const margin = tolerance * Math.abs(median(a))
  if (sameValues(a, b)) return { verdict: 'unchanged', reason: 'the same values' }
  if (within(interval, { low: -margin, high: margin })) {
    if (Math.abs(meanShift) <= margin)
      return { verdict: 'unchanged', reason: 'the shift lies within the tolerance' }
    return {
      verdict: "can't tell",
      reason:
        'typical values stay within the tolerance, but the mean does not: look at the largest and smallest values',
    }
  }
  if (p <= 1 - level) {
    return { verdict: 'changed', reason: `chance hardly explains the shift (p = ${p.toPrecision(2)})` }
  }
  if (!Number.isFinite(interval.low)) {
    return {
      verdict: "can't tell",
      reason: `too few ${unit}s: ${n[0]} and ${n[1]}`,
      trialsNeeded: Math.max(fewestEach(unit, intervalLevel), Math.min(...n) + 1),
    }
  }
  const needed = trialsToSettle(measured, intervalLevel, margin)
  return {
    verdict: "can't tell",
    reason: 'the interval of the shift contains zero and reaches beyond the tolerance',
    ...(Number.isFinite(needed) ? { trialsNeeded: needed } : {}),
  }
}

/** Showing a shift needs an interval clear of zero; showing that there is none, one inside the margin. */
function trialsToSettle(measured: Measured, level: number, margin: number): number {
  const { shift: estimate, interval, unit } = measured
  const n = Math.min(...measured.n)
  const size = Math.abs(estimate)
  const inwards = estimate > 0 ? estimate - interval.low : interval.high - estimate
  const widest = Math.max(estimate - interval.low, interval.high - estimate)
  return Math.min(
    trialsNeeded({ n, unit, reach: inwards, room: size, level }),
    trialsNeeded({ n, unit, reach: widest, room: margin - size, level }),
  )
}

function sameValues(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  const [x, y] = [a, b].map((values) => values.toSorted((left, right) => left - right)) as [
    number[],
    number[],
  ]
  return x.every((value, index) => value === y[index])
}
