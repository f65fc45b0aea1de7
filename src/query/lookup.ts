/** Resolves paths into published tables: `published.old.baseline.pause.total.mean`. */

import { hint } from '../text/spelling.ts'
import type { Path } from './expression.ts'
import { choosePatterns, type Offer } from './patterns.ts'
import type { PublishedCell, PublishedTable } from './published.ts'
import type { Wrong } from './resolve.ts'

/** A number that a path read. */
export interface PublishedNumber {
  readonly value: number
  readonly unit: string
  readonly file: string
  readonly table?: string
}

/** A path's numbers, one for each pattern if it covers several (`over`); or its wrong part, and why. */
export type Lookup =
  | {
      readonly type: 'found'
      readonly numbers: readonly PublishedNumber[]
      readonly over?: readonly string[]
    }
  | ({ readonly type: 'wrong' } & Wrong)

type Groups = ReadonlyMap<string, readonly string[]>

/** Looks a path up. A group of the document's experiments is usable if all its patterns were published. */
export function lookUp(
  { parts }: Pick<Path, 'parts'>,
  tables: readonly PublishedTable[],
  groups: Groups,
): Lookup {
  const [, environment = '', word = '', ...rest] = parts
  const cells = tables.flatMap((table) => table.cells)
  if (tables.length === 0) {
    const reason =
      'published: the front matter names no published tables (published: [paper/published/x.csv])'
    return wrong('published-tables', 0, reason)
  }
  const environments = [...new Set(cells.map((cell) => cell.environment))]
  if (!environments.includes(environment)) {
    const reason = `unknown environment of published: ${environment}${hint(environment, environments)}`
    return wrong('unknown-environment', 1, reason)
  }
  const choice = choosePatterns(word, environment, publishedOffer(environment, tables, groups))
  if (choice.type !== 'chosen') {
    const lacking = groups
      .get(choice.name)
      ?.filter((name) => !cells.some((cell) => cell.environment === environment && cell.pattern === name))
    const reason =
      lacking === undefined
        ? `unknown pattern of published: ${choice.name}${hint(choice.name, choice.type === 'unknown' ? choice.known : [])}`
        : `group ${choice.name} has patterns that were not published in ${environment}: ${lacking.join(', ')}`
    return wrong('unknown-pattern', 2, reason, choice.type === 'unknown' ? choice.at : 0)
  }
  const there = cells.filter((cell) => cell.environment === environment)
  const asked = narrow(rest, there)
  if ('type' in asked) return asked
  const numbers: PublishedNumber[] = []
  for (const pattern of choice.names) {
    const found = pick(
      there.filter((cell) => cell.pattern === pattern),
      pattern,
      asked,
      parts,
    )
    if ('type' in found) return found
    numbers.push(found)
  }
  return { type: 'found', numbers, ...(choice.several ? { over: choice.names } : {}) }
}

/** Returns the patterns and groups that the tables have for an environment. */
export function publishedOffer(
  environment: string,
  tables: readonly PublishedTable[],
  groups: Groups,
): Offer {
  const names = tables.flatMap(({ cells }) =>
    cells.flatMap((cell) => (cell.environment === environment ? [cell.pattern] : [])),
  )
  const isPublished = (members: readonly string[]) => members.every((name) => names.includes(name))
  return {
    patterns: new Map(names.map((name) => [name, undefined])),
    groups: new Map([...groups].filter(([, members]) => isPublished(members))),
  }
}

/** Merges the groups of experiments by name; the first of a name wins. */
export function groupsOf(offers: readonly Pick<Offer, 'groups'>[]): Groups {
  return new Map(offers.flatMap(({ groups }) => [...groups]).toReversed())
}

interface Asked {
  readonly factors: Readonly<Record<string, string>>
  readonly measure: string
  readonly statistic: string
}

/** Index of a path's first part after the pattern. */
const afterPattern = 3

function narrow(rest: readonly string[], cells: readonly PublishedCell[]): Asked | Lookup {
  const measures = new Set(cells.map((cell) => cell.measure))
  const statistics = [...new Set(cells.flatMap(({ numbers }) => Object.keys(numbers)))]
  const owners = new Map(
    cells.flatMap(({ factors }) => Object.entries(factors).map(([name, value]) => [value, name] as const)),
  )
  const middle = rest.slice(0, -1)
  const last = rest.at(-1) ?? ''
  const factors = new Map<string, string>()
  let measure: string | undefined
  for (const [index, part] of middle.entries()) {
    const at = afterPattern + index
    const owner = owners.get(part)
    if (measures.has(part)) {
      if (measure !== undefined)
        return wrong('published-number', at, `two measures in one path: ${measure} and ${part}`)
      measure = part
    } else if (owner !== undefined) {
      if (factors.has(owner))
        return wrong(
          'published-number',
          at,
          `two values of ${owner} in one path: ${factors.get(owner)} and ${part}`,
        )
      factors.set(owner, part)
    } else {
      const known = [...measures, ...owners.keys()]
      return wrong('published-number', at, `unknown measure or factor value: ${part}${hint(part, known)}`)
    }
  }
  const at = afterPattern + middle.length
  if (!statistics.includes(last)) {
    const reason =
      measures.has(last) || owners.has(last)
        ? `no statistic after ${last}: append one of ${statistics.join(', ')}`
        : `unknown statistic: ${last}${hint(last, statistics)}`
    return wrong('published-number', at, reason)
  }
  if (measure === undefined) {
    const reason = `no measure before ${last}: name one of ${[...measures].join(', ')}`
    return wrong('published-number', at, reason)
  }
  return { factors: Object.fromEntries(factors), measure, statistic: last }
}

/** Picks the number of the one matching cell. */
function pick(
  cells: readonly PublishedCell[],
  pattern: string,
  { factors, measure, statistic }: Asked,
  parts: readonly string[],
): PublishedNumber | Lookup {
  const fitting = cells.filter((cell) =>
    Object.entries(factors).every(([name, value]) => cell.factors[name] === value),
  )
  const found = fitting.filter((cell) => cell.measure === measure)
  const [cell] = found
  const what = [pattern, ...Object.values(factors), measure].join('.')
  if (cell === undefined) {
    const known = [...new Set(fitting.map((one) => one.measure))]
    return wrong(
      'published-number',
      parts.indexOf(measure, afterPattern),
      `${what} was not published${hint('', known)}`,
    )
  }
  const last = parts.length - 1
  if (found.length > 1) {
    const values = new Set(
      found.flatMap((one) => Object.values(one.factors)).filter((value) => !parts.includes(value)),
    )
    const reason =
      values.size === 0
        ? `${what} was published more than once: ${found.map(({ file }) => file).join(', ')}`
        : `${what} was published more than once: name one of ${[...values].join(', ')}`
    return wrong('published-number', last, reason)
  }
  const { file, table, numbers } = cell
  const number = numbers[statistic]
  if (number === undefined) {
    const reason = `${what} was published without ${statistic} (${file} has ${Object.keys(numbers).join(', ')})`
    return wrong('published-number', last, reason)
  }
  return { ...number, file, ...(table === undefined ? {} : { table }) }
}

function wrong(ruleId: string, part: number, reason: string, offset = 0): Lookup {
  return { type: 'wrong', ruleId, part, offset, reason }
}
