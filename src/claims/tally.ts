import type { Judgement, Verdict } from './judge.ts'

/** Number of claims per verdict. */
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

/** True only for a tested claim that holds, not for one that was skipped, untestable or inconclusive. */
export function passed({ verdict }: Judgement): boolean {
  return verdict === 'reproduced'
}
