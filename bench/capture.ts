/**
 * Makes a capture as xentrace on Arm would write it (Xen 4.14 and later, credit2): dom0 with short bursts of work on
 * pCPU 0, a domU with a 4 ms loop on the others, paused and unpaused five times a second. The order, size and kinds of
 * records are Xen's; the durations are invented. Same seed, same bytes.
 */

import { closeSync, openSync, writeSync } from 'node:fs'
import { randomNumbers } from '../src/stats/random.ts'
import { type Runstate, runstateChange } from '../src/xentrace/events.ts'

export const HZ = 54_000_000
const TICKS_PER_US = HZ / 1e6
const IDLE = 0x7fff
const LOOP_US = 4000
const POLL_US = 100_000
const OPERATION_US = 100_000
const MEAN_BURST_GAP_US = 1000

export interface Made {
  readonly bytes: number
  readonly records: number
}

/** Writes a capture of about `megabytes` (10^6 bytes) and so many pCPUs to `path`. */
export function makeCapture(path: string, megabytes: number, pcpuCount = 4, seed = 1): Made {
  const random = randomNumbers(String(seed))
  const pcpus = Array.from({ length: pcpuCount }, () => new Pcpu())
  const file = openSync(path, 'w')
  let bytes = 0
  const vcpus = Array.from({ length: pcpuCount - 1 }, (_, vcpu) => ({
    vcpu,
    wakes: 10_000 + vcpu * 7919,
    offline: false,
  }))
  const next = { poll: POLL_US * TICKS_PER_US, burst: 5000, operation: OPERATION_US * TICKS_PER_US }
  let paused = false
  try {
    while (bytes < megabytes * 1e6) {
      const sleeper = vcpus.reduce((a, b) => (b.wakes < a.wakes ? b : a))
      const now = Math.min(next.poll, next.burst, next.operation, sleeper.wakes)
      if (now === next.poll) {
        for (const [cpu, pcpu] of pcpus.entries()) bytes += pcpu.flush(file, cpu)
        next.poll += POLL_US * TICKS_PER_US
      } else if (now === next.burst) {
        burst(pcpus[0] as Pcpu, now, 0, 0, (20 + Math.floor(random() * 120)) * TICKS_PER_US)
        next.burst = now + Math.ceil((200 + random() * 2 * MEAN_BURST_GAP_US) * TICKS_PER_US)
      } else if (now === next.operation) {
        for (const one of vcpus) {
          const event = paused ? 0x28004 : 0x28003
          ;(pcpus[0] as Pcpu).put(event, now, 1, one.vcpu)
          if (paused && one.offline) {
            wakeUp(pcpus[one.vcpu + 1] as Pcpu, now + 30, one.vcpu, 'offline')
            one.wakes = now + LOOP_US * TICKS_PER_US
            one.offline = false
          }
        }
        paused = !paused
        next.operation = now + OPERATION_US * TICKS_PER_US
      } else if (paused) {
        // The timer of a blocked vCPU of a paused domain: it goes offline and sleeps no more.
        const pcpu = pcpus[sleeper.vcpu + 1] as Pcpu
        pcpu.put(0x28004, now, 1, sleeper.vcpu)
        pcpu.change(now + 20, 1, sleeper.vcpu, 'blocked', 'offline')
        sleeper.offline = true
        sleeper.wakes = Number.POSITIVE_INFINITY
      } else {
        burst(pcpus[sleeper.vcpu + 1] as Pcpu, now, 1, sleeper.vcpu, 40 * TICKS_PER_US)
        sleeper.wakes = now + (LOOP_US + Math.floor(random() * 60)) * TICKS_PER_US
      }
    }
  } finally {
    closeSync(file)
  }
  return { bytes, records: pcpus.reduce((sum, { records }) => sum + records, 0) }
}

/** A vCPU wakes, runs for `ticks`, and blocks again. */
function burst(pcpu: Pcpu, time: number, domain: number, vcpu: number, ticks: number): void {
  pcpu.put(0x28004, time, domain, vcpu)
  run(pcpu, wake(pcpu, time + 20, domain, vcpu, 'blocked'), domain, vcpu, ticks)
}

