/** What a report's page does for its readers, in a real browser. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium.ts'
import { builtStudy, editions } from './study.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
let pages: ReadonlyMap<string, string>
beforeAll(async () => {
  browser = await launch()
  pages = (await builtStudy()).pages
})
afterAll(async () => {
  await browser?.close()
})

/** Opens an edition, and fails for what the browser complains of. */
async function opened(document = 'paper/index.md', options: BrowserContextOptions = {}) {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(pathToFileURL(pages.get(document) ?? '').href)
  return { page, complaints }
}

const scatter = '#fig-scatter'
const rowsOf = (page: Page, table: string) =>
  page.locator(`${table} tbody:first-of-type tr:not(.group)`).allInnerTexts()

describe('search', () => {
  it('finds text in paragraphs, tables and what is folded, marks it, and leads there by the keyboard', async () => {
    const { page, complaints } = await opened()
    await page.keyboard.press('/')
    await page.keyboard.type('HYPERCALL itself')
    const status = page.locator('.search .status')
    const main = await page
      .locator('main')
      .evaluate((one) => (one as unknown as { textContent: string }).textContent)
    const count = [...main.matchAll(/hypercall\s+itself/gi)].length
    expect(count).toBeGreaterThan(0)
    expect(await status.textContent()).toBe(`Found: ${count}`)
    const marked = await page.evaluate(
      `[...CSS.highlights.get('found')].map((range) => range.toString().replace(/\\s+/g, ' ').toLowerCase())`,
    )
    expect(marked).toEqual(Array.from({ length: count }, () => 'hypercall itself'))
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const focused = page.locator('main :focus')
    expect((await focused.innerText()).toLowerCase()).toContain('hypercall itself')
    expect(
      await focused.evaluate(
        (one) => (one as unknown as { getBoundingClientRect(): { top: number } }).getBoundingClientRect().top,
      ),
    ).toBeGreaterThan(0)
    // Signs of regular expressions are signs.
    const field = page.locator('.search input')
    await field.fill('[4.6, 4.6')
    expect(await status.textContent()).not.toBe('Found: 0')
    await field.fill('4.6(((')
    expect(await status.textContent()).toBe('Found: 0')
    await field.press('Escape')
    expect(await field.inputValue()).toBe('')
    expect(await page.evaluate(`CSS.highlights.get('found').size`)).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('finds words of drawings, and leads to them', async () => {
    const { page, complaints } = await opened()
    await page.locator('.search input').fill('out of service')
    const hit = page.locator('.search button.hit').first()
    await hit.click()
    const focused = page.locator('main svg text:focus')
    expect(await focused.textContent()).toContain('out of service')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('is for one sign of Japanese, but not for one letter', async () => {
    const { page } = await opened('paper/index.ja.md')
    const status = page.locator('.search .status')
    await page.locator('.search input').fill('表')
    expect(await status.textContent()).toMatch(/[1-9]/)
    expect(await page.locator('.search button.hit').count()).toBeGreaterThan(5)
    await page.locator('.search input').fill('a')
    expect(await status.textContent()).toBe('英字は2文字以上を入力してください')
    expect(await page.locator('.search button.hit').count()).toBe(0)
    await page.locator('.search input').fill('')
    expect(await status.textContent()).toBe('')
    await page.close()
  })
})

describe('a table', () => {
  it('is sorted by its heads with the keyboard, and gets its order back', async () => {
    const { page, complaints } = await opened()
    const table = page.locator('#tbl-comparison table')
    const before = await rowsOf(page, '#tbl-comparison')
    const cells = await table.locator('tbody:first-of-type td, tbody:first-of-type th').count()
    const head = table.locator('thead th', { hasText: 'mean' })
    const means = async () =>
      (
        await table
          .locator('tbody:first-of-type tr:not(.group)')
          .evaluateAll((rows) =>
            rows.map(
              (row) => (row as unknown as { cells: { innerText: string }[] }).cells[3]?.innerText ?? '',
            ),
          )
      ).map((text) => Number(text.replaceAll(',', '')))
    await head.getByRole('button').focus()
    await page.keyboard.press('Enter')
    expect(await head.getAttribute('aria-sort')).toBe('ascending')
    expect(await means()).toEqual((await means()).toSorted((a, b) => a - b))
    await page.keyboard.press('Space')
    expect(await head.getAttribute('aria-sort')).toBe('descending')
    expect(await means()).toEqual((await means()).toSorted((a, b) => b - a))
    await page.keyboard.press('Enter')
    expect(await head.getAttribute('aria-sort')).toBeNull()
    expect(await rowsOf(page, '#tbl-comparison')).toEqual(before)
    expect(await table.locator('tbody:first-of-type td, tbody:first-of-type th').count()).toBe(cells)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('is downloaded as CSV as its grid is, sorted or not', async () => {
    const { page } = await opened()
    const table = page.locator('#tbl-latency')
    const csv = async () => {
      const waiting = page.waitForEvent('download')
      await table.locator(':scope > .tools button').click()
      return readFileSync(await (await waiting).path(), 'utf8')
        .trimEnd()
        .split('\n')
    }
    const before = await csv()
    const commas = (line: string) => line.replaceAll(/"[^"]*"/g, '').split(',').length - 1
    expect(before.map(commas)).toEqual(before.map(() => 14))
    expect(before.slice(0, 3)).toEqual([
      expect.stringMatching(/^pattern,operation,(?:this rerun,){6}(?:published,){5}comparison,comparison$/),
      expect.stringMatching(/^pattern,operation,n,mean \(µs\),.*,n,mean \(µs\),.*,ratio,in range$/),
      `xen-4.14 (emulated)${','.repeat(14)}`,
    ])
    expect(before.filter((line) => line.startsWith('baseline,'))).toEqual([
      expect.stringMatching(/^baseline,pause,50,/),
      expect.stringMatching(/^baseline,unpause,50,/),
    ])
    await table.locator('thead button.sort', { hasText: 'operation' }).click()
    const sorted = await csv()
    expect(sorted).not.toEqual(before)
    expect(sorted.slice(0, 3)).toEqual(before.slice(0, 3))
    expect(sorted.toSorted()).toEqual(before.toSorted())
  })

  it('is there without scripts, and without buttons', async () => {
    const { page } = await opened('paper/index.md', { javaScriptEnabled: false })
    expect(await page.locator('button').count()).toBe(0)
    await page.locator(`${scatter} details.drawn > summary`).click()
    expect(await page.locator(`${scatter} pre.rows`).innerText()).toMatch(/^trial,operation,total \(µs\),/)
    await page.close()
  })
})

describe('a figure', () => {
  it('shows its rows as a table, by the keyboard alone', async () => {
    const { page, complaints } = await opened()
    await page.locator(`${scatter} details.drawn > summary`).focus()
    await page.keyboard.press('Enter')
    const rows = page.locator(`${scatter} .scroll.rows tbody tr`)
    await rows.first().waitFor()
    expect(await rows.count()).toBe(200)
    await page.locator(`${scatter} .scroll.rows ~ .tools button`).focus()
    await page.keyboard.press('Enter')
    expect(await rows.count()).toBe(1500)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('is downloaded as CSV, SVG, PNG and as a specification with its rows', async () => {
    const { page, complaints } = await opened()
    await page.locator(`${scatter} details.drawn > summary`).click()
    const downloaded = async (name: string) => {
      const waiting = page.waitForEvent('download')
      await page
        .locator(`${scatter} .tools`)
        .getByRole('button', { name: new RegExp(`${name}$`) })
        .click()
      const download = await waiting
      return { name: download.suggestedFilename(), content: readFileSync(await download.path()) }
    }
    const csv = await downloaded('CSV')
    expect(csv.name).toBe('fig-scatter.csv')
    expect(csv.content.toString().trim().split('\n')).toHaveLength(1501)
    const svg = await downloaded('SVG')
    expect(svg.content.toString()).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(svg.content.toString()).not.toContain('data-tip')
    const png = await downloaded('PNG')
    expect(png.content.subarray(1, 4).toString()).toBe('PNG')
    expect(png.content.readUInt32BE(16)).toBeGreaterThan(1000)
    const { name, content } = await downloaded('Vega-Lite')
    expect(name).toBe('fig-scatter.vl.json')
    const spec = JSON.parse(content.toString())
    expect(spec.datasets.rows).toHaveLength(1500)
    expect(spec.datasets.rows[0]).toMatchObject({ operation: 'pause', environment: 'xen-4.14' })
    expect(spec.datasets.rows[0].total).toBeTypeOf('number')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('hides what an entry of the legend stands for', async () => {
    const { page } = await opened()
    await page.locator(`${scatter} details.drawn > summary`).click()
    const entry = page.locator(`${scatter} button.entry`).first()
    await entry.click()
    expect(await entry.getAttribute('aria-pressed')).toBe('false')
    const hidden = await page.locator(`${scatter} svg .dimmed`).count()
    expect(hidden).toBeGreaterThan(50)
    expect(hidden).toBeLessThan(await page.locator(`${scatter} svg .role-mark path`).count())
    await entry.click()
    expect(await page.locator(`${scatter} svg .dimmed`).count()).toBe(0)
    await page.close()
  })

  it('selects marks by drawing over it, lists them, and lets them go by Escape and a double click', async () => {
    const { page, complaints } = await opened()
    const svg = page.locator(`${scatter} .drawing svg`)
    await svg.scrollIntoViewIfNeeded()
    const box = (await svg.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    const draw = async () => {
      await page.mouse.move(box.x + box.width * 0.3, box.y + 40)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 })
      await page.mouse.up()
    }
    const faded = () => page.locator(`${scatter} svg .unselected`).count()
    const rows = page.locator(`${scatter} .chosen tbody tr`)
    await draw()
    const marks = await page.locator(`${scatter} svg [data-tip]`).count()
    const [some, shown] = [await faded(), await rows.count()]
    expect(some).toBeGreaterThan(10)
    expect(shown).toBe(Math.min(200, marks - some))
    expect(await page.locator(`${scatter} .selection .status`).innerText()).toContain(
      `${marks - some} / ${marks}`,
    )
    expect(await rows.first().innerText()).toMatch(/\d/)
    await page.keyboard.press('Escape')
    expect([await faded(), await rows.count()]).toEqual([0, 0])
    await draw()
    expect(await faded()).toBe(some)
    await svg.dblclick({ position: { x: 200, y: 100 } })
    expect([await faded(), await rows.count()]).toEqual([0, 0])
    expect(complaints).toEqual([])
    await page.close()
  })

  it('lists all marks that are selected when it is asked to', async () => {
    const { page, complaints } = await opened()
    await page.locator(`${scatter} details.drawn > summary`).click()
    await page.locator(`${scatter} .selection input`).first().fill('5')
    const rows = page.locator(`${scatter} .chosen tbody tr`)
    const status = await page.locator(`${scatter} .selection .status`).innerText()
    const [, count] = /^(\d+) \/ /.exec(status) ?? []
    expect(Number(count)).toBeGreaterThan(200)
    expect(await rows.count()).toBe(200)
    const more = page.locator(`${scatter} .chosen button`, { hasText: 'Show all' })
    expect(await more.innerText()).toBe(`Show all ${count} rows`)
    await more.click()
    expect(await rows.count()).toBe(Number(count))
    expect(await more.count()).toBe(0)
    await page.keyboard.press('Escape')
    expect(await page.locator(`${scatter} .chosen`).count()).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('selects marks by the keyboard alone', async () => {
    const { page, complaints } = await opened()
    await page.locator(`${scatter} details.drawn > summary`).focus()
    await page.keyboard.press('Enter')
    const [from, to] = await page.locator(`${scatter} .selection input`).all()
    await to?.focus()
    await page.keyboard.press('Home')
    expect(await to?.inputValue()).toBe('0')
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('PageUp')
    const few = await page.locator(`${scatter} .chosen tbody tr`).count()
    expect(few).toBeGreaterThan(0)
    // The other end does not pass this one.
    await from?.focus()
    await page.keyboard.press('End')
    expect(await from?.inputValue()).toBe(await to?.inputValue())
    await page.keyboard.press('Escape')
    expect(await page.locator(`${scatter} svg .unselected`).count()).toBe(0)
    expect([await from?.inputValue(), await to?.inputValue()]).toEqual(['0', '1000'])
    expect(complaints).toEqual([])
    await page.close()
  })

  it('has values for its marks, however many they are', async () => {
    const { page } = await opened()
    const figures = await page
      .locator('figure.float')
      .evaluateAll((all) =>
        (all as unknown as { id: string; querySelectorAll(selector: string): { length: number } }[]).map(
          (one) => [one.id, one.querySelectorAll('svg [data-tip]').length > 10],
        ),
      )
    expect(figures.length).toBeGreaterThan(6)
    expect(figures.filter(([, hasTips]) => !hasTips)).toEqual([])
    const mark = page.locator('#fig-switchover [data-tip]').first()
    await mark.scrollIntoViewIfNeeded()
    await expect
      .poll(async () => {
        await mark.dispatchEvent('pointerover', { clientX: 50, clientY: 50, bubbles: true })
        return await page.locator('.tip').innerText()
      })
      .toMatch(/^until the standby's first stamp .*: [\d.]+\npattern: baseline\n/)
    await page.close()
  })

  it('tells the values of a mark that is pointed at', async () => {
    const { page } = await opened()
    const mark = page.locator(`${scatter} [data-tip]`).last()
    await mark.scrollIntoViewIfNeeded()
    // Scrolling hides it, and is told a moment later.
    await expect
      .poll(async () => {
        await mark.dispatchEvent('pointerover', { clientX: 50, clientY: 50, bubbles: true })
        return await page.locator('.tip').innerText()
      })
      .toMatch(/pause time .*: [\d.]+\n/)
    await page.keyboard.press('Escape')
    expect(await page.locator('.tip').isVisible()).toBe(false)
    await page.close()
  })
})

describe('a reference', () => {
  it('shows what it leads to when it is focused or pointed at, until Escape', async () => {
    const { page, complaints } = await opened()
    const link = page.locator('article p a[href="#tbl-comparison"]').first()
    await page.keyboard.press('Tab')
    await link.focus()
    const preview = page.locator('.preview')
    expect(await preview.locator('table').count()).toBe(1)
    await page.keyboard.press('Escape')
    expect(await preview.isVisible()).toBe(false)
    const citation = page.locator('article a[href^="#ref"], article .citation a').first()
    await citation.scrollIntoViewIfNeeded()
    await expect
      .poll(
        async () => {
          await page.mouse.move(0, 0)
          await citation.hover()
          await page.waitForTimeout(600)
          return await preview.isVisible()
        },
        { timeout: 20_000 },
      )
      .toBe(true)
    expect((await preview.innerText()).length).toBeGreaterThan(20)
    // Copies have no ids and nothing to focus.
    expect(await preview.locator('[id], a[href], button, [tabindex]').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  })
})

describe('around the text', () => {
  it('each place has a link, by the keyboard, too', async () => {
    const { page, complaints } = await opened()
    const heading = page.locator('article h2').nth(2)
    await heading.locator('.anchor').focus()
    await page.keyboard.press('Enter')
    expect(decodeURIComponent(new URL(page.url()).hash)).toBe(`#${await heading.getAttribute('id')}`)
    const label = page.locator('#fig-scatter figcaption a.place')
    expect([await label.textContent(), await label.getAttribute('href')]).toEqual([
      expect.stringMatching(/^Figure \d+\. $/),
      '#fig-scatter',
    ])
    expect(await page.locator('aside.claim a.place').count()).toBeGreaterThan(10)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('code and the citation are copied by a button', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await context.newPage()
    await page.goto(pathToFileURL(pages.get('paper/index.md') ?? '').href)
    await page.locator('details.cite summary').click()
    const button = page.locator('details.cite .copy')
    await button.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => button.getAttribute('aria-label')).toBe('Copied')
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(copied).toBe(await page.locator('details.cite code').textContent())
    expect(copied).toMatch(/^@misc\{\w+,\n {2}author = \{.*\},\n {2}title = \{\{/)
    await context.close()
  })

  it('the reader chooses light or dark, figures included, and finds it again', async () => {
    const { page, complaints } = await opened('paper/index.md', { colorScheme: 'light' })
    const colors = () =>
      page.evaluate<string[]>(
        `[getComputedStyle(document.body.parentElement).backgroundColor, getComputedStyle(document.querySelector('#fig-scatter svg > rect, #fig-scatter svg path')).fill]`,
      )
    const light = await colors()
    const button = page.locator('button.scheme')
    await button.click()
    expect(await button.getAttribute('aria-pressed')).toBe('true')
    const dark = await colors()
    expect(dark[0]).toBe('rgb(25, 24, 23)')
    expect(dark[1]).not.toBe(light[1])
    await page.reload()
    expect(await colors()).toEqual(dark)
    await page.emulateMedia({ colorScheme: 'dark' })
    await button.click()
    expect(await colors()).toEqual(light)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('a button leads back to the contents where these are not beside the text', async () => {
    const { page } = await opened('paper/index.md', { viewport: { width: 390, height: 800 } })
    const up = page.locator('.to-contents')
    expect(await up.isVisible()).toBe(false)
    await page.evaluate('window.scrollTo(0, 9000)')
    await up.waitFor()
    await up.click()
    await expect.poll(() => page.evaluate<number>('window.scrollY')).toBeLessThan(2000)
    expect(await page.locator('nav.contents > ol').isVisible()).toBe(true)
    await page.close()
  })

  it('what is wider than a small window has a shadow at its side', async () => {
    const { page } = await opened('paper/index.md', { viewport: { width: 390, height: 800 } })
    const edgeOf = (selector: string) =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)}), '::after').content`,
      )
    expect(await edgeOf('#fig-switchover .drawing')).toBe('""')
    await page.setViewportSize({ width: 1280, height: 800 })
    expect(await edgeOf('#fig-switchover .drawing')).toBe('none')
    await page.close()
  })
})

describe('the contents', () => {
  it('are folded in a narrow window, after which comes the title', async () => {
    const { page } = await opened('paper/index.md', { viewport: { width: 390, height: 800 } })
    const list = page.locator('nav.contents > ol')
    const button = page.getByRole('button', { name: 'Contents', expanded: false })
    await button.waitFor()
    expect(await list.isVisible()).toBe(false)
    expect(
      await page.evaluate<number>("document.querySelector('h1').getBoundingClientRect().top"),
    ).toBeLessThan(300)
    await button.focus()
    await page.keyboard.press('Enter')
    expect(await list.isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Contents', expanded: true }).click()
    expect(await list.isVisible()).toBe(false)
    // Beside the text they are a list with a heading.
    await page.setViewportSize({ width: 1280, height: 800 })
    expect(await list.isVisible()).toBe(true)
    await expect.poll(() => page.locator('.unfold').count()).toBe(0)
    expect(await page.locator('nav.contents h2').textContent()).toBe('Contents')
    await page.close()
  })

  it('mark the section that is read', async () => {
    const { page } = await opened()
    const link = page.locator('nav.contents a').nth(3)
    await link.click()
    await page.locator('nav.contents a[aria-current]').waitFor()
    await expect
      .poll(() => page.locator('nav.contents a[aria-current]').getAttribute('href'))
      .toBe(await link.getAttribute('href'))
    await page.close()
  })
})

/** In the dark only colours differ, which two rules look at. */
const rulesOn = {
  light: {},
  dark: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
}

describe.each(editions)('the page of %s', (document) => {
  it.each(['light', 'dark'] as const)('has no violations that axe finds: %s', async (colorScheme) => {
    const { page } = await opened(document, { colorScheme, bypassCSP: true })
    await page.locator(`${scatter} details.drawn > summary`).click()
    await page.locator('details.cite > summary').click()
    await page.evaluate(axe)
    const found = (await page.evaluate(
      `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...rulesOn[colorScheme] })}).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary.slice(0, 200)).join(' | ')))`,
    )) as string[]
    expect(found).toEqual([])
    await page.close()
  })

  it('fits its window at all widths', async () => {
    for (const width of [390, 1024, 1280]) {
      const { page } = await opened(document, { viewport: { width, height: 900 } })
      const over = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(over, `${width}`).toBeLessThanOrEqual(0)
      await page.close()
    }
  })

  it('has no table that is wider than its room in a window of 1280 pixels', async () => {
    const { page } = await opened(document)
    const wide = await page.evaluate(
      `[...document.querySelectorAll('.float > .scroll')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.parentElement.id + ' ' + one.scrollWidth)`,
    )
    expect(wide).toEqual([])
    await page.close()
  })

  it('is printed in light colours, without navigation and buttons, and with folded figures', async () => {
    const { page } = await opened(document, { colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print' })
    const look = (selector: string, property: string) =>
      page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`)
    expect(await look('nav.contents', 'display')).toBe('none')
    expect(await look('.tools', 'display')).toBe('none')
    expect(await look(`${scatter} .role-axis-title text`, 'fill')).toBe('rgb(51, 51, 51)')
    expect(await look('html', 'backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await page.locator('details.folded .drawing').first().isVisible()).toBe(true)
    await page.close()
  })
})
