/** Claims in the report: the sentence, what was published, what the runs say, and the verdict with its reason. */

import type { Element } from 'hast'
import type { Judgement } from '../claims/judge.ts'
import { measuredText, publishedText } from '../claims/words.ts'
import type { ClaimBlock } from '../document/block.ts'
import { origins } from '../results/quantity.ts'
import { runName } from '../results/series.ts'
import { element } from './element.ts'

export function claimElement(block: ClaimBlock, judgement: Judgement, label: string | undefined): Element {
  const { verdict, reason, measured, notes } = judgement
  const runs = measured.flatMap(({ sources }) => sources.map(({ run }) => run))
  const names = [...new Set(runs.map(runName))]
  const fact = (term: string, text: string | undefined) =>
    text === undefined ? [] : [element('dt', {}, term), element('dd', {}, text)]
  return element(
    'aside',
    { className: ['claim', verdict.replaceAll(' ', '-')], id: block.id, dataOrigin: origins(runs).join(' ') },
    element(
      'p',
      {},
      element('strong', {}, `${block.id}. `),
      block.statement,
      ' ',
      element('span', { className: ['badge'] }, verdict),
    ),
    element(
      'dl',
      {},
      ...fact('published', publishedText(block)),
      ...fact(
        'here',
        measured.length === 0
          ? undefined
          : `${measured.map(measuredText).join('; ')}, ${origins(runs).join(' + ')}`,
      ),
      ...fact('why', [reason, ...notes].join('. ')),
      ...fact('rests on', names.length === 0 ? undefined : names.join(', ')),
      ...(label === undefined
        ? []
        : [
            element('dt', {}, 'shown in'),
            element('dd', {}, element('a', { href: `#${block.shows}` }, label)),
          ]),
    ),
  )
}
