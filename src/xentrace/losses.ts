import type { Gap } from './reader.ts'
import { firstEndingAfter, joined, type Span } from './spans.ts'

/**
 * When records were lost, and what that leaves to be known of states. A vCPU that runs on one pCPU cannot have changed because of
 * a loss on another: its change would be recorded where it runs. Any other vCPU may have changed in any loss.
 */
export class Losses {
  readonly #all: Span[] = []
  readonly #byCpu = new Map<number, Span[]>()

  /** Of all pCPUs; ascending and disjoint. */
  get all(): readonly Span[] {
    return this.#all
  }

  add(gaps: readonly Gap[]): void {
    joined(this.#all, gaps)
    for (const [cpu, own] of Map.groupBy(gaps, ({ cpu }) => cpu)) {
      this.#byCpu.set(cpu, joined(this.#byCpu.get(cpu) ?? [], own))
    }
  }

  /**
   * From when on it is not known whether a vCPU kept the state that it had at `since` until `to`: the first instant in between at
   * which a change may have been lost; Infinity if there is none. `running` is the pCPU on which it ran; null if it did not.
   */
  unknownFrom(running: number | null, since: number, to: number): number {
    const spans = running === null ? this.#all : this.#byCpu.get(running)
    if (spans === undefined || spans.length === 0) return Number.POSITIVE_INFINITY
    const next = spans[firstEndingAfter(spans, since)]
    return next === undefined || next.from > to ? Number.POSITIVE_INFINITY : Math.max(since, next.from)
  }
}
