/** What is written for LaTeX; document.process.test.ts has the pages that it becomes. */

import { describe, expect, it } from 'vitest'
import type { Report } from '../../../../src/report/model.ts'
import { writeLatex } from '../../../../src/report/print/latex/document.ts'
import { jpeg, reportOf, tableOf } from '../document.ts'

async function sourceOf(report: Report): Promise<string> {
  return String((await writeLatex(report, 'd')).text)
}

describe('tables of runs', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => [`ROW${index}`, 'b'])
  const front = (columns: number) => ({ front: `title: T\nprint: {columns: ${columns}}` })

  it.each([
    [1, 10, 'table'],
    [1, 100, 'longtable'],
    [2, 10, 'table'],
    [2, 35, 'table'],
    [2, 100, 'longtable'],
  ])('in columns %i with rows %i stand in a %s', async (columns, count, environment) => {
    const source = await sourceOf(await tableOf(['HEAD', 'b'], rows(count), front(columns)))
    expect(source).toContain(`\\begin{${environment}}`)
    expect(source).toContain(`ROW${count - 1}`)
    if (environment === 'longtable') expect(source.match(/HEAD/g)).toHaveLength(2)
  })
})

describe('notes', () => {
  const notes = '\n\n[^1]: OUTER[^2]\n\n[^2]: MIDDLE[^3]\n\n[^3]: INNER'

  it.each([
    ['a paragraph', 'Text[^1].'],
    ['a heading', '## Head[^1]'],
    ['a cell', '| a[^1] |\n|---|\n| b |'],
    ['a term', 'Term[^1]\n: Text.'],
    ['a term that is long', `${'Term '.repeat(30)}[^1]\n: Text.`],
    ['letters above the line', 'Text<sup>x[^1]</sup>.'],
    ['a callout', '> [!NOTE]\n> Text[^1].'],
  ])('called in %s, and by notes, stand outside of boxes and of each other', async (_, body) => {
    const source = await sourceOf(await reportOf(`${body}${notes}`))
    expect(source).not.toContain('\\footnote[')
    expect(source).toContain(
      '\\footnotetext[1]{OUTER\\footnotemark[2]}\\footnotetext[2]{MIDDLE\\footnotemark[3]}\\footnotetext[3]{INNER}',
    )
    expect(source).not.toMatch(/\\(?:item\[|textsuperscript).*footnotetext.*[\]}]$/)
  })

  it('have figures that float nowhere', async () => {
    const figure = '```yaml figure\nid: fig-a\nsrc: figures/setup.png\nalt: A\ncaption: C\nwidth: 900\n```'
    const source = await sourceOf(
      await reportOf(`Text[^1].\n\n[^1]: Note\n\n${figure.replace(/^/gm, '    ')}`),
    )
    expect(source).toContain('\\begin{reprofixed}{figure}')
    expect(source).not.toContain('\\begin{figure')
  })

  it('are not struck with the words that call them', async () => {
    const source = await sourceOf(await reportOf('~~Gone[^1]~~\n\n[^1]: KEPT'))
    expect(source).toContain('{KEPT}')
    expect(source).not.toContain('\\reprogone{KEPT}')
  })
})

describe('ends of lines', () => {
  it('are commands that stand anywhere, also where there are no lines', async () => {
    const source = await sourceOf(await reportOf('# <br>A<br>B\n\n- <br>item\n\n> <br>\n\nText\\\nmore<br>'))
    expect(source).toContain('\\item \\reproend{}item')
    expect(source).not.toContain('\\newline{}')
  })

  it('in cells give their columns a width', async () => {
    const source = await sourceOf(await reportOf('| a | b | c |\n|---|--:|---|\n| x<br>y | **1<br>2** | z |'))
    expect(source).toMatch(
      /\\begin\{tabular\}\{>\{\\raggedright\\arraybackslash\}p\{\S+bp\}>\{\\raggedleft\\arraybackslash\}p\{\S+bp\}l\}/,
    )
  })

  it('are none in labels of terms', async () => {
    const source = await sourceOf(await reportOf('A<br>B\n: Text.'))
    expect(source).toContain('\\item[]\\leavevmode A\\reproend{}B')
  })
})

