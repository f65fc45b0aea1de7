/**
 * Draws distributions as an inline SVG: for each series the cumulative share of trials, and below it its name
 * and the published mean and range. Colours and dashes distinguish series.
 */

import type { Messages } from '../locale/en.ts'
import { digits } from '../query/format.ts'
import { symbol } from '../query/units.ts'
import { max, min } from '../stats/order.ts'
import { escaped } from './drawing/svg.ts'
import type { Distribution, Distributions } from './model.ts'
import { textWidth } from './textwidth.ts'
import { font } from './theme.ts'

/** Okabe and Ito's colours without yellow, with a dash each. */
const strokes: readonly (readonly [color: string, dash: string])[] = [
  ['#0072b2', ''],
  ['#d55e00', '7 3'],
  ['#009e73', '2 2'],
  ['#cc79a7', '8 2 2 2'],
  ['#56b4e9', '4 2'],
  ['#e69f00', '1 3'],
]

/** More would be indistinguishable. */
export const mostDistributions = strokes.length

const width = 680
const plot = { left: 44, right: 668, top: 8, height: 110 }
const rowHeight = 19
const fontSize = 12

/** An SVG element as text; the same input gives the same bytes. */
export function distributionSvg(
  { series: distributions, ...frame }: Distributions,
  messages: Messages['distribution'],
): string {
  const marks = distributions.flatMap(({ published }) =>
    Object.values(published ?? {}).filter((one) => one !== undefined),
  )
  const axis = axisOf([...distributions.flatMap(({ values }) => values), ...marks], frame.unit, messages)
  const bottom = plot.top + plot.height
  const rowsTop = bottom + 44
  const height = rowsTop + rowHeight * distributions.length + 4
  const axisTitle = [axis.title, frame.origin, ...(marks.length > 0 ? [messages.published] : [])].join(' · ')
  const strokeOf = (index: number) => strokes[index % strokes.length] as Stroke
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
      `height="${height}" role="img" font-family='${font}' font-size="${fontSize}" fill="#333">`,
    `<title>${escaped(frame.title)}</title>`,
    ...[0, 0.5, 1].map((share) => {
      const y = n(bottom - share * plot.height)
      return (
        `<path d="M${plot.left} ${y}H${plot.right}" stroke="#e6e6e6"/><text x="${plot.left - 6}" ` +
        `y="${n(y + 4)}" text-anchor="end">${share * 100} %</text>`
      )
    }),
    ...axis.ticks.map(
      ({ at, text }) =>
        `<path d="M${n(at)} ${bottom}v5" stroke="#888"/><text x="${n(at)}" y="${bottom + 18}" ` +
        `text-anchor="middle">${text}</text>`,
    ),
    `<text x="${plot.left}" y="${bottom + 35}" fill="#666">${escaped(axisTitle)}</text>`,
    ...distributions.map(({ values }, index) => curve(values, strokeOf(index), axis.at)),
    ...distributions.map((one, index) => row(one, strokeOf(index), rowsTop + rowHeight * index, axis.at)),
    '</svg>',
  ].join('')
}

type Stroke = (typeof strokes)[number]

/** Limit of steps; more are invisible at this size. */
const mostSteps = 100

/** The empirical distribution function, from the left edge to the right one. */
function curve(values: readonly number[], stroke: Stroke, at: Axis['at']): string {
  const sorted = values.toSorted((a, b) => a - b)
  const steps = Math.min(sorted.length, mostSteps)
  const y = (share: number) => n(plot.top + plot.height * (1 - share))
  const path = Array.from({ length: steps }, (_, step) => {
    const index = Math.ceil(((step + 1) * sorted.length) / steps) - 1
    return `H${n(at(sorted[index] as number))}V${y((index + 1) / sorted.length)}`
  })
  return line(`M${plot.left} ${y(0)}${path.join('')}H${plot.right}`, stroke, ' fill="none"')
}

