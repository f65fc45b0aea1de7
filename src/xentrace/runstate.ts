import { Histogram } from '../stats/histogram.ts'
import { IDLE_DOMAIN, newState, oldState, runstates } from './events.ts'
import { Interner } from './interner.ts'
import type { MergedRecord } from './record.ts'
import { Losses } from './spans.ts'

const STATES = runstates.length
const RUNNING = 0
const RUNNABLE = 1
const FIRST_VCPUS = 64
const noLosses = new Losses()

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

/** Where a capture begins and ends, in ticks: as a whole, and each pCPU's first record; and what it lacks in between. */
export interface Extent {
  readonly first: number
  readonly last: number
  readonly pcpus: readonly { readonly cpu: number; readonly first: number }[]
  readonly losses: Losses
}

/**
 * Follows the runstate of every vCPU from its changes, which must come in the order of time, and adds up how long
 * each state lasted. A vCPU's key is the word that the record carries: domain in the high, vCPU in the low 16 bits.
 */
export class RunstateTracker {
  /** Changes whose old state is not the one that the change before left: records between them are missing. */
  mismatches = 0
  readonly #vcpus = new Interner()
  #size = 0
  #states = new Uint8Array(FIRST_VCPUS)
  /** When the present state began. */
  #since = new Float64Array(FIRST_VCPUS)
  /** pCPU of the last change. */
  #cpus = new Uint16Array(FIRST_VCPUS)
  /** Whether the vCPU was blocked or offline before it became runnable. */
  #woke = new Uint8Array(FIRST_VCPUS)
  /** Of the first change: its time, old state and pCPU. */
  #firstTimes = new Float64Array(FIRST_VCPUS)
  #firstStates = new Uint8Array(FIRST_VCPUS)
  #firstCpus = new Uint16Array(FIRST_VCPUS)
  #unknown = new Float64Array(FIRST_VCPUS)
  #counts = new Float64Array(FIRST_VCPUS * STATES)
  #ticks = new Float64Array(FIRST_VCPUS * STATES)
  #parts = new Float64Array(FIRST_VCPUS * STATES)
  readonly #wakeToRun: Histogram[] = []
  /** Ticks by pCPU: busy, idle, busy, idle ... */
  #pcpuTicks = new Float64Array(FIRST_VCPUS)

  /**
   * Takes a runstate change; `losses` are those that may have come before it. A record and not its parts, as numbers beyond 2^31
   * would be boxed for the call.
   */
  apply({ time, cpu, words, at }: MergedRecord, losses = noLosses): void {
    const event = words[at] as number
    const key = words[at + 1] as number
    const slot = this.#vcpus.intern(key)
    const from = oldState(event)
    const to = newState(event)
    if (slot === this.#size) this.#begin(slot, time, from, cpu)
    else {
      const since = this.#since[slot] as number
      const state = this.#states[slot] as number
      const lost =
        losses.all.length === 0
          ? Number.POSITIVE_INFINITY
          : losses.unknownFrom(state === RUNNING ? (this.#cpus[slot] as number) : null, since, time)
      if (lost !== Number.POSITIVE_INFINITY) {
        this.#addPart(slot, state, lost - since, this.#cpus[slot] as number)
        this.#addUnknown(slot, time - lost)
      } else if (state === from) {
        const took = time - since
        const place = slot * STATES + from
        this.#counts[place] = (this.#counts[place] as number) + 1
        this.#ticks[place] = (this.#ticks[place] as number) + took
        if (from === RUNNING) this.#ran(this.#cpus[slot] as number, key >>> 16, took)
        else if (from === RUNNABLE && to === RUNNING && this.#woke[slot] === 1) {
          ;(this.#wakeToRun[slot] as Histogram).add(took)
        }
      } else {
        this.mismatches += 1
        this.#addUnknown(slot, time - since)
      }
    }
    this.#states[slot] = to
    this.#since[slot] = time
    this.#cpus[slot] = cpu
    this.#woke[slot] = from > RUNNABLE ? 1 : 0
  }

  /** Use of vCPUs, by domain and vCPU, and of pCPUs. To be asked for once, at the capture's end. */
  finish(extent: Extent): { readonly vcpus: readonly VcpuUse[]; readonly pcpus: readonly PcpuUse[] } {
    const firsts = new Map(extent.pcpus.map(({ cpu, first }) => [cpu, first]))
    for (let slot = 0; slot < this.#size; slot++) this.#closeEdges(slot, extent, firsts)
    const vcpus = Array.from({ length: this.#size }, (_, slot) => {
      const key = this.#vcpus.key(slot)
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
    if (slot === this.#states.length) this.#grow()
    this.#size += 1
    this.#firstTimes[slot] = time
    this.#firstStates[slot] = state
    this.#firstCpus[slot] = cpu
    this.#wakeToRun.push(new Histogram())
  }

  /** The stays that the capture's beginning and end cut. */
  #closeEdges(slot: number, { first, last, losses }: Extent, firsts: ReadonlyMap<number, number>): void {
    const begin = this.#firstTimes[slot] as number
    const before = this.#firstStates[slot] as number
    const beginCpu = this.#firstCpus[slot] as number
    // A pCPU runs one vCPU at a time and records each change, so the first that leaves it ran since its first record.
    const from = before === RUNNING ? (firsts.get(beginCpu) ?? begin) : first
    const known =
      losses.unknownFrom(before === RUNNING ? beginCpu : null, from, begin) === Number.POSITIVE_INFINITY
    if (known) this.#addPart(slot, before, begin - from, beginCpu)
    else this.#addUnknown(slot, begin - from)

    const state = this.#states[slot] as number
    const since = this.#since[slot] as number
    const cpu = this.#cpus[slot] as number
    const until = Math.min(last, losses.unknownFrom(state === RUNNING ? cpu : null, since, last))
    this.#addPart(slot, state, until - since, cpu)
    this.#addUnknown(slot, last - until)
  }

  #addUnknown(slot: number, took: number): void {
    this.#unknown[slot] = (this.#unknown[slot] as number) + took
  }

  #addPart(slot: number, state: number, took: number, cpu: number): void {
    const place = slot * STATES + state
    this.#parts[place] = (this.#parts[place] as number) + took
    if (state === RUNNING) this.#ran(cpu, this.#vcpus.key(slot) >>> 16, took)
  }

  #ran(cpu: number, domain: number, took: number): void {
    const place = 2 * cpu + (domain === IDLE_DOMAIN ? 1 : 0)
    if (place >= this.#pcpuTicks.length) this.#pcpuTicks = longer(this.#pcpuTicks, place * 2)
    this.#pcpuTicks[place] = (this.#pcpuTicks[place] as number) + took
  }

  #grow(): void {
    const vcpus = this.#states.length * 2
    this.#states = longer(this.#states, vcpus)
    this.#since = longer(this.#since, vcpus)
    this.#cpus = longer(this.#cpus, vcpus)
    this.#woke = longer(this.#woke, vcpus)
    this.#firstTimes = longer(this.#firstTimes, vcpus)
    this.#firstStates = longer(this.#firstStates, vcpus)
    this.#firstCpus = longer(this.#firstCpus, vcpus)
    this.#unknown = longer(this.#unknown, vcpus)
    this.#counts = longer(this.#counts, vcpus * STATES)
    this.#ticks = longer(this.#ticks, vcpus * STATES)
    this.#parts = longer(this.#parts, vcpus * STATES)
  }
}

type List = Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

function longer<Kind extends List>(list: Kind, length: number): Kind {
  const copy = new (list.constructor as new (length: number) => Kind)(length)
  copy.set(list)
  return copy
}
