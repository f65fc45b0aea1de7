/** Recorded verdicts: what is a definition, what a weaker verdict, and what becomes history. */

import fc from 'fast-check'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { historyLines, sinceLines } from '../../src/claims/changewords.ts'
import { type Definition, definitionOf } from '../../src/claims/definition.ts'
import type { Judgement } from '../../src/claims/judge.ts'
import type { Measured } from '../../src/claims/measure.ts'
import { formatVerdicts, parseVerdicts, type RecordedClaim, updatedClaims } from '../../src/claims/record.ts'
import { isWeaker, removedClaims, sinceRecord, verdictChange } from '../../src/claims/since.ts'
import { outcomeOf } from '../../src/claims/verification.ts'
import type { ClaimBlock } from '../../src/document/block.ts'
import { parseDocument } from '../../src/document/document.ts'
import { changesOf } from '../../src/engine/cachestatus.ts'
import { type Expression, parseExpression } from '../../src/query/expression.ts'
import { publishedTable } from '../../src/query/published.ts'
import { filteredText, sourceText } from '../../src/query/sourcetext.ts'

const paper = (claim: string, { loads = '[a, b]', front = '' } = {}) => `---
title: T
${front}---

\`\`\`yaml experiment
id: x
script: x.ts
environments: [one, two]
trials: 5
groups: {loads: ${loads}}
patterns: {baseline: {}, a: {v: 1}, b: {v: 2}}
parameters: {v: 0}
\`\`\`

\`\`\`yaml claim
${claim}
\`\`\`
`
const table = (value: number) =>
  publishedTable('t.csv', `environment,pattern,mean_us\nold,a,${value}\nold,b,7\n`)

function claimIn(text: string): { readonly claim: ClaimBlock; readonly definition: Definition } {
  const document = parseDocument(new VFile({ path: 'paper/index.md', value: text }))
  expect(document.file.messages.map(({ reason }) => reason)).toEqual([])
  const claim = document.blocks.find((block) => block.type === 'claim') as ClaimBlock
  const experiments = document.blocks.filter((block) => block.type === 'experiment')
  return { claim, definition: definitionOf(claim, { experiments, published: [table(5)] }) }
}
const plainClaim = `id: C1
statement: S
scope: shape
published: =published.old.a.total.mean
value: max(x.one.loads.us.mean / x.one.baseline.us.mean)
between: [1, null]`

describe('the definition of a claim', () => {
  it('does not depend on how its expressions are written', () => {
    const { definition } = claimIn(paper(plainClaim))
    const other = plainClaim.replace(
      'max(x.one.loads.us.mean / x.one.baseline.us.mean)',
      "max(  (x['one']['loads'].us.mean) /x.one['baseline'].us.mean )",
    )
    expect(claimIn(paper(other)).definition).toEqual(definition)
    expect(definition).toEqual({
      statement: 'S',
      scope: 'shape',
      published: '=published.old.a.total.mean',
      value: 'max(x.one.loads.us.mean / x.one.baseline.us.mean)',
      cells: 'x/one/a, x/one/b, x/one/baseline',
      between: '[1, null]',
      'patterns x/one/loads': 'a, b',
      'published.old.a.total.mean': '5',
    })
  })

  it.each([
    ['statement: S', 'statement: R', [['statement', 'S', 'R']]],
    ['scope: shape', 'scope: method', [['scope', 'shape', 'method']]],
    ['between: [1, null]', 'between: [0.5, 9]', [['between', '[1, null]', '[0.5, 9]']]],
    ['between: [1, null]', 'between: [1, null]\nskip: later', [['skip', undefined, 'later']]],
    [
      'value: max(',
      'value: min(',
      [
        [
          'value',
          'max(x.one.loads.us.mean / x.one.baseline.us.mean)',
          'min(x.one.loads.us.mean / x.one.baseline.us.mean)',
        ],
      ],
    ],
  ])('has the field that %s sets', (from, to, expected) => {
    const { definition } = claimIn(paper(plainClaim))
    const changed = claimIn(paper(plainClaim.replace(from, to))).definition
    expect(changesOf(definition, changed).map(({ input, before, now }) => [input, before, now])).toEqual(
      expected,
    )
  })

  it('has the cells that a group stands for, and the numbers behind published paths', () => {
    const { claim, definition } = claimIn(paper(plainClaim))
    const shrunk = claimIn(paper(plainClaim, { loads: '[a]' })).definition
    expect(changesOf(definition, shrunk)).toEqual([
      { input: 'cells', before: 'x/one/a, x/one/b, x/one/baseline', now: 'x/one/a, x/one/baseline' },
      { input: 'patterns x/one/loads', before: 'a, b', now: 'a' },
    ])
    const edited = definitionOf(claim, { experiments: [], published: [table(9)] })
    expect(changesOf(definition, edited)).toContainEqual({
      input: 'published.old.a.total.mean',
      before: '5',
      now: '9',
    })
  })

  it('has a tolerance that is a default, and what a condition reads', () => {
    const direction = 'id: C1\nstatement: S\nscope: shape\nfrom: x.one.a.us\nto: x.one.b.us\ndirection: same'
    const front = 'conditions: {other: {label: O, cells: {x/one: x/two}}}\n'
    const { definition } = claimIn(paper(direction, { front }))
    expect(definition).toMatchObject({
      tolerance: '5 %',
      direction: 'same',
      from: 'x.one.a.us',
      'condition other: from': 'x.two.a.us',
      'condition other: cells': 'x/two/a, x/two/b',
    })
    expect(claimIn(paper(`${direction}\ntolerance: 5%`, { front })).definition).toEqual(definition)
    expect(claimIn(paper(`${direction}\nconditions: []`, { front })).definition).not.toHaveProperty(
      'condition other: from',
    )
  })
})

