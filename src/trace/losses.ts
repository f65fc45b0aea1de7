import type { Gap } from './reader.ts'

/**
 * Gaps of a capture that is being read, in the order of time. A record of lost records comes at the gap's end; but the reader is
 * ahead of the merge, so a gap is nearly always known when the first record after its beginning is taken, and what is made of records
 * needs no correction. A class because it remembers which gaps are open.
 */
export class Losses {
  /** Gaps in which the last time asked for lies. */
  open: readonly Gap[] = []
  #waiting: readonly Gap[] = []
  #seen = 0

  /**
   * The gaps that begin by the time of `record` and did not by the time of the one before; `gaps` is the reader's list,
   * which grows. A record and not its time, as a number beyond 2^31 would be boxed for the call.
   */
  begun(gaps: readonly Gap[], record: { readonly time: number }): readonly Gap[] {
    if (gaps.length === this.#seen && this.#waiting.length === 0 && this.open.length === 0) return none
    const { time } = record
    this.#waiting = [...this.#waiting, ...gaps.slice(this.#seen)]
    this.#seen = gaps.length
    const begun = this.#waiting.filter(({ from }) => from <= time)
    this.#waiting = this.#waiting.filter(({ from }) => from > time)
    this.open = [...this.open, ...begun].filter(({ to }) => to > time)
    return begun
  }
}

const none: readonly Gap[] = []
