import { describe, expect, it } from 'vitest'
import { cellsOf, cellSelector } from '../../src/engine/cells.ts'
import { fakeExperiment } from '../results/fake.ts'

const patterns = [{ name: 'baseline' }, { name: 'null', only: ['xen-4.14'] }]
const cells = cellsOf([fakeExperiment(patterns)])
const names = (only: readonly string[]) =>
  cells
    .filter(cellSelector(cells, only, '--only'))
    .map(({ environment, pattern }) => `${environment}/${pattern}`)

describe('cells', () => {
  it('are patterns in environments, without those that a pattern is not for', () => {
    expect(names([])).toEqual(['xen-4.14/baseline', 'xen-4.14/null', 'xen-4.17/baseline'])
  })

  it.each([
    [['null'], ['xen-4.14/null']],
    [['baseline'], ['xen-4.14/baseline', 'xen-4.17/baseline']],
    [['latency'], ['xen-4.14/baseline', 'xen-4.14/null', 'xen-4.17/baseline']],
    [['latency/xen-4.17'], ['xen-4.17/baseline']],
    [
      ['latency/xen-4.17/baseline', 'null'],
      ['xen-4.14/null', 'xen-4.17/baseline'],
    ],
  ])('are chosen by %j', (only, expected) => expect(names(only)).toEqual(expected))

  it.each([
    ['nul', 'did you mean null?'],
    ['latency/xen-4.17/null', 'did you mean latency/xen-4.14/null?'],
  ])('are not chosen by %s', (word, advice) => expect(() => names([word])).toThrow(advice))
})
