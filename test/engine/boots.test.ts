import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plannedBoots, type Boot } from '../../src/engine/boots.ts'
import { cellsOf } from '../../src/engine/cells.ts'
import { keyOf } from '../../src/results/key.ts'
import { trialsBefore, type Inputs } from '../../src/results/run.ts'
import { fakeExperiment } from '../results/fake.ts'

const planned = (trials: number, boots: number, more: Inputs = {}): readonly Boot[] => {
  const [cell] = cellsOf([{ ...fakeExperiment(), trials, boots }])
  if (cell === undefined) throw new Error('no cell')
  return plannedBoots(cell, { script: 's', trials, ...(boots > 1 ? { boots } : {}), seed: 1, ...more })
}

describe('the boots of a cell', () => {
  it.each([
    [50, 5, [10, 10, 10, 10, 10]],
    [5, 3, [1, 2, 2]],
    [7, 4, [1, 2, 2, 2]],
    [3, 1, [3]],
    [3, 3, [1, 1, 1]],
  ])('have of %d trials in %d boots %j', (trials, boots, shares) => {
    expect(planned(trials, boots).map((boot) => boot.trials)).toEqual(shares)
    expect(planned(trials, boots).map(({ number }) => number)).toEqual(shares.map((_, index) => index + 1))
  })

  it('share trials evenly and lose none, whatever their numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(1e6), (boots, more) => {
        const trials = boots + more
        const shares = Array.from(
          { length: boots },
          (_, index) => trialsBefore(index + 2, trials, boots) - trialsBefore(index + 1, trials, boots),
        )
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(trials)
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(1)
      }),
    )
  })

  it('keep their keys when there are more of them with as many trials', () => {
    const keys = (boots: readonly Boot[]) => boots.map(({ key }) => key)
    const three = keys(planned(30, 3))
    expect(new Set(three).size).toBe(3)
    expect(keys(planned(50, 5)).slice(0, 3)).toEqual(three)
    expect(keys(planned(10, 1))).toEqual(three.slice(0, 1))
  })

  it('have other keys with other trials, and the same journals', () => {
    const [few, many] = [planned(6, 3), planned(9, 3)]
    for (const [index, boot] of few.entries()) {
      expect(boot.key).not.toBe(many[index]?.key)
      expect(boot.journal).toBe(many[index]?.journal)
    }
    expect(new Set(few.map(({ journal }) => journal)).size).toBe(3)
  })

  it('have other keys and journals when anything else changes', () => {
    const before = planned(6, 3)
    for (const [index, boot] of planned(6, 3, { script: 't' }).entries()) {
      expect(boot.key).not.toBe(before[index]?.key)
      expect(boot.journal).not.toBe(before[index]?.journal)
    }
  })

  it('leave the journal of a cell with one boot where it was', () => {
    const [cell] = cellsOf([fakeExperiment()])
    expect(planned(6, 1)[0]?.journal).toBe(cell && keyOf(cell, { script: 's', seed: 1 }))
  })
})
