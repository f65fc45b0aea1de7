/** Invariants: parsed, and held against each row of a run. */

import { describe, expect, it } from 'vitest'
import { type Invariant, measuresIn, parseEquation, violation } from '../../src/query/invariant.ts'
import { ExpressionError } from '../../src/query/syntax.ts'
import type { Row, Run } from '../../src/results/run.ts'
import { fakeRun } from '../results/fake.ts'

const run = fakeRun()
const invariant = (text: string, more: Partial<Invariant> = {}): Invariant => ({
  ...parseEquation(text),
  where: {},
  tolerance: 0,
  ...more,
})
const pauses = { operation: ['pause'] }
const sum = invariant('xl-to-domu-stop + domu-stop-to-xen + xen-to-vcpu-stop = total', { where: pauses })
const edited = (changes: Row): Run => ({
  ...run,
  rows: run.rows.map((row, index) => (index === 2 ? { ...row, ...changes } : row)),
})

describe('an invariant', () => {
  it('has names with hyphens and words of JavaScript, and a minus between blanks', () => {
    expect(measuresIn(parseEquation('xl-to-xen + a - switch <= round(new) / 2'))).toEqual([
      ...['xl-to-xen', 'a', 'switch', 'new'],
    ])
    expect(parseEquation("['a = b'] = x2-1").right).toMatchObject({ type: 'path', parts: ['x2-1'] })
  })

  it.each([
    ['a + b', 0, 'an invariant compares two sides once, with one of <= >= = < >'],
    ['a = b = c', 6, 'compares two sides once'],
    ['a == b', 2, 'compares two sides once'],
    ['1 = 2', 0, 'an invariant names measures, and 1 = 2 has none'],
    ['a + = b', 3, 'expression ends too early'],
    ['a = pause.total', 4, 'pause.total is no column'],
    ['a = nosuch(b-c)', 4, 'unknown function: nosuch'],
    ['a = b | ms', 4, 'a filter (|) belongs at the end'],
  ])('is refused with its place: %s', (text, offset, message) => {
    const refused = () => parseEquation(text)
    expect(refused).toThrow(message)
    expect(refused).toThrow(ExpressionError)
    try {
      refused()
    } catch (error) {
      expect(error).toMatchObject({ offset })
    }
  })

  it('holds in each row that it is about', () => {
    const unpause = { where: { operation: ['unpause'] } }
    const all = [
      sum,
      invariant('xl-to-xen + xen-to-vcpu-run + vcpu-run-to-domu-resume = total', unpause),
      // Ticks and nanoseconds: both become microseconds.
      invariant('command > total'),
      invariant('command - total <= 500'),
      invariant('command - total >= 500'),
      invariant('total < 2 * max(xl-to-domu-stop, domu-stop-to-xen)', {
        where: { ...pauses, found: ['blocked'] },
      }),
    ]
    expect(violation(run, all)).toBeUndefined()
    expect(violation(run)).toBeUndefined()
  })

  it('is violated by a total that was edited alone: the row, both sides and the difference', () => {
    const total = Number(run.rows[2]?.total)
    expect(violation(edited({ total: total + 1 }), [sum])).toBe(
      `latency/xen-4.14/baseline violates the invariant ${sum.text} (operation pause): in line 4 of rows.csv (trial 1, pause) the left side is ${total} ticks, the right side ${total + 1} ticks, and the difference -1 ticks`,
    )
    expect(violation(edited({ total: total + 1 }), [{ ...sum, tolerance: 1 }])).toBeUndefined()
    expect(violation(edited({ total: total + 2 }), [{ ...sum, tolerance: 1 }])).toContain(
      'difference -2 ticks',
    )
    expect(violation(edited({ total: total + 1, excluded: 'lost' }), [sum])).toBeUndefined()
  })

  it('is violated by a value that is not there', () => {
    expect(violation(edited({ 'domu-stop-to-xen': null }), [sum])).toContain(
      'line 4 of rows.csv (trial 1, pause) has no domu-stop-to-xen',
    )
  })

  it.each([
    [invariant('totl = command'), 'unknown measure: totl (did you mean total?)'],
    [
      invariant('total = command', { where: { fond: ['blocked'] } }),
      'unknown factor: fond (did you mean found?)',
    ],
    [{ ...sum, where: { operation: ['paus'] } }, 'no row of the operation paus (did you mean pause?)'],
    [invariant('total * total = command'), 'units do not fit: µs² = µs'],
  ])('that cannot be checked does not hold', (one, reason) => {
    expect(violation(run, [one])).toContain(reason)
  })
})
