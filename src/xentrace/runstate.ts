import { isRunstateChange, newState, oldState } from './events.ts'
import { Interner, longer } from './interner.ts'
import { EVENT_MASK, extraWords, type MergedRecord } from './record.ts'
import { Losses } from './spans.ts'

/** What a runstate change tells about the interval that it ends. */
export type Outcome = 0 | 1 | 2 | 3
/** The vCPU's first change: it was in `state`, since an unknown time. */
export const FIRST = 0
/** The interval lasted from `since` to the change. */
export const WHOLE = 1
/** Known only from `since` to `until`, where records were lost. */
export const CUT = 2
/** The previous change led to another state: changes in between are missing. */
export const MISMATCH = 3

/** A capture's beginning and end, each pCPU's first record (ticks), and the losses in between. */
export interface Extent {
  readonly first: number
  readonly last: number
  readonly pcpus: readonly { readonly cpu: number; readonly first: number }[]
  readonly losses: Losses
}

/** Index of `running` in `runstates`. */
export const RUNNING = 0
const FIRST_VCPUS = 64
export const noLosses = new Losses()

/** Returns true for runstate changes that are long enough to name their vCPU. */
export function isChange({ words, at }: MergedRecord): boolean {
  const header = words[at] as number
  return isRunstateChange(header & EVENT_MASK) && extraWords(header) > 0
}

/**
 * Follows the runstate of every vCPU; changes must come in order of time. A cursor, to avoid an object per
 * change: after `follow` it holds the interval that the change ended, until the next call.
 */
export class RunstateTracker {
  /** The vCPU's number: 0, 1, 2 ... in order of first changes. */
  id = -1
  /** Index in `runstates`. */
  state = 0
  /** pCPU of the change that began the interval; for a first change, of the change itself. */
  cpu = 0
  /** The interval's `since` and `until`. An array, as fields would box numbers beyond 2^31 at each change. */
  readonly #times = new Float64Array(2)
  readonly #ids = new Interner()
  #size = 0
  /** By id: the vCPU's state, its start, and the pCPU of the change that began it. */
  #states = new Uint8Array(FIRST_VCPUS)
  #since = new Float64Array(FIRST_VCPUS)
  #cpus = new Uint16Array(FIRST_VCPUS)

  /** Ticks. */
  get since(): number {
    return this.#times[0] as number
  }
  get until(): number {
    return this.#times[1] as number
  }

  get size(): number {
    return this.#size
  }

  domain(id: number): number {
    return this.#ids.key(id) >>> 16
  }

  vcpu(id: number): number {
    return this.#ids.key(id) & 0xffff
  }

  /** Takes a record that satisfies `isChange`; `losses` are those that may precede it. */
  follow({ time, cpu, words, at }: MergedRecord, losses: Losses): Outcome {
    const event = words[at] as number
    const id = this.#ids.intern(words[at + 1] as number)
    const left = oldState(event)
    let outcome: Outcome = WHOLE
    this.id = id
    if (id === this.#size) {
      if (id === this.#states.length) this.#grow()
      this.#size += 1
      this.state = left
      this.cpu = cpu
      outcome = FIRST
    } else if (this.#holdUntil(time, losses)) outcome = CUT
    else if (this.state !== left) outcome = MISMATCH
    this.#states[id] = newState(event)
    this.#since[id] = time
    this.#cpus[id] = cpu
    return outcome
  }

  /** Moves to the interval that is open at the capture's end. */
  close(id: number, { last, losses }: Pick<Extent, 'last' | 'losses'>): void {
    this.id = id
    this.#holdUntil(last, losses)
  }

  /** Moves to the vCPU's current interval; returns true if only part of it until `to` is known. */
  #holdUntil(to: number, losses: Losses): boolean {
    const state = this.#states[this.id] as number
    const cpu = this.#cpus[this.id] as number
    const since = this.#since[this.id] as number
    const times = this.#times
    this.state = state
    this.cpu = cpu
    times[0] = since
    times[1] = to
    if (losses.all.length === 0) return false
    const lost = losses.unknownFrom(state === RUNNING ? cpu : null, since, to)
    if (lost === Number.POSITIVE_INFINITY) return false
    times[1] = lost
    return true
  }

  #grow(): void {
    const vcpus = this.#states.length * 2
    this.#states = longer(this.#states, vcpus)
    this.#since = longer(this.#since, vcpus)
    this.#cpus = longer(this.#cpus, vcpus)
  }
}
