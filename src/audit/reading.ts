/**
 * Decides what numbers such as 1,234 are: a thousand and more, or a little more than one. All numbers of a
 * file decide together, and no reading raises an alarm that another one does not.
 */

import { type Assumed, type Finding, findingsIn, isPossible } from './cells.ts'
import { type Mark, otherMark } from './marks.ts'
import type { Printed } from './printed.ts'
import type { Other, Role, Row, Table } from './table.ts'

/** Numbers of a table lie closer together by this factor if read as they are meant. */
const closer = 30

/**
 * Returns a table whose open numbers are read, or unread with the reason. Without a certain mark, that one is
 * taken with which fewer rows are impossible by their bounds; else with which the table's numbers lie within
 * a much smaller range; else the one that divides thousands, beside whole numbers in the same column. Numbers
 * of rows that are possible with the other mark only are left unread.
 */
export function settled(table: Table, assumed: Assumed): Table {
  const { open, ...rest } = table
  if (open === undefined) return table
  const { readings, besideWhole, isMixed } = open
  const bySizes = (of: ReadonlyMap<Mark, readonly Row[]>) =>
    isMixed ? undefined : (bySize(rest, of) ?? besideWhole)
  const mark = readings && (byBounds(rest, readings, assumed) ?? bySizes(readings))
  const isCertain = readings === undefined && !isMixed
  let read: Table = { ...rest, rows: (mark && readings?.get(mark)) ?? table.rows }
  for (;;) {
    const doubtful = new Map(
      findingsIn(read, assumed).flatMap((finding) => {
        const others = doubtsAbout(finding, read, assumed, isCertain)
        return others === undefined ? [] : [[finding.row, others] as const]
      }),
    )
    if (doubtful.size === 0) return read
    // Without the doubtful numbers, another definition of spread may fit, so the rows are checked again.
    read = { ...read, rows: read.rows.map((row) => withoutOpen(row, doubtful.get(row), 'and fits its row')) }
  }
}

function byBounds(
  table: Table,
  readings: ReadonlyMap<Mark, readonly Row[]>,
  assumed: Assumed,
): Mark | undefined {
  return least(readings, (rows) => findingsIn({ ...table, rows }, assumed).filter(isOfBounds).length)
}

function isOfBounds({ check }: Finding): boolean {
  return check.type !== 'grain'
}

function bySize(table: Table, readings: ReadonlyMap<Mark, readonly Row[]>): Mark | undefined {
  const isSquare = table.columns.get('spread')?.definitions?.some(({ power }) => power === 2) ?? false
  const roles = new Set<Role>(isSquare ? ['mean', 'max', 'min'] : ['mean', 'max', 'min', 'spread'])
  const range = (rows: readonly Row[]) => {
    const sizes = rows.flatMap(({ numbers }) =>
      [...numbers].flatMap(([role, { value }]) => (roles.has(role) && value !== 0 ? Math.abs(value) : [])),
    )
    const [low, high] = sizes.reduce(([a, b], size) => [Math.min(a, size), Math.max(b, size)], [
      Number.POSITIVE_INFINITY,
      0,
    ] as readonly [number, number])
    return high / low
  }
  const mark = least(readings, range)
  if (mark === undefined) return undefined
  const [own, other] = [mark, otherMark(mark)].map((one) => range(readings.get(one) ?? []))
  return (other as number) >= closer * (own as number) ? mark : undefined
}

function least(
  readings: ReadonlyMap<Mark, readonly Row[]>,
  of: (rows: readonly Row[]) => number,
): Mark | undefined {
  const [point, comma] = (['.', ','] as const).map((mark) => of(readings.get(mark) ?? [])) as [number, number]
  if (point === comma || Number.isNaN(point - comma)) return undefined
  return point < comma ? '.' : ','
}

/** Returns the numbers of an impossible row that are possible as read with the other mark. */
function doubtsAbout(
  finding: Finding,
  table: Table,
  assumed: Assumed,
  isCertain: boolean,
): readonly Other[] | undefined {
  const { row } = finding
  const { others = [] } = row
  // If the decimal mark is clear, only sizes that do not fit put it in doubt: nearly any whole number passes GRIM.
  if (isCertain && !isOfBounds(finding)) return undefined
  return subsets(others).find((some) => {
    const numbers = new Map<Role, Printed>(row.numbers)
    for (const { role, number } of some) numbers.set(role, number)
    return isPossible(table, assumed, row, numbers)
  })
}

/** All but the empty one, the largest first. */
function subsets<Value>(list: readonly Value[]): readonly (readonly Value[])[] {
  const count = 2 ** list.length
  const all = Array.from({ length: count - 1 }, (_, index) =>
    list.filter((__, place) => ((index + 1) >> place) % 2 === 1),
  )
  return all.sort((a, b) => b.length - a.length)
}

/** Leaves numbers of a row unread that are possible with the other mark only, for which `why` speaks. */
export function withoutOpen(row: Row, doubtful: readonly Other[] | undefined, why: string): Row {
  if (doubtful === undefined) return row
  const roles = new Set(doubtful.map(({ role }) => role))
  const unread = doubtful.map(({ number, ...place }) => {
    const [own, other] = [row.numbers.get(place.role)?.text, number.text]
    return { ...place, reason: `may be ${own} or ${other}, ${why} only as ${other} (--decimal tells)` }
  })
  return {
    ...row,
    numbers: new Map([...row.numbers].filter(([role]) => !roles.has(role))),
    unread: [...row.unread, ...unread],
    others: (row.others ?? []).filter(({ role }) => !roles.has(role)),
  }
}
