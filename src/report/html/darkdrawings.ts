/**
 * Drawings in the dark. Their colours are attributes, which stay as they are for print and for who saves them; where
 * the reader prefers the dark, rules of the page's style replace each colour by another of the same hue:
 *
 *   grey               its lightness turned around, so that white becomes the page and black its ink
 *   pale colour        dark, as a ground of texts
 *   dark colour        light enough to stand out from the page (a contrast of 3, WCAG 2.2, 1.4.11)
 *   other colour       stays
 *
 * A drawing with a gradient, with more colours than are told apart, or with one that is not read here, stays on white.
 */

/** Class of a drawing that has a dark form. */
export const darkForm = 'has-dark'

/** More are a ramp, whose order would be lost. */
const mostColors = 32

const paints = ['fill', 'stroke'] as const

/** Colours of drawings that have a dark form, by what they paint. */
export type DrawnColors = Readonly<Record<(typeof paints)[number], readonly string[]>>

/** Returns the colours of a drawing, as SVG text; undefined if it has no dark form. */
export function darkColors(svg: string): DrawnColors | undefined {
  if (/<(?:linearGradient|radialGradient|pattern)\b/.test(svg)) return undefined
  const used = { fill: new Set<string>(), stroke: new Set<string>() }
  for (const [, name, color = ''] of svg.matchAll(/ (fill|stroke)="([^"]*)"/g))
    if (color !== 'none' && color !== 'transparent') used[name as (typeof paints)[number]].add(color)
  const colors = new Set([...used.fill, ...used.stroke])
  const isReadable = colors.size <= mostColors && [...colors].every((color) => rgbOf(color) !== undefined)
  return isReadable ? { fill: [...used.fill], stroke: [...used.stroke] } : undefined
}

/** Returns CSS for the drawings of a page that have a dark form; empty without any. */
export function darkStyle(all: readonly DrawnColors[]): string {
  const used = {
    fill: new Set(all.flatMap(({ fill }) => fill)),
    stroke: new Set(all.flatMap(({ stroke }) => stroke)),
  }
  const rules = paints.flatMap((name) =>
    [...used[name]].sort().flatMap((color) => {
      const rgb = rgbOf(color)
      if (rgb === undefined) return []
      const selector = `[${name}="${color}"]`
      return [`.${darkForm}${selector}, .${darkForm} ${selector} { ${name}: ${darkColor(rgb)}; }`]
    }),
  )
  if (rules.length === 0) return ''
  return `@media screen and (prefers-color-scheme: dark) {\n${rules.join('\n')}\n}\n`
}

type Rgb = readonly [red: number, green: number, blue: number]

/** Names that specifications use most; a drawing with others stays on white. */
const names: ReadonlyMap<string, Rgb> = new Map([
  ['black', [0, 0, 0]],
  ['white', [255, 255, 255]],
  ['gray', [128, 128, 128]],
  ['grey', [128, 128, 128]],
  ['lightgray', [211, 211, 211]],
  ['lightgrey', [211, 211, 211]],
  ['darkgray', [169, 169, 169]],
  ['darkgrey', [169, 169, 169]],
  ['dimgray', [105, 105, 105]],
  ['red', [255, 0, 0]],
  ['green', [0, 128, 0]],
  ['blue', [0, 0, 255]],
  ['orange', [255, 165, 0]],
  ['darkorange', [255, 140, 0]],
  ['purple', [128, 0, 128]],
  ['brown', [165, 42, 42]],
  ['crimson', [220, 20, 60]],
  ['firebrick', [178, 34, 34]],
  ['tomato', [255, 99, 71]],
  ['steelblue', [70, 130, 180]],
  ['teal', [0, 128, 128]],
  ['navy', [0, 0, 128]],
  ['gold', [255, 215, 0]],
])

/** Returns undefined for what is not read: other names, percentages, transparent colours. */
export function rgbOf(text: string): Rgb | undefined {
  const named = names.get(text.toLowerCase())
  if (named) return named
  const short = /^#([\da-f])([\da-f])([\da-f])$/i.exec(text)
  if (short) return short.slice(1).map((digit) => Number.parseInt(digit + digit, 16)) as unknown as Rgb
  const long = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text)
  if (long) return long.slice(1).map((digits) => Number.parseInt(digits, 16)) as unknown as Rgb
  const called = /^rgb\((\d{1,3}), ?(\d{1,3}), ?(\d{1,3})\)$/.exec(text)
  return called ? (called.slice(1).map(Number) as unknown as Rgb) : undefined
}

/** The dark page and its ink: --paper and --ink of style.ts, as lightness of OKLCH. */
const [paper, ink] = [0.21, 0.91]
/** Below, a colour is grey to the eye. */
const leastChroma = 0.03
/** Above, it is a ground; below, too dark for the dark. */
const [pale, dim] = [0.88, 0.6]

/** Returns the colour that stands for one of white paper on the dark page, as #rrggbb. */
export function darkColor(rgb: Rgb): string {
  const [lightness, a, b] = oklab(rgb)
  const chroma = Math.hypot(a, b)
  if (chroma < leastChroma)
    return hex(srgb([paper + Math.min(1, (1 - lightness) / 0.72) * (ink - paper), a, b]))
  if (lightness > pale) return hex(srgb([paper + (1 - lightness) * 1.2, a * 0.9, b * 0.9]))
  if (lightness >= dim) return hex(rgb)
  return hex(srgb([dim + lightness * 0.03, a, b]))
}

/** https://bottosson.github.io/posts/oklab/ */
function oklab(rgb: Rgb): readonly [lightness: number, a: number, b: number] {
  const [red, green, blue] = rgb.map((part) => linear(part / 255)) as unknown as Rgb
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ]
}

function srgb([lightness, a, b]: readonly [number, number, number]): Rgb {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const parts = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ]
  return parts.map((part) => Math.round(255 * gamma(Math.min(1, Math.max(0, part))))) as unknown as Rgb
}

function linear(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

function gamma(part: number): number {
  return part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
