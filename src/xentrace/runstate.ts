import { isRunstateChange, newState, oldState } from './events.ts'
import { Interner, longer } from './interner.ts'
import { EVENT_MASK, extraWords, type MergedRecord } from './record.ts'
import { Losses } from './spans.ts'

/** What a record says of the interval in one runstate that it ends. */
export type Outcome = 0 | 1 | 2 | 3 | 4
/** Nothing: it is no runstate change. */
export const OTHER = 0
/** The vCPU's first change: it was in `state`, but nobody knows since when. */
export const FIRST = 1
/** The interval lasted from `since` to the change. */
export const WHOLE = 2
/** It is known from `since` to `until`, where records were lost. */
export const CUT = 3
/** The change before left another state: changes between them are missing. */
export const MISMATCH = 4

/** Where a capture begins and ends, in ticks: as a whole, and each pCPU's first record; and what it lacks in between. */
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

/**
 * Follows the runstate of every vCPU through its changes, which must come in the order of time. A cursor, so that no object
 * is made for a change: after `follow` it holds the interval that the change ended, until the next call.
 */
export class RunstateTracker {
  /** The vCPU: 0, 1, 2 ... in the order of first changes. */
  id = -1
  /** Index in `runstates`. */
  state = 0
  /** pCPU of the change that began the interval; of the one that ended it, of a first change. */
  cpu = 0
  /** Ticks. */
  since = 0
  until = 0
  readonly #vcpus = new Interner()
  #size = 0
  #states = new Uint8Array(FIRST_VCPUS)
  #since = new Float64Array(FIRST_VCPUS)
  #cpus = new Uint16Array(FIRST_VCPUS)

  /** Number of vCPUs that changed so far. */
  get size(): number {
    return this.#size
  }

  domain(id: number): number {
    return this.#vcpus.key(id) >>> 16
  }

  vcpu(id: number): number {
    return this.#vcpus.key(id) & 0xffff
  }

  /** `losses` are those that may have come before the record. */
  follow({ time, cpu, words, at }: MergedRecord, losses: Losses): Outcome {
    const header = words[at] as number
    const event = header & EVENT_MASK
    if (!isRunstateChange(event) || extraWords(header) === 0) return OTHER
    const id = this.#vcpus.intern(words[at + 1] as number)
    const left = oldState(event)
    let outcome: Outcome = WHOLE
    this.id = id
    if (id === this.#size) {
      if (id === this.#states.length) this.#grow()
      this.#size += 1
      this.state = left
      this.cpu = cpu
      outcome = FIRST
    } else if (this.#holdUntil(time, losses)) {
      outcome = CUT
    } else if (this.state !== left) {
      outcome = MISMATCH
    }
    this.#states[id] = newState(event)
    this.#since[id] = time
    this.#cpus[id] = cpu
    return outcome
  }

  /** Moves to the interval that vCPU `id` is still in at the capture's end. */
  close(id: number, { last, losses }: Pick<Extent, 'last' | 'losses'>): void {
    this.id = id
    this.#holdUntil(last, losses)
  }

  /** Moves to the open interval of vCPU `id`; whether it is known only in part of the time until `to`. */
  #holdUntil(to: number, losses: Losses): boolean {
    const { id } = this
    this.state = this.#states[id] as number
    this.cpu = this.#cpus[id] as number
    this.since = this.#since[id] as number
    this.until = to
    if (losses.all.length === 0) return false
    const lost = losses.unknownFrom(this.state === RUNNING ? this.cpu : null, this.since, to)
    if (lost === Number.POSITIVE_INFINITY) return false
    this.until = lost
    return true
  }

  #grow(): void {
    const vcpus = this.#states.length * 2
    this.#states = longer(this.#states, vcpus)
    this.#since = longer(this.#since, vcpus)
    this.#cpus = longer(this.#cpus, vcpus)
  }
}
