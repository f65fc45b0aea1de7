import { isRunstateChange, newState, oldState, type Runstate, runstates } from './events.ts'
import { EVENT_MASK, type MergedRecord } from './record.ts'
import type { Extent } from './runstate.ts'
import type { Losses, Span } from './spans.ts'

/** A vCPU in one state. */
export interface Stay extends Span {
  readonly domain: number
  readonly vcpu: number
  readonly state: Runstate
  /** pCPU of the change that began it (or ended it, if the capture does not have that): where it runs, if it runs. */
  readonly cpu: number
}

interface Open {
  readonly state: Runstate
  readonly since: number
  readonly cpu: number
}

/** Turns runstate changes into stays, each given when it ends. A class because it holds those that have not ended. */
export class StayTracker {
  readonly #give: (stay: Stay) => void
  /** By the word that the records carry: domain in the high, vCPU in the low 16 bits. */
  readonly #open = new Map<number, Open>()

  constructor(give: (stay: Stay) => void) {
    this.#give = give
  }

  /** Takes a record in the order of time; `first` is the time of the capture's first, `losses` may have come before it. */
  take({ words, at, time, cpu }: MergedRecord, first: number, losses: Losses): void {
    const header = words[at] as number
    const event = header & EVENT_MASK
    if (!isRunstateChange(event) || ((header >>> 28) & 7) === 0) return
    const key = words[at + 1] as number
    const left = runstates[oldState(event)] as Runstate
    const open = this.#open.get(key)
    if (open === undefined) {
      const before = { state: left, since: first, cpu }
      // Of a state that nobody saw begin it is not known how it was before a loss.
      if (unknownFrom(before, time, losses) === Number.POSITIVE_INFINITY) this.#end(key, before, time)
    } else {
      const lost = unknownFrom(open, time, losses)
      // A state that does not fit is not shown: records between are missing.
      if (lost !== Number.POSITIVE_INFINITY) this.#end(key, open, lost)
      else if (open.state === left) this.#end(key, open, time)
    }
    this.#open.set(key, { state: runstates[newState(event)] as Runstate, since: time, cpu })
  }

  /** Ends what is open at the capture's end. */
  finish({ last, losses }: Extent): void {
    for (const [key, open] of this.#open)
      this.#end(key, open, Math.min(last, unknownFrom(open, last, losses)))
  }

  #end(key: number, { state, since, cpu }: Open, to: number): void {
    this.#give({ domain: key >>> 16, vcpu: key & 0xffff, state, from: since, to, cpu })
  }
}

function unknownFrom({ state, since, cpu }: Open, to: number, losses: Losses): number {
  return losses.unknownFrom(state === 'running' ? cpu : null, since, to)
}
