/**
 * What a page does for readers stays usable by the keyboard and by other means: a small report with every part
 * (test/fixtures/looks/) in both languages, narrow and wide, light and dark, looked at by axe after each thing that
 * its script can do.
 */

import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium.ts'
import { buildLooks } from './looksproject.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
let project: string
let pages: ReadonlyMap<string, string>
beforeAll(async () => {
  browser = await launch()
  ;({ project, pages } = await buildLooks())
})
afterAll(async () => {
  await browser?.close()
  await rm(project, { recursive: true, force: true })
})

/** Opens an edition, and notes what the browser complains of, such as of the page's policy. */
async function opened(lang: string, options: BrowserContextOptions = {}) {
  const page = await browser.newPage({
    ...{ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' },
    ...options,
  })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(pages.get(lang) ?? '')
  return { page, complaints }
}

const focused = (page: Page) => page.evaluate<string>('document.activeElement.className')

describe('a figure', () => {
  it('is enlarged, grows and shrinks, and closes, by the keyboard alone; the focus returns', async () => {
    const { page, complaints } = await opened('en')
    await page.locator('#fig-sleep .zoom').focus()
    await page.keyboard.press('Enter')
    const dialog = page.locator('dialog.zoomed')
    expect(await dialog.getAttribute('aria-label')).toBe('Figure 1')
    expect(await dialog.locator('.zoom-caption').innerText()).toContain('Additional sleep with each drug')
    const width = async () => (await dialog.locator('svg').boundingBox())?.width ?? 0
    const fitting = await width()
    expect(fitting).toBeGreaterThan((await page.locator('#fig-sleep svg').boundingBox())?.width ?? Infinity)
    // What is behind is not reached, and its keys do nothing.
    await page.keyboard.press('/')
    for (let presses = 0; presses < 6; presses += 1) {
      expect(await page.evaluate('document.activeElement.closest(".search, main") === null')).toBe(true)
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('+')
    expect(await width()).toBeGreaterThan(1.4 * fitting)
    await page.keyboard.press('-')
    expect(await width()).toBeCloseTo(fitting, 0)
    for (let presses = 0; presses < 20; presses += 1) await page.keyboard.press('+')
    expect(await dialog.getByRole('button', { name: 'Larger' }).getAttribute('aria-disabled')).toBe('true')
    await page.keyboard.press('0')
    expect(await width()).toBeCloseTo(fitting, 0)
    // Nothing in it has an id a second time, or leads behind it.
    expect(await dialog.locator('[id], a').count()).toBe(0)
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog.count()).toBe(0)
    expect(await focused(page)).toBe('zoom')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('tells values of its marks when it is enlarged', async () => {
    const { page } = await opened('en')
    await page.locator('#fig-sleep .drawing').hover()
    await page.locator('#fig-sleep .zoom').click()
    const mark = page.locator('dialog.zoomed [data-tip]').first()
    await expect
      .poll(async () => {
        await page.mouse.move(0, 0)
        await mark.hover({ force: true })
        return await page.locator('.tip').isVisible()
      })
      .toBe(true)
    const { left, top } = await page.evaluate<{ left: number; top: number }>(
      `document.querySelector('.tip').getBoundingClientRect().toJSON()`,
    )
    // In front of the dialog.
    expect(
      await page.evaluate(
        `(() => { const tip = document.querySelector('.tip'); tip.style.pointerEvents = 'auto'; return tip.contains(document.elementFromPoint(${left + 5}, ${top + 5})) })()`,
      ),
    ).toBe(true)
    await page.close()
  })
})

it('is printed in light colours, whatever the system and the reader prefer', async () => {
  const colors = `(() => ['.code-keyword', '.callout-title', 'a', 'body'].map((one) => getComputedStyle(document.querySelector('main').querySelector(one) ?? document.body).color))()`
  const { page } = await opened('en', { colorScheme: 'light' })
  await page.emulateMedia({ media: 'print' })
  const printed = await page.evaluate<string[]>(colors)
  await page.emulateMedia({ media: 'screen' })
  await page.locator('button.scheme').click()
  const dark = await page.evaluate<string[]>(colors)
  expect(dark.filter((one, index) => one === printed[index])).toEqual([])
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  expect(await page.evaluate<string[]>(colors)).toEqual(printed)
  await page.close()
})

describe('an equation', () => {
  it('has its number as a link to itself, and a name', async () => {
    const { page } = await opened('en')
    const number = page.locator('.equation > .number > a')
    expect([await number.textContent(), await number.getAttribute('href')]).toEqual(['(1)', '#eq-mean'])
    expect(await number.getAttribute('aria-label')).toBe('Link to (1)')
    // A shadow is where it goes on, as at tables.
    const image = await page.evaluate(
      `getComputedStyle(document.querySelector('[aria-label="Equation 1"]')).backgroundImage`,
    )
    expect(image).toContain('gradient')
    await page.close()
  })
})

describe.each(['en', 'ja'])('the page in %s', (lang) => {
  it.each([
    { scheme: 'light', width: 1280 },
    { scheme: 'dark', width: 390 },
  ] as const)('has no violations that axe finds, whatever is done: $scheme $width', async (look) => {
    const viewport = { width: look.width, height: 800 }
    const { page } = await opened(lang, { colorScheme: look.scheme, viewport, bypassCSP: true })
    await page.evaluate(axe)
    const found: string[] = []
    const see = async (what: string, rules: readonly string[] = []) => {
      const options = {
        resultTypes: ['violations'],
        ...(rules.length > 0 && { runOnly: { type: 'rule', values: rules } }),
      }
      const violations = await page.evaluate<string[]>(
        `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')))`,
      )
      found.push(...violations.map((one) => `${what}: ${one}`))
    }
    await see('as it opens')
    for (const summary of await page.locator('main summary').all())
      if (await summary.isVisible()) await summary.click()
    await see('all unfolded')
    await page.locator('table .sort').first().press('Enter')
    await see('sorted')
    await page.locator('.selection input').first().fill('500')
    await see('marks selected')
    await page.locator('.search input').fill(lang === 'ja' ? '睡眠' : 'sleep')
    await see('searched')
    await page.locator('.search input').press('Escape')
    await page.keyboard.press('Tab')
    await page.locator('article a[href="#eq-mean"], article a[href^="#cite"]').first().focus()
    await see('a preview')
    await page.locator('.zoom').first().press('Enter')
    await see('enlarged')
    await page.keyboard.press('+')
    await page.keyboard.press('Escape')
    await page.locator('button.scheme').press('Enter')
    await see('the other scheme', ['color-contrast', 'link-in-text-block'])
    await page.locator('.zoom').first().press('Enter')
    await see('the other scheme, enlarged', ['color-contrast'])
    expect(found).toEqual([])
    await page.close()
  })

  it.each([1280, 390])('is reached by the keyboard, with a focus that is seen: %s', async (width) => {
    const { page } = await opened(lang, { viewport: { width, height: 800 } })
    await page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    const unseen: string[] = []
    const reached = new Set<string>()
    const state = `(() => {
      const one = document.activeElement
      const style = getComputedStyle(one)
      const box = one.getBoundingClientRect()
      const all = [...document.querySelectorAll('*')]
      const isOutlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
      const isShown = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && Number(style.opacity) > .5
      return [all.indexOf(one), one === document.body, isOutlined && isShown, one.outerHTML.slice(0, 120)]
    })()`
    for (let presses = 0; presses < 300; presses += 1) {
      await page.keyboard.press('Tab')
      const [index, isBody, isSeen, html] = await page.evaluate<[number, boolean, boolean, string]>(state)
      if (isBody || reached.has(`${index}`)) break
      reached.add(`${index}`)
      if (!isSeen) unseen.push(html)
    }
    // The button back to the contents is for fingers; `/` leads there from the keyboard.
    const missed = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a[href]:not(.to-contents), button, input, summary, [tabindex="0"]')].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && !new Set(${JSON.stringify([...reached])}).has(String([...document.querySelectorAll('*')].indexOf(one)))).map((one) => one.outerHTML.slice(0, 120))`,
    )
    expect(unseen).toEqual([])
    expect(missed).toEqual([])
    await page.close()
  })
})