describe('canonical source', () => {
  const leaf: fc.Arbitrary<Expression> = fc.oneof(
    fc.double({ min: 0, max: 1e21, noNaN: true }).map((value) => ({ type: 'number', value }) as const),
    fc
      .array(
        fc.oneof(
          fc.string({ unit: 'grapheme', minLength: 1 }),
          fc.constantFrom('a', "it's", 'p99.9', '\\', '\u2028', '\u2029'),
        ),
        {
          minLength: 3,
          maxLength: 4,
        },
      )
      .map((rest) => ({ type: 'path', parts: ['x', ...rest], offsets: [] }) as const),
  )
  const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.record({ type: fc.constant('negation' as const), argument: tie('tree') }),
      fc.record({
        type: fc.constant('operation' as const),
        operator: fc.constantFrom('+', '-', '*', '/'),
        left: tie('tree'),
        right: tie('tree'),
      }),
      fc.record({
        type: fc.constant('call' as const),
        name: fc.constantFrom('min', 'max'),
        arguments: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
      }),
    ),
  }))
  const withoutOffsets = (ast: Expression) =>
    JSON.parse(JSON.stringify(ast, (key, value) => (key === 'offsets' ? undefined : value)))

  it('parses to the same expression again', () => {
    fc.assert(
      fc.property(tree, (ast) => {
        const source = sourceText(ast)
        fc.pre(source.length <= 1000)
        expect(withoutOffsets(parseExpression(source).ast)).toEqual(withoutOffsets(ast))
      }),
    )
    const filtered = 'x.a.b.us.mean | ms | fixed(2)'
    expect(filteredText(parseExpression(filtered))).toBe(filtered)
  })
})

describe('verdicts', () => {
  it.each([
    ['reproduced', 'inconclusive', 'weaker'],
    ['reproduced', 'not testable', 'weaker'],
    ['reproduced', 'not reproduced', 'weaker'],
    ['reproduced', 'not run', 'weaker'],
    ['inconclusive', 'not testable', 'weaker'],
    ['inconclusive', 'not reproduced', 'weaker'],
    ['not testable', 'not reproduced', 'weaker'],
    // A refutation that got lost.
    ['not reproduced', 'inconclusive', 'weaker'],
    ['not reproduced', 'not testable', 'weaker'],
    ['not reproduced', 'reproduced', 'better'],
    ['inconclusive', 'reproduced', 'better'],
    ['not testable', 'reproduced', 'better'],
    ['not testable', 'inconclusive', 'better'],
  ] as const)('from %s to %s are %s', (before, now, type) => {
    expect(verdictChange(before, now)).toEqual({ before, now, type })
  })

  it('that stay are no change', () => {
    expect(verdictChange('inconclusive', 'inconclusive')).toBeUndefined()
    expect(verdictChange('not testable', 'not testable')).toBeUndefined()
  })
})

