/**
 * The document's claims, one per line: published, according to the recorded runs, and to this report's runs.
 */

import * as z from 'zod'
import { removedText } from '../../claims/changewords.ts'
import type { Judgement } from '../../claims/judge.ts'
import { isAsRecorded } from '../../claims/since.ts'
import { decisive, type Verification } from '../../claims/verification.ts'
import { publishedText } from '../../claims/words.ts'
import type { Messages } from '../../locale/en.ts'
import { originsIn, runsIn } from '../../query/quantity.ts'
import type { Run } from '../../results/run.ts'
import { measuredNumbers, verdictText } from '../claim.ts'
import { type Cell, none, type Table, type TableKind } from '../table.ts'
import { number } from './schema.ts'

export const claims: TableKind = {
  options: () => z.strictObject({ number }),
  from: false,
  render(_given, { verifications = [], removed = [], messages }): Table {
    const { published, recorded, thisRun, table } = messages.claim
    return {
      head: [
        [table.claim, table.says, published, recorded, thisRun, table.verdict].map((text) => ({ text })),
      ],
      groups: [{ rows: verifications.map((one) => rowOf(one, messages)) }],
      notes: [
        ...tally(verifications, messages),
        table.note,
        ...removed.map((one) => removedText(one, messages.claim.changes)),
      ],
      runs: [...new Set(verifications.flatMap((one) => runsOf(decisive(one))))],
      missing: [],
    }
  },
}

/** Returns a note with the number of claims for each verdict; no note if there are no claims. */
function tally(verifications: readonly Verification[], messages: Messages): readonly string[] {
  if (verifications.length === 0) return []
  const ranks = Object.keys(messages.claim.verdicts)
  const judgements = verifications
    .map(decisive)
    .sort((a, b) => ranks.indexOf(a.verdict) - ranks.indexOf(b.verdict))
  const counts = Map.groupBy(judgements, (one) => verdictText(one, messages))
  return [`${[...counts].map(([verdict, { length }]) => `${verdict}: ${length}`).join('; ')}.`]
}

function rowOf(verification: Verification, messages: Messages): readonly Cell[] {
  const { claim, recorded, rerun, since } = verification
  const judged = decisive(verification)
  const verdict = verdictText(judged, messages)
  const isChanged = since !== undefined && !isAsRecorded(since)
  return [
    { type: 'head', text: claim.id, href: `#${claim.id}` },
    { type: 'text', text: claim.statement },
    { type: 'published', text: publishedText(claim, judged, messages.claim.phrases) ?? none.text },
    numbers(recorded, messages),
    rerun === undefined ? { type: 'none', text: messages.claim.table.isRecorded } : numbers(rerun, messages),
    { type: 'text', text: isChanged ? messages.claim.table.changed(verdict) : verdict },
  ]
}

function numbers(judgement: Judgement, messages: Messages): Cell {
  const text = measuredNumbers(judgement, messages)
  if (text === undefined) return none
  const sources = judgement.measured.flatMap((one) => one.sources)
  return { type: 'text', text, origins: originsIn(sources), runs: runsOf(judgement) }
}

function runsOf({ measured }: Judgement): readonly Run[] {
  return [...new Set(measured.flatMap(({ sources }) => runsIn(sources)))]
}
