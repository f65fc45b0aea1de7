/** Formats an audit as text for the terminal. */

import type { Interval } from '../stats/interval.ts'
import { counted } from '../text/message.ts'
import { type Audit, spreadUnit, type TableAudit } from './audit.ts'
import type { Finding, Impossible, SpreadAudit } from './cells.ts'
import type { Coverage } from './coverage.ts'
import { exampleNames } from './head.ts'
import type { Identity } from './identity.ts'
import { addsUp, type Sum, type SumAudit } from './sums.ts'
import type { Role, Row, Table } from './table.ts'

/** Formats each table, then sums across tables. */
export function auditText({ tables, sums, identities }: Audit): string {
  return [...tables.map(tableText), ...sums.map(sumText), ...identities.map(identityText)].join('\n\n')
}

function tableText({ table, cells, contradictions }: TableAudit): string {
  const places = [
    ...table.notes.map((note) => ({ ...note, text: '' })),
    ...table.rows.flatMap(({ unread }) =>
      unread.map((one) => ({ ...one, text: `, and was not audited: ${one.text}` })),
    ),
  ]
  const lines = [
    ...columnsText(table),
    ...places.map(
      ({ column, reason, line, offset, text }) =>
        `  ${table.file}:${line}:${offset}: ${column} ${reason}${text}`,
    ),
  ]
  if (cells === undefined) {
    const why = table.columns.has('mean')
      ? 'no mean that can be read'
      : `no column of means (names that are understood: ${exampleNames})`
    return [`${table.file}: ${counted(table.rows.length, 'row')}, ${why}`, ...lines].join('\n')
  }
  const { coverage, spread } = cells
  const n = cells.n === undefined ? 'n is not printed' : `n = ${[...new Set(cells.n)].join(' to ')}`
  const size = cells.cells === 0 ? '' : `, ${n}`
  return [
    `${table.file}: ${counted(cells.cells, 'cell')} to check${size}`,
    ...lines,
    ...coverageText(coverage),
    ...cutOffText(table, cells.cutOff),
    ...(spread === undefined ? [] : spreadText(table, spread)),
    ...contradictions.map((text) => `  ${text}`),
    ...(cells.cells === 0 ? [] : [`  impossible cells: ${cells.impossible.length}`]),
    ...cells.impossible.flatMap((cell) => impossibleText(table, cell)),
  ].join('\n')
}

function cutOffText(table: Table, cells: readonly Finding[]): readonly string[] {
  if (cells.length === 0) return []
  return [
    '  possible only if the numbers of the table are cut off after their last digit, not rounded:',
    ...cells.map((cell) => `    ${rowName(table, cell.row)}: ${reasonText(table, cell)}`),
  ]
}

const roleNames: Readonly<Record<Role, string>> = {
  n: 'n',
  mean: 'means',
  spread: 'spreads',
  max: 'maxima',
  min: 'minima',
}

function columnsText({ columns }: Table): readonly string[] {
  if (columns.size === 0) return []
  const read = [...columns.values()].map(({ role, name, unit }) => {
    const inUnit = unit === '' || name.includes(unit) ? '' : ` in ${unit}`
    return `${roleNames[role]} from ${name}${inUnit}`
  })
  return [`  read as: ${read.join(', ')}`]
}

function coverageText({
  extremes,
  scale,
  grim,
  powerless,
  grimmer,
  debit,
  unchecked,
}: Coverage): readonly string[] {
  const tests = [
    [extremes, 'against extremes'],
    [scale, 'against the scale'],
    [
      grim,
      `by GRIM${powerless > 0 ? ` (which cannot fail in ${powerless}: n is large for their decimals)` : ''}`,
    ],
    [grimmer, 'by GRIMMER'],
    [debit, 'by DEBIT'],
  ].filter(([count]) => count !== 0)
  return [
    ...(tests.length === 0 ? [] : [`  checked: ${tests.map(([count, by]) => `${count} ${by}`).join(', ')}`]),
    ...(unchecked === 0
      ? []
      : [
          `  nothing to check ${counted(unchecked, 'mean')} against: extremes, a scale (--scale), ` +
            'or n and discrete data (--data) would do',
        ]),
  ]
}

function spreadText(table: Table, spread: SpreadAudit): readonly string[] {
  const { column, cells, definition, rivals, readings, leastN } = spread
  const unit = spreadUnit(table, spread)
  const verdict =
    definition === undefined
      ? `  ${column.name} is no spread that is known here:`
      : rivals.length === 0
        ? `  ${column.name} is a ${definition.name}${unit === '' ? '' : `, in ${unit}`}:`
        : `  ${column.name} may be a ${[definition, ...rivals].map(({ name }) => name).join(' or a ')}:`
  return [
    verdict,
    ...readings
      .filter((one) => one.isAllowed || definition === undefined)
      .map((one) => `    ${one.definition}: ${one.possible} of ${cells} cells are possible`),
    ...leastN.map(
      ({ definition: name, n: least, cells: needing, atLimit }) =>
        `  as a ${name}, ${needing} cells need n = ${least} and none needs more; ` +
        `${atLimit} have just the spread that one outlier gives ${least} values`,
    ),
  ]
}

