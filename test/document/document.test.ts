import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { check, isFile } from '../../src/check/check.ts'
import { parseDocument } from '../../src/document/document.ts'
import { hasErrors } from '../../src/document/problem.ts'

const whole = readFileSync(new URL('../fixtures/document/whole/input.md', import.meta.url), 'utf8')

function messages(markdown: string) {
  const file = new VFile(markdown)
  const document = parseDocument(file)
  check(document, {
    exists: () => true,
    problem: () => undefined,
    match: () => [],
    read: () => undefined,
    list: () => [],
    environments: ['xen-4.14', 'xen-4.17'],
    languages: ['en', 'ja'],
    tableKinds: new Map(),
  })
  return file.messages
}

const titled = (body: string) => `---\ntitle: A study\n---\n\n${body}\n`

describe('parseDocument', () => {
  it('tells errors from warnings', () => {
    const warned = new VFile(titled('```yml table\n```'))
    parseDocument(warned)
    expect(warned.messages).toHaveLength(1)
    expect(hasErrors(warned)).toBe(false)
    const wrong = new VFile(titled('`=1 +`'))
    parseDocument(wrong)
    expect(hasErrors(wrong)).toBe(true)
    expect(wrong.messages[0]).toMatchObject({ source: 'repro', ruleId: 'expression-syntax', fatal: true })
  })

  it('never throws, and keeps messages in order and inside the file, whatever is deleted or inserted', () => {
    const edit = fc.record({
      at: fc.nat(whole.length),
      length: fc.nat(12),
      text: fc.oneof(
        fc.string({ maxLength: 4 }),
        fc.constantFrom(
          '\t',
          '`',
          '```',
          '"',
          "'",
          '[',
          '{',
          '}',
          ': ',
          '&a ',
          '*a',
          '- ',
          '> ',
          '|',
          '@',
          '\r\n',
          '\\',
          '=',
          '---\n',
          '!!binary ',
          '<<',
          '[@a; @b, p. 3]',
          ' 4 ms ',
          '&amp;',
        ),
      ),
    })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = whole
        for (const { at, length, text: inserted } of edits)
          text = text.slice(0, at) + inserted + text.slice(at + length)
        const found = messages(text)
        const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
        let previous = [0, 0]
        for (const { line, column } of found) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual((lines[(line ?? 1) - 1] ?? '').length + 1)
          const here = [line ?? 0, column ?? 0]
          expect(
            (here[0] ?? 0) - (previous[0] ?? 0) || (here[1] ?? 0) - (previous[1] ?? 0),
          ).toBeGreaterThanOrEqual(0)
          previous = here
        }
      }),
      { numRuns: 150, seed: 20211123 },
    )
  })

  it.each([
    ['nested lists in YAML', `\`\`\`yaml table\nid: ${'['.repeat(20_000)}\n\`\`\``, 'yaml-syntax'],
    [
      'parameters nested deeper than is read',
      `\`\`\`yaml table\nid: ${'{a: '.repeat(40)}1${'}'.repeat(40)}\n\`\`\``,
      'yaml-syntax',
    ],
    ['aliases that multiply', `\`\`\`yaml table\n${bomb()}\n\`\`\``, 'yaml-syntax'],
    ['a long expression', `\`=${'('.repeat(2000)}1\``, 'expression-syntax'],
  ])('reports %s', (_, body, ruleId) => {
    expect(messages(titled(body)).map((message) => message.ruleId)).toContain(ruleId)
  })

  it('reads a document of very many nodes', () => {
    expect(messages(titled('text `=1` @tbl-x\n\n'.repeat(2000)))).toHaveLength(2000)
  })

  it('leaves the Markdown tree as the parser made it', () => {
    const document = parseDocument(new VFile(whole))
    const paragraph = document.tree.children.find(({ type }) => type === 'paragraph')
    expect(paragraph).toMatchObject({
      children: [{ type: 'text' }, { type: 'inlineCode' }, { type: 'text' }],
    })
  })
})

/** Nine anchors, each a list of ten aliases of the one before: a thousand million values from ten lines. */
function bomb(): string {
  const lines = ['a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]']
  for (let n = 1; n < 10; n += 1)
    lines.push(
      `a${n}: &a${n} [${Array(10)
        .fill(`*a${n - 1}`)
        .join(', ')}]`,
    )
  return lines.join('\n')
}

describe('a document without front matter', () => {
  const titleOf = (markdown: string) => parseDocument(new VFile(markdown)).frontMatter.title

  it.each([
    ['# A *guide* to `repro`\n\nText.\n', 'A guide to repro'],
    ['<!-- made by hand -->\n\nA guide\n=======\n', 'A guide'],
  ])('%j has its first heading as title', (markdown, title) => {
    expect(titleOf(markdown)).toBe(title)
    expect(messages(markdown)).toEqual([])
    const { tree } = parseDocument(new VFile(markdown))
    expect(tree.children.some(({ type }) => type === 'heading')).toBe(false)
  })

  it.each([['## Lower\n'], ['Text.\n\n# Later\n'], ['#\n']])('%j has none', (markdown) => {
    expect(titleOf(markdown)).toBe('')
    expect(messages(markdown).map(({ ruleId }) => ruleId)).toContain('missing-key')
  })

  it('binds no numbers, so that none is told of', () => {
    const found = (markdown: string) => messages(markdown).map(({ ruleId }) => ruleId)
    expect(found('# A guide\n\nIt takes 14.8 ms.\n')).toEqual([])
    expect(found('# A guide\n\nIt takes 14.8 ms, `=1 + 1` of them.\n')).toEqual(['unbound-number'])
  })
})

describe('isFile', () => {
  it.each([
    ['latency', false],
    ['pause-resume', false],
    ['paper/published/latency.csv', true],
    ['latency.csv', true],
    ['paper\\latency', true],
  ])('%s: %s', (name, expected) => {
    expect(isFile(name)).toBe(expected)
  })
})
