/** Text of documents in Typst and LaTeX: shown letter by letter, and never run. */

import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latexFormula } from '../../../src/report/print/latex/formula.ts'
import { address, escaper } from '../../../src/report/print/latex/text.ts'
import { markup, string } from '../../../src/report/print/source.ts'
import { writeTypst } from '../../../src/report/print/typst/document.ts'
import { reportOf } from './document.ts'

const { NodeCompiler } = createRequire(import.meta.url)(
  '@myriaddreamin/typst-ts-node-compiler',
) as typeof import('@myriaddreamin/typst-ts-node-compiler')

/** The text of content, by Typst itself. */
const plain = `#let plain(it) = if type(it) == str { it } else if it.func() == [ ].func() { " " } else if it.func() == box { "" } else if it.func() == smartquote { if it.fields().at("double", default: true) { "\\"" } else { "'" } } else if it.has("text") { plain(it.text) } else if it.has("children") { it.children.map(plain).join("") } else { "<" + repr(it.func()) + ">" }
#let soft = box(width: 0pt)
#set smartquote(enabled: false)
`

/** Returns what Typst reads in each piece of markup. */
function readBack(pieces: readonly string[], more = ''): readonly string[] {
  const compiler = NodeCompiler.create({ workspace: '/repro-test' })
  const source = `${plain}${pieces.map((one) => `#metadata(plain([#emph[x];${one}#emph[y]])) <out>`).join('\n')}\n${more}`
  const result = compiler.compile({ mainFileContent: source })
  const wrong = result.takeDiagnostics()
  expect(wrong === null ? [] : compiler.fetchDiagnostics(wrong)).toEqual([])
  const found: readonly { value: string }[] = compiler.query(
    { mainFileContent: source },
    { selector: '<out>' },
  )
  return found.map(({ value }) => value.replace(/^<emph>|<emph>$/g, ''))
}

describe('code in a PDF', () => {
  it('has an arrow before each line in which one of its lines goes on', async () => {
    const turns = async (code: string) => {
      const { text } = writeTypst(await reportOf(`\`\`\`\n${code}\n\`\`\``, { front: 'title: T' }), 'd')
      const counted = String(text).replace(
        '#let code-line',
        '#let turn = [#metadata("") <turn>]\n#let code-line',
      )
      const compiler = NodeCompiler.create({ workspace: '/repro-test' })
      const found: readonly unknown[] = compiler.query({ mainFileContent: counted }, { selector: '<turn>' })
      return found.length
    }
    expect(await turns('short\n\nlines')).toBe(0)
    expect(await turns(`${'word '.repeat(30)}end\nshort`)).toBe(2)
    expect(await turns('abcdefgh'.repeat(20))).toBeGreaterThan(1)
  })
})

/** Blanks are one, as in Markdown. */
const blanks = (text: string) => text.replace(/[ \t\n\r\v\f\u0085\u2028\u2029]+/g, ' ')
const cleaned = (text: string) =>
  // oxlint-disable-next-line no-control-regex -- these are what it replaces
  blanks(
    text
      .toWellFormed()
      .replace(/(?![\t\n\r])\p{Cc}/gu, '\uFFFD')
      .replaceAll('\uFEFF', ''),
  )

const signs = fc.constantFrom(
  ...'#$*_`<>@~=+-/\\[]{}()"\'.:;!?&%^|,0 1aé日\n',
  ...[
    '//',
    '/*',
    '*/',
    '---',
    '...',
    '-?',
    'http://',
    'https://x.y',
    '1. ',
    '= ',
    '- ',
    '/ a: ',
    '\\u{41}',
    '#{',
    '```',
    '<a>',
  ],
)
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(signs, { maxLength: 20 }).map((all) => all.join('')),
)

describe('text in Typst', () => {
  it('comes back letter by letter, whatever it is', () => {
    const samples = fc.sample(texts, { seed: 19, numRuns: 2000 })
    const shown = readBack(samples.map(markup))
    expect(shown.map(blanks).map((one) => one.trim())).toEqual(samples.map((one) => cleaned(one).trim()))
  })

  it('is no code', () => {
    const hostile = [
      '#import "a"',
      '#read("/etc/passwd")',
      '#{1 + 1}',
      '$ x $',
      '@label',
      '<label>',
      '= a',
      '+ a',
      '- a',
      '/ a: b',
      '1. a',
      '// a',
      '/* a',
      '"a"',
      "'a'",
    ]
    expect(readBack(hostile.map(markup))).toEqual(hostile)
  })

  it('is a string letter by letter', () => {
    const samples = fc.sample(texts, { seed: 20, numRuns: 1000 })
    const compiled = readBack([], samples.map((one) => `#metadata(${string(one)}) <out>`).join('\n'))
    const expected = samples.map((one) =>
      // oxlint-disable-next-line no-control-regex -- these are what it replaces
      one
        .toWellFormed()
        .replace(/(?![\t\n\r])\p{Cc}/gu, '\uFFFD')
        .replaceAll('\uFEFF', ''),
    )
    expect(compiled).toEqual(expected)
  })

  it('of more than a line may end within a word', () => {
    expect(markup('0123456789abcdef0123456789abcdef')).toBe(
      '01234567#soft;89abcdef#soft;01234567#soft;89abcdef',
    )
    expect(markup('internationalization')).toBe('internationalization')
  })
})

