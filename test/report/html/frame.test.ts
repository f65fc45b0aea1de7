import { createHash } from 'node:crypto'
import { h, s } from 'hastscript'
import { describe, expect, it } from 'vitest'
import { htmlPage } from '../../../src/report/html/frame.ts'

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

describe('a style attribute', () => {
  const drawing = (style: string) =>
    page(s('svg', s('g', { style }, s('path', { className: ['mark'], d: 'M0,0' }))))

  it('of a blend becomes a class, whose style the page then has', () => {
    const html = drawing('mix-blend-mode: multiply;')
    expect(html).toContain('<g class="blend-multiply">')
    expect(html).toContain('.blend-multiply { mix-blend-mode: multiply; }')
    expect(html).not.toContain('style=')
    expect(policyOf(html)).not.toContain('unsafe')
  })

  it.each([
    'position: fixed; inset: 0',
    'mix-blend-mode: url(x);',
    'mix-blend-mode: multiply; background: url(//a.b)',
    'mix-blend-mode: constructor;',
    'background: url(data:image/png;base64,x)',
  ])('with anything else is left out: %s', (style) => {
    const html = drawing(style)
    expect(html).toContain('<svg><g><path')
    expect(html).not.toContain('blend-')
  })
})
