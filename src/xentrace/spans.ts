import type { Gap } from './record.ts'

/** A window of time in ticks, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Returns the parts of `span` inside `spans`, which are ascending and disjoint. */
export function clipped<Kind extends Span>(span: Kind, spans: readonly Span[]): readonly Kind[] {
  const parts: Kind[] = []
  for (let i = firstEndingFrom(spans, span.from); i < spans.length; i++) {
    const { from, to } = spans[i] as Span
    if (from > span.to) break
    parts.push({ ...span, from: Math.max(from, span.from), to: Math.min(to, span.to) })
  }
  return parts
}

/** Sorts windows and joins those that overlap. */
export function disjoint(spans: readonly Span[]): readonly Span[] {
  return joined([], spans)
}

/** Adds windows to `list`, which stays ascending and disjoint. Appending at its end is cheap. */
function joined(list: Span[], more: readonly Span[]): Span[] {
  const earliest = more.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY)
  const behind = list.splice(firstEndingFrom(list, earliest))
  for (const { from, to } of behind.concat(more).sort((a, b) => a.from - b.from)) {
    const last = list.at(-1)
    if (last === undefined || from > last.to) list.push({ from, to })
    else if (to > last.to) list[list.length - 1] = { from: last.from, to }
  }
  return list
}

/** Returns true if one of `spans` (ascending, disjoint) has a tick in `from` to `to`. */
export function overlaps(spans: readonly Span[], from: number, to: number): boolean {
  const next = spans[firstEndingFrom(spans, from)]
  return next !== undefined && next.from <= to
}

/** Returns the index of the first of `spans` (ascending, disjoint) that ends at or after `time`. */
function firstEndingFrom(spans: readonly Span[], time: number): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((spans[middle] as Span).to < time) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Lost records, and what they leave known of states. A running vCPU cannot have changed because of a loss on
 * another pCPU: the change would be recorded where it runs. Any other vCPU may have changed in any loss.
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
   * Returns the first instant from `since` to `to` at which a change of a vCPU may have been lost; Infinity
   * if there is none. `running` is the pCPU on which it ran, null if it did not.
   */
  unknownFrom(running: number | null, since: number, to: number): number {
    const spans = running === null ? this.#all : this.#byCpu.get(running)
    if (spans === undefined || spans.length === 0) return Number.POSITIVE_INFINITY
    const index = firstEndingFrom(spans, since)
    const next = spans[index]?.to === since ? spans[index + 1] : spans[index]
    return next === undefined || next.from > to ? Number.POSITIVE_INFINITY : Math.max(since, next.from)
  }
}
