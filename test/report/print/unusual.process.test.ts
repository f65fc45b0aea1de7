/** Unusual content on printed pages, by Typst and by TeX: nothing is lost, and nothing runs out of its column or page. */

import { describe, expect, it } from 'vitest'
import { writePdf } from '../../../src/report/print/pdf.ts'
import { widthIn } from '../../../src/report/print/picture.ts'
import { writeTypst } from '../../../src/report/print/typst/document.ts'
import { png, reportOf } from './document.ts'
import { hasPoppler } from './installed.ts'
import { compiled, hasLatex, mostTeX } from './latex/texlive.ts'
import { printed } from './printed.ts'

const times = (count: number, text: string) => text.repeat(count)
const word = times(20, 'averylong')
const sum =
  'a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s + t + u + v + w + x + y + z'
const matrix = (columns: number) =>
  String.raw`\begin{pmatrix} ${Array.from({ length: columns }, (_, index) => `a_{${index}}`).join(' & ')} \end{pmatrix}`

/** A PNG of one point whose head tells another size. */
function pngOf(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(png)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

const body = `
A word ${word} ONE, with signs ${times(20, 'a.b_c/d-e')} TWO, of letters with accents ${times(40, 'éèàù')} THREE,
in code \`${times(30, 'codewords')}\` FOUR, *${word}* **${word}** [${word}](https://example.org/${word}) FIVE.
Words ~~that were struck out, of which there are more than a line of a column has room for, SIX~~ and ~~${word}~~ SEVEN.

> - ${word} EIGHT
>   - ${word} NINE

${word}
: Of the term ${word} TEN.

$$
a = ${sum} + ${sum}
$$ {#eq-a}

$$
\\frac{${sum} + ${sum}}{2}
$$ {#eq-b}

$$
\\left( ${sum} + ${sum} \\right)
$$

$$
\\begin{aligned} a &= ${sum} + ${sum} \\\\ &= b \\end{aligned}
$$

Formulas $a = ${sum}$ and $${matrix(16)}$ and $\\frac{${sum} + ${sum}}{x}$ ELEVEN.

~~~python
def f():
\treturn "${times(30, 'string')}"\t# TWELVE
x = ${times(80, '1+')}1 # THIRTEEN
~~~

## A heading with ${word} and \`${times(10, 'codewords')}\`

@eq-a and @eq-b FOURTEEN.

### Of notes[^a] with **others[^b]** and $x$ {#sec-notes}

##### Deep [^c]

See @sec-notes.

[^a]: FIFTEEN
[^b]: SIXTEEN
[^c]: SEVENTEEN
`

const front = (columns: number) =>
  `title: A title with ${word}\nprint: {columns: ${columns}}\nauthors: [{name: ${word}, affiliation: ${times(20, 'Affiliation ')}}, {name: B, affiliation: C}]\nkeywords: [${word}]`
const marks =
  'ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN SEVENTEEN'.split(
    ' ',
  )

const paper = 595.3

describe.skipIf(!hasPoppler)('a PDF', () => {
  it.each([
    [1, 84],
    [2, 48],
  ])('of unusual content in columns: %s', async (columns, margin) => {
    const { words, problems, text } = await printed(await reportOf(body, { front: front(columns) }))
    expect(problems).toEqual([])
    for (const mark of marks) expect(text).toContain(mark)
    expect(words.filter(({ left, right }) => left < margin - 2 || right > paper - margin + 4)).toEqual([])
    // Titles and authors stand over both columns.
    const running = words.slice(words.findIndex(({ text }) => text === 'ONE,' || text === 'ONE'))
    const across = running.filter(({ left, right }) => left < paper / 2 - 12 && right > paper / 2 + 4)
    if (columns === 2) expect(across.filter(({ top }) => top > 60)).toEqual([])
  })

  it('has letters of other scripts in text and in code, in any direction', async () => {
    const words = 'שלום עולם Привет Αθήνα 𝔸𝒳'
    const report = await reportOf(`${words} **${words}** \`${words}\`\n\n~~~python\nx = 1  # ${words}\n~~~`)
    const { text, problems } = await printed(report)
    expect(problems).toEqual([])
    expect(text).not.toContain('U+')
    const { text: source } = writeTypst(await reportOf('A'), 'd')
    expect(source).toContain(String.raw`serif-fonts = ((name: "DejaVu Sans", covers: regex("\\p{Arabic}")), `)
    expect((await writePdf(await reportOf(words, { front: 'title: שלום\nlang: he' }))).problems).toEqual([])
  })

  it('sets no text in the font of mathematics, whose letters of Devanagari do not join', async () => {
    const letters = [...'हिन्दी'].map((letter) => expect.stringContaining(letter))
    for (const text of ['हिन्दी', '$x + \\text{हिन्दी}$', '`हिन्दी`']) {
      const { problems } = await printed(await reportOf(text))
      expect(problems.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^no font has ह \(U\+0939\), .*write something else$/),
      ])
      for (const letter of letters) expect(problems[0]?.message).toEqual(letter)
    }
  })

  it('has the notes that a table over both columns calls', async () => {
    const cells = (row: string) => Array.from({ length: 12 }, (_, index) => `${row} of ${index}`).join(' | ')
    const table = `| ${cells('head')}[^h] |\n${times(12, '|---')}|\n| ${cells('row')}[^b] |`
    const report = await reportOf(`Text.\n\n${table}\n\n[^h]: NOTEHEAD [^b]\n\n[^b]: NOTEBODY`)
    expect(writeTypst(report, 'd').text).toContain('#across(')
    const { text } = await printed(report)
    expect(text).toContain('NOTEHEAD')
    expect(text.match(/NOTEBODY/g)).toHaveLength(1)
  })
})