const { claim } = claimIn(paper(plainClaim))
const measured = (low: number, high: number): Measured => ({
  value: (low + high) / 2,
  unit: '',
  interval: { low, high },
  region: { low: 1, high: Number.POSITIVE_INFINITY, closed: true },
  decision: { type: 'inside' },
  trials: 5,
  per: 'trial',
  method: 'student',
  sources: [],
})
const judged = (verdict: Judgement['verdict'], ...numbers: readonly Measured[]): Judgement => ({
  ...{ claim, verdict, reason: '', measured: numbers, notes: [] },
})
const narrow = { tolerance: '5 %', statement: 'S' }
const wide = { tolerance: '15 %', statement: 'S' }
const recordOf = (
  definition: Definition,
  judgement: Judgement | undefined,
  before: readonly RecordedClaim[] = [],
) => updatedClaims(before, [{ id: 'C1', definition, judgement }], '2026-01-01')

describe('a record', () => {
  const first = recordOf(narrow, judged('inconclusive', measured(0.9, 1.2)))

  it('is the same bytes again when nothing changed, whatever the day', () => {
    const again = updatedClaims(
      first,
      [{ id: 'C1', definition: { ...narrow }, judgement: judged('inconclusive', measured(0.9, 1.2)) }],
      '2027-01-01',
    )
    const text = formatVerdicts({ 'b.md': [], 'a.md': first })
    expect(formatVerdicts({ 'a.md': again, 'b.md': [] })).toBe(text)
    expect(parseVerdicts(text)).toEqual({ 'a.md': first, 'b.md': [] })
    expect(text).toContain('"high": null')
    // Claims that are kept as they were read have their keys in the same order.
    expect(formatVerdicts(parseVerdicts(text))).toBe(text)
  })

  it('keeps its date when only numbers moved', () => {
    const moved = updatedClaims(
      first,
      [{ id: 'C1', definition: narrow, judgement: judged('inconclusive', measured(0.8, 1.3)) }],
      '2027-01-01',
    )
    expect(moved).toMatchObject([{ date: '2026-01-01', measured: [{ interval: { low: 0.8, high: 1.3 } }] }])
    expect(moved[0]).not.toHaveProperty('history')
  })

  it('keeps definition and verdict of before as history, and tells a tolerance widened after the fact', () => {
    const now = [{ id: 'C1', definition: wide, judgement: judged('reproduced', measured(0.9, 1.2)) }]
    const second = updatedClaims(first, now, '2026-02-02')
    expect(second).toMatchObject([
      {
        date: '2026-02-02',
        verdict: 'reproduced',
        history: [{ date: '2026-01-01', verdict: 'inconclusive', definition: narrow }],
      },
    ])
    const since = sinceRecord(second[0], wide, judged('reproduced', measured(0.9, 1.2)))
    expect(isWeaker(since)).toBe(false)
    expect(sinceLines({ claim, since })).toEqual([])
    expect(historyLines({ claim, since })).toEqual([
      'changed on 2026-02-02: verdict inconclusive → reproduced; tolerance 5 % → 15 %',
    ])
    // Going back does not undo what happened.
    const third = updatedClaims(
      second,
      [{ id: 'C1', definition: narrow, judgement: judged('inconclusive', measured(0.9, 1.2)) }],
      '2026-03-03',
    )
    expect(third[0]?.history).toHaveLength(2)
  })

  it('tells of a condition or control that came or went as one, and of what changed in another', () => {
    const added = (fields: Record<string, string>) => ({ ...narrow, ...fields })
    const states = [
      added({ 'condition a: from': 'x', 'condition a: cells': 'p, q' }),
      added({
        ...{ 'condition a: from': 'y', 'condition a: cells': 'p, r', 'condition a: to': 'z' },
        ...{
          'condition b: from': 'x',
          'condition b: cells': 'p',
          'control: from': 'x',
          'control: cells': 'p',
        },
      }),
      added({ 'condition b: from': 'x', 'condition b: cells': 'p' }),
      // Longer than a line of the report can take.
      added({ 'condition b: from': 'x + '.repeat(20), 'condition b: cells': 'p', value: 'y + '.repeat(20) }),
    ]
    const judgement = judged('inconclusive', measured(0.9, 1.2))
    const record = states.reduce<readonly RecordedClaim[]>(
      (before, definition) => recordOf(definition, judgement, before),
      [],
    )
    expect(historyLines({ claim, since: sinceRecord(record[0], states[3] ?? narrow, judgement) })).toEqual([
      'changed on 2026-01-01: condition a: cells without q; condition a: cells also r; condition a: from x → y; condition a: to added: z; condition b added; control added',
      'changed on 2026-01-01: condition a removed; control removed',
      'changed on 2026-01-01: condition b: from changed; value added',
    ])
    const since = sinceRecord(recordOf(narrow, judgement)[0], states[0] ?? narrow, judgement)
    expect(sinceLines({ claim, since })).toContain(
      'definition changed since it was recorded on 2026-01-01: condition a added',
    )
  })

  it('does not replace a verdict where runs are missing or judging failed', () => {
    expect(recordOf(wide, undefined, first)).toEqual(first)
    expect(recordOf(wide, undefined)).toEqual([])
  })

  it('keeps a claim that was removed, and that it was away', () => {
    const gone = updatedClaims(first, [], '2026-02-02')
    expect(gone).toMatchObject([{ id: 'C1', removed: '2026-02-02', verdict: 'inconclusive' }])
    expect(updatedClaims(gone, [], '2026-03-03')).toEqual(gone)
    expect(removedClaims(first, [])).toEqual(first)
    expect(removedClaims(gone, [])).toEqual([])
    const back = updatedClaims(
      gone,
      [{ id: 'C1', definition: narrow, judgement: judged('inconclusive', measured(0.9, 1.2)) }],
      '2026-04-04',
    )
    expect(back[0]).not.toHaveProperty('removed')
    const since = sinceRecord(back[0], narrow, judged('inconclusive', measured(0.9, 1.2)))
    expect(historyLines({ claim, since })).toEqual(['not made from 2026-02-02 until 2026-04-04'])
  })
})

