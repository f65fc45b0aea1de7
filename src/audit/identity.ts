/** Finds parts that vary while their sum does not: a sign that, say, the instrument determines the sum. */

import type { Interval } from '../stats/interval.ts'
import { max, min } from '../stats/order.ts'
import type { Sum, SumAudit } from './sums.ts'
import type { Row } from './table.ts'

export interface Identity {
  /** Names of adjacent parts. */
  readonly parts: readonly string[]
  /** Their sums, equal up to rounding. */
  readonly sums: Interval
  /** Range of each part. */
  readonly ranges: readonly Interval[]
  /** The totals whose parts have this sum, and the number of totals with these parts. */
  readonly totals: readonly Row[]
  readonly among: number
}

/** Significance level: less probable coincidences are reported. */
const rarest = 1e-3

/** Returns proper runs of adjacent parts that have the same sum in more rows than chance explains. */
export function auditIdentities({ keys, sums }: SumAudit): readonly Identity[] {
  const column = nameColumn(keys, sums)
  if (column === undefined) return []
  const namesOf = ({ parts }: Sum) => parts.map(({ keys: own }) => own[column] ?? '')
  const groups = Map.groupBy(sums, (sum) => JSON.stringify(namesOf(sum)))
  return [...groups.values()].flatMap((group) => {
    const names = namesOf(group[0] as Sum)
    return neighbours(names.length).flatMap(([from, to]) => identityOf(group, names, from, to) ?? [])
  })
}

/** Returns the column that distinguishes the parts of a total. */
function nameColumn(keys: readonly string[], sums: readonly Sum[]): string | undefined {
  const columns = Object.keys(sums[0]?.parts[0]?.keys ?? {}).filter((column) => !keys.includes(column))
  return columns.find((column) =>
    sums.every(({ parts }) => new Set(parts.map((part) => part.keys[column])).size === parts.length),
  )
}

/** Limit on parts: more have too many runs to be significant. */
const mostParts = 50

/** Returns start and end (exclusive) of all runs of at least two, but not all, of `count` parts. */
function neighbours(count: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = []
  if (count > mostParts) return found
  for (let from = 0; from < count; from += 1) {
    for (let to = from + 2; to <= count; to += 1) if (to - from < count) found.push([from, to])
  }
  return found
}

function identityOf(
  group: readonly Sum[],
  names: readonly string[],
  from: number,
  to: number,
): Identity | undefined {
  const rows = group
    .map(({ total, parts }) => {
      const values = parts.slice(from, to).map((part) => part.numbers.get('mean')?.value ?? 0)
      return { total, values, sum: values.reduce((so, value) => so + value, 0) }
    })
    .sort((a, b) => a.sum - b.sum)
  // Each part is off by half a unit at most: equal sums may be printed this far apart.
  const unit = max(group.flatMap(({ parts }) => parts.slice(from, to).map(unitOf)))
  const width = (to - from) * unit
  const members = longestRun(rows, width * (1 + 1e-9))
  const sums = { low: members[0]?.sum ?? 0, high: members.at(-1)?.sum ?? 0 }
  const ranges = names.slice(from, to).map((_, part) => {
    const values = members.map((row) => row.values[part] as number)
    return { low: min(values), high: max(values) }
  })
  const widest = Math.max(...ranges.map(({ low, high }) => high - low))
  if (coincidence(rows.length, members.length, width / widest) > rarest) return undefined
  return {
    parts: names.slice(from, to),
    sums,
    ranges,
    totals: members.map(({ total }) => total),
    among: rows.length,
  }
}

/** Returns the longest run of a sorted list whose sums differ by at most `width`; the first of several. */
function longestRun<Part extends { readonly sum: number }>(
  sorted: readonly Part[],
  width: number,
): readonly Part[] {
  let [start, end, most] = [0, 0, 0]
  for (const [index, first] of sorted.entries()) {
    while (end < sorted.length && (sorted[end] as Part).sum - first.sum <= width) end += 1
    if (end - index > most) [start, most] = [index, end - index]
  }
  return sorted.slice(start, start + most)
}

function unitOf(part: Row): number {
  const range = part.numbers.get('mean')?.range
  return range === undefined ? 0 : range.high - range.low
}

/** Bounds the chance that `hits` of `rows` sums fall into a window that is `share` of their range. */
function coincidence(rows: number, hits: number, share: number): number {
  if (!(share < 1)) return 1
  // Sum logarithms: the binomial coefficient itself overflows.
  let ways = 0
  for (let i = 0; i < hits; i += 1) ways += Math.log((rows - i) / (hits - i))
  return Math.exp(ways + Math.log(share) * (hits - 1))
}
