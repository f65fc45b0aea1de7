import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digest, keyOf, parameterInputs } from '../../src/results/key.ts'
import type { Parameters } from '../../src/results/parameters.ts'
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

describe('parameters that differ', () => {
  it.each<[string, Parameters, Parameters]>([
    ['a list and its text', { a: [1, 2] }, { a: '[1,2]' }],
    ['an empty list and its text', { a: [] }, { a: '[]' }],
    ['a text and a text in quotes', { a: '[1]' }, { a: '"[1]"' }],
    ['a name with a dot and a mapping', { 'a.b': 1 }, { a: { b: 1 } }],
    ['names with dots at other places', { 'a.b': { c: 1 } }, { a: { 'b.c': 1 } }],
    ['a name in quotes and one with a dot', { '"a.b"': 1 }, { 'a.b': 1 }],
    ['an empty mapping and none', { a: {} }, {}],
    ['an empty mapping and its text', { a: {} }, { a: '{}' }],
    ['an empty mapping and an empty list', { a: {} }, { a: [] }],
    ['empty mappings at other depths', { a: { b: {} } }, { a: {} }],
    ['an empty name and none', { '': { '': 1 } }, { '': 1 }],
    ['null and its text', { a: null }, { a: 'null' }],
    ['null and none', { a: null }, {}],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['true and its text', { a: true }, { a: 'true' }],
    ['0 and -0', { a: 0 }, { a: -0 }],
    ['-0 and its text', { a: -0 }, { a: '-0' }],
    ['0 and -0 in a list', { a: [0] }, { a: [-0] }],
    ['infinity and null', { a: Number.POSITIVE_INFINITY }, { a: null }],
    ['infinity and its text', { a: Number.POSITIVE_INFINITY }, { a: 'Infinity' }],
    ['letters composed and decomposed', { a: '\u00e9' }, { a: 'e\u0301' }],
    ['names composed and decomposed', { '\u00e9': 1 }, { 'e\u0301': 1 }],
    ['names of properties of all objects', { constructor: 1 }, { toString: 1 }],
    ['order in a list', { a: [1, 2] }, { a: [2, 1] }],
  ])('have other inputs: %s', (_, one, other) => {
    const [a, b] = [parameterInputs(one), parameterInputs(other)]
    expect(digest(a)).not.toBe(digest(b))
    // Also after a round trip through run.json.
    expect(digest(JSON.parse(JSON.stringify(a)))).toBe(digest(a))
    expect(keyOf(cell, a)).not.toBe(keyOf(cell, b))
  })

  it('have the same inputs only if they are the same', () => {
    const name = fc.oneof(fc.constantFrom('', 'a', 'b', 'a.b', '"a"', '"', '[', '.', '..', '{}'), fc.string())
    const text = fc.constantFrom('', '[]', '{}', '"', '[1]', '"[1]"', '-0', 'NaN', 'null', '0', 'a.b')
    const leaf = fc.oneof(text, fc.constantFrom(0, -0, 1, 1.5, null, true, false), fc.string(), fc.double())
    const { parameters } = fc.letrec<{ value: unknown; parameters: Parameters }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value'), { maxLength: 2 }), tie('parameters')),
      parameters: fc.dictionary(name, tie('value'), { maxKeys: 3 }) as fc.Arbitrary<Parameters>,
    }))
    fc.assert(
      fc.property(parameters, parameters, (one, other) => {
        expect(digest(parameterInputs(one)) === digest(parameterInputs(other))).toBe(
          digest(one) === digest(other),
        )
      }),
      { numRuns: 2000 },
    )
  })
})
