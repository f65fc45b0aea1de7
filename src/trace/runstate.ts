import { Histogram } from '../stats/histogram.ts'
import { IDLE_DOMAIN, newState, oldState, runstates } from './events.ts'
import type { MergedRecord } from './merge.ts'
import { Slots } from './slots.ts'

const STATES = runstates.length
const RUNNING = 0
const RUNNABLE = 1
const UNKNOWN = 255
const FIRST_VCPUS = 64
const NEVER = Number.NEGATIVE_INFINITY

/** How long a vCPU, or all vCPUs of a domain, were in one state. */
export interface Residency {
  /** Stays that the capture has from beginning to end, and the ticks that they took. */
  readonly count: number
  readonly ticks: number
  /** Ticks in stays of which it has only a part: at its own edges, and where records are missing. */
  readonly partTicks: number
}

export interface VcpuUse {
  readonly domain: number
  readonly vcpu: number
  /** In the order of `runstates`. */
  readonly states: readonly Residency[]
  /** Ticks in a state that is not known, as records are missing. */
  readonly unknownTicks: number
  /** Ticks from becoming runnable, when it was blocked or offline before, to running. */
  readonly wakeToRun: Histogram
}

export interface PcpuUse {
  readonly cpu: number
  /** Ticks in which a vCPU of a domain, and in which the idle vCPU ran; the rest of the time is not known. */
  readonly busyTicks: number
  readonly idleTicks: number
}

/** A vCPU's first change: its time (ticks), old state and pCPU. */
interface First {
  readonly time: number
  readonly state: number
  readonly cpu: number
}

/** Where a capture begins and ends, in ticks: as a whole, and each pCPU's first record. */
export interface Extent {
  readonly first: number
  readonly last: number
  readonly pcpus: readonly { readonly cpu: number; readonly first: number }[]
}

/**
 * Follows the runstate of every vCPU from its changes, which must come in the order of time, and adds up how long
 * each state lasted. A vCPU's key is the word that the record carries: domain in the high, vCPU in the low 16 bits.
 */
export class RunstateTracker {
  /** Changes whose old state is not the one that the change before left: records between them are missing. */
  mismatches = 0
  readonly #slots = new Slots()
  #states = new Uint8Array(FIRST_VCPUS).fill(UNKNOWN)
  /** When the present state began, or began to be unknown. */
  #since = new Float64Array(FIRST_VCPUS).fill(NEVER)
  /** pCPU of the last change. */
  #cpus = new Int32Array(FIRST_VCPUS)
  /** Whether the vCPU was blocked or offline before it became runnable. */
  #woke = new Uint8Array(FIRST_VCPUS)
  #unknown = new Float64Array(FIRST_VCPUS)
  #counts = new Float64Array(FIRST_VCPUS * STATES)
  #ticks = new Float64Array(FIRST_VCPUS * STATES)
  #parts = new Float64Array(FIRST_VCPUS * STATES)
  readonly #wakeToRun: Histogram[] = []
  readonly #firsts: First[] = []
  /** Ticks by pCPU: busy, idle, busy, idle ... */
  #pcpuTicks = new Float64Array(FIRST_VCPUS)

