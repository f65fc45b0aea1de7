import { isRunstateChange, newState, oldState, type Runstate, runstates } from './events.ts'
import { Losses } from './losses.ts'
import type { MergedRecord } from './merge.ts'
import { EVENT_MASK, type Gap } from './reader.ts'
import type { Extent } from './runstate.ts'

/** A window of time, in ticks. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A vCPU in one state. */
export interface Stay extends Span {
  readonly domain: number
  readonly vcpu: number
  readonly state: Runstate
  /** pCPU of the change that began it (or ended it, if the capture does not have that): where it runs, if it runs. */
  readonly cpu: number
}

/** The parts of a stay that lie in `spans`, which are ascending and disjoint. */
export function clipped<Kind extends Span>(stay: Kind, spans: readonly Span[]): readonly Kind[] {
  return spans
    .filter(({ from, to }) => from <= stay.to && stay.from <= to)
    .map(({ from, to }) => ({ ...stay, from: Math.max(from, stay.from), to: Math.min(to, stay.to) }))
}

/** The same windows, ascending, and joined where they overlap. */
export function disjoint(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last === undefined || span.from > last.to) joined.push(span)
    else joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) }
  }
  return joined
}

interface Open {
  state: Runstate | null
  since: number
  cpu: number
}

/** Turns runstate changes into stays, each given when it ends. A class because it holds those that have not ended. */
export class StayTracker {
  readonly #give: (stay: Stay) => void
  /** By the word that the records carry: domain in the high, vCPU in the low 16 bits. */
  readonly #open = new Map<number, Open>()
  readonly #losses = new Losses()
  /** Whether any records are missing yet: then a vCPU's first change need not be the first that it made. */
  #lost = false

  constructor(give: (stay: Stay) => void) {
    this.#give = give
  }

  /** Takes a record in the order of time; `first` is the time of the capture's first, `gaps` are those found so far. */
  take(record: MergedRecord, first: number, gaps: readonly Gap[]): void {
    const { words, at, time, cpu } = record
    for (const gap of this.#losses.begun(gaps, record)) this.#lose(gap.cpu, gap.from)
    const header = words[at] as number
    const event = header & EVENT_MASK
    if (!isRunstateChange(event) || ((header >>> 28) & 7) === 0) return
    const key = words[at + 1] as number
    const left = runstates[oldState(event)] as Runstate
    const open = this.#open.get(key) ?? { state: this.#lost ? null : left, since: first, cpu }
    // A state that does not fit is not shown: records between are missing.
    if (open.state === left) this.#end(key, open, time)
    this.#open.set(key, { state: runstates[newState(event)] as Runstate, since: time, cpu })
    // What follows in an open gap may be lost.
    for (const gap of this.#losses.open) this.#lose(gap.cpu, time)
  }

  /** Ends what is open at the capture's end. */
  finish({ last }: Extent): void {
    for (const [key, open] of this.#open) this.#end(key, open, last)
  }

  /** What runs on another pCPU is not lost, as its change would be recorded there. */
  #lose(cpu: number, from: number): void {
    this.#lost = true
    for (const [key, open] of this.#open) {
      if (open.state === 'running' && open.cpu !== cpu) continue
      this.#end(key, open, Math.max(open.since, from))
      open.state = null
    }
  }

  #end(key: number, { state, since, cpu }: Open, to: number): void {
    if (state !== null) this.#give({ domain: key >>> 16, vcpu: key & 0xffff, state, from: since, to, cpu })
  }
}
