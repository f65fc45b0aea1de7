import { describe, expect, it } from 'vitest'
import { digest, keyOf, parameterInputs } from '../../src/results/key.ts'
import type { Inputs } from '../../src/results/run.ts'

const cell = { experiment: 'latency', environment: 'xen-4.14', pattern: 'baseline' }
const inputs: Inputs = {
  script: 's',
  'parameter dom0.cpuLoad': 0,
  trials: 20,
  seed: 1,
  'environment cpus': 4,
}

describe('a key', () => {
  it('is a SHA-256 and the same for the same inputs in any order', () => {
    const { trials = 0, ...others } = inputs
    expect(keyOf(cell, inputs)).toMatch(/^[0-9a-f]{64}$/)
    expect(keyOf(cell, { ...others, trials })).toBe(keyOf(cell, inputs))
  })

  it.each(Object.keys(inputs))('changes with %s', (part) => {
    const value = typeof inputs[part] === 'number' ? 7 : 'other'
    const changed = { ...inputs, [part]: value }
    expect(keyOf(cell, changed)).not.toBe(keyOf(cell, inputs))
  })

  it.each(['experiment', 'environment', 'pattern'] as const)('changes with the name of the %s', (part) => {
    expect(keyOf({ ...cell, [part]: 'other' }, inputs)).not.toBe(keyOf(cell, inputs))
  })
})

describe('a digest', () => {
  it.each([
    ['order of keys', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['undefined', { a: 1 }, { a: 1, b: undefined }],
  ])('does not see the %s', (_, one, other) => expect(digest(one)).toBe(digest(other)))

  it.each([
    ['types', 1, '1'],
    ['order of a list', [1, 2], [2, 1]],
    ['nesting', { a: { b: 1 } }, { a: 1, b: 1 }],
    ['null and absence', { a: null }, {}],
  ])('sees %s', (_, one, other) => expect(digest(one)).not.toBe(digest(other)))
})

it('parameters become inputs by their path; a list is one value', () => {
  const parameters = { dom0: { cpuLoad: 4, nice: null }, list: [1, { b: 2, a: 1 }], on: true }
  expect(parameterInputs(parameters)).toEqual({
    'parameter dom0.cpuLoad': 4,
    'parameter dom0.nice': null,
    'parameter list': '[1,{"a":1,"b":2}]',
    'parameter on': true,
  })
})
