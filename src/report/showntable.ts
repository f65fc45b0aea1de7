/**
 * Prepares a table for display: the document's names for texts of its data, and the status of each cell's
 * runs.
 */

import { editsOf } from '../claims/edits.ts'
import { runName } from '../results/run.ts'
import type { RenderContext } from './context.ts'
import type { Badge, Marked, Origins, ShownCell, TableContent } from './model.ts'
import { originNames, staleOf } from './runstatus.ts'
import type { Cell, Table } from './table.ts'

export function shownTable({ head, groups }: Table, context: RenderContext): TableContent {
  return {
    type: 'table',
    head: head.map((row) => row.map((one) => marked({ ...one, text: context.display(one.text) }, context))),
    groups: groups.map((group) => ({
      ...marked(group, context),
      rows: group.rows.map((row) => row.map((cell) => shownCell(cell, context))),
    })),
  }
}

function marked<Part extends { readonly origins?: Origins }>(
  part: Part,
  { messages }: RenderContext,
): Marked<Part> {
  const { origins = [] } = part
  if (origins.length === 0) return part
  const badge: Badge = { origins, text: messages.mark(originNames(origins, messages), false) }
  return { ...part, badge }
}

function shownCell({ runs = [], ...cell }: Cell, { messages, statuses, display }: RenderContext): ShownCell {
  const stale = staleOf(runs, statuses)
  const title = [
    ...(cell.type === 'number' ? runs.map((run) => messages.run(runName(run))) : []),
    ...stale.map((one) => messages.stale(...one)),
    ...editsOf(runs).map(messages.claim.reasons.edits),
  ]
  return {
    ...cell,
    ...(cell.value === undefined ? { text: display(cell.text) } : {}),
    ...(title.length === 0 ? {} : { title: title.join('; ') }),
    ...(stale.length === 0 ? {} : { isStale: true }),
  }
}
