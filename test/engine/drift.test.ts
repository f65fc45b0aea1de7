/** A clock that drifts, under local experiments that say nothing of boots and order. */

import { describe, expect, it } from 'vitest'
import { randomNumbers } from '../../src/stats/random.ts'
import { judged, measured, opened } from './measured.ts'

const claim = (id: string, to: string, direction: string) => `
\`\`\`yaml claim
id: ${id}
statement: The time of ${to} goes ${direction}
scope: shape
from: e.local.a.timeMs
to: e.local.${to}.timeMs
direction: ${direction}
\`\`\`
`
const paper = (more = '', trials = 24) => `
\`\`\`yaml experiment
id: e
script: experiments/drift.ts
environments: [local]
trials: ${trials}
parameters: {more: 0}
patterns:
  a: {}
  b: {}
  c: {more: 6}
${more}\`\`\`
${claim('Up', 'b', 'up')}${claim('Down', 'b', 'down')}${claim('Effect', 'c', 'up')}`

/** Verdicts where each trial, of any pattern, takes longer than the one before; c takes 6 ms more. */
function verdicts(more: string, drift: (turn: number) => number) {
  const document = opened(paper(more))
  const noise = randomNumbers('noise')
  const runs = measured(document, ({ more }, turn) => 20 + drift(turn) + Number(more) + 0.1 * noise())
  return Object.fromEntries(Object.entries(judged(document, runs)).map(([id, { verdict }]) => [id, verdict]))
}
const clocks: readonly (readonly [string, (turn: number) => number])[] = [
  ['steadily', (turn) => 0.5 * turn],
  ['as a machine becomes warm', (turn) => 20 * (1 - Math.exp(-turn / 30))],
  ['at once, when another program begins', (turn) => (turn < 37 ? 0 : 15)],
  ['up and down', (turn) => 8 * Math.sin(turn / 15)],
]

describe('a clock that drifts', () => {
  it.each(clocks)('%s, looks like no effect by default', (_, drift) => {
    const { Up, Down } = verdicts('', drift)
    expect([Up, Down]).not.toContain('reproduced')
  })

  it('hides no effect that is larger than what a round drifts', () => {
    expect(verdicts('', (turn) => 0.2 * turn)).toMatchObject({ Effect: 'reproduced' })
  })

  it('looks like an effect where patterns run one after the other, so these tests can fail', () => {
    const { Up, Down } = verdicts('order: blocked\n', (turn) => 0.5 * turn)
    expect([Up, Down].toSorted()).toEqual(['not reproduced', 'reproduced'])
  })
})

describe('rounds of a block that does not say boots', () => {
  const boots = (text: string) => {
    const [block] = opened(text).blocks
    return block?.type === 'experiment' ? block.boots : undefined
  }

  it.each([
    ['', 24, 6],
    ['order: interleaved\n', 24, 6],
    ['', 4, 4],
    ['', 1, 1],
    ['boots: 1\n', 24, 1],
    ['boots: 3\n', 24, 3],
    ['order: blocked\n', 24, 1],
    ['parallel: true\n', 24, 1],
    ['needs: [f]\n', 24, 1],
  ])('%j with %i trials: %i', (more, trials, expected) => {
    expect(boots(paper(more, trials))).toBe(expected)
  })

  it('are none of one pattern, nor where a board measures, too', () => {
    expect(
      boots(
        paper()
          .replace(/ {2}b: .*\n {2}c: .*\n/, '')
          .replace(/```yaml claim[^]*/, ''),
      ),
    ).toBe(1)
    expect(boots(paper().replace('[local]', '[xen-4.14, local]'))).toBe(1)
    expect(boots(paper().replace('[local]', '[xen-4.14]'))).toBe(1)
  })
})
