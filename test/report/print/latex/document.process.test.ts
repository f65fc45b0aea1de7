/** What ordinary documents have, on pages of LaTeX: nothing lost, nothing off the page. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { writeLatex } from '../../../../src/report/print/latex/document.ts'
import { source } from '../../../source.ts'
import { reportOf, tableOf } from '../document.ts'
import { compiled, hasLatex, mostTeX } from './texlive.ts'

const oneColumn = 'title: T\nprint: {columns: 1}'
const count = <One>(length: number, one: (index: number) => One) => Array.from({ length }, (_, i) => one(i))
const sentence = 'Words of a cell that go on for more than a line of the table has room'

describe.skipIf(!hasLatex)('pages of LaTeX', () => {
  it.each([
    ['two columns', 'title: T'],
    ['one column', oneColumn],
  ])(
    'in %s have all rows of a long table, with its head in each column',
    async (_, front) => {
      const rows = count(150, (index) => `| row ${index} | END${index}X | ${sentence} |`)
      const table = ['| HEAD | b | c |', '|---|--:|---|', ...rows].join('\n')
      const { words, errors, overfull } = await compiled(
        await reportOf(`Before.\n\n${table}\n\nBehind.`, { front }),
      )
      expect(errors).toEqual([])
      expect(overfull).toEqual([])
      for (const index of rows.keys()) expect(words).toContain(`END${index}X`)
      expect(words.match(/HEAD/g)?.length).toBeGreaterThan(2)
      expect(words).toContain('Behind.')
    },
    mostTeX,
  )

  it.each([
    ['one column', oneColumn, 100],
    ['one column', oneColumn, 45],
    ['two columns', 'title: T', 42],
    ['two columns', 'title: T', 100],
  ])(
    'in %s have all rows of a long table of runs',
    async (_, front, length) => {
      const rows = count(length, (index) => [`END${index}X`, 'b'])
      const { words, errors, warnings } = await compiled(await tableOf(['HEAD', 'b'], rows, { front }))
      expect(errors).toEqual([])
      expect(warnings.filter((one) => /too large/.test(one))).toEqual([])
      for (const index of rows.keys()) expect(words).toContain(`END${index}X`)
      expect(words).toContain('A note.')
    },
    mostTeX,
  )

  it.each([
    ['one column', oneColumn],
    ['two columns', 'title: T'],
    ['Japanese', 'title: T\nlang: ja'],
  ])(
    'have no table on its side that is wider than its page, in %s',
    async (_, front) => {
      const heads = ['pattern', 'n', ...count(16, (index) => `min. ${index} (ms)`)]
      const rows = count(90, (index) => ['bench', `a-long-name-of-${index}`, ...count(16, () => '1,234.5')])
      const { words, errors, overfull } = await compiled(await tableOf(heads, rows, { front }))
      expect(errors).toEqual([])
      expect(overfull).toEqual([])
      expect(words).toContain('min. 15 (ms)')
    },
    mostTeX,
  )

  it(
    'wrap sentences and break long words in tables',
    async () => {
      const cells = [
        'a',
        sentence,
        `${sentence} END`,
        `/home/${'x'.repeat(100)}/y`,
        '`--an-option=of-a-command`',
      ]
      const table = `| a | b | c | d | e |\n|---|---|---|---|---|\n| ${cells.join(' | ')} |`
      const { words, errors, overfull } = await compiled(await reportOf(table))
      expect(errors).toEqual([])
      expect(overfull).toEqual([])
      expect(words).toContain('END')
    },
    mostTeX,
  )

  it(
    'have pictures in their own size, but no wider than a column',
    async () => {
      const wide = '![A report](first.png)'
      const body = [wide, `In a sentence ${wide} with words.`, `- in a list ${wide}`, wide, wide, wide].join(
        '\n\n',
      )
      const files = { 'paper/first.png': readFileSync(source('docs/first.png')) }
      const { pages, words, errors, overfull } = await compiled(await reportOf(body, { files }))
      expect(errors).toEqual([])
      expect(overfull).toEqual([])
      // Three of them fill a column.
      expect(pages).toBeGreaterThan(1)
      expect(words).toMatch(/In a sentence with words/)
    },
    mostTeX,
  )

  it(
    'have all lines of long code, also of long lines',
    async () => {
      const lines = count(
        200,
        (index) =>
          `    x_${index} = f(alpha=10, beta="some text that is long", gamma=[1, 2, 3]) # END${index}X`,
      )
      const long = `${'y'.repeat(300)}LAST`
      const { words, errors, overfull } = await compiled(
        await reportOf(`\`\`\`python\n${[...lines, long].join('\n')}\n\`\`\`\n\nBehind.`),
      )
      expect(errors).toEqual([])
      expect(overfull).toEqual([])
      for (const index of lines.keys()) expect(words.replaceAll(' ', '')).toContain(`END${index}X`)
      expect(words).toContain('Behind.')
    },
    mostTeX,
  )

  it(
    'have lists and quotations at any depth, and ticks in boxes',
    async () => {
      const list = (mark: string) =>
        count(9, (depth) => `${' '.repeat(depth * (mark.length + 1))}${mark} ${mark}DEEP${depth}`).join('\n')
      const quotes = count(9, (depth) => `${'> '.repeat(depth + 1)}QUOTE${depth}`).join('\n>\n')
      const { words, errors } = await compiled(
        await reportOf(
          `${list('-')}\n\nThen.\n\n${list('1.')}\n\n${quotes}\n\n- [x] done\n- [ ] not\n\nBehind.`,
        ),
      )
      expect(errors).toEqual([])
      for (const depth of Array.from({ length: 9 }).keys()) {
        expect(words).toContain(`-DEEP${depth}`)
        expect(words).toContain(`QUOTE${depth}`)
      }
      expect(words).toContain('✓')
      expect(words).not.toContain('⊠')
      expect(words).toContain('Behind.')
    },
    mostTeX,
  )

  it(
    'have headings of all levels on lines of their own',
    async () => {
      const levels = count(5, (index) => `${'#'.repeat(index + 2)} HEAD${index}\n\nText ${index}.`)
      const { lines, errors } = await compiled(await reportOf(levels.join('\n\n')))
      expect(errors).toEqual([])
      expect(lines).toEqual(expect.arrayContaining(['HEAD3', 'Text 3.', 'HEAD4', 'Text 4.']))
    },
    mostTeX,
  )

  it.each([
    ['two columns', 'title: T'],
    ['one column', oneColumn],
    ['Japanese', 'title: T\nlang: ja'],
  ])(
    'have ends of lines anywhere, in %s',
    async (_, front) => {
      const body = [
        '# <br>HEADING<br>OTHER\n\n#### <br>DEEP',
        '<br>PARAGRAPH<br><br>DOUBLE\n\n<br>\n\nTRAILING<br>\n\n**<br>BOLD<br>** ~~<br>GONE<br>~~',
        '- <br>ITEM\n- <br>\n- a\n  - b\n    - c\n      - d\n        - <br>NESTED\n\n1. [ ] <br>BOX',
        '> <br>QUOTE\n\n> [!NOTE]\n> <br>CALLOUT',
        '<br>TERM<br>LABEL\n: <br>MEANING\n\nText[^1].\n\n[^1]: <br>NOTE\n\n    <br>SECOND',
        '| UPPER<br>LOWER | <br> |\n|---|---|\n| <br>CELL | <br><br>LAST |',
      ].join('\n\n')
      const { words, errors } = await compiled(await reportOf(body, { front }))
      expect(errors).toEqual([])
      for (const [word] of body.matchAll(/[A-Z]{4,}/g)) expect(words.toUpperCase()).toContain(word)
      expect(words).toContain('UPPER LOWER')
    },
    mostTeX,
  )

  it(
    'have all notes that are called within notes, and anywhere',
    async () => {
      const called = [
        '# Head[^1]\n\nText[^2] and <sup>x[^3]</sup> and ~~gone[^4]~~ and [link[^5]](https://example.org).',
        '> quote[^6]\n>\n> | a[^7] |\n> |---|\n> | b[^8] |\n\nTerm[^9]\n: Text.\n\n- item[^10]',
      ]
      const figure =
        '```yaml figure\nid: fig-a\nsrc: figures/setup.png\nalt: A\ncaption: FIGURE\nwidth: 900\n```'
      called.push(`Last[^21].\n\n[^21]: Note\n\n${figure.replace(/^/gm, '    ')}`)
      const notes = count(10, (index) => `[^${index + 1}]: NOTE${index + 1}X with[^${index + 11}]`)
      const inner = count(10, (index) => `[^${index + 11}]: INNER${index + 1}X`)
      const { words, errors } = await compiled(await reportOf([...called, ...notes, ...inner].join('\n\n')))
      expect(errors).toEqual([])
      for (const index of notes.keys()) {
        expect(words).toContain(`NOTE${index + 1}X`)
        expect(words).toContain(`INNER${index + 1}X`)
        expect(words).toContain('FIGURE')
      }
    },
    mostTeX,
  )

  it.each([
    ['one column', oneColumn, 300],
    ['two columns', 'title: T', 300],
    ['both columns', 'title: T', 900],
  ])(
    'have 200 figures, over %s',
    async (_, front, width) => {
      const figures = count(
        200,
        (id) =>
          `\`\`\`yaml figure\nid: fig-${id}\nsrc: figures/setup.png\nwidth: ${width}\nalt: A\ncaption: FIGURE${id}X\n\`\`\``,
      )
      const { words, errors } = await compiled(await reportOf(figures.join('\n\n'), { front }))
      expect(errors).toEqual([])
      for (const id of figures.keys()) expect(words).toContain(`FIGURE${id}X`)
    },
    mostTeX,
  )

  it.each([
    ['pdfTeX', 'Text.'],
    ['LuaTeX', 'Привет.'],
  ])(
    'divide long words where TeX does, with or without patterns of the language, by %s',
    async (_, body) => {
      const long = 'pneumonoultramicroscopicsilicovolcanoconiosis'
      const cut = 'x'.repeat(50)
      const table = `| ${long} | a | b |\n|---|---|---|\n| ${cut} | ${sentence} | ${sentence} |`
      const front = 'title: T\nlang: de\nabstract: SUMMARY'
      const { words, errors, overfull } = await compiled(
        await reportOf(`${body} More words that stand before it ${long}.\n\n${table}`, { front }),
      )
      expect(errors).toEqual([])
      expect(overfull).toEqual([])
      // Poppler joins what a hyphen divides.
      expect(words).toContain(`before it ${long}.`)
      expect(words).toContain('Abstract')
      expect(words.match(/x{2,}/g)?.join('')).toHaveLength(50)
    },
    mostTeX,
  )

  it(
    'have usual signs, by pdfTeX',
    async () => {
      const signs = '„ ‚ ∝ ⊕ ≪ ⟨ ⟩ ∘ ● ▲ ℝ ℕ ℓ № ŉ ŀ Ŀ ĳ α ≲'
      const { errors, problems, program } = await compiled(
        await reportOf(`${signs}\n\n\`${signs}\`\n\n**${signs}**`),
      )
      expect(problems).toEqual([])
      expect(errors).toEqual([])
      expect(program).toBe('pdflatex')
    },
    mostTeX,
  )

  it.each([
    ['two columns', 'title: Title € words'],
    ['one column', 'title: Title € words\nprint: {columns: 1}'],
    ['Japanese', 'title: Title € words\nlang: ja'],
  ])(
    'have signs of money that can be copied, in %s',
    async (_, front) => {
      const shown = 'Text € words'
      const { words, errors } = await compiled(
        await reportOf(`# Head € words\n\nText € words, **${shown}** *${shown}* \`${shown}\`, £ ¥ ¢`, {
          front,
        }),
      )
      expect(errors).toEqual([])
      expect(words).toMatch(/Title € words.*ead € words.*(?:Text € words,? ){4}£ ?¥ ?¢/i)
    },
    mostTeX,
  )

  it.each([
    ['English', 'title: T'],
    ['Japanese', 'title: 題\nlang: ja'],
  ])(
    'in %s have letters of Europe, by LuaTeX',
    async (_, front) => {
      const letters = ['Привет', 'ἄνθρωπος', 'καλημέρα', 'ĸħŧ', 'ɛ', '─┐', '✂']
      const text = `${letters.join(' ')} END`
      const { words, errors, problems, program } = await compiled(
        await reportOf(`${text}\n\n\`${text}\`\n\n**${text}** *${text}*`, { front }),
      )
      expect(problems).toEqual([])
      expect(errors).toEqual([])
      expect(program).toBe('lualatex')
      for (const one of letters) expect(words.normalize('NFC')).toContain(one)
    },
    mostTeX,
  )

  it(
    'break lines of formulas that are too wide, beside their number',
    async () => {
      const line = count(24, (index) => `x_{${index}}`).join(' + ')
      const formulas = [
        String.raw`\begin{aligned} a + b &= ${line} \\ &= \text{SECOND} & c &= \text{PAIR} \end{aligned}`,
        String.raw`\begin{gather*} ${line} \\ \text{BELOW} \end{gather*}`,
        String.raw`\begin{split} ${line} &= ${line} \end{split}`,
        String.raw`\begin{aligned} a &= \frac{${line}}{2} \end{aligned}`,
      ]
      const body = formulas.map(
        (tex, index) => `Before.\n\n$$\n${tex}\n$$ {#eq-${index}}\n\nSee @eq-${index}.`,
      )
      const { words, errors, overfull, warnings } = await compiled(await reportOf(body.join('\n\n')))
      expect(errors).toEqual([])
      expect(overfull).toEqual([])
      expect(warnings.filter((one) => /amsmath|identifier|inclusion/.test(one))).toEqual([])
      for (const part of ['SECOND', 'PAIR', 'BELOW', '(1)', '(4)']) expect(words).toContain(part)
    },
    mostTeX,
  )

  it.each([
    ['Korean', 'title: T', '한국어 문장'],
    ['Korean of a whole document', 'title: 제목\nlang: ko', '한국어 문장'],
    ['simplified Chinese', 'title: T\nlang: zh-CN', '简体中文的句子'],
  ])(
    'have letters of %s',
    async (_, front, text) => {
      const { words, errors, problems } = await compiled(await reportOf(`${text} END`, { front }))
      expect(problems).toEqual([])
      expect(errors).toEqual([])
      expect(words).toContain(text)
    },
    mostTeX,
  )

  it(
    'have formulas, values of code and ligatures in headings, and in outlines their signs',
    async () => {
      const wide = count(12, (index) => `x_{${index}}`).join('')
      const { errors, warnings, words } = await compiled(
        await reportOf(`## About $\\alpha_1$, $\\mathrm{${wide}}$, \`a_b\` and ~~old~~ oﬃces\n\nText.`),
      )
      expect(errors).toEqual([])
      expect(warnings.filter((one) => /PDF string/.test(one))).toEqual([])
      expect(words).toContain('OFFICES')
    },
    mostTeX,
  )

  it('tell which characters of a drawing no font has, and print their numbers', async () => {
    const svg = (text: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text y="15" font-family="Arimo">${text}</text></svg>`
    const figure = '```yaml figure\nid: fig-a\nsrc: figures/a.svg\nalt: A\ncaption: C\n```'
    const report = await reportOf(figure, { files: { 'figures/a.svg': svg('x̂ สวัส🦄') } })
    const written = await writeLatex(report, 'd')
    const shown = written.problems?.map(({ message }) => message).join('\n') ?? ''
    expect(shown).toContain('🦄 (U+1F984)')
    expect(shown).toContain('◌̂ (U+0302)')
    expect([...(written.files?.keys() ?? [])]).toContain('latex/fig-a.pdf')
  })

  it('have notes of tables before those that these call', async () => {
    const { text } = await writeLatex(
      await reportOf('| a[^1] |\n|---|\n| b |\n\n[^1]: OUTER [^2]\n\n[^2]: INNER'),
      'd',
    )
    expect(String(text)).toMatch(/footnotetext\[1\]\{OUTER.*footnotetext\[2\]\{INNER/s)
  })

  it(
    'say at its place which character no font has',
    async () => {
      const { problems, errors } = await compiled(await reportOf('One.\n\nA 🦄 here.'))
      expect(problems).toEqual([{ message: 'LaTeX has no 🦄 (U+1F984): write something else', line: 7 }])
      expect(errors).toEqual([])
    },
    mostTeX,
  )
})
