/** A claim with what recorded runs say of it, and what other runs say that are shown or were just made. */

import type { ClaimBlock } from '../document/block.ts'
import type { Judgement } from './judge.ts'

export interface Verification {
  readonly claim: ClaimBlock
  /** By the recorded runs. */
  readonly recorded: Judgement
  /** By other runs; absent if there are none but the recorded ones. */
  readonly rerun?: Judgement
}

/** The judgement that counts: the rerun's, if there was one. */
export function decisive({ recorded, rerun }: Verification): Judgement {
  return rerun ?? recorded
}
