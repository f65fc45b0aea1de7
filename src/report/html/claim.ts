/** Renders claims as HTML, their evidence folded. */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Messages } from '../../locale/en.ts'
import { distributionSvg } from '../distribution.ts'
import type { Claim, ClaimDetail } from '../model.ts'
import { drawingElement } from './drawing.ts'
import { badgeElement, cellsTable, definitions, digest, type Phrasing, scrolling } from './parts.ts'

export function claimElement(claim: Claim, messages: Messages, phrasing: Phrasing): Element {
  const { id, statement, verdict, verdictText, origins, facts } = claim
  const own = messages.claim
  return h(
    'aside.claim',
    { className: [verdict.replaceAll(' ', '-')], id, dataOrigin: origins.join(' ') },
    h('p', h('strong', own.name(id)), statement, ' ', h('span.badge', verdictText)),
    definitions(facts, phrasing),
    detailElement(claim, messages, phrasing),
  )
}

function detailElement({ id, detail }: Claim, messages: Messages, phrasing: Phrasing): Element {
  const { source, facts, inputs, toTheRecord } = detail
  return h(
    'details.detail',
    h('summary', messages.claim.detail.summary(id)),
    h('pre', h('code', source)),
    definitions(facts, phrasing),
    inputs.length === 0 ? undefined : inputsElement(inputs, messages),
    distributionsElement(id, detail, messages),
    toTheRecord && [
      h('p', [...phrasing(toTheRecord.text)]),
      h('pre', h('code', toTheRecord.commands.join('\n'))),
      toTheRecord.others === undefined ? undefined : h('p', toTheRecord.others),
    ],
  )
}

function inputsElement(inputs: ClaimDetail['inputs'], messages: Messages): Element {
  const own = messages.claim.detail
  const heads = Object.values(own.heads).map((head) => h('th', { scope: 'col' }, head))
  const rows = inputs.map(({ run, badge, counts, key, rows }) =>
    h(
      'tr',
      h('th', { scope: 'row' }, run, ' ', badgeElement(badge)),
      h('td', counts),
      h('td', digest(key)),
      // The report lies in _build/, beside results/.
      h('td', rows === undefined ? own.madeHere : h('a', { href: `../${rows}` }, 'rows.csv')),
    ),
  )
  return h('div.scroll', cellsTable(heads, rows))
}

function distributionsElement(
  id: string,
  { distributions }: ClaimDetail,
  messages: Messages,
): Element | undefined {
  if (distributions === undefined) return undefined
  if (typeof distributions === 'string') return h('p', distributions)
  const ariaLabel = messages.claim.detail.distributions(id)
  return scrolling(
    'div.scroll.drawing',
    { ariaLabel },
    drawingElement(distributionSvg(distributions, messages.distribution)),
  )
}
