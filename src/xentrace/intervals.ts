import { isRunstateChange, type Runstate, runstates } from './events.ts'
import type { MergedRecord } from './record.ts'
import { CUT, type Extent, FIRST, isChange, RUNNING, RunstateTracker, WHOLE } from './runstate.ts'
import type { Start, Tracker } from './scan.ts'
import { Losses, type Span } from './spans.ts'

/** A vCPU in one state. */
export interface Interval extends Span {
  readonly domain: number
  readonly vcpu: number
  readonly state: Runstate
  /** pCPU of the change that began it, or ended it if the former is missing: where a running vCPU runs. */
  readonly cpu: number
}

/** Reports an interval for each runstate change that ends one; drops it if the change contradicts it. */
export class IntervalTracker implements Tracker {
  readonly wants = isRunstateChange
  readonly #give: (interval: Interval) => void
  readonly #runstates = new RunstateTracker()
  #first = 0
  #losses = new Losses()

  constructor(give: (interval: Interval) => void) {
    this.#give = give
  }

  begin({ first, losses }: Pick<Start, 'first' | 'losses'>): void {
    this.#first = first
    this.#losses = losses
  }

  take(record: MergedRecord): void {
    if (!isChange(record)) return
    const runs = this.#runstates
    const outcome = runs.follow(record, this.#losses)
    if (outcome === WHOLE || outcome === CUT) this.#end(runs.since, runs.until)
    else if (outcome === FIRST) {
      // The state's beginning was not recorded, so nothing is known about it before a loss.
      const { state, cpu } = runs
      const lost = this.#losses.unknownFrom(state === RUNNING ? cpu : null, this.#first, record.time)
      if (lost === Number.POSITIVE_INFINITY) this.#end(this.#first, record.time)
    }
  }

  /** Ends the intervals that are open at the capture's end. */
  finish(extent: Pick<Extent, 'last' | 'losses'>): void {
    const runs = this.#runstates
    for (let id = 0; id < runs.size; id++) {
      runs.close(id, extent)
      this.#end(runs.since, runs.until)
    }
  }

  #end(from: number, to: number): void {
    const { id, state, cpu } = this.#runstates
    const [domain, vcpu] = [this.#runstates.domain(id), this.#runstates.vcpu(id)]
    this.#give({ domain, vcpu, state: runstates[state] as Runstate, from, to, cpu })
  }
}
