/** Pages of a few lines in a real browser, each for one thing that a page does or shows. */

import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { VFile } from 'vfile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { openDrawer } from '../../src/report/drawing/process.ts'
import { renderReport } from '../report/render.ts'
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

const checkout = new URL('../../', import.meta.url)

/** Opens the page of a document with files (path -> content). */
async function shown(
  body: string,
  {
    files = {},
    width = 1280,
  }: { readonly files?: Readonly<Record<string, string>>; readonly width?: number },
): Promise<Page> {
  const document = parseDocument(
    new VFile({ path: 'paper/index.md', value: `---\ntitle: T\n---\n\n${body}` }),
  )
  expect(document.file.messages.map(String)).toEqual([])
  const read = async (path: string) =>
    files[path] === undefined ? readFile(new URL(path, checkout)) : Buffer.from(files[path])
  const { html } = await renderReport({
    ...{ document, runs: [], read, published: [], statuses: new Map(), drawer, generator: 'repro 1.2.3' },
  })
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  await page.setContent(html)
  return page
}

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
    const page = await shown(`| c |\n|---|\n${rows.join('\n')}\n`, {})
    await page.locator('button.sort').click()
    expect(await page.locator('tbody td').allInnerTexts()).toEqual(cells)
    expect(await page.locator('th').getAttribute('aria-sort')).toBe('ascending')
    await page.close()
  })
})
