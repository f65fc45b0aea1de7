import { describe, expect, it } from 'vitest'
import { checkVacuous } from '../../src/claims/vacuous.ts'
import type { Run } from '../../src/results/run.ts'
import { latencyPaper } from '../document/latencypaper.ts'
import { fakeRun } from '../results/fake.ts'

const cells = `parameters: {load: 0}
patterns: {baseline: {}, net: {load: 1}, dom0-cpu: {load: 2}, dom0-net: {load: 3}}
groups: {loads: [dom0-cpu, dom0-net]}`
const paper = (claim: string, front = '') =>
  latencyPaper(cells, `id: C1\nstatement: S\nscope: shape\n${claim}`, front)

const none = () => undefined
const records = (cell: string): Run | undefined => {
  const [, environment = '', pattern = ''] = cell.split('/')
  // Cells differ, if little.
  const own = [...environment, ...pattern].reduce((sum, letter) => 3 * (sum % 99) + letter.charCodeAt(0), 0)
  return fakeRun({ environment, pattern, trials: 20, xlUs: (pattern === 'baseline' ? 6000 : 30_000) + own })
}

/** `line rule reason` of each message; the claim's test starts in line 19. */
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
  [`value: ${base}.pause.blocked.n / ${base}.pause.n\nbetween: [0, 1]`, /values from 0(?:\.0\d+)? to 1\.00/],
  [`value: ${base}.pause.n\nbetween: [0, null]`, /test holds/],
  [`value: ${base}.pause.n\nbetween: [1, null]`, /test holds/],
  [`value: ${base}.unpause.n\nbetween: [20, 20]`, /the value is 20\.0 each time/],
  [`value: ${base}.pause.n / ${load}.unpause.n\nbetween: [0.9, 1.1]`, /the value is 1\.00 each time/],
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
    `value:\n  - ${base}.pause.total.mean / ${load}.pause.total.mean\n  - ${base}.pause.n\nbetween: [0, 50]`,
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

it('refuses numbers that contradict each other by recorded rows; else warns that no rows met them all', () => {
  const claim = ascending(`${base}.pause.total.mean`, `${load}.pause.total.mean`, `${base}.pause.total.mean`)
  expect(found(claim, records)).toEqual([
    expect.stringMatching(/^\d+ impossible-claim .* \(its numbers contradict each other\)/),
  ])
  const document = paper(claim)
  checkVacuous(document, undefined, none)
  expect(document.file.messages).toMatchObject([
    { ruleId: 'unmet-claim', fatal: false, reason: expect.stringContaining('look whether they contradict') },
  ])
})

it('meets shares of two operations at once, whose phases an invariant adds up, where nothing is recorded', () => {
  const shares = (operation: string, phase: string) =>
    ['min', 'max'].map(
      (end) =>
        `${end}(latency['xen-4.14']['*'].${operation}.${phase}.mean / latency['xen-4.14']['*'].${operation}.total.mean)`,
    )
  const values = [...shares('pause', 'stop'), ...shares('unpause', 'start')].map((one) => `  - ${one}`)
  const claim = `value:\n${values.join('\n')}\nbetween: [0.695, 0.985]`
  const block = `${cells}\ninvariants:\n  - {holds: call + stop + start + xen = total}`
  expect(foundIn(block, claim)).toEqual([])
})

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

/** A paper with an invariant and other experiments of the same script, in place of `cells` and the claim. */
function foundIn(block: string, claim: string, recorded: (cell: string) => Run | undefined = none) {
  const document = latencyPaper(block, `id: C1\nstatement: S\nscope: shape\n${claim}`)
  checkVacuous(document, undefined, recorded)
  return document.file.messages.map(({ ruleId, reason }) => `${ruleId} ${reason}`)
}

