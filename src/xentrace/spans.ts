/** A window of time, in ticks, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The parts of `span` that lie in `spans`, which are ascending and disjoint. */
export function clipped<Kind extends Span>(span: Kind, spans: readonly Span[]): readonly Kind[] {
  const parts: Kind[] = []
  for (let i = firstEndingFrom(spans, span.from); i < spans.length; i++) {
    const { from, to } = spans[i] as Span
    if (from > span.to) break
    parts.push({ ...span, from: Math.max(from, span.from), to: Math.min(to, span.to) })
  }
  return parts
}

/** The same windows, ascending, and joined where they overlap. */
export function disjoint(spans: readonly Span[]): readonly Span[] {
  return joined([], spans)
}

/** Adds windows to `list`, which is ascending and disjoint and stays so. Those that lie at its end cost little. */
export function joined(list: Span[], more: readonly Span[]): Span[] {
  const earliest = more.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY)
  const behind = list.splice(firstEndingFrom(list, earliest))
  for (const { from, to } of behind.concat(more).sort((a, b) => a.from - b.from)) {
    const last = list.at(-1)
    if (last === undefined || from > last.to) list.push({ from, to })
    else if (to > last.to) list[list.length - 1] = { from: last.from, to }
  }
  return list
}

/** Whether one of `spans`, which are ascending and disjoint, has a tick from `from` to `to` in common. */
export function overlaps(spans: readonly Span[], from: number, to: number): boolean {
  const next = spans[firstEndingFrom(spans, from)]
  return next !== undefined && next.from <= to
}

/** Index of the first of `spans`, which are ascending and disjoint, that does not end before `time`. */
function firstEndingFrom(spans: readonly Span[], time: number): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((spans[middle] as Span).to < time) low = middle + 1
    else high = middle
  }
  return low
}

/** The same for those that end later than `time`. */
export function firstEndingAfter(spans: readonly Span[], time: number): number {
  const index = firstEndingFrom(spans, time)
  return spans[index]?.to === time ? index + 1 : index
}
