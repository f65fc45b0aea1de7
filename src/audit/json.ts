/** An audit as plain data: what `repro audit --json` prints. */

import { type Audit, addsUp } from './audit.ts'
import type { Row } from './table.ts'

export function auditJson({ tables, sums, identities }: Audit): unknown {
  return {
    tables: tables.map(({ table, spread, contradictions }) => ({
      file: table.file,
      rows: table.rows.length,
      unread: table.rows.flatMap(({ unread }) =>
        unread.map(({ line, offset, column, text, reason }) => ({ line, offset, column, text, reason })),
      ),
      ...(spread === undefined
        ? {}
        : {
            column: spread.column.name,
            cells: spread.cells,
            n: spread.n ?? null,
            readings: spread.readings,
            definition: spread.definition?.name ?? null,
            rivals: spread.rivals.map(({ name }) => name),
            contradictions,
            leastN: spread.leastN,
            impossible: spread.impossible.map(({ row, n, check, fits, corrections }) => ({
              ...place(row),
              n: n ?? null,
              problem: check.type,
              admissible: check.type === 'spread' ? check.admissible : null,
              fits,
              corrections,
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

function place({ line, keys, numbers }: Row) {
  return { line, keys, printed: Object.fromEntries([...numbers].map(([role, { text }]) => [role, text])) }
}
