/** What Typst is written for parts of a text. */

import { describe, expect, it } from 'vitest'
import type { TableContent } from '../../../src/report/model.ts'
import { writeLatex } from '../../../src/report/print/latex/document.ts'
import { measures } from '../../../src/report/print/measures.ts'
import { fittingTable } from '../../../src/report/print/tablefit.ts'
import { writeTypst } from '../../../src/report/print/typst/document.ts'
import { tableSource } from '../../../src/report/print/typst/table.ts'
import { reportOf } from './document.ts'

async function typst(body: string, front = 'title: T') {
  const { text, problems } = writeTypst(await reportOf(body, { front }), 'd')
  return { text: String(text), problems }
}

describe('Typst', () => {
  it('has a check mark for what is done', async () => {
    const { text } = await typst('- [x] done\n- [ ] open')
    expect(text).toContain('[#task(true);~done][#task(false);~open]')
  })

  it('has a title of any length in one line at the head of its pages', async () => {
    const long = `${'many words '.repeat(40)}end`
    expect((await typst('A', `title: ${long}`)).text).toMatch(/emph\("many words [a-z ]{60,160}…"\)/)
    expect((await typst('A', 'title: Short')).text).toContain('emph("Short")')
  })

  const table = (columns: number, rows: number, cell = 'abc') =>
    [cell, '---', ...Array.from({ length: rows }, () => cell)]
      .map((one) => `|${` ${one} |`.repeat(columns)}`)
      .join('\n')

  it.each([
    ['in its column', table(3, 2), /\n#standing\(false, grid-of\(/],
    ['in its column, where it breaks', table(3, 90), /\n#standing\(true, grid-of\(/],
    [
      'over all columns, with a word of its page at its place',
      table(14, 2, 'column0'),
      /\n#across\("table:1", \[The table is on page \], \[\\\.\], standing\(/,
    ],
    [
      'sideways, and smaller',
      table(40, 2, 'column0'),
      /#elsewhere\("table:1".*flipped: true\)\n\n#at\("table:1"\)\n#standing\(false, fitted\(/s,
    ],
    [
      'smaller, within a quote',
      table(9, 2, 'column0').replaceAll(/^/gm, '> '),
      /\[#standing\(false, fitted\(/,
    ],
  ])('has a table of Markdown %s', async (_, body, expected) => {
    expect((await typst(body)).text).toMatch(expected)
  })

  it('has a table on a page of its own whose letters would be too small in a list, and tells of smaller ones', async () => {
    const inList = await typst(`- item\n\n${table(9, 2, '123456789').replaceAll(/^/gm, '  ')}`)
    expect(inList.text).toMatch(/list\(tight: true\)\[item\s+#elsewhere\("table:1"/)
    expect(inList.problems).toEqual([])
    const wide = `A\n\n${table(30, 2, '1234567890')}`
    const message = expect.stringMatching(
      /^a table of 30 columns is printed with letters of [1-4]\.\d points, as there is no more room: split it$/,
    )
    expect((await typst(wide)).problems).toEqual([{ line: 7, message, isLoss: true }])
    const latex = await writeLatex(await reportOf(wide), 'd')
    expect(latex.problems).toEqual([{ line: 7, message, isLoss: true }])
  })

  it('and LaTeX tells authors of Arabic and Hebrew of the format that has their letters', async () => {
    const { problems } = await writeLatex(await reportOf('Text.\n\nא س 🦄'), 'd')
    expect(problems.map(({ message }) => message)).toEqual([
      'LaTeX has no א (U+05D0), س (U+0633): print with --to pdf, which has letters of Arabic and Hebrew',
      'LaTeX has no 🦄 (U+1F984): write something else',
    ])
  })

  it('and LaTeX tells of a row that no page holds', async () => {
    const { problems } = await writeLatex(
      await reportOf(`Text.\n\n| a |\n|---|\n| ${'words '.repeat(3000)} |`),
      'd',
    )
    const message =
      'a row of a table is taller than a page, and LaTeX breaks none: split it, or print with --to pdf'
    expect(problems).toEqual([{ line: 7, message }])
  })

  it('breaks words of code that no line holds, and no others', async () => {
    const { text } = await typst(`\`\`\`\nshort ${'abcdefgh'.repeat(5)}\n\`\`\``)
    expect(text).toContain('"short ", soft, "abcdefgh", soft, "abcdefgh", soft, "abcdefgh", soft')
    expect((await typst('```\nshort words\n```')).text).not.toMatch(/#code\(.*soft/)
  })

  it('breaks lines of a paragraph together, unless the text is long', async () => {
    expect((await typst('A')).text).not.toContain('linebreaks')
    expect((await typst('word '.repeat(100_000))).text).toContain('linebreaks: "simple"')
    expect((await typst('\u8a9e'.repeat(150_000))).text).toContain('linebreaks: "simple"')
  })

  it('has each line of code by itself', async () => {
    const { text } = await typst('```\na\n\nb\n```\n\n```python\nx = 1\ny\n```')
    expect(text).toContain('#code("a", none, none, "b")')
    expect(text).toContain('none, "y")')
  })

  const notes = Array.from({ length: 400 }, (_, index) => `[^${index}]: Note ${index}.[^${index + 1}]`).join(
    '\n\n',
  )
  const deep = 'more than 8 footnotes within each other: what lies deeper is not printed'

  it('has footnotes of footnotes, as deep as pages have room', async () => {
    const { text, problems } = await typst(`Text.[^0]\n\n${notes}`)
    expect(text).toContain('Note 7')
    expect(text).not.toContain('Note 8')
    expect(problems).toEqual([{ line: expect.any(Number), message: deep }])
  })

  it('and so has LaTeX', async () => {
    const { text, problems } = await writeLatex(await reportOf(`Text.[^0]\n\n${notes}`), 'd')
    expect(text).toContain('Note 7')
    expect(text).not.toContain('Note 8')
    expect(problems.map(({ message }) => message)).toEqual([deep])
  })

  it.each([
    ['quotes', `Text.\n\n${'> '.repeat(60)}deep`],
    ['lists', Array.from({ length: 30 }, (_, level) => `${'  '.repeat(level)}- item`).join('\n')],
  ])('nests %s only as deep as Typst can draw', async (_, body) => {
    const { text, problems } = await typst(body)
    expect(problems).toEqual([
      {
        line: expect.any(Number),
        message:
          'more than 8 quotes and lists within each other: what lies deeper is printed without its indentation',
        isLoss: true,
      },
    ])
    expect(text.match(/#quote\(|list\(tight/g)).toHaveLength(8)
  })
})

describe('a table of runs in Typst', () => {
  const tableOf = (groups: TableContent['groups'], notes: readonly string[] = []) => {
    const content: TableContent = { type: 'table', head: [[{ text: 'a' }, { text: 'b' }]], groups }
    const fit = fittingTable(content, notes, measures({ columns: 2, paper: 'a4' }), true)
    return {
      fit,
      source: tableSource(
        content,
        fit,
        () => '',
        (_, text) => text,
      ),
    }
  }
  const cell = (text: string) => ({ type: 'text', text }) as const
  const rows = (count: number) => Array.from({ length: count }, () => [cell('A'), cell('B')])

  it('ends no page within the rows of a cell, unless there are many', () => {
    const spanning = (count: number) => {
      const others = Array.from({ length: count - 1 }, () => [cell('C')])
      return tableOf([{ rows: [[{ ...cell('A'), rows: count }, cell('B')], ...others] }]).source
    }
    expect(spanning(2)).toContain('table.cell(rowspan: 2, breakable: false')
    expect(spanning(60)).toContain('table.cell(rowspan: 60, align')
  })

  it('has the title of a group on each page, unless rows without one follow', () => {
    const [one, two, none] = [
      { title: 'one', rows: rows(1) },
      { title: 'two', rows: rows(1) },
      { rows: rows(1) },
    ]
    const headers = (...groups: TableContent['groups']) =>
      tableOf(groups).source.match(/table\.header\(level: 2/g)?.length ?? 0
    expect(headers(one, two)).toBe(2)
    expect(headers(none, one, two)).toBe(2)
    expect(headers(one, none)).toBe(0)
    expect(tableOf([one, none]).source).toContain('#strong[one]')
  })

  it('has few notes before it if it has pages of its own, and many behind it', () => {
    const first = (count: number, notes: readonly string[]) =>
      tableOf([{ rows: rows(count) }], notes).fit.hasNotesFirst
    expect(first(200, ['a note'])).toBe(true)
    expect(
      first(
        200,
        Array.from({ length: 6 }, () => 'a note'),
      ),
    ).toBe(false)
    expect(first(5, ['a note'])).toBe(false)
  })
})
