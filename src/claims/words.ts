/** Claims and what was measured of them, in words: for the report and for the terminal. */

import type { ClaimBlock } from '../document/block.ts'
import type { Test } from '../document/claim.ts'
import { digits, symbol } from '../results/quantity.ts'
import type { Interval } from '../stats/interval.ts'
import type { Judgement } from './judge.ts'
import { defaultResamples, type Measured } from './measure.ts'
import type { Region } from './region.ts'

/** `4.45 (Table 5)`; the source alone if nothing was published, undefined without either. */
export function publishedText({ published, source, test }: ClaimBlock, unit = ''): string | undefined {
  if (published === undefined) return source
  // As the author wrote it, with separators of thousands. Of a direction a ratio is published, which has no unit.
  const suffix = unit === '' || test.type === 'direction' ? '' : ` ${symbol(unit)}`
  const text =
    typeof published === 'number'
      ? `${digits(published, String(published).split('.')[1]?.length ?? 0)}${suffix}`
      : published
  return source === undefined ? text : `${text} (${source})`
}

/** `22.2 [20.9, 23.6] ms`: the value with its 95 % interval, in a unit that keeps the number short. */
function measuredText({ value, unit, interval, ratio }: Measured): string {
  const scale = scaleOf([value, interval.low, interval.high], unit)
  const [number, low, high] = distinct([value, interval.low, interval.high].map((one) => one * scale.factor))
  const bounded = Number.isFinite(interval.low) || Number.isFinite(interval.high)
  const text = `${number}${bounded ? ` [${low}, ${high}]` : ''}${scale.unit === '' ? '' : ` ${symbol(scale.unit)}`}`
  return ratio === undefined ? text : `${signed(value)}${text}, means ${rounded(ratio, 3)} : 1`
}

/** A shift has its sign. */
function signed(value: number): string {
  return value > 0 ? '+' : ''
}

/** The measured numbers of a judgement, in the claim's order. */
export function numberTexts({ measured }: Judgement): readonly string[] {
  return measured.map(measuredText)
}

/** `above 0`, `from 0.7 to 0.98`, `at most 12 ms`: what a claim allows. */
export function limitText({ region, unit }: Pick<Measured, 'region' | 'unit'>, test: Test): string {
  const limit = regionText(region, unit)
  switch (test.type) {
    case 'direction':
      return `a shift ${limit} (${digits(test.tolerance * 100)} % of the first series' median)`
    case 'ordering':
      return `a difference ${limit}, for each value and the one before`
    case 'absolute':
    case 'relative':
    case 'interval':
    case 'all':
      return limit
  }
}

function regionText(region: Region, unit: string): string {
  const { low, high, closed } = region
  const scale = scaleOf([low, high], unit)
  const end = (value: number) => {
    const scaled = value * scale.factor
    const text = Number.isInteger(scaled)
      ? digits(scaled)
      : digits(Number(scaled.toPrecision(4)), decimalsOf(scaled))
    return `${text}${scale.unit === '' || value === 0 ? '' : ` ${symbol(scale.unit)}`}`
  }
  if (Number.isFinite(low) && Number.isFinite(high)) return `from ${end(low)} to ${end(high)}`
  if (Number.isFinite(low)) return `${closed ? 'at least' : 'above'} ${end(low)}`
  if (Number.isFinite(high)) return `${closed ? 'at most' : 'below'} ${end(high)}`
  return 'anything'
}

function decimalsOf(value: number): number {
  return String(Number(value.toPrecision(4))).split('.')[1]?.length ?? 0
}

/** How the interval of a test was made. */
export function methodText(test: Test, measured: readonly Measured[]): string {
  const each = measured.length > 1 ? `; ${measured.length} numbers share the 5 % of error (Bonferroni)` : ''
  const what = [...new Set(measured.map(({ per }) => `${per}s`))].join(' and ')
  return test.type === 'direction'
    ? `Hodges and Lehmann's shift between the series with the 95 % interval of Mann and Whitney's test over ${what}`
    : `95 % interval by BCa bootstrap, ${digits(defaultResamples)} draws of whole ${what}${each}`
}

interface Scale {
  readonly factor: number
  readonly unit: string
}

/** Times from a millisecond on are said in milliseconds: `−211 ms` and not `−210,815 µs`. */
function scaleOf(values: readonly number[], unit: string): Scale {
  const largest = Math.max(...values.filter(Number.isFinite).map(Math.abs))
  return unit === 'us' && largest >= 1000 ? { factor: 1e-3, unit: 'ms' } : { factor: 1, unit }
}

/** Three digits, or as many as it takes (up to six) to tell a value from the ends of its interval. */
function distinct(values: readonly number[]): readonly string[] {
  for (let significant = 3; ; significant += 1) {
    const texts = values.map((value) => rounded(value, significant))
    const numbers = new Set(values.filter(Number.isFinite))
    const shown = new Set(texts.filter((_, index) => Number.isFinite(values[index])))
    if (significant === 6 || shown.size === numbers.size) return texts
  }
}

function rounded(value: number, significant: number): string {
  if (!Number.isFinite(value) || value === 0) return digits(value)
  const before = Math.max(1, 1 + Math.floor(Math.log10(Math.abs(value))))
  const leadingZeros = Math.max(0, -1 - Math.floor(Math.log10(Math.abs(value))))
  const decimals = Math.max(0, Math.abs(value) < 1 ? significant + leadingZeros : significant - before)
  return digits(value, Math.min(decimals, 9))
}

/** `[20.9, 23.6]` in JSON: an end that is not bounded is null, as JSON has no infinite numbers. */
export function plainInterval({ low, high }: Interval): {
  readonly low: number | null
  readonly high: number | null
} {
  const end = (value: number) => (Number.isFinite(value) ? value : null)
  return { low: end(low), high: end(high) }
}
