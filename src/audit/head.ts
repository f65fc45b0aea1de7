/** Names of columns: what they hold, in which unit, by which definition of spread. */

import { type Definition, labelled } from './definition.ts'

export type Role = 'n' | 'mean' | 'spread' | 'max' | 'min'

export interface Column {
  /** As in the header. */
  readonly name: string
  /** The name without its unit, in lower case: `mean`, `sd (n-1)`. */
  readonly word: string
  readonly role: Role
  /** '' if the name has none. */
  readonly unit: string
  /** What is measured, where the name says it: `latency` of `Mean latency (ms)`; otherwise ''. */
  readonly quantity: string
  /** The definitions of spread that the word allows; absent for other roles. */
  readonly definitions?: readonly Definition[]
}

const roles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['n', 'n'],
  ['trials', 'n'],
  ['observations', 'n'],
  ['sample size', 'n'],
  ['participants', 'n'],
  ['subjects', 'n'],
  ['mean', 'mean'],
  ['average', 'mean'],
  ['avg', 'mean'],
  ['x̄', 'mean'],
  ['max', 'max'],
  ['maximum', 'max'],
  ['min', 'min'],
  ['minimum', 'min'],
])

/** Names that a message can give as examples. */
export const exampleNames = 'n, mean (or M, avg), sd, variance, se, ci, max, min'

/**
 * Returns the columns that a name stands for: `mean_us`, `SD (ms)`, `M`, `95% CI`; two for `mean ± sd` and
 * `M (SD)`; none if it is that of a key.
 */
export function columnsOf(name: string): readonly Column[] {
  const text = name.trim().replace(/\s+/g, ' ')
  const whole = wordOf(text)
  if (whole !== undefined) return [{ name, unit: '', quantity: '', ...whole }]
  const [, head = '', inner = ''] = /^(.*\S) ?[([]([^()[\]]*)[)\]]$/.exec(text) ?? []
  const pair = /^(.+?) ?(?:±|\+\/-|\+-) ?(.+)$/.exec(head === '' ? text : head)
  if (pair !== null) {
    const [mean, spread] = [columnOf(name, pair[1] ?? '', inner), columnOf(name, pair[2] ?? '', inner)]
    return mean?.role === 'mean' && spread?.role === 'spread' ? [mean, spread] : []
  }
  if (head === '') return [columnOf(name, text, '') ?? []].flat()
  const mean = columnOf(name, head, '')
  const spread = wordOf(inner)
  if (mean?.role === 'mean' && spread?.role === 'spread')
    return [mean, { name, unit: mean.unit, quantity: '', ...spread }]
  return [columnOf(name, head, inner) ?? []].flat()
}

/** Parses a name without brackets: `mean_us`, `mean, ms`, `mean latency`, `latency mean`. */
function columnOf(name: string, text: string, unit: string): Column | undefined {
  const whole = wordOf(text)
  if (whole !== undefined) return { name, unit, quantity: '', ...whole }
  const [, first = '', suffix = ''] = /^([^_,]+)(?:_|, ?)(.+)$/.exec(text) ?? []
  const word = wordOf(first)
  if (word !== undefined) return { name, unit: unit || suffix, quantity: '', ...word }
  if (text.endsWith(' %')) return columnOf(name, text.slice(0, -2), '%')
  const words = text.split(/[ _]/)
  for (let count = words.length - 1; count > 0; count -= 1) {
    const [start, end] = [wordOf(words.slice(0, count).join(' ')), wordOf(words.slice(-count).join(' '))]
    if (start !== undefined)
      return { name, unit, quantity: words.slice(count).join(' ').toLowerCase(), ...start }
    if (end !== undefined)
      return { name, unit, quantity: words.slice(0, -count).join(' ').toLowerCase(), ...end }
  }
  return undefined
}

/** A capital M is a mean and a small s a standard deviation; otherwise case and dots do not matter. */
function wordOf(text: string): Pick<Column, 'word' | 'role' | 'definitions'> | undefined {
  if (text === 'M') return { word: 'm', role: 'mean' }
  if (text === 'S') return undefined
  const word = text
    .toLowerCase()
    .replace('+/-', '±')
    .replace(/[.](?!\d)/g, (_, index: number) => (/[. ]|^$/.test(text[index + 1] ?? '') ? '' : ' '))
    .replace(/\s*[−–-]\s*1\)/, '-1)')
    .replace(/-(?!1\))/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  // Dots between single letters: s.d., s.e.m.
  const compact = /^(?:\w )+\w$/.test(word) ? word.replaceAll(' ', '') : word
  const role = roles.get(compact)
  if (role !== undefined) return { word: compact, role }
  const found = labelled(compact)
  return found === undefined ? undefined : { word: compact, role: 'spread', definitions: found }
}
