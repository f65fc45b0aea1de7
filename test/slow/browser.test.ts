/** The report of the recorded runs in a real browser, at the width of a desk and of a phone. */

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
  test.each([1280, 390])('reads well at %i pixels and asks nobody for anything', async (width) => {
    const project = await makeProject(['experiments', 'figures', 'paper', 'results', 'CITATION.cff'])
    const { err, exitCode } = await repro(project, 'build')
    expect(exitCode, err).toBe(0)
    expect(err).not.toMatch(/^run /m)

    const page = await browser.newPage({ viewport: { width, height: 900 } })
    const complaints: string[] = []
    const requests: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(pathToFileURL(join(project, '_build/index.html')).href)

    expect(complaints).toEqual([])
    expect(requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1)
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBeLessThanOrEqual(0)
    expect(await page.locator('table').count()).toBeGreaterThanOrEqual(4)
    // A folded figure opens when a link to it is followed, or by its caption.
    const folded = page.locator('details.folded')
    expect(await folded.locator('.drawing').first().isVisible()).toBe(false)
    await page.locator('a[href="#fig-pause-timelines"]').first().click()
    expect(await page.locator('#fig-pause-timelines').isVisible()).toBe(true)
    for (const one of await folded.all())
      if ((await one.getAttribute('open')) === null) await one.locator('summary').click()
    for (const drawing of await page.locator('figure .drawing').all()) {
      const box = await drawing.boundingBox() // on a phone the drawing scrolls inside of it
      expect(box?.width).toBeGreaterThan(200)
      expect(box?.width).toBeLessThanOrEqual(width)
    }
    expect(await page.locator('figure svg').count()).toBe(9)
    const values = page.locator('.value')
    expect(await values.count()).toBeGreaterThan(20)
    await page.close()
  })
})
