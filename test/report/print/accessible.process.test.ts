/** That PDFs are what PDF/UA-1 asks for, as far as a program can see; and that what is looked for would be seen. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { writePdf } from '../../../src/report/print/pdf.ts'
import { source } from '../../source.ts'
import { inaccessible } from './accessible.ts'
import { reportOf } from './document.ts'
import { hasJapanese } from './installed.ts'

const body = `
## Method

Some *text* with $x^2$, a [link](https://example.org/a), a note[^1], and another[^2]. See @eq-a, @lst-a and @fig-a.

[^1]: The note.
[^2]: Its [link](https://example.org/b).

| a | b |
|---|--:|
| one | 2 |
| two | 3 |

### The clock

- one
- two
  1. inner
  2. other

> a quote

Term
: its meaning

\`\`\`python id=lst-a caption="A loop"
x = 1

y = 2
\`\`\`

$$
\\frac{a}{b}
$$ {#eq-a}

\`\`\`yaml figure
id: fig-a
src: a.svg
caption: A square
alt: A black square
\`\`\`

#### Deeper

${'Words of a long text. '.repeat(800)}

## Results

- [x] done
`
const files = {
  'a.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="20" height="20"/></svg>',
}
async function printed(given = body, front = 'title: A title\nauthors: [Ada]'): Promise<Buffer> {
  const { text, problems } = await writePdf(await reportOf(given, { front, files }))
  expect(problems).toEqual([])
  return Buffer.from(text as Uint8Array)
}
const whole = printed()

describe('a PDF', () => {
  it('has nothing that keeps readers out', async () => {
    expect(inaccessible(await whole)).toEqual([])
  })

  it.skipIf(!hasJapanese)('has nothing either in Japanese words, or in one column', async () => {
    expect(inaccessible(await printed(body, 'title: A title\nlang: ja\nprint: {columns: 1}'))).toEqual([])
  })

  it('of long code has its lines as paragraphs of it', async () => {
    const code = `\`\`\`python id=lst-a caption="Lines"\n${'x = 1\n\ny = x + 1\n'.repeat(200)}\`\`\``
    expect(inaccessible(await printed(code))).toEqual([])
  })

  it('of a formula whose lines go on has it once', async () => {
    const line = Array.from({ length: 30 }, (_, index) => `x_{${index}}`).join(' + ')
    const pdf = await printed(`$$\n\\begin{aligned} a &= ${line} \\\\ &= ${line} \\end{aligned}\n$$`)
    expect(inaccessible(pdf)).toEqual([])
    expect(pdf.toString('latin1').match(/\/S \/Formula/g)).toHaveLength(1)
  })

  it('of all that docs/writing.md shows has nothing either', async () => {
    const writing = readFileSync(source('docs/writing.md'), 'utf8')
    const shown = [...writing.matchAll(/^(`{3,4})markdown\n(.*?)\n\1$/gms)]
      .map(([, , example = '']) => example)
      .filter((example) => !/yaml (?:include|table|figure)|\[@|\{#eq-nap\}|@eq-nap/.test(example))
    const { text } = await writePdf(await reportOf(shown.join('\n\n'), { files }))
    if (text !== undefined) expect(inaccessible(Buffer.from(text as Uint8Array))).toEqual([])
  })
})

describe('it would be seen', () => {
  it.each([
    ['that nothing is tagged', '/Marked true', '/Marxed true', /^06-001/],
    ['that the title is not shown', '/DisplayDocTitle true', '/DisplayDocTitlx true', /^07-001/],
    ['that there is no language', '/Lang (en)', '/Lanx (en)', /^11-006/],
    ['that it is no PDF/UA', '<pdfuaid:part>1<', '<pdfuaid:part>2<', /^06-002/],
    ['that it has no title', 'A title</rdf:li>', '       </rdf:li>', /^06-003/],
    ['a picture without words', '/Alt (A black square)', '/Alx (A black square)', /^13-004/],
    ['a formula without words', '/Alt (x^2)', '/Alx (x^2)', /^17-002/],
    ['a level of headings that is left out', '/S /H2', '/S /H4', /^14-003/],
    ['a document that begins with H2', '/S /H1', '/S /H2', /^14-002/],
    ['a tag that nobody knows', '/S /BlockQuote', '/S /BlockQuotx', /^02-001/],
    ['a role that is none', '/Em /Span', '/Em /Spax', /^02-001/],
    ['a head without a scope', '/Scope /Column', '/Scopx /Column', /^15-003/],
    ['a table without heads', '/S /TH\n', '/S /TD\n', /^15-002/],
    ['a cell that is in no row', '/S /TR\n', '/S /P \n', /^09-004/],
    [
      'a link without words',
      '/Contents (https://example.org/a)',
      '/Contentx (https://example.org/a)',
      /^28-012/,
    ],
    ['a link in no element', '/S /Link\n', '/S /Span\n', /^28-002/],
    ['a note without a name', '/ID (Note 1)', '/Ix (Note 1)', /^19-003/],
    ['another order of tabs', '/Tabs /S', '/Tabs /R', /^28-009/],
    ['a font without letters', '/ToUnicode ', '/ToUnicodx ', /^10-001/],
    ['a font that is not in it', '/FontFile', '/FontFilx', /^31-009/],
  ])('%s', async (_, from, to, expected) => {
    const text = (await whole).toString('latin1')
    expect(from.length).toBe(to.length)
    expect(text).toContain(from)
    const changed = Buffer.from(text.replaceAll(from, to), 'latin1')
    expect(inaccessible(changed)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
  })

  it('content in no element', async () => {
    const text = (await whole).toString('latin1')
    // The first element that has content by its number.
    const changed = text.replace(/\/K \[(\d+)\]/, (all) => all.replace(/\d/g, ' '))
    expect(inaccessible(Buffer.from(changed, 'latin1'))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^01-005 has content in no element/)]),
    )
  })
})
