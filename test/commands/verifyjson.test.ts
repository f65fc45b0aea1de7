/**
 * The published schema of `repro verify --json`. To write it anew: npx vitest run
 * test/commands/verifyjson.test.ts -u
 */

import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { judge, type Judgement } from '../../src/claims/judge.ts'
import type { Measured } from '../../src/claims/measure.ts'
import { updatedClaims } from '../../src/claims/record.ts'
import { sinceRecord } from '../../src/claims/since.ts'
import type { Verification } from '../../src/claims/verification.ts'
import type { Verdicts } from '../../src/commands/terminal/verdicts.ts'
import { plainFailure, plainVerdicts, verifyOutput } from '../../src/commands/terminal/verifyjson.ts'
import type { ClaimBlock } from '../../src/document/block.ts'
import { source } from '../source.ts'

const file = source('docs/verify.schema.json')
const schemaText = () =>
  `${JSON.stringify({ ...z.toJSONSchema(verifyOutput), title: 'repro verify --json' }, null, 2)}\n`

it('docs/verify.schema.json is the schema of the code', async () => {
  await expect(schemaText()).toMatchFileSnapshot(file)
})

/** An independent judge of what is printed. */
const isValid = new Ajv2020({ allErrors: true }).compile(JSON.parse(schemaText()))
const errorsIn = (output: unknown) => {
  isValid(JSON.parse(JSON.stringify(output)))
  return isValid.errors ?? []
}

const claim: ClaimBlock = {
  ...{ type: 'claim', id: 'C1', statement: 'S', scope: 'shape', place: { line: 1, column: 1 } },
  test: { type: 'interval', expression: { type: 'number', value: 1 }, low: 0, high: 1 },
}
const measured: Measured = {
  value: 1,
  unit: 'us',
  interval: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  region: { low: 0, high: Number.POSITIVE_INFINITY, closed: true },
  decision: { type: 'open', trialsNeeded: 6 },
  trials: 2,
  per: 'boot',
  method: 'student',
  ratio: 2,
  sources: [{ type: 'published', file: 't.csv' }],
}
const base: Judgement = { claim, verdict: 'reproduced', reason: 'R', measured: [measured], notes: ['N'] }
const kinds: Readonly<Record<string, Judgement>> = {
  'not testable': {
    ...base,
    verdict: 'not testable',
    measured: [],
    lacking: [{ run: 'a/b/c', stale: 'x' }, { run: 'd' }],
  },
  inconclusive: { ...base, verdict: 'inconclusive', trialsNeeded: 9 },
  fragile: { ...base, fragile: { half: 'inconclusive', twice: 'reproduced' } },
  failure: { ...base, verdict: 'not testable', measured: [], failure: 'a bug' },
  conditions: {
    ...base,
    grid: [
      { verdict: 'reproduced', reason: '', measured: [measured] },
      { condition: { name: 'new', label: 'N' }, verdict: 'not run', reason: 'none', measured: [] },
    ],
  },
}
const output = (verifications: readonly Verification[], more: Partial<Verdicts> = {}) =>
  plainVerdicts({
    ...{
      document: 'paper/index.md',
      verifications,
      cells: [],
      removed: [],
      signature: { state: 'unsigned' },
      warnings: [],
    },
    ...more,
  })

describe('the schema', () => {
  it.each(Object.entries(kinds))('holds for a claim of kind %s', (_, judgement) => {
    expect(errorsIn(output([{ claim, recorded: judgement }]))).toEqual([])
    expect(errorsIn(output([{ claim, recorded: base, rerun: judgement }]))).toEqual([])
    const recorded = updatedClaims(
      updatedClaims(
        [],
        [{ id: 'C1', definition: { scope: 'method' }, judgement: kinds.conditions }],
        '2026-01-01',
      ),
      [{ id: 'C1', definition: { skip: 'no' }, judgement: base }],
      '2026-01-02',
    )
    const since = sinceRecord(recorded[0], { tolerance: '5 %' }, judgement)
    expect(errorsIn(output([{ claim, recorded: judgement, since }], { removed: recorded }))).toEqual([])
    expect(
      errorsIn(output([{ claim, recorded: judgement, since: sinceRecord(undefined, {}, judgement) }])),
    ).toEqual([])
  })

  it('holds for published numbers, words and values from tables', () => {
    for (const published of [1, 'words', [], undefined] as const) {
      const one = { ...claim, ...(published === undefined ? {} : { published }), source: 'Table 1' }
      const values = [1, 2].map((value) => ({ value, unit: 'us', text: '' }))
      expect(
        errorsIn(output([{ claim: one, recorded: { ...base, claim: one, published: values } }])),
      ).toEqual([])
    }
  })

  it('holds for a claim that cannot even be judged', () => {
    const broken = judge(claim, { results: { experiments: [], runs: [] }, stale: new Map() })
    expect(broken.verdict).toBe('not testable')
    expect(errorsIn(output([{ claim, recorded: broken }]))).toEqual([])
  })

  it('holds for a replay', () => {
    const value = { column: 'us', unit: 'ticks', row: 1, recorded: 1, rerun: 2 }
    const difference = { what: 'rows', recorded: 2, rerun: 2, differing: 1, columns: ['a'] }
    const cells: Verdicts['cells'] = [
      { cell: 'a/b/c', origin: 'emulated', same: 'none', differences: [], files: [], rerunOn: 'H' },
      {
        ...{
          cell: 'a/b/d',
          origin: 'local',
          same: 'other',
          files: ['trace.bin'],
          recordedOn: 'G',
          rerunOn: 'H',
        },
        differences: [difference, { ...difference, largest: value, largestShare: { ...value, share: 1 } }],
        holds: ['a/b/c'],
      },
    ]
    expect(errorsIn(output([], { cells }))).toEqual([])
  })

  it.each<Verdicts['signature']>([
    { state: 'unsigned' },
    { state: 'consistent', key: 'ED25519 key SHA256:x' },
    { state: 'authentic', key: 'RSA key SHA256:x', signer: 'a@example.org' },
    { state: 'broken', problems: ['results/a is not signed'] },
  ])('holds for a signature that is $state', (signature) => {
    expect(errorsIn(output([], { signature }))).toEqual([])
  })

  it('holds for an error', () => {
    expect(errorsIn(plainFailure('no claim of this name: C0', 2))).toEqual([])
  })

  it('refuses what the program does not print', () => {
    const good = output([{ claim, recorded: base }])
    expect(errorsIn({ ...good, version: 2 })).not.toEqual([])
    expect(errorsIn({ ...good, more: 1 })).not.toEqual([])
    expect(errorsIn({ ...good, claims: [{ ...good.claims[0], verdict: 'fine' }] })).not.toEqual([])
    const { recorded: _, ...without } = good.claims[0] ?? {}
    expect(errorsIn({ ...good, claims: [without] })).not.toEqual([])
  })
})
