import { Histogram } from '../stats/histogram.ts'
import { IDLE_DOMAIN, isRunstateChange, newState, oldState, runstates } from './events.ts'
import type { MergedRecord } from './record.ts'
import { CUT, type Extent, FIRST, MISMATCH, OTHER, RUNNING, RunstateTracker, WHOLE } from './runstate.ts'
import type { Start, Tracker } from './scan.ts'
import { Losses } from './spans.ts'

const RUNNABLE = 1

/** How long a vCPU, or all vCPUs of a domain, were in one state. */
export interface Residency {
  /** Intervals that the capture has from beginning to end, and the ticks that they took. */
  readonly count: number
  readonly ticks: number
  /** Ticks in intervals of which it has only a part: at its own edges, and where records are missing. */
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

type Growing<Type> = { -readonly [Key in keyof Type]: Type[Key] }

interface Vcpu extends Growing<VcpuUse> {
  readonly states: readonly Growing<Residency>[]
  /** Its first change: the time, the state that it ended, and the pCPU. */
  readonly begin: { readonly time: number; readonly state: number; readonly cpu: number }
  /** Whether it was blocked or offline before its present state. */
  woke: boolean
}

/** Adds up how long each vCPU was in each state, and each pCPU busy. */
export class ResidencyTracker implements Tracker {
  readonly wants = isRunstateChange
  /** Changes whose old state is not the one that the change before left: records between them are missing. */
  mismatches = 0
  readonly #runstates = new RunstateTracker()
  #losses = new Losses()
  /** By the id that `#runstates` gives a vCPU. */
  readonly #vcpus: Vcpu[] = []
  readonly #pcpus: Growing<PcpuUse>[] = []

  begin({ losses }: Pick<Start, 'losses'>): void {
    this.#losses = losses
  }

  take(record: MergedRecord): void {
    const runs = this.#runstates
    const outcome = runs.follow(record, this.#losses)
    if (outcome === OTHER) return
    const { id, state } = runs
    if (outcome === FIRST) this.#add(record.time)
    const vcpu = this.#vcpus[id] as Vcpu
    const event = record.words[record.at] as number
    if (outcome === WHOLE) {
      const took = runs.until - runs.since
      const residency = vcpu.states[state] as Growing<Residency>
      residency.count += 1
      residency.ticks += took
      if (state === RUNNING) this.#ran(vcpu, runs.cpu, took)
      else if (state === RUNNABLE && newState(event) === RUNNING && vcpu.woke) vcpu.wakeToRun.add(took)
    } else if (outcome === CUT) {
      this.#addPart(vcpu, state, runs.cpu, runs.until - runs.since)
      vcpu.unknownTicks += record.time - runs.until
    } else if (outcome === MISMATCH) {
      this.mismatches += 1
      vcpu.unknownTicks += record.time - runs.since
    }
    vcpu.woke = oldState(event) > RUNNABLE
  }

  /** Use of vCPUs, by domain and vCPU, and of pCPUs. To be asked for once, at the capture's end. */
  finish(extent: Extent): { readonly vcpus: readonly VcpuUse[]; readonly pcpus: readonly PcpuUse[] } {
    const firsts = new Map(extent.pcpus.map(({ cpu, first }) => [cpu, first]))
    for (const [id, vcpu] of this.#vcpus.entries()) {
      this.#addBegin(vcpu, extent, firsts)
      this.#runstates.close(id, extent)
      const { state, cpu, since, until } = this.#runstates
      this.#addPart(vcpu, state, cpu, until - since)
      vcpu.unknownTicks += extent.last - until
    }
    return {
      vcpus: this.#vcpus.toSorted((a, b) => a.domain - b.domain || a.vcpu - b.vcpu),
      pcpus: extent.pcpus.map(({ cpu }) => this.#pcpus[cpu] ?? { cpu, busyTicks: 0, idleTicks: 0 }),
    }
  }

  #add(time: number): void {
    const { id, state, cpu, vcpus } = this.#runstates
    const { domain, vcpu } = vcpus[id] as (typeof vcpus)[number]
    const states = runstates.map(() => ({ count: 0, ticks: 0, partTicks: 0 }))
    const begin = { time, state, cpu }
    const wakeToRun = new Histogram()
    this.#vcpus.push({ domain, vcpu, states, unknownTicks: 0, wakeToRun, begin, woke: false })
  }

  /** The interval that the capture's beginning cuts. */
  #addBegin(vcpu: Vcpu, { first, losses }: Extent, firsts: ReadonlyMap<number, number>): void {
    const { time, state, cpu } = vcpu.begin
    // A pCPU runs one vCPU at a time and records each change, so the first that leaves it ran since its first record.
    const from = state === RUNNING ? (firsts.get(cpu) ?? time) : first
    const lost = losses.unknownFrom(state === RUNNING ? cpu : null, from, time)
    if (lost === Number.POSITIVE_INFINITY) this.#addPart(vcpu, state, cpu, time - from)
    else vcpu.unknownTicks += time - from
  }

  #addPart(vcpu: Vcpu, state: number, cpu: number, took: number): void {
    const residency = vcpu.states[state] as Growing<Residency>
    residency.partTicks += took
    if (state === RUNNING) this.#ran(vcpu, cpu, took)
  }

  #ran({ domain }: Vcpu, cpu: number, took: number): void {
    let pcpu = this.#pcpus[cpu]
    if (pcpu === undefined) {
      pcpu = { cpu, busyTicks: 0, idleTicks: 0 }
      this.#pcpus[cpu] = pcpu
    }
    if (domain === IDLE_DOMAIN) pcpu.idleTicks += took
    else pcpu.busyTicks += took
  }
}
