/** Edited rows behind a claim: its own runs, those of its conditions, and those that an experiment needs. */

import { describe, expect, it } from 'vitest'
import { editedRuns, statedVerdict } from '../../src/claims/edits.ts'
import type { Test } from '../../src/document/claim.ts'
import { parseExpression } from '../../src/query/expression.ts'
import type { Run } from '../../src/results/run.ts'
import { fakeExperiment, fakeRun } from '../results/fake.ts'

const edit = {
  author: 'Ada',
  reason: 'a slip',
  date: '2026-11-29',
  files: [{ file: 'rows.csv', before: 'a'.repeat(64), after: 'b'.repeat(64), lines: [2], gone: 1 }],
}
const test = (text: string): Test => ({
  type: 'interval',
  expression: parseExpression(text).ast,
  low: 0,
  high: 1,
})
const own = test("latency['xen-4.14'].baseline.pause.total.mean")
const smoothed = test("smoothed['xen-4.14'].baseline.pause.total.mean")
const experiments = [fakeExperiment(), { ...fakeExperiment(), id: 'smoothed', needs: ['latency'] }]
const edited = (changes: Partial<Run> = {}) => ({ ...fakeRun(), accepted: [edit], ...changes })
const read = (claim: Parameters<typeof editedRuns>[0], run: Run) =>
  editedRuns(claim, { experiments, runs: [run] }).map((one) => one.run)

describe('edited rows behind a claim', () => {
  it('are those that it reads, as stated or under a condition, and of experiments that these need', () => {
    const name = 'latency/xen-4.14/baseline'
    expect(read({ test: own }, edited())).toEqual([name])
    expect(read({ test: own }, fakeRun())).toEqual([])
    expect(read({ test: own }, edited({ pattern: 'dom0-cpu' }))).toEqual([])
    expect(read({ test: smoothed }, edited({ pattern: 'dom0-cpu' }))).toEqual(['latency/xen-4.14/dom0-cpu'])
    const condition = {
      name: 'newer',
      label: 'newer',
      test: test("latency['xen-4.17'].baseline.pause.total.mean"),
    }
    expect(read({ test: own, conditions: [condition] }, edited({ environment: 'xen-4.17' }))).toHaveLength(1)
  })

  it('are known from the text of earlier versions, too', () => {
    const run = { ...fakeRun(), provenance: { accepted: 'rows.csv as edited by hand, 2026-01-02' } }
    expect(read({ test: own }, run)).toHaveLength(1)
  })

  it('leave no verdict plain', () => {
    const runs = [{ run: 'latency/xen-4.14/baseline', edits: [edit] }]
    expect(statedVerdict({ verdict: 'reproduced' })).toBe('reproduced')
    expect(statedVerdict({ verdict: 'reproduced', edited: runs })).toBe('reproduced, by edited rows')
    expect(statedVerdict({ verdict: 'not reproduced', edited: runs })).toBe('not reproduced, by edited rows')
  })
})
