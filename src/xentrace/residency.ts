import { Histogram } from '../stats/histogram.ts'
import { IDLE_DOMAIN, isRunstateChange, newState, oldState, runstates } from './events.ts'
import { longer } from './interner.ts'
import type { MergedRecord } from './record.ts'
import { CUT, type Extent, FIRST, isChange, RUNNING, RunstateTracker, WHOLE } from './runstate.ts'
import type { Start, Tracker } from './scan.ts'
import { Losses } from './spans.ts'

const STATES = runstates.length
const RUNNABLE = 1
const FIRST_VCPUS = 64

/** Time that a vCPU, or all vCPUs of a domain, spent in one state. */
export interface Residency {
  /** Number and total ticks of the intervals that the capture has completely. */
  readonly count: number
  readonly ticks: number
  /** Ticks in partial intervals: at the capture's ends and where records are missing. */
  readonly partTicks: number
}

export interface VcpuUse {
  readonly domain: number
  readonly vcpu: number
  /** In the order of `runstates`. */
  readonly states: readonly Residency[]
  /** Ticks in an unknown state: records are missing. */
  readonly unknownTicks: number
  /** Ticks from becoming runnable after blocked or offline, to running. */
  readonly wakeToRun: Histogram
}

export interface PcpuUse {
  readonly cpu: number
  /** Ticks in which a domain's vCPU, or the idle vCPU, ran; the rest is unknown. */
  readonly busyTicks: number
  readonly idleTicks: number
}

/** A vCPU's first change: its time, old state and pCPU. */
interface FirstChange {
  readonly time: number
  readonly state: number
  readonly cpu: number
}

/** Sums the time that each vCPU spent in each state, and each pCPU was busy. */
export class ResidencyTracker implements Tracker {
  readonly wants = isRunstateChange
  /** Changes whose old state is not the last new state: records in between are missing. */
  mismatches = 0
  readonly #runstates = new RunstateTracker()
  #losses = new Losses()
  /** 1 if the vCPU was blocked or offline before it became runnable. */
  #woke = new Uint8Array(FIRST_VCPUS)
  readonly #firsts: FirstChange[] = []
  readonly #unknown: number[] = []
  #counts = new Float64Array(FIRST_VCPUS * STATES)
  #ticks = new Float64Array(FIRST_VCPUS * STATES)
  #parts = new Float64Array(FIRST_VCPUS * STATES)
  readonly #wakeToRun: Histogram[] = []
  /** Ticks by pCPU: busy, idle, busy, idle ... */
  #pcpuTicks = new Float64Array(FIRST_VCPUS)

  begin({ losses }: Pick<Start, 'losses'>): void {
    this.#losses = losses
  }

  take(record: MergedRecord): void {
    if (isChange(record)) this.#follow(record)
  }

  /** Returns the use of vCPUs (by domain and vCPU) and of pCPUs. Call once, at the capture's end. */
  finish(extent: Extent): { readonly vcpus: readonly VcpuUse[]; readonly pcpus: readonly PcpuUse[] } {
    const firsts = new Map(extent.pcpus.map(({ cpu, first }) => [cpu, first]))
    const runs = this.#runstates
    const vcpus = Array.from({ length: runs.size }, (_, id) => {
      this.#closeEdges(id, extent, firsts)
      return {
        domain: runs.domain(id),
        vcpu: runs.vcpu(id),
        states: runstates.map((_, state) => ({
          count: this.#counts[id * STATES + state] as number,
          ticks: this.#ticks[id * STATES + state] as number,
          partTicks: this.#parts[id * STATES + state] as number,
        })),
        unknownTicks: this.#unknown[id] as number,
        wakeToRun: this.#wakeToRun[id] as Histogram,
      }
    })
    const pcpus = extent.pcpus.map(({ cpu }) => ({
      cpu,
      busyTicks: this.#pcpuTicks[2 * cpu] ?? 0,
      idleTicks: this.#pcpuTicks[2 * cpu + 1] ?? 0,
    }))
    return { vcpus: vcpus.sort((a, b) => a.domain - b.domain || a.vcpu - b.vcpu), pcpus }
  }

  #follow(record: MergedRecord): void {
    const runs = this.#runstates
    const outcome = runs.follow(record, this.#losses)
    const { id, state, cpu } = runs
    const event = record.words[record.at] as number
    if (outcome === WHOLE) {
      const took = runs.until - runs.since
      const place = id * STATES + state
      this.#counts[place] = (this.#counts[place] as number) + 1
      this.#ticks[place] = (this.#ticks[place] as number) + took
      if (state === RUNNING) this.#ran(cpu, runs.domain(id), took)
      else if (state === RUNNABLE && newState(event) === RUNNING && this.#woke[id] === 1) {
        ;(this.#wakeToRun[id] as Histogram).add(took)
      }
    } else if (outcome === FIRST) this.#begin(record.time)
    else if (outcome === CUT) {
      this.#addPart(id, state, runs.until - runs.since, cpu)
      this.#addUnknown(id, record.time - runs.until)
    } else {
      this.mismatches += 1
      this.#addUnknown(id, record.time - runs.since)
    }
    this.#woke[id] = oldState(event) > RUNNABLE ? 1 : 0
  }

  #begin(time: number): void {
    const { id, state, cpu } = this.#runstates
    if (id === this.#woke.length) this.#grow()
    this.#firsts.push({ time, state, cpu })
    this.#unknown.push(0)
    this.#wakeToRun.push(new Histogram())
  }

  /** Counts the intervals cut by the capture's beginning and end. */
  #closeEdges(id: number, extent: Extent, firsts: ReadonlyMap<number, number>): void {
    const { first, last, losses } = extent
    const before = this.#firsts[id] as FirstChange
    const running = before.state === RUNNING ? before.cpu : null
    // A pCPU runs one vCPU at a time and records all changes: the first to leave ran since its first record.
    const from = running === null ? first : (firsts.get(running) ?? before.time)
    if (losses.unknownFrom(running, from, before.time) === Number.POSITIVE_INFINITY)
      this.#addPart(id, before.state, before.time - from, before.cpu)
    else this.#addUnknown(id, before.time - from)

    this.#runstates.close(id, extent)
    const { state, cpu, since, until } = this.#runstates
    this.#addPart(id, state, until - since, cpu)
    this.#addUnknown(id, last - until)
  }

  #addUnknown(id: number, took: number): void {
    this.#unknown[id] = (this.#unknown[id] as number) + took
  }

  #addPart(id: number, state: number, took: number, cpu: number): void {
    const place = id * STATES + state
    this.#parts[place] = (this.#parts[place] as number) + took
    if (state === RUNNING) this.#ran(cpu, this.#runstates.domain(id), took)
  }

  #ran(cpu: number, domain: number, took: number): void {
    const place = 2 * cpu + (domain === IDLE_DOMAIN ? 1 : 0)
    if (place >= this.#pcpuTicks.length) this.#pcpuTicks = longer(this.#pcpuTicks, place * 2)
    this.#pcpuTicks[place] = (this.#pcpuTicks[place] as number) + took
  }

  #grow(): void {
    const vcpus = this.#woke.length * 2
    this.#woke = longer(this.#woke, vcpus)
    this.#counts = longer(this.#counts, vcpus * STATES)
    this.#ticks = longer(this.#ticks, vcpus * STATES)
    this.#parts = longer(this.#parts, vcpus * STATES)
  }
}
