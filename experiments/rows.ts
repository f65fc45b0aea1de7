/** What rows of experiments on domUs have in common: columns in ticks, reasons of exclusion. */
import type { Column, Exclusion, Operation, Row } from 'repro'

export function columnsOf(labels: Readonly<Record<string, string>>): Column[] {
  return Object.entries(labels).map(([name, label]) => ({ name, role: 'measure', unit: 'ticks', label }))
}

/**
 * A pause that reaches Xen before the loop stamps again has its last stamp before its own start: the study's first phase is
 * then negative, and right. It takes a resident program to be that fast, or a loaded domU, where stamps are far apart.
 */
const stampBeforeStart = 'negative phase: xl run -> last domU stamp'

/** Why an operation must stay out of the statistics; empty if it need not. */
export function reasonOf({ excluded }: Operation): string {
  return excluded === null || excluded === stampBeforeStart ? '' : excluded
}

/** How often each reason occurs in the column `excluded`, sorted. */
export function exclusionsOf(rows: readonly Row[]): readonly Exclusion[] {
  const counts = new Map<string, number>()
  for (const { excluded } of rows) {
    if (typeof excluded === 'string' && excluded !== '') counts.set(excluded, (counts.get(excluded) ?? 0) + 1)
  }
  return [...counts].sort().map(([reason, count]) => ({ reason, count }))
}