describe('a claim since its record', () => {
  const first = recordOf(narrow, judged('reproduced', measured(1.1, 1.2)))[0]

  it('is as recorded if nothing changed', () => {
    const since = sinceRecord(first, narrow, judged('reproduced', measured(1.1, 1.2)))
    expect(since).toMatchObject({ definition: [], verdicts: [], moved: [], passesByDefinition: false })
    expect(sinceLines({ claim, since })).toEqual([])
  })

  it('is weaker with another verdict, and says what was', () => {
    const since = sinceRecord(first, narrow, judged('inconclusive', measured(0.9, 1.2)))
    expect(isWeaker(since)).toBe(true)
    expect(sinceLines({ claim, since })).toEqual([
      'weaker than recorded on 2026-01-01: inconclusive, was reproduced',
      'numbers moved: recorded 1.15 [1.10, 1.20]',
    ])
  })

  it('is weaker where a condition is no longer run, though its verdict stays', () => {
    const grid = (verdict: 'reproduced' | 'not run') => [
      { verdict: 'reproduced' as const, reason: '', measured: [] },
      { condition: { name: 'other', label: 'O' }, verdict, reason: '', measured: [] },
    ]
    const [before] = recordOf(narrow, { ...judged('reproduced'), grid: grid('reproduced') })
    const since = sinceRecord(before, narrow, { ...judged('reproduced'), grid: grid('not run') })
    expect(isWeaker(since)).toBe(true)
    expect(sinceLines({ claim, since })).toEqual([
      'under other, weaker than recorded on 2026-01-01: not run, was reproduced',
    ])
  })

  it('passes by its definition where the recorded one did not hold, or would not now', () => {
    const before = recordOf(narrow, judged('inconclusive', measured(0.9, 1.2)))[0]
    const byRecorded = { verdict: 'inconclusive', reason: 'R' } as const
    const widened = sinceRecord(before, wide, judged('reproduced', measured(0.9, 1.2)), { byRecorded })
    expect(widened.passesByDefinition).toBe(true)
    expect(sinceLines({ claim, since: widened })).toEqual([
      'better than recorded on 2026-01-01: reproduced, was inconclusive',
      'definition changed since it was recorded on 2026-01-01: tolerance 5 % → 15 %',
      'the changed definition decides: by the recorded one it is now inconclusive: R',
    ])
    // Numbers got worse, and the tolerance followed.
    const pass = judged('reproduced', measured(0.9, 1.2))
    expect(sinceRecord(first, wide, pass, { byRecorded }).passesByDefinition).toBe(true)
    const same = { byRecorded: { verdict: 'reproduced', reason: 'R' } } as const
    expect(sinceRecord(first, wide, pass, same).passesByDefinition).toBe(false)
    // Neither passes, but the record is hidden behind another test.
    const refuted = { byRecorded: { verdict: 'not reproduced', reason: 'R' } } as const
    expect(sinceRecord(before, wide, judged('inconclusive'), refuted).passesByDefinition).toBe(true)
    expect(sinceRecord(before, wide, judged('inconclusive'), { byRecorded }).passesByDefinition).toBe(false)
    // Other words may promise more than the test holds.
    const words = sinceRecord(before, { ...narrow, statement: 'R' }, judged('reproduced', measured(1.1, 1.2)))
    expect(words).toMatchObject({ passesByDefinition: false, definition: [{ input: 'statement' }] })
    expect(isWeaker(words)).toBe(true)
  })

  it('is neither weaker nor better while it lacks runs, which has an outcome of its own', () => {
    const lacking = { ...judged('not testable'), lacking: [{ run: 'x/one/a' }] }
    const since = sinceRecord(first, narrow, lacking)
    expect(since.verdicts).toEqual([])
    expect(outcomeOf([{ claim, recorded: lacking, since }])).toBe('lacking')
  })

  it('decides the outcome, and so does one that is gone', () => {
    const weaker = judged('inconclusive', measured(0.9, 1.2))
    const one = { claim, recorded: weaker, since: sinceRecord(first, narrow, weaker) }
    expect(outcomeOf([{ claim, recorded: weaker }])).toBe('judged')
    expect(outcomeOf([one])).toBe('weaker')
    expect(outcomeOf([], first && [first])).toBe('weaker')
    expect(outcomeOf([one, { claim, recorded: judged('not reproduced') }])).toBe('not reproduced')
  })
})

