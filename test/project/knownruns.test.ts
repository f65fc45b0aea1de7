/** The report and `repro verify` see the same runs in any state, and must agree on them. */

import fc from 'fast-check'
import { VFile } from 'vfile'
import { expect, it } from 'vitest'
import { historyLines, sinceLines } from '../../src/claims/changewords.ts'
import { definitionOf } from '../../src/claims/definition.ts'
import { type Judgement, judge } from '../../src/claims/judge.ts'
import type { RecordedClaim } from '../../src/claims/record.ts'
import { isAsRecorded, isWeaker, removedClaims } from '../../src/claims/since.ts'
import { decisive, outcomeOf, verifyClaims } from '../../src/claims/verification.ts'
import { numberTexts } from '../../src/claims/words.ts'
import { missingRunLines, verdictLines } from '../../src/commands/terminal/verdicts.ts'
import { parseDocument } from '../../src/document/document.ts'
import { cellsOf } from '../../src/engine/cells.ts'
import { plan } from '../../src/engine/plan.ts'
import type { Files } from '../../src/files/tracked.ts'
import { claimsOf } from '../../src/pack/artifact.ts'
import { statusesOf } from '../../src/project/build.ts'
import { cellsFor, knownRuns, recordsOnly } from '../../src/project/knownruns.ts'
import { claimInputs } from '../../src/project/renderinputs.ts'
import { keyOf } from '../../src/results/key.ts'
import { runName, type Inputs, type Run } from '../../src/results/run.ts'
import type { CellName, Store } from '../../src/results/store.ts'
import { localEnvironment } from '../../src/testbeds/local/testbed.ts'
import { renderReport } from '../report/render.ts'

const experiment = (id: string) => `
\`\`\`ts experiment id=${id} testbed=local trials=8
export const rows = []
\`\`\`
`
const claim = (id: string, test: string, conditions = '') => `
\`\`\`yaml claim
id: ${id}
statement: Something holds
scope: shape
conditions: [${conditions}]
${test}
\`\`\`
`
const document = parseDocument(
  new VFile({
    path: 'paper/index.md',
    value: `---
title: T
conditions: {slower: {label: a slow start, cells: {fast/local: slow/local}}}
---
${experiment('fast')}${experiment('slow')}
${claim('C1', 'from: fast.local.default.us\nto: slow.local.default.us\ndirection: up')}
${claim('C2', 'ascending: [slow.local.default.us.mean, fast.local.default.us.mean]')}
${claim('C3', 'value: fast.local.default.us.sd / fast.local.default.us.mean\nbetween: [0, 9]')}
${claim('C4', 'value: slow.local.default.n\nbetween: [0, 1]\nskip: not now')}
${claim('C5', 'value: fast.local.default.us.sd / fast.local.default.us.mean\nbetween: [0, 9]', 'slower')}
`,
  }),
)
const cells = cellsOf(document.blocks)
const claims = document.blocks.filter((block) => block.type === 'claim')
const experiments = document.blocks.filter((block) => block.type === 'experiment')

/** Makes a run of a cell, with the plan's inputs or others. */
function run(
  { experiment: id, environment, pattern }: CellName,
  inputs: Inputs,
  us: number,
  year = 2025,
): Run {
  const rows = Array.from({ length: 8 }, (_, trial) => ({ trial, us: us + trial }))
  return {
    ...{
      experiment: id,
      environment,
      pattern,
      key: keyOf({ experiment: id, environment, pattern }, inputs),
      origin: 'local',
      trials: 8,
      seed: 1,
      parameters: {},
    },
    columns: [
      { name: 'trial', role: 'index' },
      { name: 'us', role: 'measure', unit: 'us' },
    ],
    ...{
      rows,
      inputs,
      exclusions: [],
      captured: {},
      files: {},
      provenance: { date: `${year}-01-01T00:00:00Z`, 'duration (s)': 1 },
    },
  }
}

/** The runs of a cell; the numbers are durations. */
interface State {
  readonly record?: { readonly us: number; readonly isStale: boolean }
  readonly cached?: number
  readonly made?: number
}
const us = fc.constantFrom(100, 105, 300)
const state: fc.Arbitrary<State> = fc.record(
  { record: fc.record({ us, isStale: fc.boolean() }), cached: us, made: us },
  { requiredKeys: [] },
)

