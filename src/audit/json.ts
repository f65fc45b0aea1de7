/** An audit as plain data: what `repro audit --json` prints. */

import type { Audit } from './audit.ts'
import type { SpreadAudit } from './cells.ts'
import { addsUp } from './sums.ts'
import type { Row } from './table.ts'
import { reasonText } from './text.ts'

export function auditJson({ tables, sums, identities }: Audit): unknown {
  return {
    tables: tables.map(({ table, cells, contradictions }) => ({
      file: table.file,
      rows: table.rows.length,
      columns: Object.fromEntries([...table.columns].map(([role, { name, unit }]) => [role, { name, unit }])),
      notes: table.notes,
      unread: table.rows.flatMap(({ unread }) =>
        unread.map(({ line, offset, column, text, reason }) => ({ line, offset, column, text, reason })),
      ),
      ...(cells === undefined
        ? {}
        : {
            cells: cells.cells,
            n: cells.n ?? null,
            coverage: cells.coverage,
            cutOff: cells.cutOff.map((one) => ({ ...place(one.row), reason: reasonText(table, one) })),
            ...spreadJson(cells.spread),
            contradictions,
            impossible: cells.impossible.map((one) => ({
              ...place(one.row),
              n: one.n ?? null,
              problem: one.check.type,
              reason: reasonText(table, one),
              admissible: one.check.type === 'spread' ? one.check.admissible : null,
              ...(one.check.type === 'grain' ? { test: one.check.test, nearest: one.check.nearest } : {}),
              fits: one.fits,
              corrections: one.corrections,
            })),
          }),
    })),
    sums: sums.map(({ totals, parts, keys, sums: list, expectedMisses }) => ({
      totals,
      parts,
      keys,
      sums: list.length,
      exact: list.filter(({ difference }) => difference === 0).length,
      missed: list
        .filter(({ difference }) => difference !== 0)
        .map((sum) => ({
          ...place(sum.total),
          difference: sum.difference,
          allowed: sum.allowed,
          explained: addsUp(sum),
        })),
      expectedMisses: Number.isFinite(expectedMisses) ? expectedMisses : null,
    })),
    identities: identities.map(({ totals, ...rest }) => ({ ...rest, totals: totals.map(place) })),
  }
}

function spreadJson(spread: SpreadAudit | undefined) {
  if (spread === undefined) return {}
  return {
    column: spread.column.name,
    spreads: spread.cells,
    readings: spread.readings,
    definition: spread.definition?.name ?? null,
    rivals: spread.rivals.map(({ name }) => name),
    leastN: spread.leastN,
  }
}

function place({ line, keys, numbers }: Row) {
  return { line, keys, printed: Object.fromEntries([...numbers].map(([role, { text }]) => [role, text])) }
}
