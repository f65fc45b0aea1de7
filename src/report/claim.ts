/** Claims in the report: the sentence, published and measured numbers, and the verdict with its reason. */

import { historyLines, sinceLines } from '../claims/changewords.ts'
import type { GridRow, Judgement } from '../claims/judge.ts'
import { decisive, type Verification } from '../claims/verification.ts'
import { verdictTexts, numberTexts, publishedText } from '../claims/words.ts'
import type { Messages } from '../locale/en.ts'
import { originsIn } from '../query/quantity.ts'
import { link } from '../text/markdown.ts'
import type { Claim, ClaimDetail, Fact } from './model.ts'
import { originNames } from './runstatus.ts'

/**
 * Judgements must be in the same language.
 * @param label `Table 5` of the table or figure that the claim refers to
 */
export function claimNode(
  verification: Verification,
  { label, detail }: { readonly label: string | undefined; readonly detail: ClaimDetail },
  messages: Messages,
): Claim {
  const own = messages.claim
  const { claim, recorded, rerun } = verification
  const judged = decisive(verification)
  const { verdict, reason, measured, notes, grid = [], control, fragile, edited = [], data = [] } = judged
  const history = historyLines(verification, own.changes, own.phrases).flatMap((text) =>
    fact(own.history, text),
  )
  const verdictFact = (heading: string, row: Pick<GridRow, 'verdict' | 'reason' | 'measured'>) => {
    const numbers = measuredNumbers({ claim, measured: row.measured }, messages)
    return verdictTexts(heading, row, numbers, own.verdicts[row.verdict], own.phrases)
  }
  return {
    type: 'claim',
    id: claim.id,
    statement: claim.statement,
    verdict,
    verdictText: verdictText(judged, messages),
    origins: originsIn(measured.flatMap(({ sources }) => sources)),
    facts: [
      ...fact(own.published, publishedText(claim, judged, own.phrases)),
      ...fact(own.recorded, measuredNumbers(recorded, messages)),
      ...fact(own.thisRun, rerun && (measuredNumbers(rerun, messages) ?? rerun.reason)),
      ...grid.map((row) => verdictFact(own.phrases.under(row.condition?.label), row)),
      ...(control ? [verdictFact(own.phrases.control(control.label), control)] : []),
      ...fact(own.why, reason),
      ...fact(own.note, fragile && own.fragile(own.verdicts[fragile.half], own.verdicts[fragile.twice])),
      ...data.map((one): Fact => [own.restsOn, own.reasons.data(one)]),
      ...edited.map((one): Fact => [messages.provenance.edits, own.reasons.edits(one)]),
      ...notes.flatMap((note) => fact(own.note, note)),
      ...sinceLines(verification, own.changes, own.phrases).flatMap((text) => fact(own.since, text)),
      ...fact(own.shownIn, label === undefined ? undefined : link(`#${claim.shows}`, label)),
    ],
    // Read by few, and long after some years.
    detail: { ...detail, facts: [...detail.facts, ...history] },
  }
}

/** `reproduced`, `reproduced, by edited rows`, or `reproduced, from data that nobody reran`. */
export function verdictText(
  { verdict, edited = [], data = [] }: Judgement,
  { claim: own }: Messages,
): string {
  if (edited.length === 0 && data.length > 0) return own.reasons.fromData(own.verdicts[verdict])
  return edited.length === 0 ? own.verdicts[verdict] : own.reasons.byEdits(own.verdicts[verdict])
}

export function fact(term: string, content: Fact[1] | undefined): readonly Fact[] {
  return content === undefined ? [] : [[term, content]]
}

/**
 * Returns `7.46 [6.60, 8.39], emulated`, which breaks only between numbers. Undefined if the judgement has
 * none.
 */
export function measuredNumbers(
  judgement: Pick<Judgement, 'claim' | 'measured'>,
  messages: Messages,
): string | undefined {
  const { phrases, measured } = messages.claim
  const numbers = numberTexts(judgement, phrases).map((text) => text.replaceAll(' ', '\u00a0'))
  const sources = judgement.measured.flatMap((one) => one.sources)
  return numbers.length === 0 ? undefined : measured(numbers, originNames(originsIn(sources), messages))
}
