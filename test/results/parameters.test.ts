import { describe, expect, it } from 'vitest'
import { mergeParameters, typeErrors } from '../../src/results/parameters.ts'

const baseline = { dom0: { cpuLoad: 0, io: { rate: 1 } }, classes: ['a', 'b'], scheduler: null }

describe('mergeParameters', () => {
  it('merges mappings at every depth and replaces all else', () => {
    const changes = { classes: ['c'], dom0: { io: { rate: 2 } }, extra: true }
    expect(mergeParameters(baseline, changes)).toEqual({
      dom0: { cpuLoad: 0, io: { rate: 2 } },
      classes: ['c'],
      scheduler: null,
      extra: true,
    })
    expect(baseline.dom0.io.rate).toBe(1)
  })

  it('keeps the order of the baseline', () => {
    expect(Object.keys(mergeParameters(baseline, { scheduler: 'rtds', dom0: {} }))).toEqual(
      Object.keys(baseline),
    )
  })

  it('replaces a value by a mapping and a mapping by a value', () => {
    expect(mergeParameters({ a: 1, b: { c: 2 } }, { a: { d: 3 }, b: null })).toEqual({ a: { d: 3 }, b: null })
  })
})

describe('typeErrors', () => {
  it('admits any scalar where the baseline has null', () => {
    for (const scheduler of ['credit', 1, true, null]) expect(typeErrors(baseline, { scheduler })).toEqual([])
    expect(typeErrors(baseline, { scheduler: ['credit'] })).toMatchObject([{ ruleId: 'parameter-type' }])
  })

  it('does not take what every object inherits for a parameter', () => {
    expect(typeErrors(baseline, { dom0: { toString: 1 } })).toMatchObject([
      { path: ['dom0', 'toString'], ruleId: 'unknown-parameter' },
    ])
  })

  it('lists all of them', () => {
    expect(
      typeErrors(baseline, { dom0: { cpuLaod: 1, io: 2 }, classes: {} }).map(({ path }) => path.join('.')),
    ).toEqual(['dom0.cpuLaod', 'dom0.io', 'classes'])
  })
})