it('has room for all figures and tables, which may wait for their pages', async () => {
  const figure = (id: number) =>
    `\`\`\`yaml figure\nid: fig-${id}\nsrc: figures/setup.png\nalt: A\ncaption: C\n\`\`\``
  const figures = Array.from({ length: 200 }, (_, id) => figure(id))
  expect(await sourceOf(await reportOf(figures.join('\n\n')))).toContain('\\extrafloats{200}')
})

it.each([
  [1, '', ''],
  [2, '', '\\reflectbox{'],
  [3, 'angle=180,origin=c,', ''],
  [4, 'angle=180,origin=c,', '\\reflectbox{'],
  [5, 'angle=-90,origin=rb,', '\\reflectbox{'],
  [6, 'angle=-90,origin=rb,', ''],
  [7, 'angle=90,', '\\reflectbox{'],
  [8, 'angle=90,', ''],
])('turns a picture whose head says %i', async (orientation, keys, before) => {
  const files = { 'paper/a.jpg': jpeg(80, 40, orientation) }
  const source = await sourceOf(await reportOf('![A](a.jpg)', { files }))
  const width = orientation >= 5 ? '30.0' : '60.0'
  expect(source).toContain(`\\reproshrink{${before}\\includegraphics[${keys}width=${width}bp]{`)
})

describe('long words', () => {
  const long = 'pneumonoultramicroscopicsilicovolcanoconiosis'
  const whole = `\\reproword{${long}}{pneumono\\reprobreak{}`

  it.each([
    ['a sentence', `Text (${long}).`],
    ['a heading', `## ${long}`],
    ['a cell', `| ${'words '.repeat(20)}${long.slice(0, 30)} |\n|---|\n| a |`],
    ['a note', `Text[^1].\n\n[^1]: ${long}`],
  ])('are hyphenated by TeX, and cut if they cannot be: in %s', async (_, body) => {
    expect(await sourceOf(await reportOf(body))).toMatch(
      /\\reproword\{pneumono\w+\}\{pneumono\\reprobreak\{\}/,
    )
  })

  it.each([
    ['code', `\`${long}\``],
    ['a name', `${long.slice(0, 20)}_${long}2`],
    ['what is longer than TeX hyphenates', 'a'.repeat(70)],
    ['a block of code', `\`\`\`\n${long}\n\`\`\``],
  ])('are only cut in %s', async (_, body) => {
    const source = await sourceOf(await reportOf(body))
    expect(source).toContain('\\reprobreak{}')
    expect(source.split('\\begin{document}')[1]).not.toContain('\\reproword')
  })

  it('are whole in metadata', async () => {
    const source = await sourceOf(await reportOf('Text.', { front: `title: A ${long}` }))
    expect(source).toContain(`pdftitle={A ${long}}`)
    expect(source).toContain(`\\title{A ${whole}`)
  })

  it.each([
    ['de', 'ngerman'],
    ['de-AT', 'ngerman'],
    ['de-CH', 'swissgerman'],
    ['fr', 'french'],
    ['en-GB', 'ukenglish'],
  ])('of the language %s are divided by its patterns, if TeX has them', async (lang, name) => {
    expect(await sourceOf(await reportOf('Text.', { front: `title: T\nlang: ${lang}` }))).toContain(
      `\\ifcsname l@${name}\\endcsname\\usepackage[base,${name}]{babel}\\fi`,
    )
  })

  it.each(['en', 'en-US', 'ja', 'x-unknown', 'constructor'])('of %s need no patterns', async (lang) => {
    const source = await sourceOf(await reportOf('Text.', { front: `title: T\nlang: ${lang}` }))
    expect(source).not.toContain('babel')
  })
})

it('has a sign of the euro that can be copied, also in metadata', async () => {
  const source = await sourceOf(await reportOf('In €.', { front: 'title: For €' }))
  expect(source).toContain('In \\reproeuro{}.')
  expect(source).toContain('pdftitle={For \\texteuro{}}')
  expect(source).toMatch(/DeclareRobustCommand\{\\reproeuro\}.*fontfamily\{lmr\}/)
})
