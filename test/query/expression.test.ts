import { describe, expect, it } from 'vitest'
import { parseExpression, references } from '../../src/query/expression.ts'
import { ExpressionError } from '../../src/query/syntax.ts'

function problem(source: string): readonly [string, number] {
  try {
    parseExpression(source)
  } catch (error) {
    if (error instanceof ExpressionError) return [error.ruleId, error.offset]
    throw error
  }
  return ['none', -1]
}

describe('parseExpression', () => {
  it('reads a path with its filters', () => {
    expect(parseExpression("latency['xen-4.14'].baseline.pause.total.mean | us | fixed(1)")).toEqual({
      ast: {
        type: 'path',
        parts: ['latency', 'xen-4.14', 'baseline', 'pause', 'total', 'mean'],
        offsets: [0, 8, 20, 29, 35, 41],
      },
      filters: [
        { name: 'us', arguments: [] },
        { name: 'fixed', arguments: [1] },
      ],
    })
  })

  it('keeps the usual precedence', () => {
    const number = (value: number) => ({ type: 'number', value })
    expect(parseExpression('1 + 2 * -3 < (4 - 5) / 6').ast).toEqual({
      type: 'operation',
      operator: '<',
      left: {
        type: 'operation',
        operator: '+',
        left: number(1),
        right: {
          type: 'operation',
          operator: '*',
          left: number(2),
          right: { type: 'negation', argument: number(3) },
        },
      },
      right: {
        type: 'operation',
        operator: '/',
        left: { type: 'operation', operator: '-', left: number(4), right: number(5) },
        right: number(6),
      },
    })
  })

  it('reads calls, texts, numbers in brackets, keywords as names and quoted experiments', () => {
    expect(parseExpression("max(1, 'a')").ast).toEqual({
      type: 'call',
      name: 'max',
      arguments: [
        { type: 'number', value: 1 },
        { type: 'text', value: 'a' },
      ],
    })
    expect(parseExpression("['pause-resume'].local.null[3].n").ast).toMatchObject({
      parts: ['pause-resume', 'local', 'null', '3', 'n'],
      offsets: [1, 17, 23, 28, 31],
    })
  })

  it.each([
    ['', 'expression-syntax', 0],
    ['1 +', 'expression-syntax', 3],
    ['1 2', 'expression-syntax', 2],
    ['1 + * 2', 'expression-syntax', 4],
    ['1 @ 2', 'expression-syntax', 2],
    ["a['b", 'expression-syntax', 2],
    ['this.a.b.c', 'expression-syntax', 0],
    ['x = 1', 'expression-syntax', 2],
    ['a.b-c.d.e.f', 'expression-hyphen', 2],
    ['a.xen-4.14.b.c', 'expression-hyphen', 2],
    ['a.b.c', 'expression-path', 0],
    ['1 + a', 'expression-path', 4],
    ['a[b].c.d', 'expression-construct', 2],
    ['(1).a.b.c', 'expression-construct', 1],
    ["['a', 'b'].c.d.e", 'expression-construct', 1],
    ['(1 | ms) * 2', 'expression-construct', 1],
    ['1 ? 2 : 3', 'expression-construct', 0],
    ['1 || 2', 'expression-construct', 0],
    ['!1', 'expression-construct', 1],
    ['1 & 2', 'expression-construct', 0],
    ['true', 'expression-construct', 0],
    ['null', 'expression-construct', 0],
    ['/x/', 'expression-construct', 1],
    ['{a: 1}', 'expression-construct', 1],
    ['1e999', 'expression-construct', 0],
    ['a.b.c.d(1)', 'expression-construct', 0],
    ['1 | a.b.c.d', 'expression-construct', 4],
    ['eval(1)', 'unknown-function', 0],
    ['constructor(1)', 'unknown-function', 0],
    ['1 | toString', 'unknown-filter', 4],
    ['abs()', 'expression-arguments', 0],
    ['min()', 'expression-arguments', 0],
    ['1 | ms(1)', 'expression-arguments', 4],
    ['1 | fixed(21)', 'expression-arguments', 10],
    ['1 | fixed(-1)', 'expression-arguments', 11],
  ])('refuses %s', (source, ruleId, offset) => {
    expect(problem(source)).toEqual([ruleId, offset])
  })

  it('suggests the bracketed name for a hyphen', () => {
    expect(() => parseExpression("latency['xen-4.14'].dom0-cpu-hog.mean")).toThrow(
      "write ['dom0-cpu-hog'] for the name",
    )
    expect(problem("a['x'].b.c - a['x'].d.c")).toEqual(['none', -1])
  })

  it('suggests no dot that follows a name with a number', () => {
    expect(() => parseExpression('a.b.size-1.n.mean')).toThrow("write ['size-1'] for the name")
  })
})

describe('an expression of any size', () => {
  it.each([
    ['parentheses', `${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['signs', `${'- '.repeat(10_000)}1`],
    ['parts of a path', `e.local.default${'.x'.repeat(10_000)}`],
    ['calls', `${'abs('.repeat(5000)}1${')'.repeat(5000)}`],
  ])('is refused before it is parsed: %s', (_, source) => {
    expect(() => parseExpression(source)).toThrow(/^expression of \d+ characters: at most 1000 are read$/)
  })

  it('is parsed as deep as it may be written', () => {
    expect(parseExpression(`${'('.repeat(499)}1${')'.repeat(499)}`).ast).toEqual({ type: 'number', value: 1 })
  })
})

describe('references', () => {
  it('finds every path, in the order of writing, and no function', () => {
    const { ast } = parseExpression("max(a.b.c.d, -e['f'].g.h) / (i.j.k.l + 1)")
    expect(references(ast).map(({ parts, offsets }) => [parts[0], offsets[0]])).toEqual([
      ['a', 4],
      ['e', 14],
      ['i', 29],
    ])
  })
})
