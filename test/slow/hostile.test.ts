/**
 * Each sixteenth of the hostile projects; test/long/ has all, for which builds and pages take a quarter of an hour. Of those
 * whose figure is ended at a limit, one: each takes as long as the limit allows, and figures.test.ts has their kinds.
 */

import { describe, expect, it } from 'vitest'
import { hostileNames } from '../hostile.ts'
import { testHostile } from './hostileprojects.ts'

const endedAtLimit = [
  ...[
    'vega-bin',
    'vega-facets',
    'vega-flatten-bomb',
    'vega-gradient',
    'vega-impute',
    'vega-label-expression',
  ],
  ...['vega-loess', 'vega-pad', 'vega-pivot', 'vega-replace', 'vega-tick-count', 'vega-ticks-values'],
  ...['vega-time-sequence', 'vega-time-unit'],
]

describe('of a hostile project', () => {
  testHostile(hostileNames.filter((name, index) => index % 16 === 0 && !endedAtLimit.includes(name)))

  it('there are many', () => {
    expect(hostileNames.length).toBeGreaterThan(200)
  })
})
