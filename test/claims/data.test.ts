/** Claims over data that nobody reran: what is independent, and what verdicts say. */

import { describe, expect, it } from 'vitest'
import { statedVerdict } from '../../src/claims/edits.ts'
import { judge } from '../../src/claims/judge.ts'
import { english } from '../../src/claims/reasons.ts'
import { methodText, spreadText } from '../../src/claims/words.ts'
import type { Claim, Test } from '../../src/document/claim.ts'
import { parseExpression, type Path } from '../../src/query/expression.ts'
import type { ExperimentSource } from '../../src/query/patterns.ts'
import { runOf, type spec } from '../data/table.ts'

const source: ExperimentSource = { id: 'survey', environments: ['data'], patterns: [{ name: 'all' }] }
const path = (text: string) => parseExpression(text).ast as Path
const direction: Test = {
  ...{ type: 'direction', direction: 'up', tolerance: 0.05 },
  from: path('survey.data.all.a.seconds'),
  to: path('survey.data.all.b.seconds'),
}
const mean = (low: number, high: number): Test => ({
  ...{ type: 'interval', low, high },
  expression: path('survey.data.all.a.seconds.mean'),
})
const claim = (test: Test, more: Partial<Claim> = {}): Claim => ({
  ...{ id: 'C1', statement: 'S', scope: 'method', test, ...more },
})

async function verdictOn(csv: string, one: Claim, more: Parameters<typeof spec>[0] = {}) {
  const run = await runOf(csv, more)
  const results = { experiments: [{ ...source, discrete: true }], runs: [run] }
  return judge(one, { results, stale: new Map() }, { resamples: 500 })
}

/** Five subjects, each with ten rows that hardly differ. */
const clustered = [1, 2, 3, 4, 5].flatMap((subject) =>
  Array.from({ length: 10 }, (_, index) => `S${subject},a,${subject * 10 + ((index * 7) % 5) / 100}`),
)
const csv = `subject,tool,seconds\n${clustered.join('\n')}\n`

describe('a claim over data', () => {
  it('takes each row for an observation, whatever their order', async () => {
    const sorted = await verdictOn(csv, claim(mean(24e6, 36e6)))
    const reversed = `subject,tool,seconds\n${clustered.toReversed().join('\n')}\n`
    const other = await verdictOn(reversed, claim(mean(24e6, 36e6)))
    for (const { measured, notes } of [sorted, other]) {
      const [{ interval, trials, per } = { interval: { low: 0, high: 0 }, trials: 0, per: 'boot' }] = measured
      expect([trials, per]).toEqual([50, 'trial'])
      // 50 independent values with a standard deviation of 14 s: about ±4 s, and not the ±18 s of five subjects.
      expect((interval.high - interval.low) / 1e6).toBeGreaterThan(6)
      expect((interval.high - interval.low) / 1e6).toBeLessThan(11)
      // Sorted by subject, values would seem to drift.
      expect(notes.join()).not.toContain('drift')
    }
  })

  it('takes the units that the block names, and calls them so', async () => {
    const judged = await verdictOn(csv, claim(mean(28e6, 32e6)), { unit: 'subject' })
    const [one] = judged.measured
    expect([one?.trials, one?.per]).toEqual([5, 'boot'])
    expect(((one?.interval.high ?? 0) - (one?.interval.low ?? 0)) / 1e6).toBeGreaterThan(30)
    expect(judged.verdict).toBe('inconclusive')
    expect(judged.reason).toMatch(/about \d+ units are needed, there are 5|too few units/)
    expect(methodText(judged)).toContain('over units')
    expect(spreadText(judged)).toBeUndefined()
  })

  it('compares two series of the same subjects within subjects', async () => {
    const rows = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((one) => [
      `S${one},a,${one * 10}`,
      `S${one},b,${one * 10 + 5 + (one % 3) / 10}`,
    ])
    const text = `subject,tool,seconds\n${rows.join('\n')}\n`
    const within = await verdictOn(text, claim(direction), { unit: 'subject' })
    expect(within.verdict).toBe('reproduced')
    expect(methodText(within)).toContain('paired by unit')
    // Between subjects, the same difference drowns.
    expect((await verdictOn(text, claim(direction))).verdict).toBe('inconclusive')
  })

  it('says nothing of others by a single subject', async () => {
    const text = 'subject,tool,seconds\nS1,a,1\nS1,a,2\nS1,a,3\nS2,b,4\nS3,b,5\nS2,b,6\n'
    const judged = await verdictOn(text, claim(direction), { unit: 'subject' })
    expect(judged.verdict).toBe('not testable')
    expect(judged.reason).toBe(
      'survey.data.all.a.seconds is of a single subject: that says nothing of others',
    )
  })

  it('has a verdict from data, with file, digest and rows', async () => {
    const judged = await verdictOn(csv, claim(mean(20e6, 40e6)))
    expect(judged.verdict).toBe('reproduced')
    expect(statedVerdict(judged)).toBe('reproduced, from data')
    expect(judged.data).toMatchObject([{ run: 'survey/data/all', file: 'data.csv', rows: 50 }])
    expect((judged.data ?? []).map(english.data)[0]).toMatch(
      /^data\.csv, SHA-256 [0-9a-f]{12}…: 50 rows, each taken for an independent observation$/,
    )
  })

  it('may be absolute without a machine, and not with one that nothing captured', async () => {
    const absolute = { scope: 'absolute' } as const
    expect((await verdictOn(csv, claim(mean(20e6, 40e6), absolute))).verdict).toBe('reproduced')
    const ofMachine = claim(mean(20e6, 40e6), { ...absolute, machine: { CPU: 'Arm' } })
    const judged = await verdictOn(csv, ofMachine)
    expect(judged.verdict).toBe('not testable')
    expect(judged.reason).toContain('no run on hardware: data times say nothing')
  })
})
