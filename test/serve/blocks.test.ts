import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Svg } from '../../src/report/drawing/element.ts'
import { parseSvg, printSvg } from '../../src/report/drawing/svg.ts'
import type { PageBlock } from '../../src/report/model.ts'
import { changedElement, changesOf, type ElementChange } from '../../src/serve/blocks.ts'

const article: PageBlock = { into: 'body', type: 'holder', name: 'article' }

/** A block whose pieces are in brackets, as in `<p>a [<svg></svg>]</p>`. */
function block(written: string): PageBlock {
  const pieces: (readonly [number, number])[] = []
  let html = ''
  for (const [index, part] of written.split(/[[\]]/).entries()) {
    if (index % 2 === 1) pieces.push([html.length, html.length + part.length])
    html += part
  }
  return { into: 'article', type: 'block', hash: `#${html}`, html, pieces }
}

const hole = '<template data-piece></template>'

describe('changesOf', () => {
  const sent = (before: readonly string[], now: readonly string[]) =>
    changesOf([article, ...before.map(block)], [article, ...now.map(block)])
      .slice(1)
      .map((one) => ('hash' in one ? (({ into: _, hash: __, ...rest }) => rest)(one) : one))

  it('sends the HTML of blocks that are new, and of a block that is there once more', () => {
    expect(changesOf([article, block('a'), block('b')], ['b', 'c', 'b'].map(block))).toEqual([
      { into: 'article', hash: '#b' },
      { into: 'article', hash: '#c', html: 'c' },
      { into: 'article', hash: '#b', html: 'b' },
    ])
  })

  it('leaves out pieces that the block in this place had', () => {
    expect(sent(['<p>a [<pre>1</pre>]</p>'], ['<p>b [<pre>1</pre>]</p>'])).toEqual([
      { html: `<p>b ${hole}</p>`, of: 1, pieces: [{ index: 0 }] },
    ])
  })

  it.each([
    ['before it', ['[<pre>1</pre>]a', 'z'], ['new', '[<pre>1</pre>]b', 'z'], 1],
    ['behind it', ['[<pre>1</pre>]a', 'z'], ['[<pre>1</pre>]b', 'new', 'z'], 1],
    ['none', ['y', '[<pre>1</pre>]a', 'z'], ['y', '[<pre>1</pre>]b', 'z'], 2],
  ])('finds the place of a block with new blocks %s', (_, before, now, of) => {
    expect(sent(before, now)).toContainEqual({ html: `${hole}b`, of, pieces: [{ index: 0 }] })
  })

  it.each([
    ['elsewhere', ['[<pre>1</pre>]', '<p id="b">[<pre>1</pre>]</p>'], 2],
    ['not there', ['[<pre>1</pre>]', '<p id="c">[<pre>1</pre>]</p>'], undefined],
  ])('finds a block with an id by it, where it is %s', (_, before, of) => {
    const [change] = sent(before, ['<p id="b">new [<pre>1</pre>]</p>'])
    expect(change).toEqual(
      of === undefined
        ? { html: '<p id="b">new <pre>1</pre></p>' }
        : { html: `<p id="b">new ${hole}</p>`, of, pieces: [{ index: 0 }] },
    )
  })

  it('takes pieces of a block for one block only', () => {
    const changes = sent(['[<pre>1</pre>]a'], ['[<pre>1</pre>]b', '[<pre>1</pre>]c'])
    expect(changes.filter((one) => 'of' in one)).toHaveLength(1)
  })

  it('sends a block whole that has nothing of the one before', () => {
    expect(sent(['[<pre>1</pre>]a'], ['[<pre>2</pre>]a'])).toEqual([{ html: '<pre>2</pre>a' }])
  })

  it('sends the element of a drawing that changed', () => {
    const drawing = (words: string) =>
      `<figure>[<svg><g>${'<path d="M0,0"/>'.repeat(9)}<text>${words}</text></g></svg>]</figure>`
    const changes = sent([drawing('a')], [drawing('b')])
    const change = { path: [0, 9], html: '<text>b</text>' }
    expect(changes).toEqual([{ html: `<figure>${hole}</figure>`, of: 1, pieces: [{ index: 0, change }] }])
  })
})

