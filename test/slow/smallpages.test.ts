/** Pages of a few lines in a real browser, each for one thing that a page does or shows. */

import { Buffer } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { VFile } from 'vfile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { openDrawer } from '../../src/report/drawing/process.ts'
import type { Run } from '../../src/results/run.ts'
import { hasPoppler } from '../report/print/installed.ts'
import { renderReport } from '../report/render.ts'
import { fakeRun } from '../results/fake.ts'
import { launch } from './chromium.ts'

const drawer = openDrawer()
let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  drawer[Symbol.dispose]()
})

/** Of an element. */
interface Sides {
  readonly scrollWidth: number
  readonly clientWidth: number
}

interface Around {
  /** Paths -> contents. */
  readonly files?: Readonly<Record<string, string>>
  readonly runs?: readonly Run[]
  /** Of the window. */
  readonly width?: number
}

const checkout = new URL('../../', import.meta.url)

/** Opens the page of a document. */
async function shown(body: string, { files = {}, runs = [], width = 1280 }: Around = {}): Promise<Page> {
  const document = parseDocument(
    new VFile({ path: 'paper/index.md', value: `---\ntitle: T\n---\n\n${body}` }),
  )
  expect(document.file.messages.map(String)).toEqual([])
  const read = async (path: string) =>
    files[path] === undefined ? readFile(new URL(path, checkout)) : Buffer.from(files[path])
  const { html } = await renderReport({
    ...{ document, runs, read, published: [], statuses: new Map(), drawer, generator: 'repro 1.2.3' },
  })
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  await page.setContent(html)
  return page
}

const drawn = (spec: string, csv: string, text = '') => ({
  body: `${text}\n\n\`\`\`yaml figure\nid: fig-a\ncaption: C\nalt: A\nspec: ${spec}\ndata: {rows: a.csv}\n\`\`\`\n`,
  files: { 'a.csv': csv },
})

