import type { Operation } from 'repro'
import { expect, test } from 'vitest'
import { exclusionsOf, reasonOf } from '../../experiments/rows.ts'
import { negativePausePhase, pausePhases } from '../../src/xentrace/phases.ts'

test.each([
  [null, ''],
  ['lost records', 'lost records'],
  ['negative phase: vCPU runs -> first domU stamp', 'negative phase: vCPU runs -> first domU stamp'],
])('an operation excluded for %s has the reason "%s"', (excluded, reason) => {
  expect(reasonOf({ excluded } as Operation)).toBe(reason)
})

test('a pause that is faster than the loop stamps is not excluded', () => {
  const edges = {
    xlRuns: 5000,
    xlEnds: 5300,
    lastStamp: 1000,
    xenStarts: 5150,
    vcpuStops: 9000,
    allOff: null,
  }
  const phases = pausePhases({ ...edges, xenFirst: 5150, xenLast: 5150, stopsFirst: 9000, stopsLast: 9000 })
  if (phases === null) throw new Error('no phases')
  const excluded = `negative phase: ${negativePausePhase(phases, { dom0: 10, domU: 10 })}`
  expect(excluded).toMatch(/last domU stamp/)
  expect(reasonOf({ excluded } as Operation)).toBe('')
})

test('exclusions are counted by reason, and rows without a reason are not', () => {
  const rows = ['b', '', 'a', 'b'].map((excluded) => ({ excluded }))
  expect(exclusionsOf(rows)).toEqual([
    { reason: 'a', count: 1 },
    { reason: 'b', count: 2 },
  ])
})
