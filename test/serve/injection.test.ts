import { describe, expect, it } from 'vitest'
import type { PageBlock } from '../../src/report/model.ts'
import { withClient, withOwn } from '../../src/serve/injection.ts'
import { blockAt } from '../../src/serve/session.ts'

describe('withOwn', () => {
  it.each([
    ["default-src 'none'", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"],
    [
      "script-src 'none'; img-src data:",
      "script-src 'self'; img-src data:; style-src 'self'; connect-src 'self'",
    ],
    [
      "script-src 'sha256-x='; style-src 'sha256-y='",
      "script-src 'sha256-x=' 'self'; style-src 'sha256-y=' 'self'; connect-src 'self'",
    ],
    [
      'default-src &#x27;none&#x27;',
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
    ],
  ])('allows its own beside %s', (policy, own) => {
    expect(withOwn(policy)).toBe(own)
  })

  it('leaves style attributes and script attributes as they are', () => {
    expect(withOwn("style-src-attr 'unsafe-inline'")).toContain("style-src-attr 'unsafe-inline';")
  })
})

describe('withClient', () => {
  const page =
    '<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="default-src &#x27;none&#x27;">' +
    '<title>$&</title></head><body>Words</body></html>'

  it('adds one script of its own, and changes nothing of the body', () => {
    const served = withClient(page, 7)
    expect(served.match(/<script/g)).toHaveLength(1)
    expect(served).toContain('<script src="/~repro/client.js" data-version="7" defer></script>')
    expect(served).toContain('<title>$&</title>')
    expect(served.slice(served.indexOf('<body>'))).toBe(page.slice(page.indexOf('<body>')))
  })
})

const block = (hash: string, lines?: readonly [number, number]): PageBlock => ({
  ...{ into: 'article', type: 'block', hash, html: `<p>${hash}</p>`, pieces: [] },
  ...(lines && { lines }),
})
const article: PageBlock = { into: 'body', type: 'holder', name: 'article' }

describe('blockAt', () => {
  const blocks = [article, block('a', [3, 4]), block('x'), block('b', [6, 9])]
  it.each([
    [2, undefined],
    [3, 1],
    [5, 1],
    [6, 3],
    [99, 3],
  ])('finds the block of line %i', (line, index) => {
    expect(blockAt(blocks, line)).toBe(index)
  })
})