function wakeUp(pcpu: Pcpu, time: number, vcpu: number, from: Runstate): void {
  run(pcpu, wake(pcpu, time, 1, vcpu, from), 1, vcpu, 40 * TICKS_PER_US)
}

/** credit2 finds a place for a vCPU that woke; returns when. */
function wake(pcpu: Pcpu, time: number, domain: number, vcpu: number, from: Runstate): number {
  const unit = vcpu + domain * 65536
  pcpu.change(time, domain, vcpu, from, 'runnable')
  pcpu.put(0x2220b, time + 15, 5000, 0, unit, 18)
  pcpu.put(0x2220c, time + 25, 9000, 0, 9000, 0, 0x12000001, 0)
  pcpu.put(0x22202, time + 33, unit, 0)
  pcpu.put(0x2220d, time + 41, unit, 0, 1234567)
  pcpu.put(0x22206, time + 51, 0)
  return time + 110
}

/** The vCPU takes the place of the idle one, and later the other way round. */
function run(pcpu: Pcpu, time: number, domain: number, vcpu: number, ticks: number): void {
  const unit = vcpu + domain * 65536
  const idle = domain === 0 ? 0 : vcpu + 1
  pcpu.put(0x22215, time, idle, 256)
  pcpu.put(0x22214, time + 8, unit, 0, 1234567)
  change(pcpu, time + 18, [IDLE, idle, 'runnable'], [domain, vcpu])
  const end = time + 50 + ticks
  pcpu.put(0x28006, end, domain, vcpu)
  pcpu.put(0x22215, end + 30, idle, 0)
  pcpu.put(0x22203, end + 38, unit, 1234567, 0x80000000, 9000)
  change(pcpu, end + 48, [domain, vcpu, 'blocked'], [IDLE, idle])
}

function change(
  pcpu: Pcpu,
  time: number,
  [domain, vcpu, left]: readonly [domain: number, vcpu: number, left: Runstate],
  [toDomain, toVcpu]: readonly [domain: number, vcpu: number],
): void {
  pcpu.put(0x2800e, time, domain, vcpu, 900_000)
  pcpu.put(0x2800f, time + 6, toDomain, toVcpu, 9000, 10_000_000)
  pcpu.put(0x2800a, time + 12, domain, vcpu, toDomain, toVcpu)
  pcpu.change(time + 20, domain, vcpu, 'running', left)
  pcpu.change(time + 28, toDomain, toVcpu, 'runnable', 'running')
}

/** The trace buffer of a pCPU. */
class Pcpu {
  records = 0
  #words = new Uint32Array(1 << 16)
  #used = 3
  #last = 0

  put(event: number, time: number, ...extra: readonly number[]): void {
    // Times do not run backwards on one pCPU, whatever overlaps above.
    this.#last = Math.max(this.#last + 1, time)
    if (this.#used + 10 > this.#words.length) {
      const words = new Uint32Array(this.#words.length * 2)
      words.set(this.#words)
      this.#words = words
    }
    const words = this.#words
    words[this.#used] = 0x80000000 + extra.length * 0x10000000 + event
    words[this.#used + 1] = this.#last % 2 ** 32
    words[this.#used + 2] = Math.floor(this.#last / 2 ** 32)
    for (let i = 0; i < extra.length; i++) words[this.#used + 3 + i] = extra[i] as number
    this.#used += 3 + extra.length
    this.records += 1
  }

  change(time: number, domain: number, vcpu: number, from: Runstate, to: Runstate): void {
    this.put(runstateChange(from, to), time, domain * 65536 + vcpu)
  }

  /** Writes the window of this pCPU; returns its bytes. */
  flush(file: number, cpu: number): number {
    this.#words.set([0x2001f003, cpu, (this.#used - 3) * 4])
    const bytes = new Uint8Array(this.#words.buffer, 0, this.#used * 4)
    writeSync(file, bytes)
    this.#used = 3
    return bytes.length
  }
}
