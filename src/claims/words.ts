/** Formats claims and their measurements, for the report and the terminal. */

import type { ClaimBlock } from '../document/block.ts'
import type { Test } from '../document/claim.ts'
import { allDigits, digits, significant } from '../query/format.ts'
import { symbol } from '../query/units.ts'
import type { Interval } from '../stats/interval.ts'
import { max, min } from '../stats/order.ts'
import { pairingOfUnits } from '../stats/pairing.ts'
import type { PublishedSample } from './agreement.ts'
import type { GridRow, Judgement } from './judge.ts'
import { confidence, isFromData, type Measured, unitNameOf } from './measure.ts'
import { english, type Phrases } from './phrases.ts'
import type { Region } from './region.ts'

/** Published result: `4.45 (Table 5)`; the source alone if there is no value; undefined without both. */
export function publishedText(
  { published, source, test }: ClaimBlock,
  { unit = '', published: read }: Pick<Judgement, 'unit' | 'published'>,
  phrases: Phrases = english,
): string | undefined {
  if (published === undefined) return source
  // As written, with thousands separators. A direction's published value is a ratio, which has no unit.
  const suffix = unit === '' || test.type === 'direction' ? '' : ` ${symbol(unit)}`
  const text =
    typeof published === 'number'
      ? `${allDigits(published)}${suffix}`
      : typeof published === 'string'
        ? published
        : read && phrases.numbers(read.map((one) => one.text))
  if (text === undefined) return source
  return source === undefined ? text : phrases.published(text, source)
}

/** A number as it is printed. */
type Printed = Pick<Measured, 'value' | 'unit' | 'interval' | 'ratio'>

/** `22.2 [20.9, 23.6] ms`: value and 95 % interval, in a unit that keeps the number short. */
function measuredText({ value, unit, interval, ratio }: Printed, isShift: boolean, phrases: Phrases): string {
  const scale = scaleOf([value, interval.low, interval.high], unit)
  const [number, low, high] = distinct([value, interval.low, interval.high].map((one) => one * scale.factor))
  const bounded = Number.isFinite(interval.low) || Number.isFinite(interval.high)
  const text = `${number}${bounded ? ` [${low}, ${high}]` : ''}${scale.unit === '' ? '' : ` ${symbol(scale.unit)}`}`
  if (!isShift) return text
  const shift = value > 0 ? `+${text}` : text
  return ratio === undefined ? shift : phrases.shifted(shift, rounded(ratio, 3))
}

/** Measured numbers of a judgement, in the claim's order. */
export function numberTexts(
  { claim, measured }: Pick<Judgement, 'claim'> & { readonly measured: readonly Printed[] },
  phrases: Phrases = english,
): readonly string[] {
  const isShift = claim.test.type === 'direction'
  return measured.map((one) => measuredText(one, isShift, phrases))
}

/**
 * Returns a heading with a claim's verdict under a condition, or over its control: `reproduced: 3.27 [3.17,
 * 3.37]`, or the reason if there are no numbers.
 */
export function verdictTexts(
  heading: string,
  { verdict, reason }: Pick<GridRow, 'verdict' | 'reason'>,
  numbers: string | undefined,
  verdictName: string = verdict,
  phrases: Phrases = english,
): readonly [string, string] {
  return [heading, phrases.verdictFor(verdictName, numbers ?? reason)]
}

/** Allowed region: `above 0`, `from 0.7 to 0.98`, `at most 12 ms`; undefined if nothing was measured. */
export function limitsText({ claim, measured }: Judgement, phrases: Phrases = english): string | undefined {
  const limits = new Set(measured.map((one) => limitText(one, claim.test, phrases)))
  return limits.size === 0 ? undefined : phrases.limits([...limits])
}

function limitText(
  { region, unit, predictedFrom, predicted, detectable }: Measured,
  test: Test,
  phrases: Phrases,
): string {
  const limit = regionText(region, unit, phrases)
  if (test.type === 'direction')
    return phrases.shift(limit, allDigits(Number((test.tolerance * 100).toPrecision(12))))
  if (test.type === 'ordering') return phrases.difference(limit)
  if (predictedFrom && predicted) {
    const open = (range: Interval) => regionText({ ...range, closed: true }, unit, phrases)
    const samples = predictedFrom.map((one) => sampleText(one, phrases))
    const refuted = phrases.refuted(open(predicted), predicted.from)
    return phrases.agrees(limit, samples, refuted, detectable && phrases.detectable(open(detectable)))
  }
  const isByHand = (one: Test): boolean =>
    one.type === 'all' ? one.tests.some(isByHand) : one.type === 'absolute' || one.type === 'relative'
  return isByHand(test) ? phrases.byHand(limit) : limit
}

