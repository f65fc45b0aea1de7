import { isRunstateChange, newState, oldState } from './events.ts'
import { Interner, longer } from './interner.ts'
import { EVENT_MASK, extraWords, type MergedRecord } from './record.ts'
import { Losses } from './spans.ts'

/** What a runstate change says of the interval that it ends. */
export type Outcome = 0 | 1 | 2 | 3
/** It is the vCPU's first change: it was in `state`, but nobody knows since when. */
export const FIRST = 0
/** The interval lasted from `since` to the change. */
export const WHOLE = 1
/** It is known from `since` to `until`, where records were lost. */
export const CUT = 2
/** The change before left another state: changes between them are missing. */
export const MISMATCH = 3

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

/** Whether a record is a runstate change; one that is too short to name its vCPU is none. */
export function isChange({ words, at }: MergedRecord): boolean {
  const header = words[at] as number
  return isRunstateChange(header & EVENT_MASK) && extraWords(header) > 0
}

/** A vCPU, and the interval in one state that it is in. */
interface Vcpu {
  readonly domain: number
  readonly vcpu: number
  /** Index in `runstates`. */
  state: number
  /** pCPU of the change that began the interval. */
  cpu: number
}

/**
 * Follows the runstate of every vCPU through its changes, which must come in the order of time. A cursor, so that no object
 * is made for a change: after `follow` it holds the interval that the change ended, until the next call.
 */
export class RunstateTracker {
  /** Of the vCPU: 0, 1, 2 ... in the order of first changes. */
  id = -1
  /** Index in `runstates`. */
  state = 0
  /** pCPU of the change that began the interval; before a first change, of the one that ended it. */
  cpu = 0
  /** Of the interval: `since` and `until`. An array, as numbers beyond 2^31 in fields would be boxed at each change. */
  readonly #times = new Float64Array(2)
  readonly #ids = new Interner()
  readonly #vcpus: Vcpu[] = []
  /** By id: when its present interval began. */
  #since = new Float64Array(FIRST_VCPUS)

  /** Ticks. */
  get since(): number {
    return this.#times[0] as number
  }
  get until(): number {
    return this.#times[1] as number
  }

  /** By id. */
  get vcpus(): readonly Pick<Vcpu, 'domain' | 'vcpu'>[] {
    return this.#vcpus
  }

  /** Takes a record that `isChange`; `losses` are those that may have come before it. */
  follow({ time, cpu, words, at }: MergedRecord, losses: Losses): Outcome {
    const event = words[at] as number
    const key = words[at + 1] as number
    const id = this.#ids.intern(key)
    this.id = id
    if (id === this.#vcpus.length) {
      this.state = oldState(event)
      this.cpu = cpu
      this.#vcpus.push({ domain: key >>> 16, vcpu: key & 0xffff, state: newState(event), cpu })
      if (id === this.#since.length) this.#since = longer(this.#since, 2 * id)
      this.#since[id] = time
      return FIRST
    }
    const isCut = this.#holdUntil(time, losses)
    const vcpu = this.#vcpus[id] as Vcpu
    vcpu.state = newState(event)
    vcpu.cpu = cpu
    this.#since[id] = time
    return isCut ? CUT : this.state === oldState(event) ? WHOLE : MISMATCH
  }

  /** Moves to the interval that a vCPU is still in at the capture's end. */
  close(id: number, { last, losses }: Pick<Extent, 'last' | 'losses'>): void {
    this.id = id
    this.#holdUntil(last, losses)
  }

  /** Moves to the present interval of the vCPU; whether it is known only in part of the time until `to`. */
  #holdUntil(to: number, losses: Losses): boolean {
    const { state, cpu } = this.#vcpus[this.id] as Vcpu
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
}
