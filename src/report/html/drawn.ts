/** What a figure was drawn from, folded below it: complete without scripts, and what reader.js takes up. */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Messages } from '../../locale/en.ts'
import type { Drawing } from '../model.ts'
import type { KeepPart } from './parts.ts'

export function drawnElement(
  { data, spec }: Drawing,
  label: string,
  messages: Messages,
  kept: KeepPart,
): Element {
  const own = messages.drawn
  const datasets = data.flatMap(({ name, csv, fields, rows, shown }) => {
    const part = { type: 'rows', label, name, csv }
    const region = { role: 'region', tabIndex: 0, ariaLabel: own.rowsOf(label, name) }
    const attributes = { dataName: name, dataFields: fields, ...region }
    return [
      h('p', own.rows(name, rows, shown)),
      // Editing a specification rarely changes the rows.
      kept(part, () => h('pre.rows', attributes, h('code', csv))),
    ]
  })
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
