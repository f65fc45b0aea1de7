/** What a figure was drawn from, folded below it: complete without scripts, and what reader.js takes up. */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Messages } from '../../locale/en.ts'
import type { Drawing } from '../model.ts'

export function drawnElement({ data, spec }: Drawing, label: string, messages: Messages): Element {
  const own = messages.drawn
  const datasets = data.flatMap(({ name, csv, rows, shown }) => [
    h('p', own.rows(name, rows, shown)),
    h(
      'pre.rows',
      { dataName: name, role: 'region', tabIndex: 0, ariaLabel: own.rowsOf(label, name) },
      h('code', csv),
    ),
  ])
  return h(
    'details.drawn',
    h('summary', own.summary(label)),
    ...datasets,
    h(
      'details',
      h('summary', own.specification),
      h(
        'pre.specification',
        { role: 'region', tabIndex: 0, ariaLabel: own.specificationOf(label) },
        h('code', spec),
      ),
    ),
  )
}
