/** An experiment block as HTML: folded, with its source and the run of each of its cells. */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Messages } from '../../locale/en.ts'
import type { Experiment, ExperimentRun } from '../model.ts'
import { badgeElement, cellsTable, digest, type Phrasing, scrolling } from './parts.ts'

export function experimentElement(
  { id, summary, source, cells }: Experiment,
  messages: Messages,
  phrasing: Phrasing,
): Element {
  const own = messages.experiment
  const { environment, pattern, trials, excluded, origin, key, files } = own.heads
  const hasExclusions = cells.some(({ run }) => 'excluded' in run)
  const shown = [environment, pattern, trials, ...(hasExclusions ? [excluded] : []), origin, key, files]
  const heads = shown.map((head) =>
    h('th', { scope: 'col', className: head === trials ? ['end'] : undefined }, head),
  )
  const rows = cells.map(({ environment, pattern, run }) =>
    h(
      'tr',
      h('td', environment),
      h('th', { scope: 'row' }, pattern),
      'missing' in run
        ? h('td.missing', { colSpan: shown.length - 2 }, run.missing)
        : runCells(run, hasExclusions, messages),
    ),
  )
  return h(
    'details.experiment',
    { id: `experiment:${id}` },
    h('summary', [...phrasing(summary)]),
    h('pre', h('code', source)),
    scrolling('div.scroll', { ariaLabel: own.cells(id) }, cellsTable(heads, rows)),
  )
}

function runCells(
  { trials, excluded, badge, stale, key, files }: ExperimentRun,
  hasExclusions: boolean,
  messages: Messages,
): Element[] {
  const names = files.flatMap(({ name, sha256, bytes }, index) => [
    index === 0 ? undefined : h('br'),
    h('span', { title: messages.experiment.bytes(bytes) }, name),
    ' ',
    digest(sha256),
  ])
  return [
    h('td.number', String(trials)),
    ...(hasExclusions ? [h('td', excluded)] : []),
    h('td', { title: stale }, badgeElement(badge)),
    h('td', digest(key)),
    h('td.files', ...names),
  ]
}
