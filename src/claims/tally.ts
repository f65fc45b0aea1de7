import type { Judgement, Verdict } from './judge.ts'

/** How many claims have each verdict. */
export type Tally = Readonly<Record<Verdict, number>>

export function tally(judgements: readonly Judgement[]): Tally {
  const count = (verdict: Verdict) => judgements.filter((one) => one.verdict === verdict).length
  return {
    reproduced: count('reproduced'),
    'not reproduced': count('not reproduced'),
    inconclusive: count('inconclusive'),
    'not testable': count('not testable'),
  }
}

/** Only a claim that was tested and holds has passed: not one that was skipped, could not be tested, or is open. */
export function passed({ verdict }: Judgement): boolean {
  return verdict === 'reproduced'
}
