import { describe, expect, it } from 'vitest'
import { checkVacuous } from '../../src/claims/vacuous.ts'
import type { Run } from '../../src/results/run.ts'
import { latencyPaper } from '../document/latencypaper.ts'
import { fakeRun } from '../results/fake.ts'

const cells = `patterns: {baseline: {}, net: {}, dom0-cpu: {}, dom0-net: {}}
groups: {loads: [dom0-cpu, dom0-net]}`
const paper = (claim: string, front = '') =>
  latencyPaper(cells, `id: C1\nstatement: S\nscope: shape\n${claim}`, front)

const none = () => undefined
const records = (cell: string): Run | undefined => {
  const [, environment = '', pattern = ''] = cell.split('/')
  return fakeRun({ environment, pattern, trials: 20, xlUs: pattern === 'baseline' ? 6000 : 30_000 })
}

/** `line rule reason` of each message; the claim's test starts in line 18. */
function found(claim: string, recorded: (cell: string) => Run | undefined, front = ''): readonly string[] {
  const document = paper(claim, front)
  checkVacuous(document, undefined, recorded)
  return document.file.messages.map(({ line, ruleId, reason }) => `${line} ${ruleId} ${reason}`)
}

const base = "latency['xen-4.14'].baseline"
const load = "latency['xen-4.14']['dom0-cpu']"
const many = "latency['xen-4.14']['*']"
const phase = "['xl-to-domu-stop']"

const ascending = (...values: readonly string[]) =>
  ['ascending:', ...values.map((value) => `  - ${value}`)].join('\n')

const vacuous: readonly (readonly [string, RegExp])[] = [
  [
    `value: ${base}.pause.total.mean / ${base}.pause.total.mean\nbetween: [0.5, 1.5]`,
    /the value is 1\.00 each time/,
  ],
  [`value: ${base}.pause.total.mean\nbetween: [0, null]`, /holds whatever the runs say/],
  [`value: ${base}.pause.total.mean\nbetween: [-5, null]`, /test holds/],
  [`value: ${base}.pause.total.mean / ${load}.pause.total.mean\nbetween: [0, null]`, /test holds/],
  [
    `value: correlation(${many}.pause.total.mean, ${many}.pause.total.mean)\nbetween: [0.9, 1]`,
    /is 1\.00 each/,
  ],
  [
    `value: correlation(${many}.pause.total.mean, ${many}.pause${phase}.mean)\nbetween: [-1, 1]`,
    /test holds/,
  ],
  [`value: correlation(${base}.pause.total, ${base}.pause.total)\nbetween: [0.5, null]`, /test holds/],
  [`value: correlation(${base}.pause.total, ${base}.pause${phase})\nbetween: [-1, 1]`, /test holds/],
  [`value: ${base}.pause.blocked.n / ${base}.pause.n\nbetween: [0, 1]`, /values from 0 to 1\.00/],
  [`value: ${base}.pause.n\nbetween: [0, null]`, /test holds/],
  [`value: ${base}.pause.total.max - ${base}.pause.total.min\nbetween: [0, null]`, /test holds/],
  [`value: ${base}.pause.total.sd\nbetween: [0, null]`, /test holds/],
  [`value: max(${many}.pause.total.mean) / min(${many}.pause.total.mean)\nbetween: [1, null]`, /test holds/],
  [`value: abs(${base}.pause.total.mean - ${load}.pause.total.mean)\nbetween: [0, null]`, /test holds/],
  [ascending(`${base}.pause.total.min`, `${base}.pause.total.max`), /test holds/],
  [
    ascending(`${base}.pause.total.min`, `${base}.pause.total.median`, `${load}.pause.total.max`),
    /step 1 of 2 holds/,
  ],
  [
    `value:\n  - ${base}.pause.total.mean / ${load}.pause.total.mean\n  - ${base}.pause.n\nbetween: [0, 1000]`,
    /value 2/,
  ],
  [`from: ${base}.pause.total\nto: ${base}.pause.total\ndirection: same`, /the shift is 0/],
  [`from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: same\ntolerance: 1000 %`, /too small for/],
  [`from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: same\ntolerance: 100 %`, /too small for/],
  [`value: ${base}.pause.total.mean\npublished: 100\ntolerance: 1000 %`, /too small for/],
  [`value: ${base}.pause.total.mean\npublished: 100\ntolerance: 100`, /too small for/],
]

const impossible: readonly (readonly [string, RegExp])[] = [
  [`from: ${base}.pause.total\nto: ${base}.pause.total\ndirection: up`, /the shift is 0/],
  [`from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: down\ntolerance: 100 %`, /test fails/],
  [ascending(`${base}.pause.total.mean`, `${base}.pause.total.mean`), /the difference is 0/],
  [
    ascending(`${base}.pause.total.mean`, `${load}.pause.total.mean`, `${base}.pause.total.mean`),
    /contradict/,
  ],
  [ascending(`${base}.pause.total.max`, `${base}.pause.total.mean`), /test fails/],
  [`value: ${base}.pause.total.mean\nbetween: [null, -1]`, /test fails/],
  [
    `value: correlation(${many}.pause.total.mean, ${many}.pause${phase}.mean)\nbetween: [1.01, 2]`,
    /test fails/,
  ],
  [`value: ${base}.pause.blocked.n / ${base}.pause.n\nbetween: [1.5, null]`, /test fails/],
]

