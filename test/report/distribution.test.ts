import { describe, expect, it } from 'vitest'
import { english } from '../../src/locale/en.ts'
import { distributionSvg } from '../../src/report/distribution.ts'
import type { Distribution } from '../../src/report/model.ts'

const draw = (distributions: readonly Distribution[]) =>
  distributionSvg({ ...frame, series: distributions }, english.distribution)
const frame = { unit: 'us', origin: 'emulated', title: 'C1 <emulated>' }
const numbersIn = (path: string | undefined) =>
  Array.from(path?.matchAll(/H([\d.]+)/g) ?? [], ([, x]) => Number(x))
const curves = (svg: string) =>
  Array.from(svg.matchAll(/<path d="([^"]+)" fill="none"/g), ([, path]) => path ?? '')

describe('distributions over each other', () => {
  const fast: Distribution = { label: 'fast', values: [1000, 1100, 1200] }
  const slow: Distribution = {
    label: 'slow',
    values: [9000, 12_000],
    published: { mean: 10_000, min: 5000, max: 20_000 },
  }
  const svg = draw([fast, slow])

  it('rise from 0 to 100 % with a step at each value, the smaller ones further left', () => {
    const [first, second] = curves(svg)
    const [a, b] = [numbersIn(first), numbersIn(second)]
    // A step for each value, and the way to the right edge.
    expect([a.length, b.length]).toEqual([4, 3])
    expect(a).toEqual(a.toSorted((x, y) => x - y))
    expect(Math.max(...a.slice(0, -1))).toBeLessThan(Math.min(...b))
    expect(first).toMatch(/^M44 118/)
    expect(first).toMatch(/V8H668$/)
  })

  it('have their own colours and dashes, and say what they are', () => {
    const strokes = Array.from(
      svg.matchAll(/fill="none" stroke="([^"]+)"[^/]*?( stroke-dasharray="[^"]+")?\/>/g),
      ([, color, dash]) => `${color}${dash}`,
    )
    expect(new Set(strokes).size).toBe(2)
    expect(svg).toContain('<title>C1 &lt;emulated&gt;</title>')
    expect(svg).toContain('time in ms, logarithmic · emulated · published: mean ◆ between min. and max.')
    expect(svg).toMatch(/>fast<.*>slow</)
  })

  it('have published numbers on the same axis', () => {
    // The published mean, 10 ms, lies between our values of 9 and 12 ms.
    const diamond = Number(/M([\d.]+) [\d.]+l5 5l-5 5/.exec(svg)?.[1])
    const [nine = 0, twelve = 0] = numbersIn(curves(svg)[1])
    expect(diamond).toBeGreaterThan(nine)
    expect(diamond).toBeLessThan(twelve)
  })

  it('are on a linear axis where values are negative or close together', () => {
    expect(draw([{ label: 'x', values: [-5, 0, 20] }])).toContain('>time in µs · emulated<')
    expect(draw([{ label: 'x', values: [7, 7, 7] }])).not.toMatch(/NaN|Infinity/)
  })

  it('are the same bytes for the same values', () => {
    expect(draw([fast, slow])).toBe(svg)
  })
})
