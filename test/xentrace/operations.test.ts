import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median } from '../../src/stats/order.ts'
import { operations } from '../../src/xentrace/analysis.ts'
import { checkSum, type Operation } from '../../src/xentrace/operations.ts'
import { TraceError } from '../../src/xentrace/record.ts'
import type { Command, Loop, Stamps } from '../../src/xentrace/stamps.ts'
import { capture, type PlainRecord, plainMerge, type Truth, truth, withSkew, withYields } from './capture.ts'

const HZ = 54_000_000
const DOM0_OFFSET = 123_456_789
const DOMU_OFFSET = 20_000_000_011
const spinning: Loop = { type: 'spin' }
const sleeping: Loop = { type: 'sleep', periodNs: 4_000_000 }

/** Calibration in both domains: yields at irregular times of the capture, the first bracket exact. */
function calibrate(first: number, last: number, halfWidth = 0) {
  const at = (part: number) => Math.round(first + part * (last - first))
  const parts = [0.011, 0.0173, 0.0291, 0.05, 0.953, 0.9871]
  const yields = [0, 1].flatMap((domain) =>
    parts.map((part) => ({ time: at(part + domain / 1000), domain, vcpu: 0 })),
  )
  const brackets = (domain: number, offset: number) =>
    yields
      .filter((one) => one.domain === domain)
      .map(({ time }, i) => ({
        before: time - offset - halfWidth - 90 * i,
        after: time - offset + halfWidth + 110 * i,
      }))
  return { yields, dom0: brackets(0, DOM0_OFFSET), domU: brackets(1, DOMU_OFFSET) }
}

function commandOf(one: Truth, trial: number): Command {
  const edges = one.vcpus.flatMap((vcpu) => [vcpu.sleep, vcpu.desched, vcpu.wake, vcpu.sched])
  const end = Math.max(...edges.filter((edge) => typeof edge === 'number')) + 20_000
  return {
    trial,
    type: one.op,
    start: one.t_cmd - DOM0_OFFSET,
    end: end - DOM0_OFFSET,
    exitStatus: 0,
    stateAfter: one.op === 'pause' ? 'paused' : 'running',
  }
}

interface Case {
  readonly bytes: Uint8Array
  readonly dom0: Stamps
  readonly domU: Stamps
  readonly truth: readonly Truth[]
  readonly records: readonly PlainRecord[]
}

/** A synthetic capture with the stamp files that both programs would have written. */
function synthetic(name: string, loop: Loop, halfWidth = 0): Case {
  const bytes = capture(name)
  const records = plainMerge(bytes)
  const all = truth(name)
  const { yields, dom0, domU } = calibrate(
    (records[0] as PlainRecord).time,
    (records.at(-1) as PlainRecord).time,
    halfWidth,
  )
  const stamps = all.map(({ t_stop, t_resume }) => (t_stop ?? t_resume ?? Number.NaN) - DOMU_OFFSET)
  const pairs = stamps.flatMap((before, i) =>
    i % 2 === 0 ? [{ before, after: stamps[i + 1] as number }] : [],
  )
  const common = { hz: HZ, loop: null, domain: null, stamps: [], gaps: [], commands: [] }
  return {
    bytes: withYields(bytes, yields),
    dom0: {
      ...common,
      brackets: dom0,
      domain: { id: 1, name: 'active', vcpu: 0 },
      commands: all.map((one, i) => commandOf(one, Math.floor(i / 2))),
    },
    domU: {
      ...common,
      brackets: domU,
      loop,
      ...(loop.type === 'spin' ? { gaps: pairs } : { stamps }),
    },
    truth: all,
    records,
  }
}

const analyse = ({ bytes, dom0, domU }: Pick<Case, 'bytes' | 'dom0' | 'domU'>) =>
  operations({ capture: [bytes], dom0, domU })

/** When a vCPU of domain 1 first went from blocked to offline after `time`. */
function timerFires({ records }: Case, vcpu: number, time: number): number {
  const found = records.find(
    (one) => one.event === 0x21231 && one.words[0] === 0x10000 + vcpu && one.time > time,
  )
  return (found as PlainRecord).time
}

