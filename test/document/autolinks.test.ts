/** That addresses are found as the parser's extension finds them, and in time that grows with the text. */

import fc from 'fast-check'
import type { Root } from 'mdast'
import type { Construct, Extension, TokenizeContext } from 'micromark-util-types'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { type Processor, unified } from 'unified'
import { describe, expect, it } from 'vitest'
import { quickAutolinks } from '../../src/document/autolinks.ts'

const plain = unified().use(remarkParse).use(remarkGfm).freeze()
const quick = plain()
  .use(function (this: Processor) {
    const data = this.data()
    data.micromarkExtensions = (data.micromarkExtensions ?? []).map(quickAutolinks)
  })
  .freeze()

const [gfm = {}] = plain.data('micromarkExtensions') ?? []
const autolinks: Extension = {
  text: Object.fromEntries(
    Object.entries(gfm.text ?? {}).map(([code, constructs]) => [
      code,
      [constructs ?? []].flat().filter(({ name }) => name?.endsWith('Autolink')),
    ]),
  ),
}

const parts = [
  '[',
  '![',
  ']',
  '](b)',
  '[a](b)',
  '[^1]',
  ' ',
  '\n',
  'a@b.cc',
  'www.a.b',
  'http://a.b',
  '`c`',
  '*',
  '_',
  '\\[',
  '<a>',
  'word',
]

describe('addresses in texts', () => {
  it('are those that the extension finds', () => {
    const found = (text: string): Root => quick.parse(text)
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 25 }), (chosen) => {
        const text = chosen.join('')
        expect(found(text)).toEqual(plain.parse(text))
      }),
      { numRuns: 1500 },
    )
  })

  it('are not looked for behind an open bracket by going back over all that is read', () => {
    let read = 0
    const counting = (given: Construct): Construct => ({
      ...given,
      tokenize(effects, ok, nok) {
        const watched = new Proxy(this.events, {
          get: (events, key) => {
            if (typeof key === 'string' && /^\d+$/.test(key)) read += 1
            return Reflect.get(events, key) as unknown
          },
        })
        const context =
          contexts.get(this) ?? (Object.create(this, { events: { value: watched } }) as TokenizeContext)
        contexts.set(this, context)
        return given.tokenize.call(context, effects, ok, nok)
      },
    })
    const contexts = new Map<TokenizeContext, TokenizeContext>()
    const watched = ({ text = {} }: Extension): Extension => ({
      text: Object.fromEntries(
        Object.entries(text).map(([code, constructs]) => [code, [constructs ?? []].flat().map(counting)]),
      ),
    })
    const parse = (extension: Extension) => {
      read = 0
      contexts.clear()
      unified()
        .use(remarkParse)
        .use(function (this: Processor) {
          this.data().micromarkExtensions = [watched(extension)]
        })
        .parse(`[${'word *a* '.repeat(400)}`)
      return read
    }
    const slow = parse(autolinks)
    expect(slow).toBeGreaterThan(200_000)
    expect(parse(quickAutolinks(autolinks))).toBeLessThan(slow / 20)
  })
})
