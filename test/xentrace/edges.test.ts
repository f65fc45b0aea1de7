import { describe, expect, it } from 'vitest'
import { operations } from '../../src/xentrace/analysis.ts'
import type { Command, Loop, Stamps } from '../../src/xentrace/stamps.ts'
import { bytesOf, record, u64, window } from './capture.ts'

const HZ = 54_000_000
const spinning: Loop = { type: 'spin' }
const sleeping: Loop = { type: 'sleep', periodNs: 4_000_000 }

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
  const calibrated = [...yieldsOf(0), ...yieldsOf(1)].sort((a, b) => (a[1] as number) - (b[1] as number))
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

  it('begins with the timer that finds the domain paused before Xen comes to that vCPU', () => {
    const woken = [
      record(RUN_BLOCK, 1410, vcpu0),
      record(0x28004, 1450, 1, 0),
      record(BLOCK_OFF, 1451, vcpu0),
    ]
    const [pause] = run([...woken, record(0x28003, 1500, 1, 0), ...unpause])
    expect(pause).toMatchObject({
      state: 'blocked',
      excluded: null,
      edges: { lastStamp: 1400, xenStarts: 1450, vcpuStops: 1451, allOff: null },
      phases: { xlToLastStamp: 400, lastStampToXen: 50, xenToVcpuStops: 1, total: 451 },
    })
    const [again] = run([...woken, record(0x28004, 1460, 1, 0), record(0x28003, 1500, 1, 0), ...unpause])
    expect(again).toEqual(pause)
  })

  it('does not begin with a timer from before xl ran', () => {
    const [pause] = run([
      record(RUN_BLOCK, 700, vcpu0),
      record(0x28004, 950, 1, 0),
      record(BLOCK_OFF, 951, vcpu0),
      record(0x28003, 1500, 1, 0),
      ...unpause,
    ])
    expect(pause).toMatchObject({
      state: 'offline',
      excluded: 'edge not found: vCPU stops',
      edges: { xenStarts: 1500, vcpuStops: null },
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

  it.each([
    [5100, null], // a loaded domU resumes while the next pause is on its way
    [5600, 'edge not found: first domU stamp'],
  ])('takes no stamp from behind the next operation for its own: %i', (stamp, excluded) => {
    const [, resume] = run(both, ({ dom0, domU }) => ({
      dom0: {
        ...dom0,
        commands: [
          ...dom0.commands,
          { trial: 1, type: 'pause', start: 5000, end: 5500, exitStatus: 0, stateAfter: 'paused' },
        ],
      },
      domU: { ...domU, stamps: [1400, stamp] },
    }))
    expect(resume?.excluded).toBe(excluded)
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