/** When a vCPU of domain 1 that was on a pCPU at `time` left it; null if it was not on one. */
function leaves({ records }: Case, vcpu: number, time: number): number | null {
  const changes = records.filter(({ event, words }) => event >> 12 === 0x21 && words[0] === 0x10000 + vcpu)
  const state = (event: number) => (event >> 4) & 3
  const before = changes.findLast((one) => one.time < time)
  if (before === undefined || state(before.event) > 1) return null
  return changes.find((one) => one.time > time && state(one.event) > 1)?.time ?? null
}

/** Edges and phases as the truth has them. */
function expected(one: Truth, input: Case): Partial<Operation['edges']> & { phases: Operation['phases'] } {
  const own = one.vcpus[0] as Truth['vcpus'][number]
  if (one.op === 'unpause') {
    const [xenStarts, vcpuRuns, firstStamp] = [own.wake, own.sched, one.t_resume] as [number, number, number]
    return {
      xlRuns: one.t_cmd,
      xenStarts,
      vcpuRuns,
      firstStamp,
      xenLast: one.vcpus.at(-1)?.wake as number,
      runsLast: one.vcpus.at(-1)?.sched as number,
      phases: {
        xlToXen: xenStarts - one.t_cmd,
        xenToVcpuRuns: vcpuRuns - xenStarts,
        vcpuRunsToFirstStamp: firstStamp - vcpuRuns,
        total: firstStamp - one.t_cmd,
      },
    }
  }
  const xenStarts = own.sleep as number
  const stops = one.vcpus.map(
    ({ sleep, desched }, vcpu) => desched ?? timerFires(input, vcpu, sleep as number),
  )
  const left = one.vcpus.map(({ sleep }, vcpu) => leaves(input, vcpu, sleep as number))
  for (const [i, vcpu] of one.vcpus.entries()) if (vcpu.desched) expect(left[i]).toBe(vcpu.desched)
  const allOff = left.every((time) => time === null) ? null : Math.max(...left.map((time) => time ?? 0))
  const lastStamp = one.t_stop as number
  return {
    xlRuns: one.t_cmd,
    lastStamp,
    xenStarts,
    vcpuStops: stops[0] as number,
    allOff,
    xenLast: one.vcpus.at(-1)?.sleep as number,
    stopsFirst: Math.min(...stops),
    stopsLast: Math.max(...stops),
    phases: {
      xlToLastStamp: lastStamp - one.t_cmd,
      lastStampToXen: xenStarts - lastStamp,
      xenToVcpuStops: (stops[0] as number) - xenStarts,
      total: (stops[0] as number) - one.t_cmd,
      xlToXen: xenStarts - one.t_cmd,
      xenToAllOff: allOff === null ? null : allOff - xenStarts,
    },
  }
}

