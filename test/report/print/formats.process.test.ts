/** Reports as PDF, Typst and LaTeX. What other programs are asked about them is left out where these are not installed. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Printed, Report } from '../../../src/report/model.ts'
import { openCompiler } from '../../../src/report/print/compiler.ts'
import { writeLatex } from '../../../src/report/print/latex/document.ts'
import { mathematics, mathematicsFunctions } from '../../../src/report/print/mathematics.ts'
import { writePdf } from '../../../src/report/print/pdf.ts'
import { writeTypst } from '../../../src/report/print/typst/document.ts'
import { loadTypesetter } from '../../../src/text/tex.ts'
import { fakeRun } from '../../results/fake.ts'
import { source } from '../../source.ts'
import { hostileReport, places } from '../hostile.ts'
import { reportOf } from './document.ts'
import { hasPoppler } from './installed.ts'

const folder = mkdtempSync(join(tmpdir(), 'repro-print-'))
afterAll(() => rmSync(folder, { recursive: true }))

function has(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0
}
const hasLatex = has('kpsewhich', 'IEEEtran.cls') && has('pdflatex', '--version')

function pdfOf({ text, problems }: Printed): Buffer {
  expect(problems).toEqual([])
  expect(text).toBeInstanceOf(Uint8Array)
  return Buffer.from(text as Uint8Array)
}

/** The words of a PDF, with one blank between them. */
function wordsOf(pdf: Uint8Array): string {
  const file = join(folder, 'a.pdf')
  writeFileSync(file, pdf)
  return execFileSync('pdftotext', ['-nopgbrk', file, '-'], { encoding: 'utf8' }).replace(/\s+/g, ' ')
}

