/** The reports of examples/ for those who read with other means: axe finds nothing, in light and in dark. */

import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from './chromium.ts'
import { checkout, makeProject, repro } from './project.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const examples = readdirSync(join(checkout, 'examples'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser?.close())

describe('the report of an example', () => {
  it.each(examples)('has no violations that axe finds: %s', async (name) => {
    const project = await makeProject([])
    cpSync(join(checkout, 'examples', name), project, {
      recursive: true,
      filter: (path) => !/\/(?:\.repro|_build|node_modules)$/.test(path),
    })
    const { out, err, exitCode } = await repro(project, 'build')
    expect(exitCode, err).toBe(0)
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
      ['dark', 390],
    ] as const) {
      const viewport = { width, height: 800 }
      const page = await browser.newPage({ colorScheme, viewport, bypassCSP: true, reducedMotion: 'reduce' })
      await page.goto(pathToFileURL(join(project, out.trim())).href)
      for (const summary of await page.locator(':is(details.drawn, details.cite) > summary').all())
        await summary.click()
      await page.evaluate(axe)
      const found = await page.evaluate(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) =>
          [passes.length > 10, ...violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200))])`,
      )
      expect(found, `${colorScheme} ${width}`).toEqual([true])
      await page.close()
    }
  })
})
