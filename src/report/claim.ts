/** Claims in the report: the sentence, what was published, what the runs say, and the verdict with its reason. */

import type { Element } from 'hast'
import type { Judgement } from '../claims/judge.ts'
import { decisive, type Verification } from '../claims/verification.ts'
import { numberTexts, publishedText } from '../claims/words.ts'
import { origins } from '../results/quantity.ts'
import type { Run } from '../results/run.ts'
import { element } from './element.ts'
import { originWords } from './standing.ts'
import type { Words } from './words/en.ts'

export interface ClaimLinks {
  /** `Table 5` of the table or figure that the claim refers to. */
  readonly label: string | undefined
  readonly detail: Element
}

/** The judgements of `verification` are in the words of the same language. */
export function claimElement(
  verification: Verification,
  { label, detail }: ClaimLinks,
  words: Words,
): Element {
  const { claim, recorded, rerun } = verification
  const own = words.claim
  const { verdict, reason, measured, notes } = decisive(verification)
  const runs = measured.flatMap(({ sources }) => sources.map(({ run }) => run))
  const fact = (term: string, text: string | undefined) =>
    text === undefined ? [] : [element('dt', {}, term), element('dd', {}, text)]
  return element(
    'aside',
    { className: ['claim', verdict.replaceAll(' ', '-')], id: claim.id, dataOrigin: origins(runs).join(' ') },
    element(
      'p',
      {},
      element('strong', {}, own.name(claim.id)),
      claim.statement,
      ' ',
      element('span', { className: ['badge'] }, own.verdicts[verdict]),
    ),
    element(
      'dl',
      {},
      ...fact(own.published, publishedText(claim, decisive(verification).unit)),
      ...fact(own.recorded, ownNumbers(recorded, words)),
      ...fact(own.thisRun, rerun && (ownNumbers(rerun, words) ?? rerun.reason)),
      ...fact(own.why, reason),
      ...notes.flatMap((note) => fact(own.note, note)),
      ...(label === undefined
        ? []
        : [
            element('dt', {}, own.shownIn),
            element('dd', {}, element('a', { href: `#${claim.shows}` }, label)),
          ]),
    ),
    detail,
  )
}

/** `7.46 [6.60, 8.39], emulated`: a line ends between numbers only. Undefined if the judgement rests on none. */
export function ownNumbers(judgement: Judgement, words: Words): string | undefined {
  const numbers = numberTexts(judgement).map((text) => text.replaceAll(' ', '\u00a0'))
  const runs: readonly Run[] = judgement.measured.flatMap(({ sources }) => sources.map(({ run }) => run))
  return numbers.length === 0 ? undefined : words.claim.measured(numbers, originWords(origins(runs), words))
}