const writing = readFileSync(source('docs/writing.md'), 'utf8')
const examples = [...writing.matchAll(/^(`{3,4})markdown\n(.*?)\n\1$/gms)]
  .map(([, , body = '']) => body)
  .filter((body) => !/yaml (?:include|table)/.test(body))
const front = /^```yaml\n(title:.*?)\n```$/ms.exec(writing)?.[1] ?? ''
const bibliography = `${front}\nbibliography: r.bib`
const files = {
  'r.bib':
    '@article{key, author = {Müller, Jörg and Writer, A.}, title = {On 100\\% \\& more}, journal = {J.}, year = 2001, doi = {10.1/a_b}}',
}
const everything = async () =>
  await reportOf(`${examples.join('\n\n')}\n\n$$\nx\n$$ {#eq-nap}\n\nSee [@key, p. 3].`, {
    front: bibliography,
    files,
  })

describe('a PDF', () => {
  it('has all that docs/writing.md shows', async () => {
    const pdf = pdfOf(await writePdf(await everything()))
    const bytes = pdf.toString('latin1')
    expect(bytes).toMatch(/^%PDF-1\.7/)
    expect(bytes).toContain('/StructTreeRoot')
    expect(bytes).toContain('<pdfuaid:part>1</pdfuaid:part>')
    expect(bytes).toContain('/Lang (en)')
    if (!hasPoppler) return
    const words = wordsOf(pdf)
    for (const part of [
      ...[
        'How long does a nap take?',
        'A measurement of patience',
        'Josiah Carberry',
        'Brown University',
        'Ada Writer',
      ],
      ...[
        'Keywords: sleep, clocks',
        'CC-BY-4.0',
        '10.5281/zenodo.1234567',
        'Abstract',
        '1 Method',
        '1.1 The clock',
      ],
      ...[
        'Section 1',
        'Equation 1',
        'It costs $5 or $6',
        'Listing 1. A loop of',
        'time.sleep(0.01)',
        '# ten milliseconds',
      ],
      ...[
        'Figure 1. The setup, with two clocks',
        '(a) The old one',
        '(b) The new one',
        'Figure 2a',
        'left centre right',
      ],
      ...[
        'Note',
        'Other kinds are TIP',
        'A short sleep.',
        'Also a surface of cloth.',
        'Because there is more to say.',
        'Old words',
      ],
      ...['[1, p. 3]', 'Jörg Müller and A. Writer', 'On 100% & more', 'Provenance', 'SHA-256'],
    ])
      expect(words).toContain(part)
  })

  it('is the same bytes on each run', async () => {
    const report = await everything()
    expect(pdfOf(await writePdf(report)).equals(pdfOf(await writePdf(report)))).toBe(true)
  })

  it.skipIf(!hasPoppler)('has its fonts in it, its title, authors and language, and an outline', async () => {
    const file = join(folder, 'b.pdf')
    writeFileSync(file, pdfOf(await writePdf(await everything())))
    const fonts = execFileSync('pdffonts', [file], { encoding: 'utf8' }).trim().split('\n').slice(2)
    expect(fonts.length).toBeGreaterThan(3)
    for (const font of fonts) expect(font).toMatch(/ yes yes yes +\d+ +0$/)
    const info = execFileSync('pdfinfo', [file], { encoding: 'utf8' })
    expect(info).toMatch(/^Title: +How long does a nap take\?$/m)
    expect(info).toMatch(/^Author: +Josiah Carberry, Ada Writer$/m)
    expect(info).toMatch(/^Tagged: +yes$/m)
    expect(info).not.toContain('CreationDate')
  })

  it('says at its place which character no font has, and prints its number', async () => {
    const { text, problems } = await writePdf(await reportOf('One.\n\nA 🦄 here, and 🦄.'))
    expect(problems).toEqual([{ message: 'no font has 🦄 (U+1F984): write something else', line: 7 }])
    if (hasPoppler) expect(wordsOf(text as Uint8Array)).toContain('A ‹U+1F984› here, and ‹U+1F984›.')
  })

  it('of a picture that is none says so at its place', async () => {
    const report = await reportOf('One.\n\n```yaml figure\nid: fig-a\nsrc: a.png\ncaption: C\nalt: A\n```', {
      files: { 'a.png': Buffer.from('\x89PNG\r\n\x1a\nnothing', 'latin1') },
    })
    const { text, problems } = await writePdf(report)
    expect(text).toBeUndefined()
    expect(problems).toEqual([
      { message: expect.stringMatching(/^cannot be printed: .*decode image/), line: 7 },
    ])
  })

  it.skipIf(!hasPoppler)('has every value of a table, its heads, and where they come from', async () => {
    const table =
      '```yaml table\nid: tbl-a\nkind: summary\nfrom: latency\ncaption: Pauses\noperation: pause\nmeasures: [total]\n```'
    const experiment =
      '```yaml experiment\nid: latency\nscript: experiments/pause-resume.ts\nenvironments: [xen-4.14]\ntrials: 4\npatterns: {baseline: {}}\n```'
    const report = await reportOf(`${experiment}\n\n${table}\n\nSee @tbl-a.`, { runs: [fakeRun()] })
    const words = wordsOf(pdfOf(await writePdf(report)))
    const float = report.body.children.find((node) => node.type === 'float')
    expect(float?.content.type).toBe('table')
    if (float?.content.type !== 'table') return
    const cells = float.content.groups.flatMap(({ rows }) => rows.flat())
    expect(cells.length).toBeGreaterThan(3)
    for (const { text } of [...cells, ...float.content.head.flat()]) expect(words).toContain(text)
    expect(words).toContain('Table 1. Pauses emulated')
    expect(words).toContain('See Table 1.')
  })

  it('in one column, on paper of another size', async () => {
    const report = await reportOf('Text.', { front: 'title: T\nprint: {columns: 1, paper: letter}' })
    expect(report.print).toEqual({ columns: 1, paper: 'letter' })
    expect(writeTypst(report, 'd').text).toContain('paper: "us-letter", margin: (x: 84pt')
    pdfOf(await writePdf(report))
  })
})

describe('formulas', () => {
  const typeset = loadTypesetter()
  const compiler = openCompiler()
  afterAll(() => compiler[Symbol.dispose]())
  it.each([
    String.raw`\bar{x} = \frac{1}{n} \sum_{i=1}^{n} x_i`,
    String.raw`\begin{aligned} a &= b + c \\ &= d \end{aligned}`,
    String.raw`f(x) = \begin{cases} 1 & x > 0 \\ 0 & \text{else, "so" it \% is} \end{cases}`,
    String.raw`\begin{pmatrix} a & b \\ c & d \end{pmatrix} \begin{array}{c|c} a & b \\ \hline c & d \end{array}`,
    String.raw`\underbrace{a+b}_{n} \overbrace{a}^{b} \overline{AB} \underline{x} \widehat{abc} \vec{v} \dot{x} \ddot{x} \tilde{x}`,
    String.raw`\lim_{n \to \infty} \sin x \operatorname{argmax} \binom{n}{k} \tbinom{n}{k} \sqrt{x} \sqrt[3]{y}`,
    String.raw`\mathcal{L} \mathbf{v} \boldsymbol{\beta} \mathbb{R} \mathfrak{g} \mathscr{H} \mathrm{d} \mathsf{x} \mathtt{y}`,
    String.raw`\hat{\imath} \overrightarrow{AB} \xleftarrow[a]{b} \rule{1em}{1em} \hspace{1cm} \cfrac{1}{2} \Large x \mathring{a} \smash{x}`,
    String.raw`\bigg| \operatorname*{argmin}_x \mathbin{+} \mathrm{abc} \textbf{a b} \sout{x} \pmb{x} \lVert y \rVert \langle z \rangle \hphantom{x}`,
    String.raw`\xrightarrow{f} \int_0^1 x\,dx \iint \oint \prod \bigcup_{i} \left\{ \frac{a}{b} \middle| c \right\} \Bigl( x \Bigr)`,
    String.raw`\boxed{E=mc^2} \cancel{x} \color{red} r \textcolor{#0000ff}{b} \phantom{x} a' b'' \not= \ne {}^a_b X`,
    // Brackets and roots without another half, and functions of nothing.
    String.raw`\left( \lfloor y \right) \frac{\lceil x}{\surd} x_{\ulcorner} \begin{matrix} \langle a & b \end{matrix} \left\lfloor x \right)`,
    String.raw`\sqrt{} \sqrt[]{} \cancel{} \overline{} \underline{} \hat{} \overbrace{} \underbrace{} \frac{}{} \boxed{} {}^{} \text{}`,
    String.raw`a, b; c: d | e \& \$ \{ x \} / " @ * < > [ ] ( ) ? !`,
    String.raw`\stackrel{a}{=} \overset{a}{b} \underset{a}{b} \substack{a \\ b} \dots \quad \qquad \! a \bmod b \pmod{c}`,
  ])('%s', async (tex) => {
    const made = (await typeset)(tex, true)
    expect(made).toHaveProperty('mathml')
    const { mathml } = made as { mathml: string }
    const compiled = await compiler.compile(
      `#set page(width: auto)\n${mathematicsFunctions}$ ${mathematics(mathml)} $\n`,
      new Map(),
      false,
    )
    expect(compiled).toHaveProperty('pdf')
  })
})

describe('hostile texts', () => {
  it.each(Object.keys(places))('in %s are printed, and run nothing', async (place) => {
    const report = await hostileReport(places[place] ?? {})
    const { problems } = await writePdf(report)
    // A payload may have characters that no font has, and a picture that is none; nothing else is wrong.
    for (const { message } of problems) expect(message).toMatch(/^no font has|decode image/)
    dangersOf(String((await writeLatex(report, 'd')).text))
  })

  it('of TeX and Typst are text', async () => {
    const payload = String.raw`\input{/etc/passwd} \write18{ls} \catcode #read("/etc/passwd") #import "a" $x$ @a ^^5cinput`
    const report = await reportOf(`\`${payload}\`\n\n${payload.replaceAll(/[\\#$@"]/g, String.raw`\$&`)}`, {
      front: `title: ${JSON.stringify(payload)}`,
    })
    const pdf = pdfOf(await writePdf(report))
    if (hasPoppler) expect(wordsOf(pdf)).toContain(String.raw`\write18{ls} \catcode #read("/etc/passwd")`)
    const tex = String((await writeLatex(report, 'd')).text)
    dangersOf(tex)
    expect(tex).not.toMatch(/\\(?:input|write18?|catcode)(?![A-Za-z])/)
  })
})

function dangersOf(tex: string): void {
  const [, body = ''] = /\\begin\{document\}(.*)$/s.exec(tex) ?? []
  expect(body).not.toMatch(
    /\\(?:input|include|write|catcode|def|gdef|let|openin|read|csname|directlua)(?![A-Za-z])|\^\^/,
  )
}

const mostTeX = 180_000

describe.skipIf(!hasLatex)('LaTeX', () => {
  async function compileTex(report: Report): Promise<string> {
    const place = mkdtempSync(join(folder, 'tex-'))
    const { text, files: made = new Map(), problems } = await writeLatex(report, 'd')
    expect(problems).toEqual([])
    writeFileSync(join(place, 'd.tex'), String(text))
    for (const [name, content] of made) {
      mkdirSync(dirname(join(place, 'd', name)), { recursive: true })
      writeFileSync(join(place, 'd', name), content)
    }
    const run = (program: string, ...args: readonly string[]) =>
      spawnSync(program, args, {
        cwd: place,
        encoding: 'utf8',
        env: { ...process.env, max_print_line: '1000' },
      })
    const tex = () => run('pdflatex', '-no-shell-escape', '-interaction=nonstopmode', 'd.tex')
    tex()
    if (made.has('latex/references.bib')) expect(run('bibtex', 'd')).toMatchObject({ status: 0 })
    tex()
    const last = tex()
    expect(last.stdout.split('\n').filter((line) => line.startsWith('!') || /undefined/.test(line))).toEqual(
      [],
    )
    expect(last.status).toBe(0)
    return hasPoppler ? wordsOf(readFileSync(join(place, 'd.pdf'))) : ''
  }

  it(
    'of all that docs/writing.md shows compiles without errors',
    async () => {
      const words = await compileTex(await everything())
      if (!hasPoppler) return
      for (const part of [
        'Josiah Carberry',
        'Section 1',
        'Equation 1',
        'time.sleep(0.01)',
        'Also a surface of cloth.',
        'Müller',
        '[1, p. 3]',
      ])
        expect(words).toContain(part)
    },
    mostTeX,
  )

  it(
    'has an arrow before what goes on of a line of code',
    async () => {
      const arrows = async (line: string) =>
        (await compileTex(await reportOf(`\`\`\`\n${line}\n\`\`\``))).match(/→/g)?.length ?? 0
      if (!hasPoppler) return
      expect(await arrows('short')).toBe(0)
      expect(await arrows('word '.repeat(30).trim())).toBe(2)
    },
    mostTeX,
  )

  it(
    'shows every printable sign as it is',
    async () => {
      const all = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join(' ')
      const escaped = all.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)
      const words = await compileTex(await reportOf(escaped))
      // Lines of a column have blanks of their own.
      if (hasPoppler) expect(words.replaceAll(' ', '')).toContain(all.replaceAll(' ', ''))
    },
    mostTeX,
  )
})
