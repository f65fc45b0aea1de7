import { describe, expect, it } from 'vitest'
import { checkRows, describeValue } from '../../../src/engine/script/rows.ts'

describe('rows of a trial', () => {
  it('are finite numbers, words and null, in plain records', () => {
    class Sample {
      x = 1
      get double() {
        return 2 * this.x
      }
    }
    const given = [Object.freeze({ x: -0, how: '', none: null }), new Sample(), Object.create(null)]
    const rows = checkRows(given, 'trial 0')
    expect(rows).toEqual([{ x: 0, how: '', none: null }, { x: 1 }, {}])
    expect(Object.is(rows[0]?.x, 0)).toBe(true)
    expect(given[0]).not.toBe(rows[0])
  })

  it.each(['environment', 'pattern', 'patternLabel', 'patternIndex', 'origin'])(
    'cannot have the column %s, which a figure would lose',
    (name) => {
      expect(() => checkRows([{ [name]: 'x' }], 'trial 0')).toThrow(
        new RegExp(`^trial 0, row 0: column ${name}: figures .*; give it another name$`),
      )
    },
  )

  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  const allowed = 'a value is a finite number, words, or null for none'
  it.each<[unknown, string]>([
    [Number.NaN, `NaN; ${allowed}`],
    [1 / 0, `Infinity; ${allowed}`],
    [-1 / 0, `-Infinity; ${allowed}`],
    [undefined, `undefined; ${allowed}`],
    [12n, `the BigInt 12n; ${allowed}: convert it, Number(...)`],
    [true, `true; ${allowed}: write 1 or 0, or a word`],
    [new Date(0), `a Date; ${allowed}: give its time, .getTime()`],
    [Promise.resolve(1), `a promise; ${allowed}: await it`],
    [() => 1, `a function; ${allowed}`],
    [Symbol('x'), `a symbol; ${allowed}`],
    [{ ms: 1 }, `{ ms: 1 }; ${allowed}`],
    [[1, 2], `[ 1, 2 ]; ${allowed}`],
    [cyclic, `<ref *1> { self: [Circular *1] }; ${allowed}`],
    [new Map([[1, 2]]), `Map(1) { 1 => 2 }; ${allowed}`],
    ['\ud800', `'\\ud800'; ${allowed}`],
  ])('cannot have %s', (value, message) => {
    expect(() => checkRows([{ x: 1 }, { x: value }], 'trial 3')).toThrow(`trial 3, row 1: x is ${message}`)
  })

  it.each<[unknown, string]>([
    [undefined, 'trial 3: expected a list of rows, got undefined'],
    [new Set([{ x: 1 }]), 'trial 3: expected a list of rows, got Set(1) {'],
    [[1], 'trial 3, row 0 is 1: expected a record of values, such as { name: 1 }'],
    [[null], 'trial 3, row 0 is null: expected a record'],
    [[[1]], 'trial 3, row 0 is [ 1 ]: expected a record'],
    [[new Map([['x', 1]])], "trial 3, row 0 is Map(1) { 'x' => 1 }: expected a record"],
    [new Array(1), 'trial 3, row 0 is undefined: expected a record'],
    [[{ '': 1 }], "trial 3, row 0: '' cannot be the name of a column"],
    [[{ 'a\nb': 1 }], "trial 3, row 0: 'a\\nb' cannot be the name of a column"],
    [
      JSON.parse('[{"__proto__": 1}]'),
      "trial 3, row 0: '__proto__' cannot be the name of a column: every object of JavaScript has it",
    ],
  ])('are not %j', (given, message) => expect(() => checkRows(given, 'trial 3')).toThrow(message))

  it('have numbers or words throughout a column, also from trial to trial', () => {
    const types = new Map()
    checkRows([{ x: null }, { x: 1 }], 'trial 0', types)
    expect(() => checkRows([{ x: 'slow' }], 'trial 1', types)).toThrow(
      "trial 1, row 0: x is 'slow', but a number in trial 0, row 1: a column has numbers or words throughout",
    )
  })

  it("may have the names of an object's own methods", () => {
    const row = { constructor: 1, toString: 'a', hasOwnProperty: 2 }
    expect(checkRows([row, { x: 1 }], 'trial 0')).toEqual([row, { x: 1 }])
  })
})

it('a value is shown in one short line, without running its code', () => {
  const tricky = { [Symbol.for('nodejs.util.inspect.custom')]: () => 'RUN', toString: () => 'RUN' }
  expect(describeValue(tricky)).not.toContain('RUN')
  expect(describeValue('x'.repeat(1000)).length).toBeLessThan(70)
  expect(describeValue({ a: { b: { c: 1 } }, text: 'two\nlines' })).not.toContain('\n')
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no')
      },
    },
  )
  expect(describeValue(hostile)).toBeTypeOf('string')
})
