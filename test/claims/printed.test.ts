import { describe, expect, it } from 'vitest'
import { printed } from '../../src/claims/printed.ts'
import { parseExpression } from '../../src/query/expression.ts'
import type { Run } from '../../src/results/run.ts'
import { clockHz, fakeExperiment, fakeRun } from '../results/fake.ts'

/** Three boots with means of 1, 2 and 3 ms; the totals are in microseconds. */
function boots(pattern: string, factor = 1): Run {
  const run = fakeRun({ pattern, trials: 3 })
  const pauses = run.rows.filter(({ operation }) => operation === 'pause')
  const ticksPerMs = clockHz / 1000
  const rows = pauses.map((row, index) => ({
    ...row,
    boot: index + 1,
    total: (index + 1) * factor * ticksPerMs,
  }))
  return { ...run, columns: [...run.columns, { name: 'boot', role: 'index' }], rows }
}

const results = {
  experiments: [fakeExperiment([{ name: 'baseline' }, { name: 'dom0-cpu' }])],
  runs: [boots('baseline'), boots('dom0-cpu', 2)],
}
const text = (source: string) => printed(parseExpression(source), results).text.replaceAll('\u00a0', ' ')
const baseline = "latency['xen-4.14'].baseline.pause.total.mean"

describe('a number of the text', () => {
  // Student's: 2 ± 4.3027 · 1 / √3.
  it.each([
    [`${baseline} | ms | fixed(2) | interval`, '2.00 [0.00, 4.48] ms'],
    [`${baseline} | interval | us | fixed(0)`, '2,000 [0, 4,484] µs'],
    [`${baseline} | ms | fixed(2)`, '2.00 ms'],
    [`${baseline} / ${baseline} | percent | interval`, '100 [100, 100] %'],
  ])('%s prints %s', (source, expected) => {
    expect(text(source)).toBe(expected)
  })

  it.each(['published.old.baseline.pause.total.mean', '3 * 2', `${baseline} > 2`])(
    '%s has no interval, which is told where it is written',
    (source) => {
      expect(() => parseExpression(`${source} | interval`)).toThrow(
        'interval: only a number from runs has one, not a comparison or a published number',
      )
    },
  )
})
