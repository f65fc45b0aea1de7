/** What docs/writing.md describes, drawn by a browser. */

import { VFile } from 'vfile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { writeHtml } from '../../src/report/html/page.ts'
import { makeReport } from '../../src/report/report.ts'
import { launch } from './chromium.ts'

const body = `---
title: T
numberSections: true
---

## A {#sec-a}

In a sentence $\\frac{a}{b}$ stays in its line.

$$
\\begin{aligned}
a &= b \\\\
c + d + e &= \\frac{\\frac{a}{b}}{c}
\\end{aligned}
$$ {#eq-a}

$$
${'x + '.repeat(200)} y
$$

\`\`\`python id=lst-a caption="C"
${'def f(x): return "text" '.repeat(20)}
\`\`\`

> [!WARNING]
> Text.

Term
: Definition.

\`\`\`yaml figure
id: fig-a
caption: C
parts:
  - {src: a.svg, alt: A, caption: One}
  - {src: a.svg, alt: B, caption: Two}
\`\`\`
`
const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="100"><rect width="900" height="100"/></svg>'

interface Seen {
  readonly overflow: number
  readonly fraction: boolean
  readonly aligned: boolean
  readonly colors: number
  readonly side: readonly number[]
}

/** Runs in the page. */
const look = `(() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect()
  const cells = [...document.querySelectorAll('mtable.tight mtd.right')]
  const ends = cells.map((cell) => cell.firstElementChild.getBoundingClientRect().right)
  const shown = [...document.querySelectorAll('.code-keyword, .callout-title, pre')]
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    fraction: box('mfrac').height > box('mfrac > mi').height,
    aligned: Math.abs(ends[0] - ends[1]) < 1,
    colors: new Set(shown.map((element) => getComputedStyle(element).color)).size,
    side: [...document.querySelectorAll('.parts img')].map((one) => Math.round(one.getBoundingClientRect().y)),
  }
})()`

let browser: Awaited<ReturnType<typeof launch>>
let html = ''

beforeAll(async () => {
  browser = await launch()
  const document = parseDocument(new VFile({ path: 'd.md', value: body }))
  const read = async () => Buffer.from(picture)
  const report = await makeReport({ document, runs: [], read, generator: 'g' })
  expect(report.problems).toEqual([])
  html = writeHtml(report).text
})
afterAll(() => browser?.close())

describe.each([
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const)('at %i pixels, %s', (width, colorScheme) => {
  it('is drawn, and nothing is wider than the page', async () => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('request', (request) => complaints.push(request.url()))
    await page.setContent(html)
    const seen = await page.evaluate<Seen>(look)
    expect(seen).toMatchObject({ overflow: 0, fraction: true, aligned: true, colors: 3 })
    expect(new Set(seen.side).size).toBe(width < 640 ? 2 : 1)
    expect(complaints.filter((one) => !one.startsWith('data:'))).toEqual([])
    await page.close()
  })
})
