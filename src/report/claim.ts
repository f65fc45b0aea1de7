/** Claims in the report: the sentence, what was published, what the runs say, and the verdict with its reason. */

import type { Element } from 'hast'
import type { Judgement } from '../claims/judge.ts'
import { decisive, type Verification } from '../claims/verification.ts'
import { numberTexts, publishedText } from '../claims/words.ts'
import { element } from '../locale/element.ts'
import type { Words } from '../locale/en.ts'
import { originsIn } from '../query/quantity.ts'
import { originWords } from './standing.ts'

export interface ClaimLinks {
  /** `Table 5` of the table or figure that the claim refers to. */
  readonly label: string | undefined
  readonly detail: Element
}

/** The judgements are in the words of the same language. */
export function claimElement(
  verification: Verification,
  { label, detail }: ClaimLinks,
  words: Words,
): Element {
  const own = words.claim
  const { claim, recorded, rerun } = verification
  const judged = decisive(verification)
  const { verdict, reason, measured, notes } = judged
  const sources = measured.flatMap((one) => one.sources)
  const fact = (term: string, text: string | undefined) =>
    text === undefined ? [] : [element('dt', {}, term), element('dd', {}, text)]
  return element(
    'aside',
    {
      className: ['claim', verdict.replaceAll(' ', '-')],
      id: claim.id,
      dataOrigin: originsIn(sources).join(' '),
    },
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
      ...fact(own.published, publishedText(claim, judged, own.phrases)),
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
  const { phrases, measured } = words.claim
  const numbers = numberTexts(judgement, phrases).map((text) => text.replaceAll(' ', '\u00a0'))
  const sources = judgement.measured.flatMap((one) => one.sources)
  return numbers.length === 0 ? undefined : measured(numbers, originWords(originsIn(sources), words))
}
