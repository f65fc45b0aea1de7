/**
 * Records as columns, for their way to the drawing process: as objects, a million of them repeat all names and
 * texts, and take gigabytes on both sides.
 */

import type { Order, Records } from './order.ts'

/** A column's values, in order of the records: numbers, or places in a list of distinct values. */
type Packed =
  | { readonly type: 'numbers'; readonly values: Float64Array }
  | { readonly type: 'places'; readonly distinct: readonly unknown[]; readonly places: Uint32Array }

export interface Columns {
  readonly length: number
  readonly columns: readonly (readonly [name: string, packed: Packed])[]
}

/** An order on its way to the drawing process. */
export interface SentOrder extends Omit<Order, 'data'> {
  readonly data: Readonly<Record<string, Columns | Records | string>>
}

/** Packs the data of an order: of records, the columns that are read. */
export function sent({ data, ...order }: Order, isRead: (name: string) => boolean = () => true): SentOrder {
  const entries = Object.entries(data).map(([name, rows]) => {
    const packed = typeof rows === 'string' ? undefined : packedOnce(rows)
    if (packed === undefined) return [name, rows]
    return [name, { ...packed, columns: packed.columns.filter(([column]) => isRead(column)) }]
  })
  return { ...order, data: Object.fromEntries(entries) }
}

const known = new WeakMap<Records, Columns | undefined>()

function packedOnce(records: Records): Columns | undefined {
  if (!known.has(records)) known.set(records, packed(records))
  return known.get(records)
}

/** Returns the order that was sent. */
export function received({ data, ...order }: SentOrder): Order {
  const entries = Object.entries(data).map(([name, rows]) => [
    name,
    typeof rows === 'object' && 'columns' in rows ? unpacked(rows) : rows,
  ])
  return { ...order, data: Object.fromEntries(entries) }
}

/** Returns undefined for records that do not all have the same fields in the same order. */
export function packed(records: Records): Columns | undefined {
  const names = Object.keys(records[0] ?? {})
  for (const record of records) {
    let at = 0
    for (const name in record) if (names[at++] !== name) return undefined
    if (at !== names.length) return undefined
  }
  return {
    length: records.length,
    columns: names.map((name) => [name, column(records, name)] as const),
  }
}

function column(records: Records, name: string): Packed {
  const values = new Float64Array(records.length)
  const isNumeric = records.every(({ [name]: value }, index) => {
    if (typeof value !== 'number') return false
    values[index] = value
    return true
  })
  if (isNumeric) return { type: 'numbers', values }
  const known = new Map<unknown, number>()
  const places = new Uint32Array(records.length)
  for (const [index, { [name]: value }] of records.entries()) {
    const place = known.get(value) ?? known.size
    known.set(value, place)
    places[index] = place
  }
  return { type: 'places', distinct: [...known.keys()], places }
}

/** Returns the records again. */
export function unpacked({ length, columns }: Columns): Records {
  const readers = columns.map(([name, packed]) => [name, readerOf(packed)] as const)
  // Assigning this name would set the prototype; all others are quicker to assign.
  if (readers.some(([name]) => name === '__proto__'))
    return Array.from({ length }, (_, index) =>
      Object.fromEntries(readers.map(([name, read]) => [name, read(index)])),
    )
  return Array.from({ length }, (_, index) => {
    const record: Record<string, unknown> = {}
    for (const [name, read] of readers) record[name] = read(index)
    return record
  })
}

function readerOf(packed: Packed): (index: number) => unknown {
  if (packed.type === 'numbers') return (index) => packed.values[index]
  const { distinct, places } = packed
  return (index) => distinct[places[index] as number]
}
