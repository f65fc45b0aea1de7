/**
 * Audits published tables: which of their numbers are possible at all, and what they reveal about how they
 * were made. Uses only the tables, whatever they measure.
 */

import { type Assumed, auditCells, type CellsAudit, type SpreadAudit } from './cells.ts'
import { auditIdentities, type Identity } from './identity.ts'
import { settled, withoutOpen } from './reading.ts'
import { addsUp, auditSums, openIn, type SumAudit } from './sums.ts'
import type { Role, Row, Table } from './table.ts'

export interface TableAudit {
  readonly table: Table
  /** Absent if the table has no means. */
  readonly cells?: CellsAudit
  /** Conflicts between the name of the spread's column and its numbers, which do not override the name. */
  readonly contradictions: readonly string[]
}

export interface Audit {
  readonly tables: readonly TableAudit[]
  readonly sums: readonly SumAudit[]
  readonly identities: readonly Identity[]
}

/**
 * Audits tables together: parts confirm totals in others. `assumed` holds for cells that say nothing else.
 */
export function audit(given: readonly Table[], assumed: Assumed = {}): Audit {
  const read = given.map((table) => settled(table, assumed))
  const open = new Map(sumsOf(read).flatMap(({ sums }) => sums.flatMap(openIn)))
  const tables =
    open.size === 0
      ? read
      : read.map((table) => ({
          ...table,
          rows: table.rows.map((row) => withoutOpen(row, open.get(row), 'and its sums add up')),
        }))
  const sums = sumsOf(tables)
  const confirmedTotals = new Set(sums.flatMap((one) => one.sums.filter(addsUp).map(({ total }) => total)))
  const confirmed = (row: Row): ReadonlySet<Role> => new Set(confirmedTotals.has(row) ? ['mean'] : [])
  return {
    tables: tables.map((table) => {
      const cells = auditCells(table, assumed, confirmed)
      return {
        table,
        ...(cells === undefined ? {} : { cells }),
        contradictions: cells?.spread === undefined ? [] : contradictions(table, cells.spread),
      }
    }),
    sums,
    identities: sums.flatMap(auditIdentities),
  }
}

function sumsOf(tables: readonly Table[]): readonly SumAudit[] {
  return tables.flatMap((totals) => tables.flatMap((parts) => auditSums(totals, parts) ?? []))
}

/**
 * Returns the unit that a table's spreads really have: the means' unit or its square; '' if it has no name.
 */
export function spreadUnit(table: Table, { definition }: SpreadAudit): string {
  const unit = table.columns.get('mean')?.unit ?? ''
  return definition?.power === 2 && unit !== '' ? `${unit}2` : unit
}

/** Compares the column's name, which states statistic and unit, with its numbers. */
function contradictions(table: Table, spread: SpreadAudit): readonly string[] {
  const { column, cells, definition, rivals, better } = spread
  const found: string[] = []
  if (better !== undefined) {
    const named = column.definitions?.[0]?.name ?? column.word
    found.push(
      `${column.name} is called ${column.word}, ` +
        `but ${better.own} of ${cells} cells are possible as a ${named} ` +
        `and ${better.possible} as a ${better.definition}: check the name in the original`,
    )
  }
  // An ambiguous column contradicts nothing.
  if (definition === undefined || rivals.some(({ power }) => power !== definition.power)) return found
  const unit = spreadUnit(table, spread)
  const squares = new Set(['2', '^2', '²'].map((power) => unit.replace(/2$/, '') + power))
  if (column.unit !== unit && column.unit !== '' && !(definition.power === 2 && squares.has(column.unit))) {
    found.push(`${column.name} is said to be in ${column.unit}, but a ${definition.name} is in ${unit}`)
  }
  return found
}