function line(path: string, [color, dash]: Stroke, fill = ''): string {
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`
  return `<path d="${path}"${fill} stroke="${color}" stroke-width="1.8"${dashes}/>`
}

/**
 * Draws a series' published numbers on the axis, and its name beside a sample of its line where that fits.
 */
function row({ label, published }: Distribution, stroke: Stroke, top: number, at: Axis['at']): string {
  const middle = n(top + rowHeight / 2)
  const text = (x: number, attributes = '') =>
    `<text x="${n(x)}" y="${n(middle + 4)}"${attributes}>${escaped(label)}</text>`
  const sample = (x: number) => line(`M${n(x)} ${middle}h26`, stroke) + text(x + 32)
  if (published === undefined) return sample(plot.left)
  const { mean, min = mean, max = mean } = published
  const [from, center, to] = [at(min), at(mean), at(max)]
  const [color] = stroke
  const range =
    `<path d="M${n(from)} ${middle}H${n(to)}" stroke="${color}" stroke-width="1.5"/>` +
    `<path d="M${n(center)} ${n(middle - 5)}l5 5l-5 5l-5 -5z" fill="${color}"/>`
  const labelWidth = textWidth(label, fontSize)
  // Keeps the sample and the name clear of the range: left or right of it.
  if (plot.left + 32 + labelWidth + 10 < from) return sample(plot.left) + range
  if (to + 14 + 32 + labelWidth < plot.right) return sample(to + 14) + range
  return range + text(plot.right, ' text-anchor="end" stroke="#fff" stroke-width="3" paint-order="stroke"')
}

interface Axis {
  readonly title: string
  readonly at: (value: number) => number
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
}

/** Returns a logarithmic axis if all values are positive and spread; long times in milliseconds. */
function axisOf(numbers: readonly number[], unit: string, messages: Messages['distribution']): Axis {
  const [low, high] = [min(numbers), max(numbers)]
  const [factor, shown] = unit === 'us' && high >= 1000 ? [1e-3, 'ms'] : [1, symbol(unit)]
  const isLog = low > 0 && high / low > 3
  const scale = (value: number) => (isLog ? Math.log10(value) : value)
  const margin = (scale(high) - scale(low)) * 0.04 || Math.abs(scale(low)) * 0.04 || 1
  const [from, to] = [scale(low) - margin, scale(high) + margin]
  const at = (value: number) => plot.left + ((scale(value) - from) / (to - from)) * (plot.right - plot.left)
  const inside = (value: number) => scale(value / factor) >= from && scale(value / factor) <= to
  const values = isLog
    ? logTicks(10 ** from * factor, 10 ** to * factor)
    : linearTicks(from * factor, to * factor)
  const ticks = values.filter(inside).map((value) => ({ at: at(value / factor), text: tickText(value) }))
  const what = unit === 'us' ? messages.time : messages.value
  return { title: messages.axis(what, shown, isLog), at, ticks }
}

function tickText(value: number): string {
  return digits(value, Math.max(0, -Math.floor(Math.log10(Math.abs(value) || 1) + 1e-9)))
}

/** Returns 1, 2 and 5 of each decade; all digits for a narrow axis. */
function logTicks(low: number, high: number): readonly number[] {
  const decades = Math.log10(high) - Math.log10(low)
  const steps = decades > 3 ? [1] : decades > 0.8 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]
  const every = Math.max(1, Math.ceil(decades / 10))
  const exponents = Array.from(
    { length: Math.ceil(decades / every) + 2 },
    (_, i) => Math.floor(Math.log10(low)) + every * i,
  )
  return exponents.flatMap((exponent) => steps.map((step) => step * 10 ** exponent))
}

function linearTicks(low: number, high: number): readonly number[] {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step)
}

/** A tenth of a pixel is finer than visible. */
function n(value: number): number {
  return Math.round(value * 10) / 10
}
