/** The claims of the document, a line each: what was published, what the recorded runs say, what this report's own runs say. */

import { z } from 'zod'
import type { Judgement } from '../../claims/judge.ts'
import type { Verification } from '../../claims/verification.ts'
import { decisive } from '../../claims/verification.ts'
import { publishedText } from '../../claims/words.ts'
import { origins } from '../../results/quantity.ts'
import type { Run } from '../../results/run.ts'
import { ownNumbers } from '../claim.ts'
import { type Cell, none, type Table, type TableKind } from '../table.ts'
import type { Words } from '../words/en.ts'
import { number } from './options.ts'

const options = z.strictObject({ number })

export const claims: TableKind = {
  options,
  from: false,
  render(_given, { verifications = [], words }): Table {
    const own = words.tables.claims
    return {
      head: [
        [own.claim, own.says, words.tables.published, own.recorded, own.thisRun, own.verdict].map((text) => ({
          text,
        })),
      ],
      groups: [{ rows: verifications.map((one) => rowOf(one, words)) }],
      notes: [own.note],
      runs: [...new Set(verifications.flatMap((one) => runsOf(decisive(one))))],
      missing: [],
    }
  },
}

function rowOf(verification: Verification, words: Words): readonly Cell[] {
  const { claim, recorded, rerun } = verification
  const { verdict } = decisive(verification)
  return [
    { type: 'head', text: claim.id, href: `#${claim.id}` },
    { type: 'text', text: claim.statement },
    { type: 'published', text: publishedText(claim, recorded.unit) ?? '–' },
    numbers(recorded, words),
    rerun === undefined ? { type: 'none', text: words.tables.claims.isRecorded } : numbers(rerun, words),
    { type: 'text', text: words.claim.verdicts[verdict] },
  ]
}

function numbers(judgement: Judgement, words: Words): Cell {
  const text = ownNumbers(judgement, words)
  if (text === undefined) return none
  const runs = runsOf(judgement)
  return { type: 'text', text, origins: origins(runs), runs }
}

function runsOf({ measured }: Judgement): readonly Run[] {
  return [...new Set(measured.flatMap(({ sources }) => sources.map(({ run }) => run)))]
}
