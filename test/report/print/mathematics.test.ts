import { describe, expect, it } from 'vitest'
import { messagesFor } from '../../../src/locale/languages.ts'
import { brokenLines, mathematics } from '../../../src/report/print/mathematics.ts'
import { writeTypst } from '../../../src/report/print/typst/document.ts'
import { preamble } from '../../../src/report/print/typst/template.ts'
import { loadTypesetter } from '../../../src/text/tex.ts'
import { reportOf } from './document.ts'

function nested(levels: number, before: string, after: string): string {
  return `${before.repeat(levels)}x${after.repeat(levels)}`
}

describe('a formula that is nested', () => {
  // What is written twice a level would not end.
  it.each([
    ['scripts', 'x^{', '}'],
    ['indices', 'x_{', '}'],
    ['sums', String.raw`\sum_{`, '}^{n}'],
    ['things over others', String.raw`\overset{a}{`, '}'],
    ['things under others', String.raw`\underset{a}{`, '}'],
    ['fractions', String.raw`\frac{1}{`, '}'],
    ['roots', String.raw`\sqrt[3]{`, '}'],
    ['fences', String.raw`\left(`, String.raw`\right)`],
  ])('is as long as it is deep: %s', async (_, before, after) => {
    const typeset = await loadTypesetter()
    const lengthOf = (levels: number) => {
      const made = typeset(nested(levels, before, after), true)
      return mathematics('mathml' in made ? made.mathml : '').length
    }
    expect(lengthOf(30) - lengthOf(20)).toBe(lengthOf(20) - lengthOf(10))
  })

  it('too deeply is a problem at its place', async () => {
    const report = await reportOf(`Text.\n\nMore: $${nested(200, 'x^{', '}')}$.`)
    expect(writeTypst(report, 'd').problems).toEqual([
      {
        line: 7,
        message: expect.stringMatching(
          /^a formula has more than 150 levels within each other: write a part of it as a formula of its own: x\^/,
        ),
      },
    ])
  })
})

async function mathmlOf(tex: string): Promise<string> {
  const made = (await loadTypesetter())(tex, true)
  if (!('mathml' in made)) throw new Error(made.mistake)
  return made.mathml
}

