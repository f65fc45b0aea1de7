/** Claims over the parameters of a sweep: each holds over runs where it is true, and fails over others. */

import { describe, expect, it } from 'vitest'
import type { Parameters } from '../../src/results/parameters.ts'
import { randomNumbers } from '../../src/stats/random.ts'
import { judged, measured, opened } from '../engine/measured.ts'

const of = (where: string, what: string) => `s.local['${where}'].${what}.mean`
const test = (keys: string) => `
\`\`\`yaml experiment
id: s
script: experiments/s.ts
environments: [local]
trials: 18
parameters: {sizeKb: 4, threads: 1}
matrix:
  sizeKb: [4, 64, 256, 1024]
  threads: [1, 2]
\`\`\`

\`\`\`yaml claim
id: C1
statement: As the keys say
scope: shape
${keys}
\`\`\`
`
/** A steady clock with some noise. */
function verdictOf(keys: string, time: (sizeKb: number, threads: number) => number) {
  const document = opened(test(keys))
  const noise = randomNumbers('noise')
  const measure = ({ sizeKb, threads }: Parameters) => time(Number(sizeKb), Number(threads)) + noise()
  const { C1 } = judged(document, measured(document, measure))
  return C1?.verdict
}

const lists = (threads: number) =>
  `${of(`threads=${threads}`, 'sizeKb')}, ${of(`threads=${threads}`, 'timeMs')}`
const cases: Readonly<Record<string, string>> = {
  'a slope over a factor': `value: slope(${lists(1)})\nbetween: [0, null]`,
  'a correlation over a factor': `value: correlation(${lists(1)})\nbetween: [0.9, null]`,
  'a trend from size to size': `ascending:\n${[4, 64, 256, 1024].map((size) => `  - ${of(`threads=1 & sizeKb=${size}`, 'timeMs')}`).join('\n')}`,
  'for every size, by the worst ratio': `value: max(${of('threads=2', 'timeMs')} / ${of('threads=1', 'timeMs')})\nbetween: [null, 0.9]`,
  'for every size, by a list': `value:\n${[4, 64, 256, 1024].map((size) => `  - ${of(`threads=2 & sizeKb=${size}`, 'timeMs')} / ${of(`threads=1 & sizeKb=${size}`, 'timeMs')}`).join('\n')}\nbetween: [null, 0.9]`,
}
/** In milliseconds. */
const rising = (sizeKb: number, threads: number) =>
  20 + (sizeKb / 16) * (threads === 2 ? 0.5 : 1) - (threads === 2 ? 10 : 0)
const flat = () => 50
const falling = (sizeKb: number) => 200 - sizeKb / 8
/** One size breaks the rule. */
const broken = (sizeKb: number, threads: number) =>
  sizeKb === 256 ? 90 + 30 * threads : rising(sizeKb, threads)

describe.each(Object.entries(cases))('%s', (name, keys) => {
  it('holds where it is true', () => {
    expect(verdictOf(keys, rising)).toBe('reproduced')
  })

  it('does not hold where nothing changes, or the other way', () => {
    expect(verdictOf(keys, flat)).not.toBe('reproduced')
    expect(verdictOf(keys, falling)).toBe('not reproduced')
  })

  it.skipIf(name.includes('slope') || name.includes('correlation'))(
    'does not hold where one size differs',
    () => {
      expect(verdictOf(keys, broken)).toBe('not reproduced')
    },
  )
})

it('a correlation is told from a slope: a noisy rise has the one and not the other', () => {
  const zigzag = (sizeKb: number) => 50 + sizeKb / 16 + (sizeKb === 64 ? 80 : 0)
  expect(verdictOf(cases['a correlation over a factor'] ?? '', zigzag)).toBe('not reproduced')
})
