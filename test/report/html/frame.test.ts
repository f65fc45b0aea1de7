import { createHash } from 'node:crypto'
import { h, s } from 'hastscript'
import { describe, expect, it } from 'vitest'
import { english } from '../../../src/locale/en.ts'
import { drawingElement } from '../../../src/report/html/drawing.ts'
import { htmlPage } from '../../../src/report/html/frame.ts'
import { readerScript } from '../../../src/report/html/reader.ts'

const page = (...children: Parameters<typeof h>[2][]) =>
  htmlPage({
    lang: 'en',
    title: 'T',
    generator: 'g',
    style: 'p { color: red; }\n',
    body: h('body', ...children),
  })
const policyOf = (html: string) =>
  /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#x27;', "'")

describe('the policy of a page', () => {
  it('allows its own style by hash, embedded pictures, and nothing else', () => {
    const html = page(h('p', 'a'))
    const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? ''
    const digest = createHash('sha256').update(style).digest('base64')
    expect(policyOf(html)).toBe(
      `default-src 'none'; img-src data:; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
    )
  })
})

describe('a page', () => {
  it.each([
    ['he', '<html lang="he" dir="rtl">'],
    ['ar-EG', '<html lang="ar-EG" dir="rtl">'],
    ['ja', '<html lang="ja">'],
  ])('goes in the direction of its language: %s', (lang, start) => {
    const html = htmlPage({ lang, title: 'T', generator: 'g', style: '', body: h('body', 'x') })
    expect(html).toContain(start)
  })
})

describe('the script of a page', () => {
  it('is allowed by its hash, and no other', () => {
    const script = "'use strict'; 1 < 2"
    const html = htmlPage({
      lang: 'en',
      title: 'T',
      generator: 'g',
      style: '',
      script,
      body: h('body', h('script', 'x()')),
    })
    const digest = createHash('sha256').update(script).digest('base64')
    expect(policyOf(html)).toContain(`; script-src 'sha256-${digest}';`)
    expect(html.match(/<script/g)).toHaveLength(1)
  })

  it('holds no markup, whatever the words are, and is small', () => {
    const reader = { ...english.reader, more: '</script><!-- {}' }
    const script = readerScript({ ...english, reader })
    expect(script).not.toMatch(/<\/|<!--/)
    expect(script.length).toBeLessThan(27_000)
    // Reads texts as texts.
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|eval\(|new Function/)
  })
})

describe('a drawing', () => {
  const drawing = (style: string) =>
    page(drawingElement(`<svg class="marks"><g${style}><path class="mark" d="M0,0"/></g></svg>`))

  it('goes into the page as it is', () => {
    expect(drawing('')).toContain('<svg class="has-dark marks"><g><path class="mark" d="M0,0"/></g></svg>')
  })

  it.each([
    ['<g class="blend-multiply">', ''],
    ['<g class="blend-multiply a">', ' class="a"'],
  ])('has a class in place of a blend, whose style the page then has: %s', (shown, before) => {
    const html = drawing(`${before} style="mix-blend-mode: multiply;"`)
    expect(html).toContain(shown)
    expect(html).toContain('.blend-multiply { mix-blend-mode: multiply; }')
    expect(html).not.toContain('style=')
    expect(policyOf(html)).not.toContain('unsafe')
  })

  it('is only what stands for one of ours', () => {
    const given = s('svg', s('g', { style: 'position: fixed' }, s('script', 'x()')))
    const html = page(given, { type: 'raw', value: '<script>x()</script>' })
    expect(html).toContain('<body><svg></svg></body>')
  })
})
