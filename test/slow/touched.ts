/** A page in a real browser, in which everything is touched. */

import type { Browser } from 'playwright-core'
import { expect } from 'vitest'

/** Opens a page, interacts with everything, and returns what should not have happened. */
export async function touched(
  browser: Browser,
  url: string,
): Promise<{ readonly happened: string[]; readonly violations: string[] }> {
  const page = await browser.newPage()
  const happened: string[] = []
  const violations: string[] = []
  page.on('dialog', (dialog) => {
    happened.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:image/'))
      happened.push(`request ${request.url()}`)
  })
  // The browser reports requests even if the policy blocks them.
  page.on('requestfailed', (request) => {
    const at = happened.indexOf(`request ${request.url()}`)
    if (at >= 0 && request.failure()?.errorText === 'csp') happened.splice(at, 1)
  })
  page.on('popup', () => happened.push('popup'))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) violations.push(message.text())
  })
  page.on('pageerror', (error) => happened.push(`error ${error.message}`))
  await page.goto(url)
  const found = await page.evaluate(`(() => {
    const found = []
    let focused = 0
    for (const node of document.querySelectorAll('*')) {
      for (const type of ['mouseover', 'focus', 'toggle', 'load', 'error', 'begin', 'animationstart'])
        node.dispatchEvent(new Event(type, { bubbles: true }))
      // Each focus lays the page out anew.
      if (node.focus && focused++ < 500) node.focus()
      for (const { name } of node.attributes) if (/^on/i.test(name)) found.push(name)
    }
    for (const link of document.links)
      // An address that is none has no scheme (a colon alone) and leads nowhere.
      if (!/^(https?|mailto|doi|file)?:$/.test(link.protocol)) found.push(link.href)
    for (const details of document.querySelectorAll('details')) details.open = true
    if (globalThis.pwned !== undefined) found.push('pwned')
    return found
  })()`)
  happened.push(...(found as string[]))
  expect(page.url()).toBe(url)
  await page.close()
  return { happened, violations }
}