it.skipIf(!hasLatex)('a table without a caption on a page behind the text is told at its place', async () => {
  const table = `| ${times(40, 'column0 | ')}\n|${times(40, '---|')}\n| ${times(40, 'a | ')}`
  const read = async (front: string) =>
    (await printed(await reportOf(`BEFORE\n\n${table}\n\nAFTER`, { front }))).text
  expect(await read('title: T')).toMatch(/BEFOREThetableisonpage2\.AFTER/)
  expect(await read('title: T\nlang: ja')).toMatch(/BEFORE表は2ページにある。AFTER/)
})

it.skipIf(!hasLatex).each([1, 2])(
  'a figure stands below the title and the beginning of the text, in columns: %s',
  async (columns) => {
    const files = { 'figures/setup.png': pngOf(300, 200) }
    const figure = '```yaml figure\nid: fig-a\nsrc: figures/setup.png\nalt: A\ncaption: FIGURE\n```'
    const front = `title: TITLE\nabstract: ABSTRACT\nprint: {columns: ${columns}}`
    const { words } = await printed(await reportOf(`BEGIN\n\n${figure}\n\nEND`, { front, files }))
    const order = ['TITLE', 'ABSTRACT', 'BEGIN', 'FIGURE'].map(
      (word) => words.find(({ text }) => text === word)?.top,
    )
    expect(order).toEqual(order.toSorted((a = 0, b = 0) => a - b))
  },
)

