import { Histogram } from '../stats/histogram.ts'
import { IDLE_DOMAIN, isRunstateChange, newState, oldState, runstates } from './events.ts'
import { longer } from './interner.ts'
import type { MergedRecord } from './record.ts'
import { CUT, type Extent, FIRST, isChange, MISMATCH, RUNNING, RunstateTracker, WHOLE } from './runstate.ts'
import type { Start, Tracker } from './scan.ts'
import { Losses } from './spans.ts'

const RUNNABLE = 1
const FIRST_PCPUS = 64

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

/** A vCPU while the capture is read. */
interface Vcpu {
  readonly domain: number
  readonly vcpu: number
  /** By state. Typed arrays, as they are added to at each change. */
  readonly counts: Float64Array
  readonly ticks: Float64Array
  readonly partTicks: Float64Array
  unknownTicks: number
  readonly wakeToRun: Histogram
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
  /** Ticks by pCPU: busy, idle, busy, idle ... */
  #pcpuTicks = new Float64Array(FIRST_PCPUS)

  begin({ losses }: Pick<Start, 'losses'>): void {
    this.#losses = losses
  }

  take(record: MergedRecord): void {
    if (isChange(record)) this.#follow(record)
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
      vcpus: this.#vcpus.map(useOf).sort((a, b) => a.domain - b.domain || a.vcpu - b.vcpu),
      pcpus: extent.pcpus.map(({ cpu }) => ({
        cpu,
        busyTicks: this.#pcpuTicks[2 * cpu] ?? 0,
        idleTicks: this.#pcpuTicks[2 * cpu + 1] ?? 0,
      })),
    }
  }

  #follow(record: MergedRecord): void {
    const runs = this.#runstates
    const outcome = runs.follow(record, this.#losses)
    const { id, state } = runs
    if (outcome === FIRST) this.#add(record.time)
    const vcpu = this.#vcpus[id] as Vcpu
    const event = record.words[record.at] as number
    if (outcome === WHOLE) {
      const took = runs.until - runs.since
      const { counts, ticks } = vcpu
      counts[state] = (counts[state] as number) + 1
      ticks[state] = (ticks[state] as number) + took
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

  #add(time: number): void {
    const { id, state, cpu, vcpus } = this.#runstates
    const { domain, vcpu } = vcpus[id] as (typeof vcpus)[number]
    const [counts, ticks, partTicks] = [sums(), sums(), sums()]
    const begin = { time, state, cpu }
    const wakeToRun = new Histogram()
    const unknownTicks = 0
    this.#vcpus.push({ domain, vcpu, counts, ticks, partTicks, unknownTicks, wakeToRun, begin, woke: false })
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
    const { partTicks } = vcpu
    partTicks[state] = (partTicks[state] as number) + took
    if (state === RUNNING) this.#ran(vcpu, cpu, took)
  }

  #ran({ domain }: Vcpu, cpu: number, took: number): void {
    const place = 2 * cpu + (domain === IDLE_DOMAIN ? 1 : 0)
    if (place >= this.#pcpuTicks.length) this.#pcpuTicks = longer(this.#pcpuTicks, 2 * place)
    this.#pcpuTicks[place] = (this.#pcpuTicks[place] as number) + took
  }
}

function sums(): Float64Array {
  return new Float64Array(runstates.length)
}

function useOf({ domain, vcpu, counts, ticks, partTicks, unknownTicks, wakeToRun }: Vcpu): VcpuUse {
  const states = runstates.map((_, i) => ({
    count: counts[i] as number,
    ticks: ticks[i] as number,
    partTicks: partTicks[i] as number,
  }))
  return { domain, vcpu, states, unknownTicks, wakeToRun }
}
