/** The report of the recorded runs in a real browser, at desktop and phone widths. */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch } from './chromium.ts'
import { makeProject, repro } from './project.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
})

describe('the report of the recorded runs', () => {
  test.each([
    { width: 1280, document: 'paper/index.md', lang: 'en', other: '日本語' },
    { width: 390, document: 'paper/index.md', lang: 'en', other: '日本語' },
    { width: 1280, document: 'paper/index.ja.md', lang: 'ja', other: 'English' },
    { width: 390, document: 'paper/index.ja.md', lang: 'ja', other: 'English' },
  ])(
    'reads well at $width pixels in $lang and asks nobody for anything',
    async ({ width, document, lang, other }) => {
      const project = await makeProject(['experiments', 'figures', 'paper', 'results', 'CITATION.cff'])
      const { out, err, exitCode } = await repro(project, 'build', document)
      expect(exitCode, err).toBe(0)
      expect(err).not.toMatch(/^run /m)

      const page = await browser.newPage({ viewport: { width, height: 900 } })
      const complaints: string[] = []
      const requests: string[] = []
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(pathToFileURL(join(project, out.trim())).href)

      expect(await page.locator('html').getAttribute('lang')).toBe(lang)
      expect(await page.locator('nav.translations a').allTextContents()).toEqual([other])
      const targets = `[...document.querySelectorAll('a[href^="#"]')].map((link) => decodeURIComponent(link.hash.slice(1)))`
      expect(await page.evaluate(`${targets}.filter((id) => document.getElementById(id) === null)`)).toEqual(
        [],
      )
      expect(complaints).toEqual([])
      expect(requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1)
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(overflow).toBeLessThanOrEqual(0)
      expect(await page.locator('table').count()).toBeGreaterThanOrEqual(4)
      // A folded figure opens by following a link to it, or by its caption.
      const folded = page.locator('details.folded')
      expect(await folded.locator('.drawing').first().isVisible()).toBe(false)
      await page.locator('a[href="#fig-pause-timelines"]').first().click()
      expect(await page.locator('#fig-pause-timelines').isVisible()).toBe(true)
      for (const one of await folded.all())
        if ((await one.getAttribute('open')) === null) await one.locator('summary').click()
      for (const drawing of await page.locator('figure .drawing').all()) {
        const box = await drawing.boundingBox() // on a phone the drawing scrolls inside
        expect(box?.width).toBeGreaterThan(200)
        expect(box?.width).toBeLessThanOrEqual(width)
      }
      expect(await page.locator('figure svg').count()).toBe(9)
      const values = page.locator('.value')
      expect(await values.count()).toBeGreaterThan(20)
      await page.close()
    },
  )
})
