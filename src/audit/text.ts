/** Formats an audit as text for the terminal. */

import type { Interval } from '../stats/interval.ts'
import { type Audit, addsUp, spreadUnit, type TableAudit } from './audit.ts'
import type { Identity } from './identity.ts'
import type { Impossible, SpreadAudit } from './spread.ts'
import type { Sum, SumAudit } from './sums.ts'
import { columnNames, type Row, type Table } from './table.ts'

/** Formats each table, then sums across tables. */
export function auditText({ tables, sums, identities }: Audit): string {
  return [...tables.map(tableText), ...sums.map(sumText), ...identities.map(identityText)].join('\n\n')
}

function tableText({ table, spread, contradictions }: TableAudit): string {
  const lines = table.rows.flatMap(({ unread }) =>
    unread.map(
      ({ column, text, reason, line, offset }) =>
        `  ${table.file}:${line}:${offset}: ${column} ${reason}, and was not audited: ${text}`,
    ),
  )
  if (spread === undefined) {
    const why = table.columns.has('mean')
      ? 'means without spreads and extremes'
      : `no column of means (names that are understood: ${columnNames.join(', ')})`
    return [`${table.file}: ${table.rows.length} rows, ${why}`, ...lines].join('\n')
  }
  const n = spread.n === undefined ? 'n is not printed' : `n = ${[...new Set(spread.n)].join(' to ')}`
  return [
    `${table.file}: ${spread.cells} ${spread.cells === 1 ? 'cell' : 'cells'}, ${n}`,
    ...lines,
    ...definitionText(spread, spreadUnit(table, spread)),
    ...contradictions.map((text) => `  ${text}`),
    ...spread.leastN.map(
      ({ definition, n: least, cells, atLimit }) =>
        `  as a ${definition}, ${cells} cells need n = ${least} and none needs more; ` +
        `${atLimit} have just the spread that one outlier gives ${least} values`,
    ),
    `  impossible cells: ${spread.impossible.length}`,
    ...spread.impossible.flatMap((cell) => impossibleText(table, cell)),
  ].join('\n')
}

function definitionText(
  { column, cells, definition, rivals, readings }: SpreadAudit,
  unit: string,
): readonly string[] {
  const counts = readings.map(
    (one) => `    ${one.definition}: ${one.possible} of ${cells} cells are possible`,
  )
  const verdict =
    definition === undefined
      ? `  ${column.name} is no spread that is known here:`
      : rivals.length === 0
        ? `  ${column.name} is a ${definition.name}${unit === '' ? '' : `, in ${unit}`}:`
        : `  ${column.name} may be a ${[definition, ...rivals].map(({ name }) => name).join(' or a ')}:`
  return [verdict, ...counts]
}

function impossibleText(table: Table, { row, n, check, fits, corrections }: Impossible): readonly string[] {
  const value = (role: 'mean' | 'spread' | 'max' | 'min') => {
    const number = row.numbers.get(role)
    return number === undefined ? [] : [`${table.columns.get(role)?.name} ${number.text}`]
  }
  const size = n === undefined ? 'any n' : `n = ${n}`
  const reason =
    check.type === 'mean'
      ? `${value('mean')} does not fit ${[...value('max'), ...value('min')].join(', ')} and ${size}`
      : `${value('spread')} must lie between ${plain(check.admissible.low)} and ${plain(check.admissible.high)} for ` +
        `${[...value('mean'), ...value('max'), ...value('min')].join(', ')} and ${size}`
  const byColumn = Map.groupBy(corrections, ({ role }) => table.columns.get(role)?.name ?? role)
  return [
    `    ${rowName(table, row)}: ${reason}`,
    ...fits.map((one) => `      it would fit as a ${one.definition} with n = ${ranges(one.n)}`),
    ...[...byColumn].map(
      ([name, found]) =>
        `      it would fit with one slip undone: ${name} ${found.map(({ text }) => text).join(', ')}`,
    ),
  ]
}

/** Lists numbers, as `4, 7 to 99` if there are many. */
function ranges(numbers: readonly number[]): string {
  if (numbers.length <= 20) return numbers.join(', ')
  const found: [number, number][] = []
  for (const number of numbers) {
    const last = found.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else found.push([number, number])
  }
  return found
    .map(([from, to]) => (to - from < 2 ? [...new Set([from, to])].join(', ') : `${from} to ${to}`))
    .join(', ')
}

function sumText({ totals, parts, sums, expectedMisses }: SumAudit): string {
  const misses = sums.filter(({ difference }) => difference !== 0)
  const wrong = misses.filter((sum) => !addsUp(sum))
  const sizes = [...Map.groupBy(misses, ({ difference }) => Math.abs(difference))].sort(([a], [b]) => a - b)
  return [
    `${parts} against ${totals}: parts of ${sums.length} means`,
    `  ${sums.length - misses.length} add up exactly`,
    ...sizes.map(
      ([size, list]) => `  ${list.length} miss by ${plain(size)}: ${list.map(sumName).join('; ')}`,
    ),
    `  sums that rounding does not explain: ${wrong.length}`,
    ...(Number.isFinite(expectedMisses)
      ? [`  rounding alone makes ${plain(expectedMisses)} of ${sums.length} such sums miss, on average`]
      : []),
  ].join('\n')

  function sumName({ total, difference }: Sum): string {
    const keys = Object.values(total.keys).join(' ')
    return `${keys} (${difference > 0 ? '+' : '−'}${plain(Math.abs(difference))})`
  }
}

function rowName({ file }: Table, { line, keys }: Row): string {
  return `${file}:${line} ${Object.values(keys).join(' ')}`
}

function identityText({ parts, sums, ranges, totals, among }: Identity): string {
  const varied = parts.map((name, index) => {
    const { low, high } = ranges[index] as Interval
    return `${name} ${plain(low)} to ${plain(high)}`
  })
  const names = totals.map(({ keys }) => Object.values(keys).join(' ')).sort()
  return [
    `${parts.join(' + ')} is the same in ${totals.length} of ${among} rows: ${plain(sums.low)} to ${plain(sums.high)}`,
    `  each part varies: ${varied.join(', ')}`,
    '  chance does not explain that: something else sets the sum',
    `  rows: ${names.join('; ')}`,
  ].join('\n')
}

/** Formats large bounds as integers, small ones with five digits. */
function plain(value: number): string {
  return Math.abs(value) >= 1e5 ? value.toFixed(0) : String(Number(value.toPrecision(5)))
}
