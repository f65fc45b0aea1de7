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

describe('values of parameters', () => {
  const [block] = [fakeExperiment([{ name: 'baseline' }, { name: 'many', changes: { domu: { vcpus: 8 } } }])]
  const all = cellsOf([
    {
      ...block,
      patterns: block.patterns.map((one) => ({
        ...one,
        parameters: { vcpus: one.name === 'many' ? 8 : 3, loop: 'spin' },
      })),
    },
  ])
  const chosen = (word: string) =>
    all
      .filter(cellSelector(all, [word], '--only'))
      .map(({ environment, pattern }) => `${environment}/${pattern}`)

  it.each([
    ['vcpus=8', ['xen-4.14/many', 'xen-4.17/many']],
    ['latency/xen-4.17/vcpus=8.0', ['xen-4.17/many']],
    ['latency/vcpus=3&loop=spin', ['xen-4.14/baseline', 'xen-4.17/baseline']],
  ])('choose cells: %s', (word, expected) => expect(chosen(word)).toEqual(expected))

  it.each([
    ['vcpus=9', '--only: unknown value of vcpus: 9 (known: 3, 8)'],
    ['vcpu=8', '--only: unknown parameter: vcpu (did you mean vcpus?)'],
    ['other/vcpus=8', '--only: no cell fits other/vcpus=8'],
    ['vcpus=8&loop=sleep', '--only: unknown value of loop: sleep'],
  ])('choose none: %s', (word, reason) => expect(() => chosen(word)).toThrow(reason))
})
