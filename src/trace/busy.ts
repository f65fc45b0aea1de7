/**
 * Time corrected for the number of busy pCPUs, for boards whose pCPUs share one stream of instructions.
 *
 * On such an emulated board k busy pCPUs each run at 1/k of their speed, so what takes a real board with its own
 * processors 1 ms takes k ms. The capture says which vCPUs run at each instant; a pCPU is busy while a vCPU of any
 * domain but the idle one runs on it. Corrected time is the integral of dt / max(1, k): the same instructions at the
 * speed of a pCPU that has the stream for itself.
 *
 * It is a model. Timers still fire on the uncorrected clock, so waits that end by a timer while others are busy come out
 * too short. The stream is handed on in turns, so that a vCPU that wakes up waits for its turn, in both clocks
 * (src/testbed/emulated/qemu.ts keeps turns short). Contention for memory and caches, which real processors do
 * share, is in neither.
 */

import { IDLE_DOMAIN, isRunstateChange, newState, oldState, runstates } from './events.ts'
import { EVENT_MASK } from './reader.ts'
import { scan } from './scan.ts'
import { firstAtOrAfter } from './timeline.ts'

/** The scheduler lets the vCPU run on: all that there is of one that never stops (xen/public/trace.h). */
const CONTINUE_RUNNING = 0x21002
const RUNNING = runstates.indexOf('running')

export interface BusyClock {
  /**
   * Corrected time at `ticks` of CNTPCT, in whole ticks from the capture's first change on. Rounded once for
   * each instant, so that corrected phases add up to their corrected total exactly.
   */
  at(ticks: number): number
  /** Mean number of busy pCPUs from one instant to a later one, idle pCPUs counting nothing. */
  meanBusy(from: number, to: number): number
}

export interface Vcpu {
  readonly domain: number
  readonly vcpu: number
}

/**
 * Of a whole capture. `steady` are vCPUs that are known to have run all the time: one that never changes its state and whose scheduler
 * has nothing to decide is not in the capture. Those that are in it are counted as it says.
 * @throws TraceError if it is not a whole, sane one
 */
export function busyClock(capture: Uint8Array, steady: readonly Vcpu[] = []): BusyClock {
  return clockOf(runningCounts(capture, steady))
}

interface Counts {
  /** When the number changes, ascending, and what it is from then on. */
  readonly times: readonly number[]
  readonly busy: readonly number[]
}

function runningCounts(capture: Uint8Array, steady: readonly Vcpu[]): Counts {
  const running = new Map<number, boolean>()
  const changes: { readonly time: number; readonly step: number }[] = []
  // A vCPU that runs when the capture begins tells so by its first change, or by being let run on.
  let first = 0
  const { damage } = scan(
    [capture],
    (merge) => {
      while (merge.next()) {
        const { words, at, time } = merge
        const header = words[at] as number
        const event = header & EVENT_MASK
        const continues = event === CONTINUE_RUNNING
        if (!(continues || isRunstateChange(event)) || ((header >>> 28) & 7) === 0) continue
        const vcpu = words[at + 1] as number
        if (vcpu >>> 16 === IDLE_DOMAIN) continue
        let before = running.get(vcpu)
        if (before === undefined) {
          before = continues || oldState(event) === RUNNING
          if (before) first += 1
        }
        const after = continues || newState(event) === RUNNING
        running.set(vcpu, after)
        if (before !== after) changes.push({ time, step: after ? 1 : -1 })
      }
    },
    (event) => event === CONTINUE_RUNNING || isRunstateChange(event),
  )
  if (damage !== null) throw damage
  first += steady.filter(({ domain, vcpu }) => !running.has(domain * 0x10000 + vcpu)).length
  const times: number[] = []
  const busy: number[] = []
  let count = first
  for (const { time, step } of changes) {
    count += step
    times.push(time)
    busy.push(count)
  }
  return { times, busy: [first, ...busy] }
}

/** `busy` has one number more than `times`: the one before the first change. */
function clockOf({ times, busy }: Counts): BusyClock {
  const corrected: number[] = [0]
  const spent: number[] = [0]
  for (let i = 1; i < times.length; i++) {
    const step = (times[i] as number) - (times[i - 1] as number)
    const count = busy[i] as number
    corrected.push((corrected[i - 1] as number) + step / Math.max(1, count))
    spent.push((spent[i - 1] as number) + step * count)
  }
  /** A sum up to `ticks`, at `rate(count)` a tick since the last change. */
  const read = (sums: readonly number[], ticks: number, rate: (count: number) => number) => {
    const next = firstAtOrAfter(times, ticks)
    const last = Math.max(0, next - 1)
    return (sums[last] as number) + (ticks - (times[last] ?? 0)) * rate(busy[next] as number)
  }
  return {
    at: (ticks) => Math.round(read(corrected, ticks, (count) => 1 / Math.max(1, count))),
    meanBusy: (from, to) =>
      (read(spent, to, (count) => count) - read(spent, from, (count) => count)) / (to - from),
  }
}
