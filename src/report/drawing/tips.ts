/**
 * What marks of a drawing tell of themselves, as the page shows it to who points at them: names and values,
 * with a tab between the two and each pair on a line. Neither has a tab or a line break, so that no value is
 * taken for another.
 */

import { changed, type Svg, visit } from './element.ts'

export type Tip = readonly (readonly [name: string, value: string])[]

/** Attribute of a mark with its values: `pause ⇥ 12.5 ↵ pattern ⇥ idle`. */
export const tipName = 'data-tip'
/**
 * Attribute of a drawing with texts that its tips share, a line each; tips name them by number: `#0 ⇥ 12.5`.
 */
const sharedName = 'data-tips'
/** Characters of all tips; a drawing with more has none, and its rows only. */
const longestTips = 400_000

export function tipText(tip: Tip): string {
  return tip.map((part) => part.map((text) => text.replaceAll(/[\t\n\r]/g, ' ')).join('\t')).join('\n')
}

/** Returns the values of a mark, which its label has (expressions.ts). */
export function tipOf(attributes: Readonly<Record<string, string>>): string | undefined {
  const { role, 'aria-label': label, 'aria-roledescription': kind = '' } = attributes
  if (role !== 'graphics-symbol' || label === undefined || !label.includes('\t') || /[<>]/.test(label))
    return undefined
  if (/axis|legend|title|header/.test(kind)) return undefined
  // More digits than can be seen in a drawing.
  if (!/\.\d{3}/.test(label)) return label
  return label.replaceAll(/(?<![\w.])-?\d+\.\d{3,}(?![\w.])/g, (text) =>
    String(Number(Number(text).toPrecision(6))),
  )
}

/** Returns names and values of a tip. */
export function partsOf(tip: string): Tip {
  return tip.split('\n').map((part) => {
    const [name = '', value = ''] = part.split('\t')
    return [name, value]
  })
}

/** Of the last drawing, which an edited one mostly repeats. */
let lastTips: ReadonlyMap<string, Tip> = new Map()

/**
 * Returns the drawing with what its tips share said once: names of axes, patterns and environments are most
 * of the tips of a thousand marks.
 */
export function withSharedTips(svg: Svg): Svg {
  const tips = new Map<string, Tip>()
  const counts = new Map<string, number>()
  const count = (text: string) => counts.set(text, (counts.get(text) ?? 0) + 1)
  visit(svg, ({ attributes: { [tipName]: tip } }) => {
    if (tip === undefined) return
    const parts = tips.get(tip) ?? lastTips.get(tip) ?? partsOf(tip)
    tips.set(tip, parts)
    for (const [name, value] of parts) {
      count(name)
      count(value)
    }
  })
  lastTips = tips
  // A text of its own that looks like a number of a shared one is one.
  const isShared = ([text, count]: readonly [string, number]) =>
    (count > 1 && text.length > 3) || text.startsWith('#')
  const shared = [...counts].filter(isShared).map(([text]) => text)
  const numbers = new Map(shared.map((text, index) => [text, `#${index}`]))
  const shortOf = (text: string) => numbers.get(text) ?? text
  let length = shared.join('\n').length
  const short = changed(svg, (element) => {
    const tip = element.attributes[tipName]
    if (tip === undefined) return element
    const parts = tips.get(tip) ?? []
    const written = tipText(parts.map(([name, value]) => [shortOf(name), shortOf(value)]))
    length += written.length
    return { ...element, attributes: { ...element.attributes, [tipName]: written } }
  })
  if (length > longestTips)
    return changed(svg, ({ attributes: { [tipName]: _, ...attributes }, ...element }) => ({
      ...element,
      attributes,
    }))
  if (shared.length === 0) return short
  return { ...short, attributes: { ...short.attributes, [sharedName]: shared.join('\n') } }
}
