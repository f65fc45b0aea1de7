/** Resolves paths into published tables: `published.old.baseline.pause.total.mean`. */

import { hint } from '../text/spelling.ts'
import { PathError } from './error.ts'
import type { Path } from './expression.ts'
import type { Readings } from './interpret.ts'
import { choosePatterns, type ExperimentSource, type PatternNames } from './patterns.ts'
import type { PublishedCell, PublishedTable } from './published.ts'
import type { Quantity } from './quantity.ts'
import { afterPattern, type Narrowing, narrow } from './resolve.ts'

type Groups = ReadonlyMap<string, readonly string[]>

/**
 * Looks a path up, and returns a number for each of its patterns. A group of the document's experiments is
 * usable if all its patterns were published. Throws a PathError.
 */
export function lookUp(
  { parts }: Pick<Path, 'parts'>,
  tables: readonly PublishedTable[],
  groups: Groups,
): Readings {
  const [, environment = '', word = '', ...rest] = parts
  if (tables.length === 0) {
    const reason =
      'published: the front matter names no published tables (published: [paper/published/x.csv])'
    throw refuse('published-tables', 0, reason)
  }
  const inEnvironment = cellsIn(environment, tables)
  if (inEnvironment.length === 0) {
    const cells = tables.flatMap((table) => table.cells)
    const environments = new Set(cells.map((cell) => cell.environment))
    const reason = `unknown environment of published: ${environment}${hint(environment, environments)}`
    throw refuse('unknown-environment', 1, reason)
  }
  const choice = choosePatterns(word, environment, publishedNames(environment, tables, groups))
  if (choice.type !== 'chosen') {
    const unpublished = groups
      .get(choice.name)
      ?.filter((name) => !inEnvironment.some((cell) => cell.pattern === name))
    const reason =
      unpublished === undefined
        ? 'unknown pattern of published: ' +
          `${choice.name}${hint(choice.name, choice.type === 'unknown' ? choice.known : [])}`
        : `group ${choice.name} has patterns that were not published in ${environment}: ` +
          `${unpublished.join(', ')}`
    throw refuse('unknown-pattern', 2, reason, choice.type === 'unknown' ? choice.at : 0)
  }
  const selection = select(rest, inEnvironment)
  const readings = choice.names.map((pattern) => {
    const candidates = inEnvironment.filter((cell) => cell.pattern === pattern)
    return numberOf(candidates, pattern, selection, parts)
  })
  return { readings, ...(choice.several ? { over: choice.names } : {}) }
}

const byEnvironment = new WeakMap<readonly PublishedTable[], ReadonlyMap<string, readonly PublishedCell[]>>()

/** The same tables are asked for each number of a document. */
function cellsIn(environment: string, tables: readonly PublishedTable[]): readonly PublishedCell[] {
  const known =
    byEnvironment.get(tables) ??
    Map.groupBy(
      tables.flatMap(({ cells }) => cells),
      (cell) => cell.environment,
    )
  byEnvironment.set(tables, known)
  return known.get(environment) ?? []
}

/** Returns the patterns and groups that the tables have for an environment. */
export function publishedNames(
  environment: string,
  tables: readonly PublishedTable[],
  groups: Groups,
): PatternNames {
  const names = [...new Set(cellsIn(environment, tables).map(({ pattern }) => pattern))]
  const isPublished = (members: readonly string[]) => members.every((name) => names.includes(name))
  return {
    patterns: new Map(names.map((name) => [name, undefined])),
    groups: new Map([...groups].filter(([, members]) => isPublished(members))),
  }
}

/** Merges the groups of experiments by name; the first of a name wins. */
export function groupsOf(experiments: readonly Pick<ExperimentSource, 'groups'>[]): Groups {
  return new Map(experiments.flatMap(({ groups = {} }) => Object.entries(groups)).toReversed())
}

interface Selection extends Required<Narrowing> {
  readonly statistic: string
}

interface Known {
  readonly measures: readonly string[]
  readonly statistics: readonly string[]
  readonly factorValues: ReadonlyMap<string, ReadonlySet<string>>
}

const knownIn = new WeakMap<readonly PublishedCell[], Known>()

function namesIn(cells: readonly PublishedCell[]): Known {
  const before = knownIn.get(cells)
  if (before) return before
  const measures = [...new Set(cells.map((cell) => cell.measure))]
  const statistics = [...new Set(cells.flatMap(({ numbers }) => Object.keys(numbers)))]
  const factorValues = new Map<string, Set<string>>()
  for (const [name, value] of cells.flatMap(({ factors }) => Object.entries(factors)))
    factorValues.set(name, (factorValues.get(name) ?? new Set()).add(value))
  const found = { measures, statistics, factorValues }
  knownIn.set(cells, found)
  return found
}

function select(rest: readonly string[], cells: readonly PublishedCell[]): Selection {
  const { measures, statistics, factorValues } = namesIn(cells)
  const last = rest.at(-1) ?? ''
  const { factors, measure } = narrow(rest.slice(0, -1), measures, factorValues)
  const at = afterPattern + Math.max(0, rest.length - 1)
  if (!statistics.includes(last)) {
    const isOther = measures.includes(last) || [...factorValues.values()].some((values) => values.has(last))
    const reason = isOther
      ? `no statistic after ${last}: append one of ${statistics.join(', ')}`
      : `unknown statistic: ${last}${hint(last, statistics)}`
    throw refuse('published-number', at, reason)
  }
  if (measure === undefined) {
    const reason = `no measure before ${last}: name one of ${measures.join(', ')}`
    throw refuse('published-number', at, reason)
  }
  return { factors, measure, statistic: last }
}

/** Returns the number of the one matching cell of a pattern. */
function numberOf(
  cells: readonly PublishedCell[],
  pattern: string,
  { factors, measure, statistic }: Selection,
  parts: readonly string[],
): Quantity {
  const selected = cells.filter((cell) =>
    Object.entries(factors).every(([name, value]) => cell.factors[name] === value),
  )
  const [cell, ...others] = selected.filter((one) => one.measure === measure)
  const what = [pattern, ...Object.values(factors), measure].join('.')
  if (cell === undefined) {
    const known = selected.map((one) => one.measure)
    const reason = `${what} was not published${hint('', known)}`
    throw refuse('published-number', parts.indexOf(measure, afterPattern), reason)
  }
  const last = parts.length - 1
  if (others.length > 0) {
    const found = [cell, ...others]
    const values = found.flatMap((one) => Object.values(one.factors))
    const choices = new Set(values.filter((value) => !parts.includes(value)))
    const reason =
      choices.size === 0
        ? `${what} was published more than once: ${found.map(({ file }) => file).join(', ')}`
        : `${what} was published more than once: name one of ${[...choices].join(', ')}`
    throw refuse('published-number', last, reason)
  }
  const { file, table, numbers } = cell
  const number = numbers[statistic]
  if (number === undefined) {
    const reason =
      `${what} was published without ${statistic} ` + `(${file} has ${Object.keys(numbers).join(', ')})`
    throw refuse('published-number', last, reason)
  }
  return { ...number, sources: [{ type: 'published', file, ...(table === undefined ? {} : { table }) }] }
}

function refuse(ruleId: string, part: number, reason: string, offset = 0): PathError {
  return new PathError([{ ruleId, part, offset, reason }])
}