describe('operations of a synthetic capture', () => {
  it.each([
    ['idle', sleeping],
    ['busy', spinning],
    ['busy', sleeping],
    ['null', sleeping],
    ['xen-4.13', sleeping],
    ['small-ring', sleeping],
  ] as const)('of %s agree with the truth to the tick (%o)', (name, loop) => {
    const input = synthetic(name, loop)
    const { operations: found, sanity } = analyse(input)
    expect(found).toHaveLength(input.truth.length)
    for (const [i, one] of found.entries()) {
      const { phases, ...edges } = expected(input.truth[i] as Truth, input)
      // The first pause of a capture may find a loop that stamped last before `xl` ran.
      const early = phases !== null && 'xlToLastStamp' in phases && phases.xlToLastStamp < 0
      expect(one.excluded).toBe(early ? 'negative phase: xl run -> last domU stamp' : null)
      expect(one.edges).toMatchObject(edges)
      expect(one.phases).toEqual(phases)
      expect(one.state).toBe(one.type === 'unpause' ? 'offline' : name === 'busy' ? 'running' : 'blocked')
    }
    expect(sanity.alignments).toMatchObject({
      dom0: { offset: DOM0_OFFSET, halfWidth: 0, brackets: 6 },
      domU: { offset: DOMU_OFFSET, halfWidth: 0, brackets: 6 },
    })
    expect(sanity.pauses.count + sanity.unpauses.count).toBe(input.truth.length)
    expect(sanity.mismatches).toBe(0)
  })

  it('that overlap lost records are excluded and counted, the others agree with the truth', () => {
    const input = synthetic('lost', sleeping)
    const { operations: found, sanity } = analyse(input)
    const gaps = input.records
      .filter(({ event }) => event === 0x1f001)
      .map(({ time, words }) => ({ from: (words[2] as number) + (words[3] as number) * 2 ** 32, to: time }))
    expect(sanity.gaps).toMatchObject(gaps)
    expect(sanity.lostRecords).toBe(37 * gaps.length)
    const hit = input.truth.map((one) => {
      const { phases } = expected(one, input)
      return gaps.some(({ from, to }) => from <= one.t_cmd + (phases?.total ?? 0) && to >= one.t_cmd)
    })
    expect(hit).toContain(true)
    expect(hit).toContain(false)
    for (const [i, one] of found.entries()) {
      if (hit[i]) expect(one.excluded).toBe('lost records')
      else
        expect(one).toMatchObject({ excluded: null, phases: expected(input.truth[i] as Truth, input).phases })
    }
    const count = hit.filter(Boolean).length
    expect(sanity.exclusions).toEqual([{ reason: 'lost records', count }])
    expect(sanity.pauses.excluded + sanity.unpauses.excluded).toBe(count)
  })

  it('of a loop that falls silent are excluded from its last stamp on', () => {
    const whole = synthetic('idle', sleeping)
    const stamps = whole.domU.stamps.slice(0, 3)
    const found = analyse({ ...whole, domU: { ...whole.domU, stamps } }).operations
    expect(found.map(({ type, excluded }) => `${type}: ${excluded}`)).toEqual([
      'pause: null',
      'unpause: null',
      'pause: null',
      'unpause: edge not found: first domU stamp',
      'pause: no domU stamp since the unpause before',
      'unpause: edge not found: first domU stamp',
    ])
  })

  // The clocks of an emulated board's pCPUs may differ by as much (docs/clock.md).
  it.each([
    ['pause', 0, 'edge not found: vCPU stops'],
    ['unpause', 0, 'edge not found: vCPU runs'],
    ['unpause', 1, 'runstate changes out of order: the clocks of pCPUs differ, or records are missing'],
  ] as const)(
    'of which a %s has an effect on vCPU %d half a microsecond before its cause are excluded',
    (type, vcpu, reason) => {
      const input = synthetic('busy', spinning)
      const index = input.truth.findIndex(({ op }) => op === type)
      const since = input.truth[index]?.t_cmd ?? Number.NaN
      const next = (event: number, ...words: readonly number[]) => {
        const fits = (one: PlainRecord) =>
          one.event === event && words.every((word, i) => one.words[i] === word)
        return input.records.find((one) => one.time > since && fits(one)) as PlainRecord
      }
      const packed = 0x10000 + vcpu
      const [cause, effect] =
        type === 'pause'
          ? [next(0x28003, 1, vcpu), next(0x21031, packed)]
          : [next(0x21311, packed), next(0x21101, packed)]
      expect(effect.time).toBeGreaterThan(cause.time)
      const early = cause.time - HZ / 2e6
      const bytes = withSkew(input.bytes, ({ cpu, time }) =>
        cpu === effect.cpu && time > early && time <= effect.time ? early - time : 0,
      )
      expect(analyse({ ...input, bytes }).operations[index]?.excluded).toBe(reason)
    },
  )

  it('have integer phases that add up when the alignment is not exact', () => {
    const { operations: found, sanity } = analyse(synthetic('busy', spinning, 333))
    expect(sanity.alignments.dom0.halfWidth).toBeGreaterThan(300)
    for (const one of found) {
      expect(one.excluded).toBeNull()
      expect(Object.values(one.phases ?? {}).every(Number.isInteger)).toBe(true)
      expect(() => checkSum(one)).not.toThrow()
    }
  })

  it('come out of a damaged capture as a result or an error of its own', () => {
    const { bytes, dom0, domU } = synthetic('small-ring', sleeping)
    const outcomes = { results: 0, errors: 0 }
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) }), { maxLength: 8 }),
        (damages) => {
          const damaged = Uint8Array.from(bytes)
          for (const { at, value } of damages) damaged[at] = value
          try {
            expect(analyse({ bytes: damaged, dom0, domU }).operations).toHaveLength(4)
            outcomes.results += 1
          } catch (error) {
            if (!(error instanceof TraceError)) throw error
            outcomes.errors += 1
          }
        },
      ),
      { numRuns: 200, seed: 1 },
    )
    expect(outcomes.results).toBeGreaterThan(0)
    expect(outcomes.errors).toBeGreaterThan(0)
  })

  it('that do not add up are a bug', () => {
    const [one] = analyse(synthetic('busy', spinning)).operations
    const wrong = { ...one, phases: { ...one?.phases, total: 7 } } as Operation
    expect(() => checkSum(wrong)).toThrow(/the phases of the pause of trial 0 add up to \d+ ticks, not 7/)
  })
})

