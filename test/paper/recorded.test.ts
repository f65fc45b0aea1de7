/** The recorded runs of the paper: whole, without repeated rows, and as their block's invariants say. */

import { readFileSync } from 'node:fs'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { cellsOf } from '../../src/engine/cells.ts'
import { measuresIn, violation } from '../../src/query/invariant.ts'
import { wrongTrials } from '../../src/results/excess.ts'
import { repeatedRows } from '../../src/results/repeats.ts'
import { runName } from '../../src/results/run.ts'
import { openStore } from '../../src/results/store.ts'

const path = 'paper/index.md'
const { blocks } = parseDocument(new VFile({ value: readFileSync(path, 'utf8'), path }))
const store = openStore('.')
const recorded = cellsOf(blocks).flatMap((cell) => {
  const run = store.recorded(cell)
  return run ? [{ cell, run }] : []
})

describe('the recorded runs', () => {
  it('have all their trials, and rows that repeat no others', () => {
    expect(recorded).toHaveLength(156)
    for (const { run } of recorded)
      expect([runName(run), wrongTrials(run), repeatedRows(run)]).toEqual([runName(run), undefined, []])
  })

  it('satisfy the invariants of their experiments, and not with a total that was edited', () => {
    for (const { cell, run } of recorded) {
      const { invariants = [] } = cell.block
      expect(violation(run, invariants)).toBeUndefined()
      for (const total of ['total', 'switch'].filter((name) =>
        run.columns.some((one) => one.name === name),
      )) {
        expect(invariants.some((one) => measuresIn(one).includes(total))).toBe(true)
        const edited = run.rows.map((row, index) =>
          index < 2 ? { ...row, [total]: Number(row[total]) + 1 } : row,
        )
        expect(violation({ ...run, rows: edited }, invariants)).toContain('difference')
      }
    }
  })

  it('would all be found with five of their trials copied ten times', () => {
    for (const { run } of recorded) {
      const byTrial = Map.groupBy(run.rows, ({ trial }) => Number(trial))
      const rows = [...byTrial.keys()].flatMap((trial) =>
        (byTrial.get(1 + (trial % 5)) ?? []).map((row) => ({ ...row, trial })),
      )
      expect([runName(run), repeatedRows({ ...run, rows }).length]).not.toContain(0)
    }
  })
})