const sound: readonly string[] = [
  `value: min(${many}.pause.total.mean / ${base}.pause.total.mean)\nbetween: [0.9, 1]`,
  `value: ${load}.pause.total.mean / ${base}.pause.total.mean\nbetween: [1, null]`,
  `value: ${load}.pause.total.mean / ${base}.pause.total.mean\nbetween: [null, 1.01]`,
  `value: ${base}.pause.total.mean\nbetween: [0, 40000]`,
  `value: ${base}.pause.total.mean\npublished: 142000\ntolerance: 10 %`,
  `value: ${base}.pause.total.mean\npublished: 142000\ntolerance: 99 %`,
  `value: ${base}.pause.total.mean - ${load}.pause.total.mean\nbetween: [0, null]`,
  `value: ${base}.pause${phase}.mean / ${base}.pause.total.mean\nbetween: [0.5, 1]`,
  `value: ${base}.pause${phase}.mean / ${base}.pause.total.mean\nbetween: [0.949, 0.951]`,
  `value:\n  - min(${many}.pause${phase}.mean / ${many}.pause.total.mean)\n  - max(${many}.pause${phase}.mean / ${many}.pause.total.mean)\nbetween: [0.7, 0.98]`,
  `value: correlation(${many}.pause.total.mean, ${many}.pause${phase}.mean)\nbetween: [0.9, 1]`,
  `value: correlation(${base}.pause.total, ${base}.pause${phase})\nbetween: [-1, -0.5]`,
  `value: correlation(${base}.pause.total, ${base}.pause${phase})\nbetween: [0, null]`,
  `value: ${base}.pause.blocked.n / ${base}.pause.n\nbetween: [0.9, 1]`,
  `value: ${base}.pause.blocked.n / ${base}.pause.n\nbetween: [0, 0]`,
  `value: ${base}.unpause.n\nbetween: [20, 20]`,
  `value: ${base}.pause.total.sd / ${base}.pause.total.mean\nbetween: [0, 0.01]`,
  `value: ${base}.pause.total.p95 / ${base}.pause.total.median\nbetween: [2, null]`,
  `value: max(latency['xen-4.14'].loads.pause.total.mean / ${base}.pause.total.mean)\nbetween: [1, null]`,
  ascending(`${base}.pause.total.mean`, `${load}.pause.total.mean`),
  ascending(
    ...['baseline', 'net', 'dom0-cpu', 'dom0-net'].flatMap((one) => [
      `latency['xen-4.14']['${one}'].pause.total.mean`,
      `latency['xen-4.17']['${one}'].pause.total.mean`,
    ]),
  ),
  `from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: same\ntolerance: 15 %`,
  `from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: same\ntolerance: 99 %`,
  `from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: up\ntolerance: 1000 %`,
  `from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: down`,
]

describe.each([
  ['by the scale of recorded runs', records],
  ['where nothing is recorded', none],
])('%s', (_, recorded) => {
  it.each(vacuous)('refuses a test that holds for any data: %s', (claim, reason) => {
    const messages = found(claim, recorded)
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatch(/^(?:1[89]|2\d) vacuous-claim .* sets of rows made up at random/)
    expect(messages[0]).toMatch(reason)
  })

  it.each(impossible)('refuses a test that holds for no data: %s', (claim, reason) => {
    const messages = found(claim, recorded)
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatch(/^(?:1[89]|2\d) impossible-claim .* sets of rows made up for it/)
    expect(messages[0]).toMatch(reason)
  })

  it.each(sound)('accepts a test that data can tell: %s', (claim) => {
    expect(found(claim, recorded)).toEqual([])
  })
})

describe('a test of a claim', () => {
  const longer = `value: ${load}.pause.total.mean / ${base}.pause.total.mean\nbetween: [1, null]`

  it.each([
    ['a time of at least a microsecond', `value: ${base}.pause.total.mean\nbetween: [1, null]`],
    ['a time of at most two minutes', `value: ${base}.pause.total.mean\nbetween: [0, 120000000]`],
  ])('is compared with the scale of records: %s', (_, claim) => {
    expect(found(claim, records)).toHaveLength(1)
    expect(found(claim, none)).toEqual([])
  })

  it('may ask whether a measure is negative that was so before', () => {
    const signed = (cell: string) => {
      const run = records(cell)
      return run && { ...run, rows: run.rows.map((row, index) => ({ ...row, total: 1000 * (-1) ** index })) }
    }
    expect(found(`value: ${base}.pause.total.mean\nbetween: [0, null]`, signed)).toEqual([])
  })

  it('is examined under each condition, too', () => {
    const front = 'conditions:\n  same: {label: x, cells: {latency/xen-4.14: latency/xen-4.17}}\n'
    const claim = `from: ${base}.pause.total\nto: latency['xen-4.17'].baseline.pause.total\ndirection: up`
    expect(found(claim, records)).toEqual([])
    expect(found(claim, records, front).join()).toMatch(
      /^20 impossible-claim under the condition same, the test fails whatever the runs say/,
    )
  })

  it('is examined over its control, which could not pass or could not fail', () => {
    const control = (cell: string) =>
      `${longer}\ncontrol:\n  label: x\n  cells: {latency/xen-4.14/dom0-cpu: ${cell}}`
    expect(found(control('latency/xen-4.14/net'), records)).toEqual([])
    const itself = `from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: up\ncontrol:\n  label: x\n  cells: {latency/xen-4.14/dom0-cpu: latency/xen-4.14/baseline}`
    expect(found(itself, records).join()).toMatch(/^18 impossible-claim over its control, the test fails/)
  })

  it('is not examined if it is skipped', () => {
    expect(found(`value: ${base}.pause.total.mean\nbetween: [0, null]\nskip: not now`, records)).toEqual([])
  })

  it('is left to other checks if it cannot be evaluated', () => {
    expect(
      found("value: latency['xen-4.14'].baseline.pause.nothing.mean\nbetween: [0, null]", records),
    ).toEqual([])
  })

  it('is judged the same each time', () => {
    const [first] = vacuous
    expect(found(first?.[0] ?? '', records)).toEqual(found(first?.[0] ?? '', records))
  })
})
