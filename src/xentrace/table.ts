/**
 * Maps records to rows of a table with a column for each field name. The columns come from the table of
 * events, whatever a capture holds, so that tables of several captures fit together.
 */

import { events, type Field, fieldsOf, recordLayout } from './events.ts'
import { EVENT_MASK } from './record.ts'
import { isDomain } from './selection.ts'

/** Columns of all records. `domain` is the first one named; `vcpu` is also the scheduling unit. */
export const commonColumns = ['ticks', 'microseconds', 'pcpu', 'event', 'name', 'domain', 'vcpu'] as const

/** A column for all fields of one name. Its type holds every value of such a field. */
export interface FieldColumn {
  readonly name: string
  readonly type: 'INT32' | 'INT64' | 'UINT_64'
}

/** Where a kind of record holds its values. */
export interface RowLayout {
  readonly event: number
  readonly name: string
  readonly domain: Field | null
  readonly vcpu: Field | null
  /** By ascending column. */
  readonly cells: readonly { readonly column: number; readonly field: Field }[]
}

/** Fields stored in common columns. */
const common: ReadonlySet<string> = new Set(['domain', 'vcpu', 'unit'])

export const fieldColumns: readonly FieldColumn[] = columnsOf(
  [...events.values()].flatMap(({ layouts }) => [...layouts.values()]).concat([fieldsOf(-1, 7)]),
)

const places = new Map(fieldColumns.map(({ name }, place) => [name, place]))

/** Returns the layout of records with this header. */
export function rowLayout(header: number): RowLayout {
  const { name, fields } = recordLayout(header)
  return {
    event: header & EVENT_MASK,
    name,
    domain: fields.find((field) => isDomain(field.name)) ?? null,
    vcpu: fields.find((field) => field.name === 'vcpu' || field.name === 'unit') ?? null,
    cells: fields
      .flatMap((field) =>
        common.has(field.name) ? [] : [{ column: places.get(field.name) as number, field }],
      )
      .sort((a, b) => a.column - b.column),
  }
}

function columnsOf(lists: readonly (readonly Field[])[]): readonly FieldColumn[] {
  const byName = Map.groupBy(lists.flat(), ({ name }) => name)
  return [...byName]
    .filter(([name]) => !common.has(name))
    .map(([name, fields]) => {
      const most = Math.max(...fields.map(({ bits, signed }) => bits + (signed ? 0 : 1)))
      return { name, type: most <= 32 ? 'INT32' : most <= 64 ? 'INT64' : 'UINT_64' }
    })
}