describe('a formula', () => {
  it.each([
    // Something above a sign stays above it.
    [
      String.raw`x \stackrel{a}{=} y`,
      String.raw`x class("relation", attach(limits(class("relation", \=)), t: a))y`,
    ],
    [String.raw`\underset{x}{\arg\max}`, 'attach(limits(op("arg")op("max")), b: x)'],
    [String.raw`\widehat{\operatorname{Var}}(x)`, String.raw`accent(op(upright("Var")), hat)\(x\)`],
    [String.raw`\mathop{\sum\sum}_i`, 'attach(limits(∑∑, inline: #false), b: i)'],
    [String.raw`\mathop{\mathrm{median}}_i`, 'attach(limits(op(upright("median")), inline: #false), b: i)'],
    [String.raw`a \not= b \not\in c`, 'a≠b∉c'],
    // Blanks are those of TeX, also such as go back.
    [String.raw`a\!b\,c\;d`, 'a#h(-0.1667em)b#h(0.1667em)c#h(0.2778em)d'],
    [String.raw`\text{Var}(X)\operatorname{E} X`, String.raw`"Var"\(X\)op(upright("E"))X`],
    [String.raw`a \bmod b`, 'a#h(0.0556em)#h(0.2222em)upright("mod")#h(0.2222em)#h(0.0556em)b'],
    [String.raw`{-x}`, 'class("unary", −)x'],
    // Bars around something are no relations.
    [
      String.raw`|x| + \lVert y\rVert`,
      String.raw`class("normal", \|)x class("normal", \|)\+class("normal", ‖)y class("normal", ‖)`,
    ],
    [String.raw`a \mid b`, 'a∣b'],
    [String.raw`\left| x \middle| y \right|`, String.raw`lr(\|x mid(\|)y\|)`],
    [String.raw`x\big|y`, String.raw`x/**/lr(size: #1.2em, \|)y`],
    // Each column has its side, and pairs have room between them.
    [
      String.raw`\begin{array}{rcl}a&b&c\end{array}`,
      'mat(delim: #none, inline(a) &, inline(b), & inline(c))',
    ],
    [
      String.raw`\begin{aligned}a&b&c&d\end{aligned}`,
      'display(a) & display(b) & #h(1em)display(c) & display(d)',
    ],
    [
      String.raw`\Bigl\{\begin{aligned}a&b\\c&d\end{aligned}`,
      String.raw`lr(lr(size: #1.8em, \{)mat(delim: #none, display(a) & display(b); display(c) & display(d)))`,
    ],
    [
      String.raw`\begin{array}{|c}\hline a\\\hline\end{array}`,
      '#framed(stroke: (left: 0.5pt, top: 0.5pt, bottom: 0.5pt), $mat(delim: #none, inline(a))$)',
    ],
    [String.raw`\textcolor{brown}{x}`, '#text(fill: rgb("#a52a2a"), $x$)'],
  ])('%s is %s', async (tex, expected) => {
    expect(mathematics(await mathmlOf(tex))).toBe(expected)
  })

  it('calls no function that the template has for something else', async () => {
    const template = preamble(
      {
        lang: 'en',
        title: 'T',
        authors: [],
        keywords: [],
        print: { columns: 2, paper: 'a4' },
        hasEastAsian: false,
        isLong: false,
      },
      messagesFor('en'),
    )
    const own = new Set([...template.matchAll(/^#let ([\w-]+)/gm)].map(([, name = '']) => name))
    const used = mathematics(
      await mathmlOf(
        String.raw`\mathsf{a}\mathtt{a}\mathbf{a}\mathbb{A}\mathcal{A}\mathfrak{a}\mathrm{a}\boldsymbol{\alpha} \sqrt{x}\sqrt[3]{x}
          \frac{a}{b} \hat{a} \vec{a}\mathring{a} \overline{ab}\underline{ab} \overbrace{a}\underbrace{a} \cancel{a} \xrightarrow{a}
          \left(\frac12\middle|x\right) \sum_{i=1}^n \tfrac12 \lim_x \begin{matrix}a\end{matrix} \phantom{x} \boxed{x}`,
      ),
    )
    const called = [...used.matchAll(/(?<![#\w.])[a-z][\w.-]+(?=\(|[,)])/g)].map(([name]) => name)
    expect(called).toEqual(expect.arrayContaining(['sans', 'mono', 'bold', 'frac', 'hat', 'attach']))
    expect(called.filter((name) => own.has(name))).toEqual([])
  })
})

describe('lines of a formula', () => {
  it.each([
    [
      String.raw`\begin{aligned}a&=b\\&=d\end{aligned}`,
      [
        ['display(a)', String.raw`display(\=b)`],
        ['', String.raw`display(\=d)`],
      ],
    ],
    [
      String.raw`\begin{align*}a&b&c&d\end{align*}`,
      [
        ['display(a)', 'display(b)'],
        ['display(c)', 'display(d)'],
      ],
    ],
    [
      String.raw`\begin{gather}a\\b\end{gather}`,
      [
        ['', 'display(a)'],
        ['', 'display(b)'],
      ],
    ],
    [String.raw`\begin{aligned}a&=\begin{matrix}1\end{matrix}\end{aligned}`, undefined],
    [String.raw`\begin{aligned}a&=\left(${'x+'.repeat(30)}y\right)\end{aligned}`, undefined],
    [String.raw`\begin{matrix}a\\b\end{matrix}`, undefined],
    ['a = b', undefined],
  ])('%s', async (tex, expected) => {
    expect(brokenLines(await mathmlOf(tex))).toEqual(expected)
  })
})
