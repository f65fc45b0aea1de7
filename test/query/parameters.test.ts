import { describe, expect, it } from 'vitest'
import { parseExpression } from '../../src/query/expression.ts'
import { parameterColumns, parameterOf } from '../../src/query/parameters.ts'
import { evaluate } from '../../src/query/query.ts'
import type { Parameters } from '../../src/results/parameters.ts'
import type { Run } from '../../src/results/run.ts'

const runOf = (
  pattern: string,
  parameters: Parameters,
  times: readonly number[],
  more: object = {},
): Run => ({
  ...{ experiment: 'sweep', environment: 'local', pattern, key: '', inputs: {}, origin: 'local' },
  ...{ trials: times.length, seed: 1, parameters, exclusions: [], captured: {}, files: {}, provenance: {} },
  columns: [
    { name: 'trial', role: 'index' },
    { name: 'time', role: 'measure', unit: 'ms' },
    { name: 'level', role: 'measure' },
    { name: 'kind', role: 'factor' },
  ],
  rows: times.map((time, trial) => ({ trial, time, level: 7, kind: 'cold', ...more })),
})
const patterns: readonly (readonly [string, Parameters, readonly number[]])[] = [
  ['baseline', { sizeKb: 4, domu: { vcpus: 1 }, level: 1, kind: 'fast', waitMs: 10 }, [1, 3]],
  ['sizeKb-64', { sizeKb: 64, domu: { vcpus: 1 }, level: 1, kind: 'fast', waitMs: 20 }, [4, 4]],
  ['vcpus', { sizeKb: 64, domu: { vcpus: 2 }, level: 1, kind: 'slow path', waitMs: 20 }, [8, 8]],
]
const results = {
  experiments: [
    {
      id: 'sweep',
      environments: ['local'],
      patterns: patterns.map(([name, parameters]) => ({ name, parameters })),
    },
  ],
  runs: patterns.map(([name, parameters, times]) => runOf(name, parameters, times)),
}
const value = (source: string) => {
  const { value, unit } = evaluate(parseExpression(source), results)
  return [value, unit]
}

describe('an expression', () => {
  it.each([
    ['sweep.local.vcpus.sizeKb.mean', 64, ''],
    ["sweep.local.vcpus['domu.vcpus'].median", 2, ''],
    ['sweep.local.vcpus.waitMs.max', 20_000, 'us'],
    ['sweep.local.vcpus.level.mean', 7, ''],
    ["sweep.local.vcpus['parameter.level'].mean", 1, ''],
    ["mean(sweep.local['sizeKb=64'].time.mean)", 6000, 'us'],
    ["max(sweep.local['sizeKb=64 & domu.vcpus=1'].time.mean)", 4000, 'us'],
    ["max(sweep.local['kind=slow path'].time.mean)", 8000, 'us'],
    ["sum(sweep.local['sizeKb=4.0, kind=slow path'].time.mean)", 10_000, 'us'],
    [
      "slope(sweep.local['domu.vcpus=1'].sizeKb.mean, sweep.local['domu.vcpus=1'].time.mean) * 60",
      2000,
      'us',
    ],
    ["correlation(sweep.local['sizeKb=64']['domu.vcpus'].mean, sweep.local['sizeKb=64'].time.mean)", 1, ''],
  ])('reads %s', (source, wanted, unit) => {
    expect(value(source)).toEqual([expect.closeTo(Number(wanted), 9), unit])
  })

  it.each([
    ["max(sweep.local['sizeKb=65'].time.mean)", 'unknown value of sizeKb of sweep: 65 (did you mean 64?)'],
    ["max(sweep.local['sizKb=64'].time.mean)", 'unknown parameter of sweep: sizKb (did you mean sizeKb?)'],
    ["max(sweep.local['sizeKb=4 & domu.vcpus=2'].time.mean)", 'no pattern has all of these'],
    ['sweep.local.vcpus.sizeKb.time.mean', 'a measure and a parameter in one path: time and sizeKb'],
    ["sweep.local['sizeKb=64'].time.mean", 'a number from each of sizeKb-64, vcpus'],
    ["slope(sweep.local['sizeKb=64'].sizeKb.mean, sweep.local['sizeKb=64'].time.mean)", 'no slope'],
  ])('refuses %s', (source, reason) => {
    expect(() => value(source)).toThrow(reason)
  })
})

describe('columns of parameters', () => {
  it('have flat names, give way to the columns of rows, and are numbers or words', () => {
    const found = parameterColumns(
      [{ parameters: { a: 1, b: { c: true, d: [1, 2] }, e: 1 } }, { parameters: { e: 'x' } }],
      ['a'],
    )
    expect(found.map(({ column, role }) => [column, role])).toEqual([
      ['parameter.a', 'number'],
      ['b.c', 'factor'],
      ['b.d', 'factor'],
      ['e', 'factor'],
    ])
    const run = { parameters: { a: 1, b: { c: true, d: [1, 2] }, e: 1 } }
    expect(found.map((one) => parameterOf(run, one))).toEqual([1, 'true', '[1,2]', '1'])
  })
})
