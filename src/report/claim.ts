/** Claims in the report: the sentence, what was published, what the runs say, and the verdict with its reason. */

import type { Element } from 'hast'
import type { Judgement } from '../claims/judge.ts'
import type { Measured } from '../claims/measure.ts'
import type { ClaimBlock } from '../document/block.ts'
import { format, origins, symbol } from '../results/quantity.ts'
import { runName } from '../results/series.ts'
import { element } from './element.ts'
import { originWords } from './standing.ts'
import { english, type Words } from './words/en.ts'

/** `judgement` is in the words of the same language. */
export function claimElement(
  block: ClaimBlock,
  judgement: Judgement,
  label: string | undefined,
  words: Words,
): Element {
  const own = words.claim
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
      element('strong', {}, own.name(block.id)),
      block.statement,
      ' ',
      element('span', { className: ['badge'] }, own.verdicts[verdict]),
    ),
    element(
      'dl',
      {},
      ...fact(own.published, publishedText(block, words)),
      ...fact(
        own.here,
        measured.length === 0
          ? undefined
          : own.measured(measured.map(measuredText), originWords(origins(runs), words)),
      ),
      ...fact(own.why, own.sentences([reason, ...notes])),
      ...fact(own.restsOn, names.length === 0 ? undefined : own.list(names)),
      ...(label === undefined
        ? []
        : [
            element('dt', {}, own.shownIn),
            element('dd', {}, element('a', { href: `#${block.shows}` }, label)),
          ]),
    ),
  )
}

/** `4.45 (Table 5)`; undefined when nothing was published. */
export function publishedText(
  { published, source }: ClaimBlock,
  { claim }: Words = english,
): string | undefined {
  if (published === undefined) return source
  return source === undefined ? String(published) : claim.publishedIn(String(published), source)
}

/** `22.2 [20.9, 23.6]`: the value with its 95 % interval, in its unit. */
export function measuredText({ value, unit, interval }: Measured): string {
  const number = (one: number) => format({ value: one, unit: '' })
  const ends =
    Number.isFinite(interval.low) && Number.isFinite(interval.high)
      ? ` [${number(interval.low)}, ${number(interval.high)}]`
      : ''
  return `${number(value)}${ends}${unit === '' ? '' : ` ${symbol(unit)}`}`
}