/** Claims as recorded: with another verdict, another definition, an earlier one, or none at all. */
const recordedVerdicts: fc.Arbitrary<readonly RecordedClaim[]> = fc
  .tuple(
    ...['C1', 'C2', 'C3', 'C4', 'C5'].map((id) =>
      fc.record({
        id: fc.constant(id),
        isRecorded: fc.boolean(),
        verdict: fc.constantFrom('reproduced', 'not reproduced', 'inconclusive', 'not testable'),
        direction: fc.constantFrom(undefined, 'down'),
        isChanged: fc.boolean(),
      }),
    ),
  )
  .map((all) =>
    all
      .filter(({ isRecorded }) => isRecorded)
      .map(({ id, verdict, direction, isChanged }): RecordedClaim => {
        const claim = claims.find((one) => one.id === id)
        const definition = {
          ...(claim ? definitionOf(claim, { experiments }) : { statement: 'Gone' }),
          ...(direction ? { direction } : {}),
        }
        const state = { date: '2025-02-02', verdict, definition, measured: [] }
        const history = [{ ...state, date: '2025-01-01', verdict: 'inconclusive' as const }]
        return { id, ...state, ...(isChanged ? { history } : {}) }
      }),
  )

const files: Files = {
  read: () => undefined,
  text: () => undefined,
  digest: () => undefined,
  list: () => [],
  exists: () => false,
  notes: () => ({}),
  derived: (_: string, make: (files: unknown) => unknown) => make(files),
} as unknown as Files

async function stepsOf(states: ReadonlyMap<string, State>, inputs: ReadonlyMap<string, Inputs>) {
  const inputsOf = (cell: CellName) => inputs.get(runName(cell)) ?? {}
  const store = {
    recorded(cell: CellName) {
      const { record } = states.get(runName(cell)) ?? {}
      return record && run(cell, record.isStale ? { trials: 3 } : inputsOf(cell), record.us)
    },
    cached(cell: CellName) {
      const { cached } = states.get(runName(cell)) ?? {}
      return cached === undefined ? undefined : run(cell, inputsOf(cell), cached, 2026)
    },
  } as unknown as Store
  const around = {
    project: '/',
    document: 'paper/index.md',
    environments: new Map([[localEnvironment.name, localEnvironment]]),
    cache: '',
  }
  return await plan(cells, { ...around, store, files })
}

const judgement = async (one: Judgement['claim'], evidence: Parameters<typeof judge>[1]) =>
  judge(one, evidence, { resamples: 50 })

it('says of each claim the same in the report and in repro verify, whatever is recorded, stale, cached, made now or missing', async () => {
  const planned = await stepsOf(new Map(), new Map())
  const wanted = new Map(planned.map(({ cell, inputs }) => [runName(cell), inputs]))
  await fc.assert(
    fc.asyncProperty(state, state, recordedVerdicts, async (fast, slow, recorded) => {
      const states = new Map(cells.map((cell, index) => [runName(cell), index === 0 ? fast : slow]))
      const made = new Map(
        cells.flatMap((cell): [string, Run][] => {
          const name = runName(cell)
          const took = states.get(name)?.made
          return took === undefined ? [] : [[name, run(cell, wanted.get(name) ?? {}, took, 2026)]]
        }),
      )
      const known = knownRuns(await stepsOf(states, wanted), made)
      const removed = removedClaims(
        recorded,
        claims.map(({ id }) => id),
      )
      const verdicts = { recorded, defined: claims, removed }
      const verifications = await verifyClaims(claims, { experiments }, known, judgement, verdicts)
      const packed = claimsOf(document, [], verifications)

      const { html, problems } = await renderReport({
        document,
        runs: known.shown.map((one) => one.run),
        statuses: statusesOf(known.shown),
        records: known.recorded,
        verdicts,
        judgement,
        read: () => Promise.reject(new Error('no file')),
        generator: 'repro',
      })
      for (const verification of verifications) {
        const { claim: one, recorded, rerun } = verification
        const { verdict, reason } = decisive(verification)
        const shown = new RegExp(
          `<aside class="claim ${verdict.replace(' ', '-')}" id="${one.id}".*?</aside>`,
          's',
        ).exec(html)?.[0]
        const fact = (term: string) =>
          new RegExp(`<dt>${term}</dt><dd>(.*?)</dd>`).exec(shown ?? '')?.[1]?.replaceAll('\u00a0', ' ')
        expect(fact('why')).toBe(reason)
        expect(fact('recorded')?.replace(', local', '')).toBe(numberTexts(recorded).join('; ') || undefined)
        expect(fact('this run') === undefined).toBe(rerun === undefined)
        expect(fact('with a slow start')?.split(':')[0]).toBe(decisive(verification).grid?.[1]?.verdict)
        const facts = (term: string) =>
          [...(shown ?? '').matchAll(new RegExp(`<dt>${term}</dt><dd>(.*?)</dd>`, 'g'))].map(
            ([, text]) => text,
          )
        const [since, history] = [sinceLines(verification), historyLines(verification)]
        expect(facts('since the record')).toEqual(since)
        expect(facts('history')).toEqual(history)
        expect(packed.find(({ block }) => block.id === one.id)).toMatchObject({
          verdict,
          changes: since,
        })
      }
      const changed = verifications.filter(({ since }) => since && !isAsRecorded(since))
      const names = [...changed.map(({ claim: one }) => one.id), ...removed.map(({ id }) => id)]
      const told = /Claims not as recorded: (.*?)\./.exec(html)?.[1]
      expect(told).toBe(names.join(', ') || undefined)
      const isLacking = verifications.some((one) => (decisive(one).lacking ?? []).length > 0)
      expect(problems.length > 0).toBe(isLacking)
      expect(missingRunLines(verifications).length > 0).toBe(isLacking)
      const isFine = verifications.every(
        (one) => decisive(one).verdict !== 'not reproduced' && !(one.since && isWeaker(one.since)),
      )
      expect(outcomeOf(verifications, removed) === 'judged').toBe(
        !isLacking && isFine && removed.length === 0,
      )
    }),
    { numRuns: 60 },
  )
})