describe('operations of a real capture', () => {
  const bytes = capture('xen-4.14-null')
  const records = plainMerge(bytes)
  const times = (event: number) =>
    records
      .filter((one) => one.event === event && one.words.join() === (event < 0x28000 ? '65536' : '1,0'))
      .map(({ time }) => time)
  const sleeps = times(0x28003)
  // The capture has come without stamps. The loop stamps and then sleeps, so its vCPU blocks soon after a stamp.
  const blocks = times(0x21021)
  const wakes = sleeps.map((sleep) => times(0x21311).find((time) => time > sleep) as number)
  const { yields, dom0, domU } = calibrate(
    (records[0] as PlainRecord).time,
    (records.at(-1) as PlainRecord).time,
  )
  const common = { hz: HZ, loop: null, domain: null, stamps: [], gaps: [], commands: [] }
  const around = (trial: number, type: Command['type'], time: number): Command => ({
    trial,
    type,
    start: time - 400_000 - DOM0_OFFSET,
    end: time + 40_000 - DOM0_OFFSET,
    exitStatus: 0,
    stateAfter: type === 'pause' ? 'paused' : 'running',
  })
  const { operations: found } = operations({
    capture: [withYields(bytes, yields)],
    dom0: {
      ...common,
      brackets: dom0,
      domain: { id: 1, name: 'active', vcpu: 0 },
      commands: sleeps.flatMap((sleep, i) => [
        around(i, 'pause', sleep),
        around(i, 'unpause', (wakes[i] as number) - 28),
      ]),
    },
    domU: { ...common, brackets: domU, loop: sleeping, stamps: blocks.map((time) => time - DOMU_OFFSET) },
  })

  it('find its twenty pauses and unpauses', () => {
    expect(found.map(({ type, excluded }) => [type, excluded])).toEqual(
      Array.from({ length: 20 }, () => [
        ['pause', null],
        ['unpause', null],
      ]).flat(),
    )
    expect(found.map(({ edges }) => edges.xenStarts).filter((_, i) => i % 2 === 0)).toEqual(sleeps)
  })

  it('show the artefact: a blocked vCPU stops when the timer of its 4 ms loop fires', () => {
    const sums = found.flatMap(({ state, phases }) => {
      if (phases === null || !('xenToVcpuStops' in phases)) return []
      expect(state).toBe('blocked')
      expect(phases.xenToAllOff).toBeNull()
      return [(phases.lastStampToXen + phases.xenToVcpuStops) / (HZ / 1e6)]
    })
    expect(sums).toHaveLength(20)
    // Blocked to the microsecond as long as its 4 ms sleep and the kernel's slack last.
    expect(Math.min(...sums)).toBeGreaterThan(4043)
    expect(Math.max(...sums)).toBeLessThan(4045)
  })

  it('run the vCPU at most 31 us after Xen starts to unpause', () => {
    const times = found.flatMap(({ state, phases }) => {
      if (phases === null || !('xenToVcpuRuns' in phases)) return []
      expect(state).toBe('offline')
      return [phases.xenToVcpuRuns / (HZ / 1e6)]
    })
    expect(times).toHaveLength(20)
    expect(median(times)).toBeCloseTo(22.5, 1)
    expect(Math.max(...times)).toBeLessThan(31)
  })
})