describe('cells that are the same by another name', () => {
  const names = `parameters: {load: {cpu: 0, net: 1}}
patterns: {base: {}, copy: {}, again: {load: {net: 1}}, other: {load: {cpu: 4}}, seeded: {seed: 2}}`
  const cell = (name: string) => `latency['xen-4.14'].${name}.pause.total`
  const ratio = (name: string) => `value: ${cell(name)}.mean / ${cell('base')}.mean\nbetween: [0.9, 1.1]`

  it.each(['copy', 'again'])('make a test vacuous: %s', (name) => {
    const [message] = foundIn(names, ratio(name))
    expect(message).toMatch(
      `vacuous-claim latency/xen-4.14/${name} has the script and parameters of latency/xen-4.14/base: the test holds`,
    )
    const same = `from: ${cell('base')}\nto: ${cell(name)}\ndirection: same\ntolerance: 5 %`
    expect(foundIn(names, same)).toMatchObject(
      [/^vacuous-claim .*the shift is 0 each time/].map((one) => expect.stringMatching(one)),
    )
    const up = `ascending: ["${cell('base')}.mean", "${cell(name)}.mean"]`
    expect(foundIn(names, up).join()).toMatch(/^impossible-claim latency\/xen-4\.14\/\w+ has the script/)
  })

  it('are not those with another parameter, seed or environment', () => {
    for (const name of ['other', 'seeded']) expect(foundIn(names, ratio(name))).toEqual([])
    const versions = `value: latency['xen-4.17'].base.pause.total.mean / ${cell('base')}.mean\nbetween: [0.9, 1.1]`
    expect(foundIn(names, versions)).toEqual([])
  })

  it('are told by their rows, too, where the script ignores a parameter', () => {
    const run = (name: string) => {
      const [, environment = '', pattern = ''] = name.split('/')
      return { ...fakeRun({ environment, pattern, trials: 20 }), pattern }
    }
    const noisy = (name: string) => {
      const one = run(name)
      if (!name.endsWith('other')) return one
      return { ...one, rows: one.rows.map((row) => ({ ...row, command: Number(row.command) + 1 })) }
    }
    expect(foundIn(names, ratio('other'), run)).toMatchObject([
      expect.stringMatching(
        /^equal-cells the recorded rows of latency\/xen-4\.14\/\w+ and latency\/xen-4\.14\/\w+ are equal in every measure/,
      ),
    ])
    expect(foundIn(names, ratio('other'), noisy)).toEqual([])
  })
})

describe('invariants of rows', () => {
  const bound = (...invariants: readonly string[]) =>
    `invariants: [${invariants.map((one) => (one.startsWith('{') ? one : `"${one}"`)).join(', ')}]
patterns: {base: {}}`
  const cell = "latency['xen-4.14'].base"
  const parts = bound('a + b = total')
  const recordedAs = (name: string) => {
    const run = records(name) as Run
    const columns = (['a', 'b', 'total'] as const).map(
      (one) => ({ name: one, role: 'measure', unit: 'us' }) as const,
    )
    const rows = Array.from({ length: 20 }, (_, trial) => ({
      trial,
      a: 5000 + trial,
      b: 20 + trial,
      total: 5020 + 2 * trial,
    }))
    return { ...run, columns: [{ name: 'trial', role: 'index' } as const, ...columns], rows }
  }

  it.each([
    [parts, `value: (${cell}.a.mean + ${cell}.b.mean) / ${cell}.total.mean\nbetween: [0.99, 1.01]`],
    [parts, `value: ${cell}.a.mean / ${cell}.total.mean\nbetween: [0, 1]`],
    [parts, `value: ${cell}.total.mean - ${cell}.a.mean\nbetween: [0, null]`],
    [parts, `ascending: ["${cell}.a.mean", "${cell}.total.mean"]`],
    [parts, `ascending: ["${cell}.a.median", "${cell}.total.median"]`],
    [parts, `value: ${cell}.b.max / ${cell}.total.max\nbetween: [0, 1]`],
    [parts, `value: ${cell}.total.n\nbetween: [1, null]`],
    [bound('total = a + b'), `ascending: ["${cell}.b.min", "${cell}.total.min"]`],
    [bound('total - a = b'), `ascending: ["${cell}.b.mean", "${cell}.total.mean"]`],
    [bound('a <= total'), `value: ${cell}.a.mean / ${cell}.total.mean\nbetween: [null, 1]`],
    [bound('total >= a', 'a >= b'), `ascending: ["${cell}.b.mean", "${cell}.a.mean", "${cell}.total.mean"]`],
    [bound('total > 2 * a'), `value: ${cell}.a.mean / ${cell}.total.mean\nbetween: [null, 0.5]`],
    [bound('a + b = c', 'c + d = total'), `ascending: ["${cell}.a.mean", "${cell}.total.mean"]`],
  ])('make what follows from them vacuous: %s %s', (block, claim) => {
    expect(foundIn(block, claim)).toMatchObject([expect.stringMatching(/^vacuous-claim/)])
    if (block === parts)
      expect(foundIn(block, claim, recordedAs)).toMatchObject([expect.stringMatching(/^vacuous-claim/)])
  })

  it.each([
    `value: ${cell}.a.mean / ${cell}.total.mean\nbetween: [0.9, 1]`,
    `value: ${cell}.b.mean / ${cell}.total.mean\nbetween: [null, 0.1]`,
    `ascending: ["${cell}.b.mean", "${cell}.a.mean"]`,
    `value: correlation(${cell}.a, ${cell}.total)\nbetween: [0.9, 1]`,
    `value: ${cell}.total.sd / ${cell}.a.sd\nbetween: [1, null]`,
  ])('leave the rest to the runs: %s', (claim) => {
    expect(foundIn(parts, claim)).toEqual([])
    expect(foundIn(parts, claim, recordedAs)).toEqual([])
  })

  it('hold for the rows that they speak of only', () => {
    const pauses = bound('{holds: a <= total, operation: pause}')
    const claim = (operation: string) =>
      `ascending: ["${cell}.${operation}.a.mean", "${cell}.${operation}.total.mean"]`
    expect(foundIn(pauses, claim('pause'))).toHaveLength(1)
    expect(foundIn(pauses, claim('unpause'))).toEqual([])
  })
})