it('counts the runs of a claim’s conditions as its own', async () => {
  const planned = await stepsOf(new Map(), new Map())
  const wanted = new Map(planned.map(({ cell, inputs }) => [runName(cell), inputs]))
  const record = { us: 100, isStale: false }
  const steps = await stepsOf(new Map(cells.map((cell) => [runName(cell), { record }])), wanted)
  const slow = planned[1]?.cell ?? expect.unreachable()
  const made = new Map([[runName(slow), run(slow, wanted.get(runName(slow)) ?? {}, 300, 2026)]])
  const known = knownRuns(steps, made)
  const verifications = await verifyClaims(claims, { experiments }, known, judgement)
  expect(verifications.map(({ claim: { id }, rerun }) => [id, rerun !== undefined])).toEqual([
    ['C1', true],
    ['C2', true],
    ['C3', false],
    ['C4', true],
    ['C5', true],
  ])
  const lines = verdictLines({
    ...{ document: 'paper/index.md', verifications, cells: [], removed: [] },
    signature: { state: 'unsigned' },
    warnings: [],
  }).join('\n')
  expect(lines).toMatch(
    / {5}as stated {2}reproduced: [\d.]+ \[.*\]\n {5}with a slow start reproduced: [\d.]+ \[.*\]\n {5}why /,
  )

  const c5 = claims[4] ?? expect.unreachable()
  const inputs = (runs: readonly Run[]) => claimInputs(c5, { experiments, runs }, new Map(), 'repro')
  const names = (one: object) => Object.keys(one).filter((name) => name.startsWith('run '))
  const shown = inputs(known.shown.map((one) => one.run))
  expect(names(shown)).toEqual(['run fast/local/default', 'run slow/local/default'])
  expect(shown).not.toEqual(inputs(known.recorded.map((one) => one.run)))
  expect(cellsFor([c5], cells).map(runName)).toEqual(['fast/local/default', 'slow/local/default'])
})

it('says the same of each claim in the process that made a run and in later ones', async () => {
  const planned = await stepsOf(new Map(), new Map())
  const wanted = new Map(planned.map(({ cell, inputs }) => [runName(cell), inputs]))
  const verdicts = async (states: ReadonlyMap<string, State>, made: ReadonlyMap<string, Run>) =>
    (
      await verifyClaims(claims, { experiments }, knownRuns(await stepsOf(states, wanted), made), judgement)
    ).map((one) => {
      const { verdict, reason } = decisive(one)
      return { verdict, reason, numbers: numberTexts(decisive(one)) }
    })
  await fc.assert(
    fc.asyncProperty(state, state, us, us, async (fast, slow, ...took) => {
      const before = new Map(cells.map((cell, index) => [runName(cell), index === 0 ? fast : slow]))
      const made = new Map(
        cells.map((cell, index) => [
          runName(cell),
          run(cell, wanted.get(runName(cell)) ?? {}, took[index] ?? 0, 2026),
        ]),
      )
      const after = new Map(
        [...before].map(([name, one], index) => [name, { ...one, cached: took[index] ?? 0 }]),
      )
      expect(await verdicts(after, new Map())).toEqual(await verdicts(before, made))
    }),
    { numRuns: 60 },
  )
})

it('judges a run that differs from its record, but not where only records count', async () => {
  const [{ cell, inputs } = { cell: cells[0], inputs: {} }] = await stepsOf(new Map(), new Map())
  const name = cell ? runName(cell) : ''
  const steps = await stepsOf(
    new Map([[name, { record: { us: 100, isStale: false }, cached: 300 }]]),
    new Map([[name, inputs]]),
  )
  expect(knownRuns(steps).shown).toMatchObject([
    { from: 'here', run: { rows: [{ us: 300 }, {}, {}, {}, {}, {}, {}, {}] } },
  ])
  expect(knownRuns(recordsOnly(steps)).shown).toMatchObject([{ from: 'record' }])
})
