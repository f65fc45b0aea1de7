/** Records of a capture and their headers, shared by all trackers. */

import { ExplainedError } from '../text/message.ts'

/** Thrown for invalid input of a trace analysis: a capture, a stamp file or their alignment. Never a bug. */
export class TraceError extends ExplainedError {
  override readonly name = 'TraceError'
}

/** Bits of a header that hold the event. */
export const EVENT_MASK = 0x0fffffff
/** All bits of a header but the one that says that a time follows. */
export const KIND_MASK = 0x7fffffff

/** Returns the number of extra words (0 to 7) that a header announces. */
export function extraWords(header: number): number {
  return (header >>> 28) & 7
}

/** A record: its time (ticks), its pCPU, and its header and extra words, which begin at `words[at]`. */
export interface MergedRecord {
  readonly time: number
  readonly cpu: number
  readonly words: Uint32Array
  readonly at: number
}

/** pCPU `cpu` lost `count` records from `from` to `to` (ticks, both inclusive). */
export interface Gap {
  readonly cpu: number
  readonly from: number
  readonly to: number
  readonly count: number
}