describe('the marks of a figure', () => {
  /** What a figure tells at a place: in pixels from the middle of a mark. */
  const toldAt = async (page: Page, index: number, x = 0) => {
    const mark = page.locator('[data-tip]').nth(index)
    await mark.scrollIntoViewIfNeeded()
    const box = (await mark.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    await page.mouse.move(0, 0)
    await page.mouse.move(box.x + box.width / 2 + x, box.y + box.height / 2)
    const tip = page.locator('.tip')
    return (await tip.isVisible()) ? await tip.innerText() : ''
  }

  it.each(['point', '{type: bar, filled: false}', '{type: arc, filled: false, innerRadius: 0}'])(
    'answer all over, if they are hollow: %s',
    async (mark) => {
      const place = mark.includes('arc')
        ? '{theta: {field: y, type: quantitative}}'
        : '{x: {field: x, type: ordinal}, y: {field: y, type: quantitative}}'
      const spec = `{mark: ${mark}, width: 300, data: {name: rows}, encoding: ${place}}`
      const { body, files } = drawn(spec, 'x,y\n1,10\n2,30\n')
      const page = await shown(body, { files })
      for (const [index, value] of ['10', '30'].entries())
        expect(await toldAt(page, index)).toContain(`y: ${value}`)
      await page.close()
    },
  )

  it('answer each at its own middle, where they overlap', async () => {
    const place = '{x: {field: x, type: quantitative}, y: {field: y, type: quantitative}}'
    const spec = `{mark: {type: point, size: 900}, width: 300, data: {name: rows}, encoding: ${place}}`
    const { body, files } = drawn(spec, 'x,y\n50,3\n51,3\n52,3\n100,3\n')
    const page = await shown(body, { files })
    for (const [index, value] of ['50', '51', '52', '100'].entries())
      expect(await toldAt(page, index)).toContain(`x: ${value}`)
    // The other one, within the same mark.
    await page.mouse.move(0, 0)
    expect(await toldAt(page, 2, 10)).toContain('x: 52')
    const {
      x = 0,
      y = 0,
      width = 0,
      height = 0,
    } = (await page.locator('[data-tip]').nth(1).boundingBox()) ?? {}
    await page.mouse.move(x + width / 2, y + height / 2)
    await expect.poll(() => page.locator('.tip').innerText()).toContain('x: 51')
    await page.close()
  })

  it('that are lines do not answer for what they go around', async () => {
    const place = '{x: {field: x, type: quantitative}, y: {field: y, type: quantitative}, order: {field: x}}'
    const spec = `{mark: line, width: 300, data: {name: rows}, encoding: ${place}}`
    const { body, files } = drawn(spec, 'x,y\n0,0\n5,100\n10,0\n')
    const page = await shown(body, { files })
    expect(await toldAt(page, 0, 40)).toBe('')
    await page.close()
  })
})

describe('a reference that is reached by Tab', () => {
  it('shows what it leads to, beside it, though that scrolls the page', async () => {
    const paragraphs = Array.from(
      { length: 12 },
      (_, index) => `${'Words of a text. '.repeat(60)}\n\nAs @sec-${(index + 6) % 12} has it.`,
    )
    const sections = paragraphs.map((text, index) => `## S ${index} {#sec-${index}}\n\n${text}\n`)
    const page = await shown(sections.join('\n'))
    const links = await page.locator('article p a').count()
    expect(links).toBe(12)
    await page
      .locator('article h2')
      .first()
      .evaluate((one) => {
        const heading = one as unknown as { tabIndex: number; focus(): void }
        heading.tabIndex = -1
        heading.focus()
      })
    for (let seen = 0; seen < links;) {
      await page.keyboard.press('Tab')
      if ((await page.locator('article p a:focus').count()) === 0) continue
      seen += 1
      await expect
        .poll(() =>
          page.evaluate(`(() => {
            const [card, link] = ['.preview', 'article p a:focus'].map((one) => document.querySelector(one).getBoundingClientRect())
            return card.height > 0 && Math.min(Math.abs(card.top - link.bottom), Math.abs(link.top - card.bottom)) < 10
          })()`),
        )
        .toBe(true)
    }
    await page.keyboard.press('Escape')
    await page.mouse.wheel(0, 10)
    expect(await page.locator('.preview').isVisible()).toBe(false)
    await page.close()
  })
})

it('is searched without headings, too', async () => {
  const page = await shown('Some words of a text.\n')
  await page.keyboard.press('/')
  await page.keyboard.type('words')
  await page.locator('.search button.hit').click()
  expect(await page.locator('main :focus').textContent()).toBe('Some words of a text.')
  // Hits are none of the text.
  await page.locator('.search input').fill('text')
  expect(await page.locator('.search .status').textContent()).toBe('Found: 1')
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.search').isVisible()).toBe(false)
  await page.close()
})

describe('a column', () => {
  it.each([
    ['dates', ['2025-12-31', '2026-01-05', '2026-02-11', '2026-03-01']],
    ['versions', ['4.3.9', '4.17.0', '4.17.2', '4.20', '4.20.1']],
    ['times of day', ['9:05', '09:59', '10:05', '10:30']],
    ['ranges', ['1–3', '2–3', '10–12', '10–20']],
    ['sizes', ['900 B', '2 kB', '3 KiB', '1 MB', '1 GiB']],
    ['times', ['900 ns', '2 µs', '1.5 ms', '20 ms', '0.5 s', '1 min']],
    ['frequencies', ['900 Hz', '54 MHz', '1.5 GHz']],
    ['rates', ['900 kB/s', '2 MB/s']],
    ['units that nobody knows', ['2 apples', '3 pears', '10 apples']],
    ['numbers', ['−1,000', '-20', '-3', '0', '.5', '1e2', '1,500', '2 000', '10,000.5', '–']],
    ['spreads', ['4.6 [4.5, 4.7]', '12.1 (11.9–12.3)', '100 ± 3', '1,000 [990, 1,010]']],
    ['spreads with units', ['4.6 ms [4.5, 4.7]', '12.1 ± 0.2 ms', '100 [99, 101] ms']],
    ['numbers and words', ['< 0.001', '9 %', '10 %', 'no run', 'not asked', '–']],
    ['names', ['domU 2', 'domU 10', 'hello']],
  ])('of %s is sorted by what they mean', async (_, cells) => {
    // Not in order, so that each has to move.
    const rows = cells.toReversed().map((cell) => `| ${cell} |`)
    const page = await shown(`| c |\n|---|\n${rows.join('\n')}\n`)
    await page.locator('button.sort').click()
    expect(await page.locator('tbody td').allInnerTexts()).toEqual(cells)
    expect(await page.locator('th').getAttribute('aria-sort')).toBe('ascending')
    await page.close()
  })
})

const sizeOf = async (page: Page, selector: string) => {
  const { width, height } = (await page.locator(selector).boundingBox()) ?? { width: 0, height: 0 }
  return [Math.round(width), Math.round(height)]
}

describe('a picture', () => {
  const svg = (sides: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" ${sides} viewBox="0 0 200 100"><rect width="200" height="100"/></svg>`
  const figure = (more: string) =>
    `\`\`\`yaml figure\nid: fig-a\nsrc: a.svg\ncaption: c\nalt: a\n${more}\`\`\`\n\nThe same: ![b](a.svg)\n`

  it.each([
    ['only a view', '', [200, 100]],
    ['shares of its place', 'width="100%" height="100%"', [200, 100]],
    ['sides in millimetres', 'width="127mm" height="63.5mm"', [480, 240]],
    ['sides in pixels', 'width="160" height="80"', [160, 80]],
  ])('that has %s is as large as in print, in a figure and in a line', async (_, sides, size) => {
    const files = { 'a.svg': svg(sides), 'paper/a.svg': svg(sides) }
    const page = await shown(figure(''), { files })
    expect(await sizeOf(page, '.float img')).toEqual(size)
    expect(await sizeOf(page, 'p > img')).toEqual(size)
    await page.close()
    const wider = await shown(figure('width: 300\n'), { files })
    expect(await sizeOf(wider, '.float img')).toEqual([300, 150])
    await wider.close()
  })

  it('is no wider than its window', async () => {
    const page = await shown(figure('width: 3000\n'), {
      files: { 'a.svg': svg(''), 'paper/a.svg': svg('') },
      width: 390,
    })
    const [width = 0, height = 0] = await sizeOf(page, '.float img')
    expect(width).toBeGreaterThan(300)
    expect(width).toBeLessThan(390)
    expect(height).toBe(Math.round(width / 2))
    await page.close()
  })
})

const experiment = `
\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14]
trials: 4
parameters: {dom0: {cpuLoad: 0}}
patterns:
  baseline: {}
\`\`\`
`

describe('a drawing', () => {
  const document = `${experiment}
\`\`\`yaml figure
id: fig-bars
spec: bars.vl.json
caption: Bars
alt: Two bars.
data: {rows: latency}
\`\`\`
`
  const bars = (width: number) =>
    JSON.stringify({
      ...{ mark: 'bar', width, height: 150 },
      encoding: { x: { field: 'operation' }, y: { aggregate: 'mean', field: 'total', type: 'quantitative' } },
    })

  it.each([1280, 390])('that is narrow is not enlarged in a window of %i pixels', async (width) => {
    const page = await shown(document, { files: { 'bars.vl.json': bars(100) }, runs: [fakeRun()], width })
    const own = await page.locator('.drawing svg').getAttribute('width')
    expect((await sizeOf(page, '.drawing svg'))[0]).toBe(Math.round(Number(own)))
    await page.close()
  })

  it('that is wide stays readable on a phone, where it scrolls', async () => {
    const page = await shown(document, {
      files: { 'bars.vl.json': bars(800) },
      runs: [fakeRun()],
      width: 390,
    })
    expect((await sizeOf(page, '.drawing svg'))[0]).toBeGreaterThan(500)
    expect((await sizeOf(page, '.drawing'))[0]).toBeLessThan(390)
    await page.close()
  })
})

describe('a formula in a line', () => {
  const long = Array.from({ length: 30 }, (_, index) => `x_{${index}}`).join(' + ')

  it('scrolls where it is wider than a phone, and is reached by the keyboard', async () => {
    const page = await shown(`Short $a^2 = b$, and long $${long}$, ends.\n`, { width: 390 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(await page.locator('math').count()).toBe(2)
    const scrolls = page.locator('.formula')
    expect(await scrolls.getAttribute('tabindex')).toBe('0')
    expect(
      await scrolls.evaluate(
        (one) => (one as unknown as Sides).scrollWidth > (one as unknown as Sides).clientWidth,
      ),
    ).toBe(true)
    await page.close()
  })

  it('stands on the line of the text', async () => {
    const page = await shown(`$a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p$ and $a$\n`)
    const [first, second] = await Promise.all(
      [0, 1].map((at) =>
        page
          .locator('math mi')
          .nth(at * 16)
          .boundingBox(),
      ),
    )
    expect(first?.y).toBeDefined()
    expect(first?.y).toBe(second?.y)
    await page.close()
  })
})

describe('a claim', () => {
  it.skipIf(!hasPoppler)('has its statement and what is told of it on the same printed page', async () => {
    const claim = [
      '```yaml claim',
      'id: C1',
      'statement: The statement',
      'scope: shape',
      "value: latency['xen-4.14'].baseline.pause.total.mean",
      'between: [0, 1]',
      '```',
    ]
    const page = await shown(`${experiment}\nA line.\n\n${claim.join('\n')}\n`, { runs: [fakeRun()] })
    for (const height of [90, 110, 140]) {
      const pdf = await page.pdf({ width: '210mm', height: `${height}mm` })
      const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' })
      const [own] = text.split('\f').filter((one) => one.includes('The statement'))
      expect(own, `${height}`).toMatch(/The statement +not testable\s+why +a claim of scope shape/)
    }
    await page.close()
  })
})