/** What of LaTeX's own is left when all that we write is taken away. */
function left(source: string): string {
  return source
    .replace(/\\ensuremath\{(?:(?:\\[A-Za-z]+(?:\{[oA-Z]\})?)+|-)\}|\\textsuperscript\{[\do]\}/g, '')
    .replace(
      /\\(?:text[a-z]+|quotedblbase|quotesinglbase|guilsingl[a-z]+|ldots|enspace|quad|allowbreak|reprobreak|kern0pt)\{\}/g,
      '',
    )
    .replace(/\\[{}$&#%_,-]|\{\[\}|\{\]\}|~/g, '')
    .replace(/[^\\{}$&#^_%~[\]]/g, '')
}

describe('text in LaTeX', () => {
  it('has no command but ours, whatever it is', () => {
    const told: string[] = []
    const escape = escaper((character) => told.push(character))
    fc.assert(
      fc.property(texts, (text) => {
        expect(left(escape(text))).toBe('')
      }),
      { numRuns: 5000 },
    )
  })

  it('names characters that it has no command for', () => {
    const told: string[] = []
    expect(escaper((character) => told.push(character))('a🦄b')).toBe(
      String.raw`a{[}U+1F984{]}\reprobreak{}b`,
    )
    expect(told).toEqual(['🦄'])
  })

  it.each([
    ['✔\ufe0f a\u200db\u200e\u2060', String.raw`\ensuremath{\checkmark} ab`],
    [String.raw`\input{/etc/passwd}`, String.raw`\textbackslash{}input\{/etc/passwd\}`],
    ['a--b', String.raw`a-\kern0pt{}-b`],
    ['^^5cinput', String.raw`\textasciicircum{}\textasciicircum{}5cinput`],
    ['50 % of $5 & #1_a~b', String.raw`50 \% of \$5 \& \#1\_a\textasciitilde{}b`],
    ['a \u202fb\n\nc', String.raw`a \,b c`],
  ])('%s is %s', (text, source) => {
    expect(escaper(() => {})(text)).toBe(source)
  })

  it.each([
    ['https://a.b/c_d?e=%20&f#g', String.raw`https://a.b/c\_d?e=\%20\&f\#g`],
    ['https://a.b/{\\input x}^^5c', String.raw`https://a.b/\%7B\%5Cinput\%20x\%7D\%5E\%5E5c`],
  ])('the address %s is %s', (url, source) => {
    expect(address(url)).toBe(source)
  })
})

describe('formulas in LaTeX', () => {
  it.each([
    String.raw`\frac{a}{b} \leq \sum_{i=1}^n x_i`,
    String.raw`\begin{aligned} a &= b \\ c &= d \end{aligned}`,
    String.raw`50\,\% \text{ of } \boldsymbol{x}`,
    String.raw`a \\ begin`,
    String.raw`\textcolor{red}{x} \hspace{1em} \kern2mu \rule{1em}{2pt} \text{a \textbf{b}, 5\,\%}`,
    String.raw`\begin{cases} a \\[2pt] b \end{cases}`,
  ])('%s stays as it is', (tex) => {
    expect(latexFormula(tex)).toBe(tex)
  })

  it.each([
    String.raw`\def\par{\input{/etc/passwd}} x`,
    String.raw`\gdef\a{b}`,
    String.raw`\newcommand{\a}{\write18{ls}}`,
    String.raw`\catcode`,
    String.raw`\csname input\endcsname`,
    '^^5cinput{a}',
    'a % comment',
    String.raw`\\% comment`,
    String.raw`\begin{filecontents}\end{filecontents}`,
    String.raw`\begin {document}`,
    String.raw`\char"5C`,
    String.raw`\href{x}{y}`,
    String.raw`\text{日本}`,
    String.raw`\let\x\y`,
    String.raw`\textcolor{#f00}{x}`,
    String.raw`\color{#ff0000}x`,
    String.raw`\color red x`,
    String.raw`\fcolorbox{red}{#fff}{x}`,
    String.raw`a \above{1pt} b`,
    String.raw`\rule{99999cm}{1em}`,
    String.raw`\hspace{99999cm}`,
    String.raw`\kern99999cm`,
    String.raw`\begin{cases} a \\[99999cm] b \end{cases}`,
    String.raw`\text{\displaystyle x}`,
    String.raw`\text{\dotsc }`,
    String.raw`\text{a_b}`,
    String.raw`\textbf{\alpha}`,
    String.raw`\text`,
    '\\',
  ])('%s is not trusted', (tex) => {
    expect(latexFormula(tex)).toBeUndefined()
  })
})
