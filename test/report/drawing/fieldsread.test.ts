import { describe, expect, it } from 'vitest'
import { fieldsRead, parseSpecification } from '../../../src/report/drawing/specification.ts'

const mayRead = (spec: object, name: string) => fieldsRead(parseSpecification(JSON.stringify(spec)))(name)

describe('a specification', () => {
  it.each([
    ['a field', { encoding: { x: { field: 'us' } } }],
    ['a field among others', { transform: [{ fold: ['ns', 'us'] }] }],
    ['a part of an expression', { transform: [{ calculate: "datum['ns'] + datum.us", as: 'z' }] }],
    ['a key', { transform: [{ filter: { param: 'p' } }], params: [{ name: 'p', value: [{ us: 1 }] }] }],
  ])('reads what it names as %s', (_, spec) => {
    expect(mayRead(spec, 'us')).toBe(true)
    expect(mayRead(spec, 'pattern')).toBe(false)
  })

  it('reads names with dots, which it escapes', () => {
    const spec = { encoding: { x: { field: String.raw`domu\.vcpus` }, y: { field: "['xl.us']" } } }
    expect(mayRead(spec, 'domu.vcpus')).toBe(true)
    expect(mayRead(spec, 'xl.us')).toBe(true)
    expect(mayRead(spec, 'domu.memory')).toBe(false)
  })

  it.each([
    "datum['u' + 's']",
    'datum[datum.name]',
    'datum [datum.name]',
    "(datum)['u' + 's']",
    String.raw`datum['\x75s']`,
    String.raw`datum['\165s']`,
    String.raw`datum.\u0075s`,
    "pluck(datum, 'u' + 's')",
  ])('may read any field with %s', (calculate) => {
    expect(mayRead({ transform: [{ calculate, as: 'z' }] }, 'us')).toBe(true)
  })
})