describe('limits that nothing plausible passes', () => {
  const ratio = `value: ${load}.pause.total.mean / ${base}.pause.total.mean`
  it.each([
    `${ratio}\nbetween: [0.0001, 10000]`,
    `${ratio}\nbetween: [0.002, null]`,
    `${ratio}\nbetween: [null, 5000]`,
    `${ratio}\npublished: 5\ntolerance: 99.99 %`,
    `${base}`.replace(/.*/, `value: ${base}.pause.total.mean\nbetween: [10, 900000]`),
    `value: ${base}.pause.total.mean\npublished: 7000\ntolerance: 99.9 %`,
    `from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: same\ntolerance: 99.99 %`,
    `value:\n  - ${load}.pause.total.mean / ${base}.pause.total.mean\n  - ${load}.pause.total.median / ${base}.pause.total.median\nbetween: [0.001, 2000]`,
  ])('are refused: %s', (claim) => {
    expect(found(claim, records)).toMatchObject([expect.stringMatching(/ vacuous-claim /)])
  })

  it.each([
    `${ratio}\nbetween: [1, null]`,
    `${ratio}\nbetween: [0.5, 20]`,
    `${ratio}\npublished: 5\ntolerance: 90 %`,
    `value: ${base}.pause.blocked.n / ${base}.pause.n\nbetween: [0.1, null]`,
    `value: ${base}.pause.total.mean\nbetween: [null, 60000]`,
  ])('are not those that tenfold values pass: %s', (claim) => {
    expect(found(claim, records)).toEqual([])
  })

  it('are not those of a large effect, which cells without one would not show', () => {
    const tall = (cell: string) => {
      const run = records(cell)
      const factor = cell.endsWith('dom0-cpu') ? 1e4 : 1
      return run && { ...run, rows: run.rows.map((row) => ({ ...row, total: factor * Number(row.total) })) }
    }
    expect(found(`${ratio}\nbetween: [1, null]`, tall)).toEqual([])
    expect(found(ascending(`${base}.pause.total.mean`, `${load}.pause.total.mean`), tall)).toEqual([])
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
      /^21 impossible-claim under the condition same, the test fails whatever the runs say/,
    )
  })

  it('is examined over its control, which could not pass or could not fail', () => {
    const control = (cell: string) =>
      `${longer}\ncontrol:\n  label: x\n  cells: {latency/xen-4.14/dom0-cpu: ${cell}}`
    expect(found(control('latency/xen-4.14/net'), records)).toEqual([])
    const itself = `from: ${base}.pause.total\nto: ${load}.pause.total\ndirection: up\ncontrol:\n  label: x\n  cells: {latency/xen-4.14/dom0-cpu: latency/xen-4.14/baseline}`
    expect(found(itself, records).join()).toMatch(/^19 impossible-claim over its control, the test fails/)
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