/** Makes a change as a browser does. */
function applied(svg: string, { path, html }: ElementChange): string {
  const root = parseSvg(svg)
  const fresh = parseSvg(`<svg>${html}</svg>`).children
  expect(fresh).toHaveLength(1)
  const at = (element: Svg, [index, ...rest]: readonly number[]): Svg => {
    if (index === undefined) return fresh[0] as Svg
    let count = -1
    const children = element.children.map((child) => {
      if (typeof child === 'string') return child
      count += 1
      return count === index ? at(child, rest) : child
    })
    expect(count).toBeGreaterThanOrEqual(index)
    return { ...element, children }
  }
  return printSvg(at(root, path))
}

const attributes = fc.constantFrom({}, { opacity: '1' }, { opacity: '12' })
const text = fc.constantFrom('a', 'aa', 'b').map((words): Svg => ({
  name: 'text',
  attributes: {},
  children: [words],
}))
const { element } = fc.letrec<{ element: Svg }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.record({
      name: fc.constantFrom('g', 'path'),
      attributes,
      children: fc.array(tie('element'), { maxLength: 4 }),
    }),
  ),
}))
describe('changedElement', () => {
  const around = '<path d="M0,0"/>'.repeat(20)
  const wholeOf = (inner: string) => `<svg><g>${around}</g>${inner}<g>${around}</g></svg>`

  it.each([
    ['a text', '<text>a</text>', '<text>b</text>', { path: [1], html: '<text>b</text>' }],
    [
      'an attribute',
      '<g x="1"><path/></g>',
      '<g x="2"><path/></g>',
      { path: [1], html: '<g x="2"><path/></g>' },
    ],
    [
      'an attribute of an element without children',
      '<path x="1"/>',
      '<path x="12"/>',
      { path: [1], html: '<path x="12"/>' },
    ],
    ['a name', '<path/>', '<rect/>', { path: [1], html: '<rect/>' }],
    ['children', '<g><path/></g>', '<g/>', { path: [1], html: '<g/>' }],
    [
      'what is deep',
      '<g><path/><g><text>a</text></g></g>',
      '<g><path/><g><text>b</text></g></g>',
      { path: [1, 1, 0], html: '<text>b</text>' },
    ],
    ['a child more', '<g><path/></g>', '<g><path/><path/></g>', { path: [1], html: '<g><path/><path/></g>' }],
    ['an element in place of two', '<g><path/></g><g><path/></g>', '<g><path/></g>', undefined],
    ['two elements in place of one', '<g>A</g>', '<g>B</g><g>C</g>', undefined],
    ['an element more', '', '<path/>', undefined],
  ])('finds %s', (_, old, now, change) => {
    expect(changedElement(wholeOf(old), wholeOf(now))).toEqual(change)
  })

  it('finds nothing where most of a drawing changed, and in what is none', () => {
    expect(
      changedElement('<svg><text>aaaaaaaa</text></svg>', '<svg><text>bbbbbbbb</text></svg>'),
    ).toBeUndefined()
    expect(changedElement('<pre>a</pre>', '<pre>b</pre>')).toBeUndefined()
    expect(
      changedElement(wholeOf('<path/>').replace('<svg', '<svg x="1"'), wholeOf('<path/>')),
    ).toBeUndefined()
  })

  it('makes the one drawing of the other, whatever they are', () => {
    const elements = fc.array(element)
    const siblings = fc.array(fc.tuple(elements, elements), { minLength: 1, maxLength: 3 })
    let changes = 0
    fc.assert(
      fc.property(siblings, elements, elements, (around, ...inner) => {
        const [old = '', now = ''] = inner.map((children) => {
          const nested = (all: readonly Svg[], [before, after]: readonly [Svg[], Svg[]]): Svg[] => [
            ...before,
            { name: 'g', attributes: {}, children: all },
            ...after,
          ]
          return printSvg({ name: 'svg', attributes: {}, children: around.reduce(nested, children) })
        })
        const change = changedElement(old, now)
        if (change === undefined || old === now) return
        changes += 1
        expect(applied(old, change)).toBe(now)
      }),
      { numRuns: 3000 },
    )
    expect(changes).toBeGreaterThan(300)
  })
})
