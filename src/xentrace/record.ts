/** Records of a capture: their headers, and the terms that all trackers share. */

import { ExplainedError } from '../text/explained.ts'

/** The input of a trace analysis is wrong: a capture, a stamp file or their alignment. Never a bug. */
export class TraceError extends ExplainedError {
  override readonly name = 'TraceError'
}

/** Bits of a header that say which event it is. */
export const EVENT_MASK = 0x0fffffff
/** A header without the bit that says whether a time follows. */
export const KIND_MASK = 0x7fffffff

/** Number of extra words, 0 to 7, that a header announces. */
export function extraWords(header: number): number {
  return (header >>> 28) & 7
}

/** A record: its time (ticks), its pCPU and, in `words` from `at` on, its header and extra words. */
export interface MergedRecord {
  readonly time: number
  readonly cpu: number
  readonly words: Uint32Array
  readonly at: number
}

/** Nothing is known of pCPU `cpu` from `from` to `to` (ticks, both inclusive): `count` records did not fit. */
export interface Gap {
  readonly cpu: number
  readonly from: number
  readonly to: number
  readonly count: number
}
