import { describe, expect, it } from 'vitest'
import { boundsOf, type Levels, untoldEnds } from '../../src/claims/bounds.ts'
import { expressionInterval } from '../../src/claims/resample.ts'
import { type Expression, parseExpression, references } from '../../src/query/expression.ts'
import type { Row, Run } from '../../src/results/run.ts'
import type { Interval } from '../../src/stats/interval.ts'
import { fakeExperiment, fakeRun } from '../results/fake.ts'

const expression = (source: string) => parseExpression(source).ast
const a = 'e.v.a.m.mean'
const b = 'e.v.b.m.mean'

describe('the bounds of an expression from those of its parts', () => {
  /** Ends of each part; asked for levels are noted. */
  const bounded = (source: string, ends: Readonly<Record<string, Interval>>, levels?: Levels) => {
    const asked: (readonly [string, number])[] = []
    const found = boundsOf(expression(source), levels ?? { low: 0.95, high: 0.95 }, {
      measured: (ast) => references(ast).length > 0,
      constant: (ast) => (ast.type === 'number' ? ast.value : Number.NaN),
      itemsOf: (ast) => [ast],
      measure: (ast: Expression, level) => {
        const [path] = references(ast)
        const name = path?.parts[2] ?? ''
        asked.push([name, Number(level.toPrecision(6))])
        return ends[name] as Interval
      },
    })
    return { ...found, asked }
  }
  const ends = { a: { low: 1, high: 4 }, b: { low: 2, high: 3 } }

  it('of a minimum are the least of theirs, the upper one at a level divided among them', () => {
    expect(bounded(`min(${a}, ${b})`, ends)).toEqual({
      low: 1,
      high: 3,
      asked: [
        ['a', 0.95],
        ['a', 0.975],
        ['b', 0.95],
        ['b', 0.975],
      ],
    })
  })

  it.each<[string, number, number]>([
    [`max(${a}, ${b})`, 2, 4],
    [`min(${a}, 2)`, 1, 2],
    [`-min(${a}, ${b})`, -3, -1],
    [`1 - max(${a}, ${b})`, -3, -1],
    [`max(${a}, ${b}) / min(${a}, ${b})`, 2 / 3, 4],
    [`2 * min(${a}, ${b})`, 2, 6],
    [`abs(1 - max(${a}, ${b}))`, 1, 3],
    [`mean(max(${a}, ${b}), 2)`, 2, 3],
  ])('of %s are %d and %d', (source, low, high) => {
    expect(bounded(source, ends)).toMatchObject({ low, high })
  })

  it('of a quotient are unbounded where the denominator may be 0', () => {
    const wide = { ...ends, b: { low: -1, high: 3 } }
    expect(bounded(`max(${a}, 1) / min(${b}, 100)`, wide)).toMatchObject({ low: -Infinity, high: Infinity })
    // From 0 on there is still a lower bound.
    const positive = { ...ends, b: { low: 0, high: 2 } }
    expect(bounded(`max(${a}, 1) / max(${b}, 0)`, positive)).toMatchObject({ low: 0.5, high: Infinity })
  })
})

describe('a quantile of few boots', () => {
  it.each([
    [0.5, 4, ['low', 'high']],
    [0.5, 5, []],
    [0.95, 5, ['high']],
    [0.95, 59, []],
    [0.05, 5, ['low']],
    [1, 1000, ['high']],
    [0, 1000, ['low']],
  ])('at %d of %d has no bound: %j', (probability, units, expected) => {
    const found = untoldEnds([{ probability, units }], 0.95)
    expect(found.map(({ end }) => end)).toEqual(expected)
  })

  it('says how many boots would bound it', () => {
    // 0.95^59 < 0.05 < 0.95^58, as of Wilks' limit for trials.
    expect(untoldEnds([{ probability: 0.95, units: 5 }], 0.95)).toEqual([{ end: 'high', needed: 59 }])
  })
})

describe('intervals of expressions over five boots', () => {
  /** Boots whose totals, in ticks, are multiples of `levels`. */
  const booted = (pattern: string, levels: readonly number[]): Run => ({
    ...fakeRun({ pattern, trials: 20 }),
    columns: [...fakeRun().columns, { name: 'boot', role: 'index' }],
    rows: Array.from({ length: 20 }, (_, trial) => {
      const boot = trial % levels.length
      const total = 54_000 * (levels[boot] ?? 1) + ((trial * 37) % 50)
      return { trial, boot, operation: 'pause', found: 'blocked', excluded: '', total } as Row
    }),
  })
  const intervalOf = (source: string, ...runs: readonly Run[]) =>
    expressionInterval(
      expression(source),
      { experiments: [fakeExperiment()], runs },
      { level: 0.95, resamples: 400, seed: 'x' },
    )
  const of = (pattern: string, statistic = 'mean') =>
    `latency['xen-4.14']['${pattern}'].pause.total.${statistic}`
  const even = booted('baseline', [1, 1.1, 0.9, 1.05, 0.95])
  const ragged = booted('dom0-cpu', [0.2, 6, 0.1, 0.4, 0.3])

  it('of a ratio of times are never negative, and have no upper end if the denominator may be 0', () => {
    const up = intervalOf(`${of('dom0-cpu')} / ${of('baseline')}`, even, ragged)
    expect(up.interval.low).toBe(0)
    expect(Number.isFinite(up.interval.high)).toBe(true)
    const down = intervalOf(`${of('baseline')} / ${of('dom0-cpu')}`, even, ragged)
    expect(down.interval.low).toBeGreaterThanOrEqual(0)
    expect(down.interval.high).toBe(Infinity)
    expect(down.open).toEqual([{ type: 'denominator' }])
  })

  it('of the smallest of ratios are those of its members, not of the smallest estimate', () => {
    const one = `${of('baseline')} / ${of('dom0-cpu')}`
    const runs = [even, booted('dom0-cpu', [1.1, 0.9, 1, 0.95, 1.05])]
    const alone = intervalOf(one, ...runs).interval
    const twice = intervalOf(`min(${one}, ${one})`, ...runs).interval
    expect(twice.low).toBeCloseTo(alone.low, 12)
    expect(twice.high).toBeGreaterThan(alone.high)
    const list = intervalOf(
      `min(latency['xen-4.14']['baseline, dom0-cpu'].pause.total.mean)`,
      ...runs,
    ).interval
    const members = intervalOf(`min(${of('baseline')}, ${of('dom0-cpu')})`, ...runs).interval
    expect(list).toEqual(members)
  })

  it('of a high quantile have a lower end only, and say how many boots would give the other', () => {
    const found = intervalOf(of('baseline', 'p95'), even)
    expect(found.interval.low).toBeGreaterThan(0)
    expect(found.interval.high).toBe(Infinity)
    expect(found.open).toEqual([{ type: 'quantile', needed: 59 }])
    expect(intervalOf(of('baseline', 'median'), even).interval.high).toBeLessThan(2000)
    // The distance of quantiles in each boot says nothing of that over all boots.
    const [outer, inner] = ['p90', 'median'].map((name) => of('baseline', name))
    const apart = intervalOf(`${outer} - ${inner}`, even).interval
    expect(apart.low).toBeLessThan(intervalOf(`${outer}`, even).interval.low - 1000)
    expect(apart.high).toBe(Infinity)
    expect(
      intervalOf(
        `${of('baseline', 'p95')} / ${of('dom0-cpu', 'max')}`,
        even,
        booted('dom0-cpu', [1, 1, 2, 1, 3]),
      ).interval,
    ).toEqual({ low: 0, high: Infinity })
  })
})