function impossibleText(table: Table, impossible: Impossible): readonly string[] {
  const { row, n = 0, check, fits, corrections } = impossible
  const byColumn = Map.groupBy(corrections, ({ role }) => nameOf(table, role))
  const isSpread = check.type === 'spread' || (check.type === 'grain' && check.role === 'spread')
  return [
    `    ${rowName(table, row)}: ${reasonText(table, impossible)}`,
    ...fits.map(
      (one) => `      it would fit${isSpread ? ` as a ${one.definition}` : ''} with n = ${ranges(one.n, n)}`,
    ),
    ...[...byColumn].map(
      ([name, found]) =>
        `      it would fit with one slip undone: ${name} ${found.map(({ text }) => text).join(', ')}`,
    ),
  ]
}

/** Names a number: by its column, or by its role where the column has both. */
function nameOf({ columns }: Table, role: Role): string {
  const name = columns.get(role)?.name ?? role
  const isShared = [...columns.values()].filter((one) => one.name === name).length > 1
  return isShared ? `${role} of ${name}` : name
}

/** Says why a cell is impossible: its number, what it contradicts, and the nearest possible numbers. */
export function reasonText(table: Table, { row, n, data, check }: Finding): string {
  const value = (role: Exclude<Role, 'n'>) => {
    const number = row.numbers.get(role)
    return number === undefined ? [] : [`${nameOf(table, role)} ${number.text}`]
  }
  const size = n === undefined ? 'any n' : `n = ${n}`
  const extremes = [...value('max'), ...value('min')]
  switch (check.type) {
    case 'scale': {
      const { low, high } = check.limits
      return (
        `${value(check.role)} is not on the scale of ${low} ` +
        `${Number.isFinite(high) ? `to ${high}` : 'and more'}`
      )
    }
    case 'mean':
      return `${value('mean')} does not fit ${extremes.join(', ') || 'its scale'} and ${size}`
    case 'spread': {
      const { low, high } = check.admissible
      return (
        `${value('spread')} must lie between ${plain(low)} and ${plain(high)} for ` +
        `${[...value('mean'), ...extremes].join(', ')} and ${size}`
      )
    }
    case 'grain': {
      const { test, role, nearest } = check
      const whose = role === 'spread' ? [...value('mean'), ...extremes] : role === 'mean' ? extremes : []
      const given = whose.length === 0 ? '' : ` with ${whose.join(', ')}`
      const near = nearest.length === 0 ? 'none is possible' : `the nearest possible: ${nearest.join(', ')}`
      return (
        `${value(role)} is impossible by ${test}: ` +
        `no ${n === undefined ? '' : `${n} `}${valuesOf(data)}${given} ` +
        `have this ${roleNouns[role]}; ${near}`
      )
    }
  }
}

function valuesOf({ step = 1, items, isBinary }: Impossible['data']): string {
  const one = isBinary ? `values of 0 or ${step}` : step === 1 ? 'whole numbers' : `multiples of ${step}`
  return items === 1 ? one : `averages of ${items} ${one}`
}

const roleNouns = { mean: 'mean', spread: 'spread', max: 'maximum', min: 'minimum' } as const

/** Longer lists are cut down to the parts nearest to the printed n. */
const mostRanges = 12

/** Lists numbers, as `4, 7 to 99` if there are many. */
function ranges(numbers: readonly number[], n: number): string {
  if (numbers.length <= mostRanges) return numbers.join(', ')
  const found: [number, number][] = []
  for (const number of numbers) {
    const last = found.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else found.push([number, number])
  }
  const near = found.toSorted((a, b) => distance(a) - distance(b)).slice(0, mostRanges)
  const listed = near
    .toSorted(([a], [b]) => a - b)
    .map(([from, to]) => (to - from < 2 ? [...new Set([from, to])].join(', ') : `${from} to ${to}`))
    .join(', ')
  return near.length < found.length ? `${listed}, and others further off` : listed

  function distance([from, to]: readonly [number, number]): number {
    return Math.max(from - n, n - to, 0)
  }
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
    `${parts.join(' + ')} is the same in ${totals.length} of ${among} rows: ` +
      `${plain(sums.low)} to ${plain(sums.high)}`,
    `  each part varies: ${varied.join(', ')}`,
    '  chance does not explain that: something else sets the sum',
    `  rows: ${names.join('; ')}`,
  ].join('\n')
}

/** Formats large bounds as integers, small ones with five digits. */
function plain(value: number): string {
  return Math.abs(value) >= 1e5 ? value.toFixed(0) : String(Number(value.toPrecision(5)))
}