it('a document from right to left has bars of callouts, and indents, on its side', async () => {
  const body = '> [!NOTE]\n> A\n\nTerm\n: Text.'
  const of = async (lang: string) =>
    String(writeTypst(await reportOf(body, { front: `title: T\nlang: ${lang}` }), 'd').text)
  expect(await of('he')).toMatch(/inset: \(right: 7pt, y: 2pt\), stroke: \(right:[^]*pad\(right: 1.2em/)
  expect(await of('en')).toMatch(/inset: \(left: 7pt, y: 2pt\), stroke: \(left:[^]*pad\(left: 1.2em/)
})

describe('a picture', () => {
  const figure = (parts: readonly string[]) =>
    `\`\`\`yaml figure\nid: fig-p\ncaption: C\ncolumns: 2\nparts:\n${parts.map((src) => `  - {src: ${src}, alt: A, caption: C}`).join('\n')}\n\`\`\``

  it('is as large as on the page, and no larger than its place', async () => {
    const files = { 'paper/small.png': pngOf(40, 20), 'paper/tall.png': pngOf(200, 4000) }
    const widths = async (text: string) =>
      [
        ...String(writeTypst(await reportOf(text, { files }), 'd').text).matchAll(
          /(?:image|drawing)\(.*?width: ([\d.]+)pt/g,
        ),
      ].map(([, width]) => Number(width))
    expect(await widths('In a text ![a](small.png).')).toEqual([30])
    const [tall = 0] = await widths('In a text ![a](tall.png).')
    expect(tall * 20).toBeLessThan(600)
    const parts = await widths(
      figure(['paper/tall.png', 'paper/small.png', 'paper/tall.png', 'paper/tall.png']),
    )
    expect(parts).toHaveLength(4)
    expect(parts[1]).toBe(30)
    expect((parts[0] ?? 0) * 20 * 2).toBeLessThan(600)
  })
})

describe('a drawing', () => {
  const figure = '```yaml figure\nid: fig-a\nsrc: figures/a.svg\nalt: A\ncaption: C\n```'
  const svg = (text: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text y="15" font-family="Arimo">${text}</text></svg>`

  it.each([
    // Decomposed letters that are one character otherwise are no problem.
    ['e\u0301', []],
    ['x\u0302', ['◌\u0302 (U+0302)']],
    ['हिन्दी', ['◌ि (U+093F)']],
    ['สวัสดี', ['ส (U+0E2A)']],
    ['👩‍💻', ['👩‍💻 (U+1F469 U+200D U+1F4BB)']],
  ])('with %s is printed, and what no font has is told at its place', async (text, expected) => {
    const { text: pdf, problems = [] } = await writePdf(
      await reportOf(`Text.\n\n${figure}`, { files: { 'figures/a.svg': svg(text) } }),
    )
    expect(pdf).toBeInstanceOf(Uint8Array)
    const messages = problems.map(({ message }) => message).join('\n')
    for (const one of expected) expect(messages).toContain(one)
    expect(problems.every(({ line }) => line === 7)).toBe(true)
    expect(problems.length > 0).toBe(expected.length > 0)
  })
})

describe.skipIf(!hasLatex)('LaTeX', () => {
  it.each([1, 2])(
    'of unusual content in columns: %s',
    async (columns) => {
      const { words, errors, overfull, problems } = await compiled(
        await reportOf(body, { front: front(columns) }),
      )
      expect(problems).toEqual([])
      expect(errors).toEqual([])
      expect(overfull).toEqual([])
      const text = words.replace(/\s+/g, '')
      for (const mark of marks) expect(text).toContain(mark)
    },
    mostTeX,
  )

  it(
    'sets signs that East Asian fonts lack in others',
    async () => {
      const { errors, problems } = await compiled(await reportOf('日本語 ☺ ⚠ ① ※ → 「」'))
      expect(problems).toEqual([])
      expect(errors).toEqual([])
    },
    mostTeX,
  )
})

describe('the size of a picture', () => {
  const content = (mime: string, bytes: Uint8Array) =>
    ({ type: 'picture', mime, content: Buffer.from(bytes).toString('base64'), alt: '' }) as const
  const svg = (attributes: string) => content('image/svg+xml', Buffer.from(`<svg ${attributes}></svg>`))
  const jpeg = Buffer.from('ffd8ffe00004abcdffffc0000b0800640190010111003f', 'hex')
  const webp = (kind: string, rest: string) =>
    Buffer.concat([Buffer.from(`RIFF____WEBP${kind}____`), Buffer.from(rest, 'hex'), Buffer.alloc(9)])

  it.each([
    ['PNG', content('image/png', pngOf(400, 100)), 300, 75],
    ['JPEG, behind other segments', content('image/jpeg', jpeg), 300, 75],
    ['lossy WebP', content('image/webp', webp('VP8 ', '0000009d012a90016400')), 300, 75],
    ['lossless WebP', content('image/webp', webp('VP8L', '2f8fc11800')), 300, 75],
    ['extended WebP', content('image/webp', webp('VP8X', '000000008f0100630000')), 300, 75],
    ['SVG', svg('width="400" height="100"'), 300, 75],
    ['SVG with a box alone', svg('viewBox="0 0 400 100"'), 300, 75],
    ['SVG without numbers', svg('width="." height="1.2.3"'), 500, undefined],
    ['PNG without any', content('image/png', pngOf(0, 0)), 500, undefined],
    ['PNG without a height', content('image/png', pngOf(400, 0)), 300, undefined],
    ['JPEG that ends', content('image/jpeg', jpeg.subarray(0, 6)), 500, undefined],
  ])('is read from its head: %s', (_, picture, width, height) => {
    expect(widthIn(picture, 500, 1e6)).toBe(width)
    if (height !== undefined) expect(widthIn(picture, 500, height / 2)).toBeCloseTo(width / 2)
    else expect(widthIn(picture, 500, 1)).toBe(width)
  })
})
