import { newState, oldState } from './events.ts'
import { Slots } from './slots.ts'

const UNKNOWN = 255
const FIRST_VCPUS = 64

/**
 * Follows the runstate of every vCPU from its changes, which must come in the order of time.
 * A vCPU's key is the word that the record carries: domain in the high, vCPU in the low 16 bits.
 */
export class RunstateTracker {
  /** Changes whose old state is not the one that the change before left: records between them are missing. */
  mismatches = 0
  readonly #slots = new Slots()
  #states = new Uint8Array(FIRST_VCPUS).fill(UNKNOWN)

  /** Takes the runstate change `event` of vCPU `key`. */
  apply(event: number, key: number): void {
    const slot = this.#slots.slot(key)
    if (slot >= this.#states.length) this.#grow(slot)
    const state = this.#states[slot] as number
    if (state !== UNKNOWN && state !== oldState(event)) this.mismatches += 1
    this.#states[slot] = newState(event)
  }

  /** Index in `runstates` of the vCPU's present state; undefined if it has not changed yet. */
  state(key: number): number | undefined {
    const slot = this.#slots.slot(key)
    if (slot >= this.#states.length) this.#grow(slot)
    const state = this.#states[slot] as number
    return state === UNKNOWN ? undefined : state
  }

  #grow(slot: number): void {
    const states = new Uint8Array(slot * 2).fill(UNKNOWN)
    states.set(this.#states)
    this.#states = states
  }
}