describe('a record from a stranger', () => {
  const good = { 'a.md': recordOf(narrow, judged('reproduced', measured(1.1, 1.2))) }
  const edited = (from: string, to: string) => formatVerdicts(good).replace(from, to)
  it.each([
    ['{', 'is damaged: '],
    ['[]', 'holds no verdicts: the whole: '],
    [edited('"schema": 2', '"schema": 3'), 'holds no verdicts: schema: '],
    [edited('"reproduced"', '"fine"'), 'holds no verdicts: documents.a.md.0.verdict: '],
    [edited('"schema": 2', '"schema": 1'), 'was written by an older version of repro'],
    [edited('2026-01-01', '2026-02-31'), 'documents.a.md.0.date: not a date such as 2026-11-29'],
    [edited('2026-01-01', 'today'), 'documents.a.md.0.date: not a date such as 2026-11-29'],
    [edited('"5 %"', '5'), 'documents.a.md.0.definition.tolerance: '],
    [edited('"unit"', '"units"'), 'documents.a.md.0.measured.0'],
    [formatVerdicts({ 'a.md': [...good['a.md'], ...good['a.md']] }), 'has C1 of a.md twice'],
  ])('%j is an error that says where', (text, message) => {
    expect(() => parseVerdicts(text)).toThrow(message)
    expect(() => parseVerdicts(text)).toThrow(/^results\/claims\.json .*repro build --record/s)
  })

  it('brings no prototype', () => {
    const text = '{"schema": 2, "documents": {"__proto__": [], "a.md": []}}'
    expect(Object.getPrototypeOf(parseVerdicts(text))).toBe(Object.prototype)
  })
})
