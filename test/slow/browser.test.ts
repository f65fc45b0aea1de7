/** The report of the recorded runs in a real browser, at desktop and phone widths. */

import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { launch } from './chromium.ts'
import { builtStudy } from './study.ts'

test('the report of the recorded runs reads well in both languages and asks nobody for anything', async () => {
  const browser = await launch()
  onTestFinished(() => browser.close())
  const { pages } = await builtStudy()
  for (const { document, lang, other } of [
    { document: 'paper/index.md', lang: 'en', other: '日本語' },
    { document: 'paper/index.ja.md', lang: 'ja', other: 'English' },
  ]) {
    for (const width of [1280, 390]) {
      const where = `${lang} at ${width} pixels`
      const page = await browser.newPage({ viewport: { width, height: 900 } })
      const complaints: string[] = []
      const requests: string[] = []
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(pathToFileURL(pages.get(document) ?? '').href)

      expect(await page.locator('html').getAttribute('lang')).toBe(lang)
      expect(await page.locator('nav.translations a').allTextContents()).toEqual([other])
      const targets = `[...document.querySelectorAll('a[href^="#"]')].map((link) => decodeURIComponent(link.hash.slice(1)))`
      const dead = await page.evaluate(`${targets}.filter((id) => document.getElementById(id) === null)`)
      expect(dead, where).toEqual([])
      expect(complaints, where).toEqual([])
      expect(
        requests.filter((url) => !url.startsWith('data:')),
        where,
      ).toHaveLength(1)
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(overflow, where).toBeLessThanOrEqual(0)
      expect(await page.locator('table').count(), where).toBeGreaterThanOrEqual(4)
      // A folded figure opens by following a link to it, or by its caption.
      const folded = page.locator('details.folded')
      expect(await folded.locator('.drawing').first().isVisible(), where).toBe(false)
      await page.locator('a[href="#fig-pause-timelines"]').first().click()
      expect(await page.locator('#fig-pause-timelines').isVisible(), where).toBe(true)
      for (const one of await folded.all())
        if ((await one.getAttribute('open')) === null) await one.locator('summary').click()
      for (const drawing of await page.locator('figure .drawing').all()) {
        const box = await drawing.boundingBox() // on a phone the drawing scrolls inside
        expect(box?.width, where).toBeGreaterThan(200)
        expect(box?.width, where).toBeLessThanOrEqual(width)
      }
      expect(await page.locator('figure svg').count(), where).toBe(9)
      expect(await page.locator('.value').count(), where).toBeGreaterThan(20)
      await page.close()
    }
  }
})
