/** That expressions have the values that Vega's interpreter gives them. */

import * as vega from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { expect, it } from 'vitest'
import { evaluator, type Node } from '../../../src/report/drawing/evaluate.ts'

const { parseExpression } = vega as unknown as { parseExpression(text: string): Node }

/** Called with themselves as `this`, as Vega's own are. */
const functions = {
  factor: 3,
  scaled(this: { readonly factor: number }, ...values: readonly number[]) {
    return [this.factor, ...values]
  },
  datumOf: (one: unknown) => one,
}
const params = { $width: 200, $name: 'a signal', $none: null }
const datum = { a: 4 }

const operators = '* + - / % > < >= <= == != === !== & | ^ << >> >>>'.split(' ')
const operands = ['7', '-2.5', '"7"', 'null', 'true', '"text"', 'undefinedSignal']

it.each([
  ...operators.flatMap((sign) =>
    operands.flatMap((left) => operands.map((right) => `(${left}) ${sign} (${right})`)),
  ),
  ...['+', '-', '~', '!'].flatMap((sign) => operands.map((one) => `${sign}(${one})`)),
  ...operands.flatMap((one) => [`${one} && width`, `${one} || width`, `${one} ? 1 : 2`, `if(${one}, 1, 2)`]),
  ...['PI', 'NaN', 'E', 'width', 'name', 'none', 'datum', 'item', 'event', 'nothing'],
  ...['[1, [width, "a"], []]', '{a: 1, "b c": width, d: [name]}', '{a: {b: datumOf(name)}}'],
  ...['scaled()', 'scaled(1)', 'scaled(1, 2)', 'scaled(1, 2, 3)', 'scaled(1, 2, 3, width)', '_scaled(1, 2)'],
  ...['max(1, width, abs(-300))', 'isFinite(+width)', 'upper(name)', 'join([1, width], "-")', 'pow(2, 10)'],
  ...['test(/a s/, name)', 'test(/S/i, name) && replace(name, /[aeiou]/g, "_")', 'slice(sort([3, 1, 2]), 1)'],
  ...['round(2.5) + round(-2.5)', 'ceil(1.2) * floor(-1.2)', 'sqrt(min(width, 2))', 'max()', 'abs("-3")'],
  ...'abs acos asin atan ceil cos exp floor log round sin sqrt tan isNaN isFinite hypot pow clamp atan2 min max'
    .split(' ')
    .flatMap((name) =>
      ['0.5', '-2', 'name', 'none', 'NaN', '"7"', '1, 2', 'width, 3, 100', ''].map(
        (given) => `${name}(${given})`,
      ),
    ),
  ...['year(datetime(2020, 1, 2))', 'clamp(width, 0, 100) - min(3, if(width > 100, 1, 2))'],
])('%s', (text) => {
  const ast = parseExpression(text)
  const vegas = expressionInterpreter.parameter({ functions }, { ast })
  const own = evaluator(ast, functions)
  const expected: unknown = vegas(datum, params)
  // More than once, as for many marks.
  for (const found of [own({ functions, params, datum }), own({ functions, params, datum })])
    expect(found).toEqual(expected)
})

it('evaluates no more of a condition than it needs', () => {
  const calls: string[] = []
  const noting = { note: (name: string) => calls.push(name) > 0 }
  for (const text of [
    'if(note("a"), note("b"), note("c"))',
    '!note("d") && note("e")',
    'note("f") || note("g")',
    'note("h") ? note("i") : note("j")',
  ])
    evaluator(parseExpression(text), noting)({ functions: noting, params })
  expect(calls).toEqual(['a', 'b', 'd', 'f', 'h', 'i'])
})

it('reads signals anew each time', () => {
  const own = evaluator(parseExpression('width + max(width, 1)'), {})
  expect([
    own({ functions: {}, params: { $width: 1 } }),
    own({ functions: {}, params: { $width: 5 } }),
  ]).toEqual([2, 10])
})