function sampleText({ n, mean, variance, unit }: PublishedSample, phrases: Phrases): string {
  const scale = scaleOf([mean], unit)
  const suffix = scale.unit === '' ? '' : ` ${symbol(scale.unit)}`
  const spread = rounded(Math.sqrt(variance) * scale.factor, 3)
  return phrases.sample(digits(n), `${rounded(mean * scale.factor, 3)}${suffix}`, `${spread}${suffix}`)
}

function regionText({ low, high, closed }: Region, unit: string, phrases: Phrases): string {
  const scale = scaleOf([low, high], unit)
  const end = (value: number) => {
    const scaled = value * scale.factor
    const text = Number.isInteger(scaled) ? digits(scaled) : allDigits(Number(scaled.toPrecision(4)))
    return `${text}${scale.unit === '' || value === 0 ? '' : ` ${symbol(scale.unit)}`}`
  }
  if (Number.isFinite(low) && Number.isFinite(high)) return phrases.between(end(low), end(high))
  if (Number.isFinite(low)) return phrases[closed ? 'atLeast' : 'above'](end(low))
  if (Number.isFinite(high)) return phrases[closed ? 'atMost' : 'below'](end(high))
  return phrases.anything
}

/** Methods of a judgement's intervals; undefined if nothing was measured. */
export function methodText({ measured }: Judgement, phrases: Phrases = english): string | undefined {
  if (measured.length === 0) return undefined
  const alike = Map.groupBy(measured, ({ method, pairing = '' }) => `${method} ${pairing}`)
  const methods = [...alike.values()].flatMap((those) => {
    const [first] = those
    if (first === undefined) return []
    const { method, pairing } = first
    const per = [...new Set(those.map(unitNameOf))]
    const draws = those.flatMap((one) => one.draws ?? [])
    const text = phrases.method[method](per, draws.length === 0 ? '' : digits(min(draws)))
    if (pairing === undefined) return [text]
    return [phrases.paired(text, isFromData(first) ? pairingOfUnits(pairing) : pairing)]
  })
  const strict = 100 * (1 - (1 - confidence) / measured.length)
  return phrases.methods(methods, measured.length, allDigits(Number(strict.toPrecision(4))))
}

/** How variances split, and what the next run should add; undefined if nothing is known of it. */
export function spreadText({ measured }: Judgement, phrases: Phrases = english): string | undefined {
  const texts = measured.flatMap((one): readonly string[] => {
    const { per, spread } = one
    // Nobody adds boots to data.
    if (isFromData(one)) return []
    if (per === 'trial') return [phrases.oneBoot]
    if (spread === undefined) return []
    const { betweenBoots, boots, trials, halving } = spread
    const count = (value: number) => digits(Math.round(value))
    const more = Number.isFinite(halving.trials) ? count(halving.trials) : undefined
    return [
      phrases.betweenBoots(digits(100 * betweenBoots, 0)),
      phrases.halving([count(boots), count(halving.boots)], [count(trials), more]),
    ]
  })
  return texts.length === 0 ? undefined : phrases.limits([...new Set(texts)])
}

/** Autocorrelation of a claim's series, from the lowest to the highest, and what their trials are worth. */
export function serialText({ series = [] }: Judgement, phrases: Phrases = english): string | undefined {
  if (series.length === 0) return undefined
  const lags = series.map(({ lag1 }) => lag1)
  const { n, ess, boots } = series.reduce((a, b) => (b.ess < a.ess ? b : a))
  const ends = new Set([min(lags), max(lags)].map((lag) => digits(lag, 2)))
  return phrases.serial([...ends], digits(n), digits(Math.round(ess)), boots)
}

/** Uses milliseconds from 1 ms: `−211 ms`, not `−210,815 µs`. */
function scaleOf(values: readonly number[], unit: string) {
  const isLong = values.some((value) => Number.isFinite(value) && Math.abs(value) >= 1000)
  return unit === 'us' && isLong ? { factor: 1e-3, unit: 'ms' } : { factor: 1, unit }
}

/** Three significant digits, or up to six to tell a value from its interval's bounds. */
function distinct(values: readonly number[]): readonly string[] {
  for (let count = 3; ; count += 1) {
    const texts = values.map((value) => rounded(value, count))
    const numbers = new Set(values.filter(Number.isFinite))
    const shown = new Set(texts.filter((_, index) => Number.isFinite(values[index])))
    if (count === 6 || shown.size === numbers.size) return texts
  }
}

function rounded(value: number, count: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || value === 0) return digits(value)
  if (size < 1e-6 || size >= 1e15) return significant(value, count)
  const power = Math.floor(Math.log10(size))
  return digits(value, Math.max(0, size < 1 ? count - 1 - power : count - 1 - Math.max(0, power)))
}

/** Interval for JSON: `[20.9, 23.6]`, with null for infinite bounds, which JSON lacks. */
export function plainInterval({ low, high }: Interval): {
  readonly low: number | null
  readonly high: number | null
} {
  const end = (value: number) => (Number.isFinite(value) ? value : null)
  return { low: end(low), high: end(high) }
}
