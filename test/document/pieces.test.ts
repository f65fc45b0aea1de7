/** That a document parsed in pieces is the document parsed as a whole. */

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { Root } from 'mdast'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { describe, expect, it } from 'vitest'
import { inPieces } from '../../src/document/pieces.ts'
import { source } from '../source.ts'

const markdown = unified().use(remarkParse).use(remarkGfm).freeze()
const whole = markdown().use(remarkFrontmatter).freeze()
const first = (text: string): Root => whole.parse(text)

function counted(leastOfPiece = 0) {
  const parsed: string[] = []
  const noted =
    (parse: (text: string) => Root) =>
    (text: string): Root => {
      parsed.push(text)
      return parse(text)
    }
  const parse = inPieces(
    noted(first),
    noted((text) => markdown.parse(text)),
    { least: 0, leastOfPiece },
  )
  return { parse, parsed }
}

const fixtures = readdirSync(source('test/fixtures/document'))
  .map((name) => `test/fixtures/document/${name}/input.md`)
  .concat('paper/index.md', 'paper/index.ja.md', 'README.md', 'CONTRIBUTING.md')

describe('a document in pieces', () => {
  it.each(fixtures)('is the whole document: %s', (path) => {
    const text = readFileSync(source(path), 'utf8').replace(/^\uFEFF/, '')
    expect(counted().parse(text)).toEqual(first(text))
  })

  it('is the whole document, whatever stands at the start of lines', () => {
    const lines = [
      ...['', '', '', '# head', '## other', '```', '```yaml table', '````', '~~~', '$$', '---', '    code'],
      ...[
        '- item',
        '1. one',
        '> quote',
        '<!-- open',
        '-->',
        '<div>',
        '</div>',
        '<pre>',
        '</pre>',
        'text',
        '  more',
      ],
      ...[
        '[a]: b',
        '[a]',
        '[^1]: note',
        '[^1]',
        '> [a]: c',
        '| a | b |',
        '|---|---|',
        '  ```',
        '   # head',
        '\ttab',
      ],
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 14 }), (chosen) => {
        const text = chosen.join('\n')
        expect(counted().parse(text)).toEqual(first(text))
      }),
      { numRuns: 500 },
    )
  })

  it('parses only the piece with the edit again', () => {
    const { parse, parsed } = counted()
    const text = readFileSync(source('paper/index.md'), 'utf8')
    parse(text)
    const before = parsed.length
    expect(before).toBeGreaterThan(50)
    const edited = text.replace('\n## ', '\nA sentence.\n\n## ')
    expect(parse(edited)).toEqual(first(edited))
    expect(parsed.length - before).toBeLessThanOrEqual(2)
    expect(parsed.slice(before).join('').length).toBeLessThan(text.length / 4)
  })

  it('does not parse what stays open again with each heading in it', () => {
    const { parse, parsed } = counted()
    const text = `# T\n\n\`\`\`\`\n${'# a comment\n\nx = 1\n\n'.repeat(2000)}\`\`\`\`\n\n## end\n\ntext\n`
    expect(parse(text)).toEqual(first(text))
    expect(parsed.join('').length).toBeLessThan(4 * text.length)
  })

  it('takes short sections together', () => {
    const { parse, parsed } = counted(500)
    const text = '# a\n\ntext\n\n'.repeat(1000)
    expect(parse(text)).toEqual(first(text))
    expect(parsed.length).toBeLessThan(50)
  })
})