  /** Takes a runstate change. A record and not its parts, as numbers beyond 2^31 would be boxed for the call. */
  apply({ time, cpu, words, at }: MergedRecord): void {
    const event = words[at] as number
    const key = words[at + 1] as number
    const slot = this.#slots.slot(key)
    const from = oldState(event)
    const to = newState(event)
    if (slot >= this.#firsts.length) this.#begin(slot, time, from, cpu)
    else {
      const took = time - (this.#since[slot] as number)
      const state = this.#states[slot] as number
      if (state === from) {
        const place = slot * STATES + from
        this.#counts[place] = (this.#counts[place] as number) + 1
        this.#ticks[place] = (this.#ticks[place] as number) + took
        if (from === RUNNING) this.#ran(this.#cpus[slot] as number, key >>> 16, took)
        else if (from === RUNNABLE && to === RUNNING && this.#woke[slot] === 1) {
          ;(this.#wakeToRun[slot] as Histogram).add(took)
        }
      } else {
        if (state !== UNKNOWN) this.mismatches += 1
        this.#unknown[slot] = (this.#unknown[slot] as number) + took
      }
    }
    this.#states[slot] = to
    this.#since[slot] = time
    this.#cpus[slot] = cpu
    this.#woke[slot] = from > RUNNABLE ? 1 : 0
  }

  /**
   * Nothing is known of `cpu` from `from` to now. What runs elsewhere still does, as the change would be recorded
   * there; any other vCPU may have changed.
   */
  lose(cpu: number, from: number): void {
    for (let slot = 0; slot < this.#firsts.length; slot++) {
      const state = this.#states[slot] as number
      if (state === UNKNOWN || (state === RUNNING && this.#cpus[slot] !== cpu)) continue
      const since = this.#since[slot] as number
      const until = Math.max(since, from)
      this.#addPart(slot, state, until - since, this.#cpus[slot] as number)
      this.#states[slot] = UNKNOWN
      this.#since[slot] = until
    }
  }

  /** Index in `runstates` of the vCPU's present state; undefined if it has not changed yet, or is not known. */
  state(key: number): number | undefined {
    const state = this.#states[this.#slots.slot(key)] ?? UNKNOWN
    return state === UNKNOWN ? undefined : state
  }

  /** Use of vCPUs, by domain and vCPU, and of pCPUs. To be asked for once, at the capture's end. */
  finish(extent: Extent): { readonly vcpus: readonly VcpuUse[]; readonly pcpus: readonly PcpuUse[] } {
    for (const slot of this.#firsts.keys()) this.#closeEdges(slot, extent)
    const vcpus = Array.from(this.#firsts, (_, slot) => {
      const key = this.#slots.key(slot)
      return {
        domain: key >>> 16,
        vcpu: key & 0xffff,
        states: runstates.map((_, state) => ({
          count: this.#counts[slot * STATES + state] as number,
          ticks: this.#ticks[slot * STATES + state] as number,
          partTicks: this.#parts[slot * STATES + state] as number,
        })),
        unknownTicks: this.#unknown[slot] as number,
        wakeToRun: this.#wakeToRun[slot] as Histogram,
      }
    })
    const pcpus = extent.pcpus.map(({ cpu }) => ({
      cpu,
      busyTicks: this.#pcpuTicks[2 * cpu] ?? 0,
      idleTicks: this.#pcpuTicks[2 * cpu + 1] ?? 0,
    }))
    return { vcpus: vcpus.sort((a, b) => a.domain - b.domain || a.vcpu - b.vcpu), pcpus }
  }

  #begin(slot: number, time: number, state: number, cpu: number): void {
    if (slot >= this.#states.length) this.#grow()
    this.#firsts.push({ time, state, cpu })
    this.#wakeToRun.push(new Histogram())
  }

  /** The stays that the capture's beginning and end cut. */
  #closeEdges(slot: number, { first, last, pcpus }: Extent): void {
    const begin = this.#firsts[slot] as First
    // A pCPU runs one vCPU at a time and records each change, so the first that leaves it ran since its first record.
    const from =
      begin.state === RUNNING ? (pcpus.find(({ cpu }) => cpu === begin.cpu)?.first ?? begin.time) : first
    this.#addPart(slot, begin.state, begin.time - from, begin.cpu)
    const took = last - (this.#since[slot] as number)
    const state = this.#states[slot] as number
    if (state === UNKNOWN) this.#unknown[slot] = (this.#unknown[slot] as number) + took
    else this.#addPart(slot, state, took, this.#cpus[slot] as number)
  }

  #addPart(slot: number, state: number, took: number, cpu: number): void {
    const place = slot * STATES + state
    this.#parts[place] = (this.#parts[place] as number) + took
    if (state === RUNNING) this.#ran(cpu, this.#slots.key(slot) >>> 16, took)
  }

  #ran(cpu: number, domain: number, took: number): void {
    const place = 2 * cpu + (domain === IDLE_DOMAIN ? 1 : 0)
    if (place >= this.#pcpuTicks.length) this.#pcpuTicks = longer(this.#pcpuTicks, place * 2)
    this.#pcpuTicks[place] = (this.#pcpuTicks[place] as number) + took
  }

  #grow(): void {
    const vcpus = this.#states.length * 2
    const states = new Uint8Array(vcpus).fill(UNKNOWN)
    states.set(this.#states)
    this.#states = states
    this.#since = longer(this.#since, vcpus)
    this.#unknown = longer(this.#unknown, vcpus)
    this.#counts = longer(this.#counts, vcpus * STATES)
    this.#ticks = longer(this.#ticks, vcpus * STATES)
    this.#parts = longer(this.#parts, vcpus * STATES)
    const cpus = new Int32Array(vcpus)
    cpus.set(this.#cpus)
    this.#cpus = cpus
    const woke = new Uint8Array(vcpus)
    woke.set(this.#woke)
    this.#woke = woke
  }
}

function longer(list: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(length)
  copy.set(list)
  return copy
}
