import { describe, expect, it } from 'vitest'
import { median } from '../../src/stats/order.ts'
import { checkSum, type Operation, operations } from '../../src/trace/operations.ts'
import type { Command, Loop, Stamps } from '../../src/trace/stamps.ts'
import {
  bytesOf,
  capture,
  type PlainRecord,
  plainMerge,
  record,
  type Truth,
  truth,
  u64,
  window,
  withYields,
} from './capture.ts'

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

  it('have integer phases that add up when the alignment is not exact', () => {
    const { operations: found, sanity } = analyse(synthetic('busy', spinning, 333))
    expect(sanity.alignments.dom0.halfWidth).toBeGreaterThan(300)
    for (const one of found) {
      expect(one.excluded).toBeNull()
      expect(Object.values(one.phases ?? {}).every(Number.isInteger)).toBe(true)
      expect(() => checkSum(one)).not.toThrow()
    }
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
  // The loop stamps soon after its vCPU runs; the capture has come without stamps.
  const runs = times(0x21101)
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
    domU: { ...common, brackets: domU, loop: sleeping, stamps: runs.map((time) => time + 600 - DOMU_OFFSET) },
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
    // Some of these pauses were made under load, which delays the timer's interrupt by up to 0.3 ms.
    expect(Math.abs(median(sums) - 4064.5)).toBeLessThan(60)
    expect(Math.min(...sums)).toBeGreaterThan(4040)
    expect(Math.max(...sums)).toBeLessThan(4400)
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

describe('an operation on a small capture', () => {
  const [RUN_OFF, BLOCK_OFF, RUN_BLOCK, OFF_RUNNABLE, RUNS] = [0x21031, 0x21231, 0x21021, 0x21311, 0x21101]
  const vcpu0 = 0x10000
  const calibration = { hz: HZ, loop: null, domain: null, stamps: [], gaps: [], commands: [] }
  const yieldsOf = (domain: number) =>
    [100, 230, 410].map((time) => record(0x28005, time + domain, domain, 0))
  const bracketsOf = (domain: number) =>
    [100, 230, 410].map((time) => ({ before: time + domain, after: time + domain + 4 }))
  const setUp = (offset = 0): { dom0: Stamps; domU: Stamps } => ({
    dom0: {
      ...calibration,
      brackets: bracketsOf(0).map(({ before }) => ({ before, after: before })),
      domain: { id: 1, name: 'active', vcpu: 0 },
      commands: [
        { trial: 0, type: 'pause', start: 1000, end: 2000, exitStatus: 0, stateAfter: 'paused' },
        { trial: 0, type: 'unpause', start: 3000, end: 4000, exitStatus: 0, stateAfter: 'running' },
      ],
    },
    domU: {
      ...calibration,
      brackets: bracketsOf(1).map(({ before }) => ({ before: before - offset, after: before - offset })),
      loop: sleeping,
      stamps: [900, 1400, 3700].map((time) => time - offset),
    },
  })
  const start = [...[0, 1].flatMap((domain) => [yieldsOf(domain)])]
  const calibrated = [...(start[0] as number[][]), ...(start[1] as number[][])].sort(
    (a, b) => (a[1] as number) - (b[1] as number),
  )
  const pauseOfRunning = [record(0x28003, 1500, 1, 0), record(RUN_OFF, 1520, vcpu0)]
  const unpause = [record(0x28004, 3500, 1, 0), record(OFF_RUNNABLE, 3501, vcpu0), record(RUNS, 3600, vcpu0)]
  const run = (
    rest: number[][],
    change: (stamps: ReturnType<typeof setUp>) => ReturnType<typeof setUp> = (s) => s,
  ) =>
    operations({
      capture: [
        bytesOf(window(0, record(0x28006, 10, 0, 0), ...calibrated, record(RUNS, 500, vcpu0), ...rest)),
      ],
      ...change(setUp()),
    }).operations

  it('has all its edges', () => {
    const [pause, resume] = run([...pauseOfRunning, ...unpause])
    expect(pause).toEqual({
      type: 'pause',
      trial: 0,
      state: 'running',
      excluded: null,
      edges: {
        xlRuns: 1000,
        xlEnds: 2000,
        lastStamp: 1400,
        xenStarts: 1500,
        vcpuStops: 1520,
        allOff: 1520,
        xenFirst: 1500,
        xenLast: 1500,
        stopsFirst: 1520,
        stopsLast: 1520,
      },
      phases: {
        xlToLastStamp: 400,
        lastStampToXen: 100,
        xenToVcpuStops: 20,
        total: 520,
        xlToXen: 500,
        xenToAllOff: 20,
      },
    })
    expect(resume).toMatchObject({
      excluded: null,
      state: 'offline',
      phases: { xlToXen: 500, xenToVcpuRuns: 100, vcpuRunsToFirstStamp: 100, total: 700 },
    })
  })

  it('takes no SLEEP or WAKE outside of the run of xl, or of another domain', () => {
    const [pause, resume] = run([
      record(0x28003, 950, 1, 0),
      record(0x28003, 1100, 2, 0),
      ...pauseOfRunning,
      record(0x28004, 2500, 1, 0),
      record(0x28004, 3100, 0, 0),
      ...unpause,
    ])
    expect(pause?.edges.xenStarts).toBe(1500)
    expect(resume?.edges.xenStarts).toBe(3500)
  })

  it('does not take the timer of a paused vCPU for the unpause', () => {
    const [pause, resume] = run([
      record(RUN_BLOCK, 1450, vcpu0),
      record(0x28003, 1500, 1, 0),
      record(0x28004, 2900, 1, 0),
      record(BLOCK_OFF, 2910, vcpu0),
      ...unpause,
    ])
    expect(pause).toMatchObject({
      state: 'blocked',
      edges: { vcpuStops: 2910, allOff: null },
      excluded: null,
    })
    const late = run([
      record(RUN_BLOCK, 1450, vcpu0),
      record(0x28003, 1500, 1, 0),
      record(0x28004, 3100, 1, 0),
      record(BLOCK_OFF, 3110, vcpu0),
      ...unpause,
    ])
    expect(resume?.edges.xenStarts).toBe(3500)
    expect(late[1]?.edges.xenStarts).toBe(3500)
    expect(late[0]).toMatchObject({
      excluded: 'edge not found: vCPU stops',
      edges: { vcpuStops: null },
      phases: null,
    })
  })

  it('knows that a vCPU which blocked by itself has left its pCPU', () => {
    const [pause] = run([
      record(0x28003, 1500, 1, 0),
      record(RUN_BLOCK, 1510, vcpu0),
      record(0x28004, 2500, 1, 0),
      record(BLOCK_OFF, 2510, vcpu0),
      ...unpause,
    ])
    expect(pause).toMatchObject({ state: 'running', edges: { allOff: 1510, vcpuStops: 2510 } })
  })

  it('waits for all vCPUs, and reports the first and the last', () => {
    const vcpu1 = 0x10001
    const other = [record(RUNS, 501, vcpu1)]
    const [pause, resume] = run([
      ...other,
      ...pauseOfRunning,
      record(0x28003, 1530, 1, 1),
      record(RUN_OFF, 1560, vcpu1),
      ...unpause.slice(0, 2),
      record(0x28004, 3510, 1, 1),
      record(OFF_RUNNABLE, 3511, vcpu1),
      record(RUNS, 3590, vcpu1),
      ...unpause.slice(2),
    ])
    expect(pause).toMatchObject({
      edges: {
        vcpuStops: 1520,
        allOff: 1560,
        xenFirst: 1500,
        xenLast: 1530,
        stopsFirst: 1520,
        stopsLast: 1560,
      },
      phases: { xenToAllOff: 60, xenToVcpuStops: 20 },
    })
    expect(resume?.edges).toMatchObject({ xenFirst: 3500, xenLast: 3510, runsFirst: 3590, runsLast: 3600 })
    // The same, but Xen never came to the second vCPU, which runs on.
    expect(run([...other, ...pauseOfRunning])[0]?.edges).toMatchObject({ vcpuStops: 1520, allOff: null })
  })

  it('clamps the last stamp of a spinning loop to the start of Xen, and finds the gap around it', () => {
    const found = run([...pauseOfRunning, ...unpause], ({ dom0, domU }) => ({
      dom0,
      domU: {
        ...domU,
        loop: spinning,
        stamps: [],
        gaps: [
          { before: 1100, after: 1160 },
          { before: 1512, after: 3650 },
          { before: 3700, after: 3800 },
        ],
      },
    }))
    expect(found[0]).toMatchObject({
      excluded: null,
      phases: { xlToLastStamp: 500, lastStampToXen: 0, total: 520 },
    })
    expect(found[1]).toMatchObject({ excluded: null, edges: { firstStamp: 3650 } })
  })

  const both = [...pauseOfRunning, ...unpause]
  const command = (index: number, change: Partial<Command>) => (stamps: ReturnType<typeof setUp>) => ({
    ...stamps,
    dom0: {
      ...stamps.dom0,
      commands: stamps.dom0.commands.with(index, { ...(stamps.dom0.commands[index] as Command), ...change }),
    },
  })

  it.each([
    ['xl failed', 0, both, command(0, { exitStatus: 1 }), 'xl pause exited with status 1'],
    [
      'the domain runs on',
      0,
      both,
      command(0, { stateAfter: 'running' }),
      'state after pause: running, expected paused',
    ],
    [
      'the domain is gone',
      1,
      both,
      command(1, { stateAfter: 'gone' }),
      'state after unpause: gone, expected running',
    ],
    ['there is no SLEEP', 0, unpause, undefined, 'edge not found: Xen starts (SLEEP of vCPU 0)'],
    ['there is no WAKE', 1, pauseOfRunning, undefined, 'edge not found: Xen starts (WAKE of vCPU 0)'],
    [
      'the vCPU does not stop',
      0,
      [both[0], ...unpause] as number[][],
      undefined,
      'edge not found: vCPU stops',
    ],
    ['the vCPU does not run', 1, both.slice(0, -1), undefined, 'edge not found: vCPU runs'],
    [
      'records were lost in it',
      0,
      [both[0], record(0x1f001, 1515, 3, 1, ...u64(1505)), ...both.slice(1)] as number[][],
      undefined,
      'lost records',
    ],
    [
      'its edge may be among the lost records after it',
      1,
      [...both.slice(0, -1), record(0x1f001, 4500, 3, 1, ...u64(4400))],
      undefined,
      'lost records',
    ],
    [
      'the loop stamped too early',
      0,
      both,
      (stamps: ReturnType<typeof setUp>) => ({ ...stamps, domU: { ...stamps.domU, stamps: [900, 3700] } }),
      'negative phase: xl run -> last domU stamp',
    ],
    [
      'the loop did not stamp before',
      0,
      both,
      (stamps: ReturnType<typeof setUp>) => ({ ...stamps, domU: { ...stamps.domU, stamps: [3700] } }),
      'edge not found: last domU stamp',
    ],
    [
      'the loop did not stamp after',
      1,
      both,
      (stamps: ReturnType<typeof setUp>) => ({ ...stamps, domU: { ...stamps.domU, stamps: [1400] } }),
      'edge not found: first domU stamp',
    ],
    [
      'a stamp claims that the vCPU ran before it did',
      1,
      both,
      (stamps: ReturnType<typeof setUp>) => ({ ...stamps, domU: { ...stamps.domU, stamps: [1400, 3550] } }),
      'negative phase: vCPU runs -> first domU stamp',
    ],
    [
      'the runstates contradict each other',
      0,
      [both[0], record(BLOCK_OFF, 1520, vcpu0), ...unpause] as number[][],
      undefined,
      'unknown runstate of vCPU 0',
    ],
  ])('is excluded if %s', (_, index, rest, change, reason) => {
    const found = run(rest, change)
    expect(found).toHaveLength(2)
    expect(found[index]?.excluded).toBe(reason)
  })

  const blurred = ({ dom0, domU }: ReturnType<typeof setUp>, halfWidth: number) => ({
    dom0: {
      ...dom0,
      brackets: dom0.brackets.map(({ before, after }) => ({
        before: before - halfWidth,
        after: after + halfWidth,
      })),
    },
    domU,
  })

  it('may begin or follow a stamp by as much less than nothing as the alignment is unsure', () => {
    const late = (halfWidth: number) => (stamps: ReturnType<typeof setUp>) =>
      command(0, { start: 1502 })(
        blurred({ ...stamps, domU: { ...stamps.domU, stamps: [1499, 3700] } }, halfWidth),
      )
    expect(run(both, late(4))[0]).toMatchObject({
      excluded: null,
      phases: { xlToLastStamp: -3, lastStampToXen: 1, xlToXen: -2, total: 18 },
    })
    expect(run(both, late(2))[0]?.excluded).toBe('negative phase: xl run -> last domU stamp')
    expect(run(both, late(1))[0]?.excluded).toBe('edge not found: Xen starts (SLEEP of vCPU 0)')
  })

  it('does not take a stamp of the next operation for its own', () => {
    const [, resume] = run(both, ({ dom0, domU }) => ({
      dom0: {
        ...dom0,
        commands: [
          ...dom0.commands,
          { trial: 1, type: 'pause', start: 5000, end: 5500, exitStatus: 0, stateAfter: 'paused' },
        ],
      },
      domU: { ...domU, stamps: [1400, 5100] },
    }))
    expect(resume?.excluded).toBe('edge not found: first domU stamp')
  })

  it('needs the gap of a spinning loop to lie around it', () => {
    const [pause] = run(both, ({ dom0, domU }) => ({
      dom0,
      domU: { ...domU, loop: spinning, stamps: [], gaps: [{ before: 1540, after: 3650 }] },
    }))
    expect(pause?.excluded).toBe('edge not found: last domU stamp')
  })

  it('is not excluded for records that were lost after its last edge', () => {
    const found = run([...pauseOfRunning, record(0x1f001, 2500, 3, 1, ...u64(2400)), ...unpause])
    expect(found.map(({ excluded }) => excluded)).toEqual([null, null])
  })

  it('cannot be found without alignment: the error names the domain', () => {
    const shifted = setUp()
    const broken = {
      ...shifted,
      domU: { ...shifted.domU, brackets: bracketsOf(1).with(1, { before: 300, after: 304 }) },
    }
    expect(() => run(both, () => broken)).toThrow(
      'the clock of domain 1 cannot be aligned with the capture: no single offset',
    )
  })

  it('needs stamps that belong together', () => {
    expect(() => run(both, ({ dom0, domU }) => ({ dom0: { ...dom0, domain: null }, domU }))).toThrow(
      "no 'domain' line",
    )
    expect(() => run(both, ({ dom0, domU }) => ({ dom0, domU: { ...domU, loop: null } }))).toThrow(
      "no 'loop' line",
    )
    expect(() => run(both, ({ dom0, domU }) => ({ dom0, domU: { ...domU, hz: 62_500_000 } }))).toThrow(
      'dom0 counts 54000000 ticks per second and the domU 62500000',
    )
  })
})
