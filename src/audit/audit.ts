/**
 * Audits published tables: which of their numbers are possible at all, and what they reveal about how they
 * were made. Uses only the tables, whatever they measure.
 */

import { auditIdentities, type Identity } from './identity.ts'
import { auditSpread, type SpreadAudit } from './spread.ts'
import { auditSums, type Sum, type SumAudit } from './sums.ts'
import type { Role, Row, Table } from './table.ts'

export interface TableAudit {
  readonly table: Table
  /** Absent if the table has no spreads with means and extremes. */
  readonly spread?: SpreadAudit
  /** Conflicts between the name of the spread's column and its numbers. */
  readonly contradictions: readonly string[]
}

export interface Audit {
  readonly tables: readonly TableAudit[]
  readonly sums: readonly SumAudit[]
  readonly identities: readonly Identity[]
}

/** Audits tables together: parts confirm totals in others. `n` is the sample size of cells without one. */
export function audit(tables: readonly Table[], n?: number): Audit {
  const sums = tables.flatMap((totals) => tables.flatMap((parts) => auditSums(totals, parts) ?? []))
  const confirmedTotals = new Set(sums.flatMap((one) => one.sums.filter(addsUp).map(({ total }) => total)))
  const confirmed = (row: Row): ReadonlySet<Role> => new Set(confirmedTotals.has(row) ? ['mean'] : [])
  return {
    tables: tables.map((table) => {
      const spread = auditSpread(table, n, confirmed)
      return {
        table,
        ...(spread === undefined ? {} : { spread }),
        contradictions: spread === undefined ? [] : contradictions(table, spread),
      }
    }),
    sums,
    identities: sums.flatMap(auditIdentities),
  }
}

/** True if rounding explains the difference. */
export function addsUp({ difference, allowed }: Sum): boolean {
  // Differences are multiples of the last digit, `allowed` of half of it.
  return Math.abs(difference) <= allowed * (1 + 1e-9)
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
  const { column, definition, rivals } = spread
  // An ambiguous column contradicts nothing.
  if (definition === undefined || rivals.some(({ power }) => power !== definition.power)) return []
  const found: string[] = []
  const named = column.word.startsWith('var') ? 2 : 1
  if (named !== definition.power) {
    found.push(`${column.name} is called ${column.word}, but its numbers are those of a ${definition.name}`)
  }
  const unit = spreadUnit(table, spread)
  if (column.unit !== unit && column.unit !== '') {
    found.push(`${column.name} is said to be in ${column.unit}, but its numbers are in ${unit}`)
  }
  return found
}
