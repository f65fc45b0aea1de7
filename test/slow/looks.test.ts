/**
 * That a page looks as it did: a small report with every part (test/fixtures/looks/) in both languages, at three widths,
 * light, dark and printed, beside pictures of it. To renew them after a change that is meant:
 *
 *     RENEW_LOOKS=1 npx vitest run --project slow test/slow/looks.test.ts
 *
 * What differs is written to _build/looks/. Latin letters are those of a font that comes with the program, and pictures
 * are compared at a third of their size, in tiles, so that neither fonts of the system nor another version of the
 * browser decides (ARCHITECTURE.md).
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasJapanese } from '../report/print/installed.ts'
import { launch } from './chromium.ts'
import { buildLooks, editions } from './looksproject.ts'
import { checkout } from './project.ts'

const pictures = join(checkout, 'test/fixtures/looks/pictures')
const differing = join(checkout, '_build/looks')
const renew = process.env.RENEW_LOOKS !== undefined

const looks = [
  ...[390, 1280, 1600].flatMap((width) =>
    (['light', 'dark'] as const).map((scheme) => ({
      name: `${width}-${scheme}`,
      width,
      scheme,
      media: 'screen' as const,
    })),
  ),
  // The text of a sheet of A4 with the margins of the page's style.
  { name: 'print', width: 673, scheme: 'dark', media: 'print' as const },
] as const

const font = (name: string) => readFileSync(join(checkout, `dist/fonts/Arimo-${name}.ttf`)).toString('base64')
const pinned = `
@font-face { font-family: Pinned; src: url(data:font/ttf;base64,${font('Regular')}) }
@font-face { font-family: Pinned; font-weight: 600 700; src: url(data:font/ttf;base64,${font('Bold')}) }
:root { --serif: Pinned, 'Noto Sans CJK JP' !important; --sans: Pinned, 'Noto Sans CJK JP' !important; --mono: Pinned, 'Noto Sans CJK JP' !important; }
svg text, math { font-family: Pinned, 'Noto Sans CJK JP' !important; }
footer dl { display: none !important; } /* versions and digests */
`

let browser: Browser
let project: string
let canvas: Page
let pages: ReadonlyMap<string, string>
beforeAll(async () => {
  browser = await launch()
  canvas = await browser.newPage()
  ;({ project, pages } = await buildLooks())
})
afterAll(async () => {
  await browser?.close()
  await rm(project, { recursive: true, force: true })
})

type Look = (typeof looks)[number]

async function pictureOf(lang: string, { width, scheme, media }: Look): Promise<string> {
  const page = await browser.newPage({
    ...{ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce', bypassCSP: true },
  })
  await page.goto(pages.get(lang) ?? '')
  await page.emulateMedia({ media })
  await page.addStyleTag({ content: pinned })
  await page.evaluate('document.fonts.ready.then(() => {})')
  const shot = await page.screenshot({ fullPage: true, animations: 'disabled' })
  await page.close()
  return (await canvas.evaluate(`(${reduced})('${shot.toString('base64')}')`)) as string
}

/** In the browser: a PNG, at a third of its size. Lossy, as the pictures are kept in the repository. */
const reduced = `async (png) => {
  const image = new Image()
  image.src = 'data:image/png;base64,' + png
  await image.decode()
  const canvas = document.createElement('canvas')
  ;[canvas.width, canvas.height] = [Math.round(image.width / 3), Math.round(image.height / 3)]
  const context = canvas.getContext('2d')
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/webp', 0.85).slice('data:image/webp;base64,'.length)
}`

/**
 * In the browser: the tiles of 12 by 12 pixels in which more than a sixteenth of the pixels differ by more than a
 * quarter of the range of a colour: a border or a line of text does that, the edges of letters do not.
 */
const compared = `async (before, now) => {
  const pixels = async (webp) => {
    const image = new Image()
    image.src = 'data:image/webp;base64,' + webp
    await image.decode()
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = [image.width, image.height]
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    return context.getImageData(0, 0, image.width, image.height)
  }
  const [a, b] = [await pixels(before), await pixels(now)]
  const size = [a, b].map(({ width, height }) => width + ' x ' + height)
  if (Math.abs(a.width - b.width) > 1 || Math.abs(a.height - b.height) > 4) return { size, tiles: [] }
  const [width, height, side] = [Math.min(a.width, b.width), Math.min(a.height, b.height), 12]
  const counts = new Map()
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [i, j] = [4 * (y * a.width + x), 4 * (y * b.width + x)]
      const differs = [0, 1, 2].some((part) => Math.abs(a.data[i + part] - b.data[j + part]) > 64)
      const tile = Math.floor(x / side) + ',' + Math.floor(y / side)
      if (differs) counts.set(tile, (counts.get(tile) ?? 0) + 1)
    }
  const tiles = [...counts].flatMap(([tile, count]) => (count > (side * side) / 16 ? [tile] : []))
  return { tiles }
}`

describe.each(editions)('the page in $lang', ({ lang }) => {
  // Of each page, as it names the other's language.
  it.skipIf(!hasJapanese).each(looks)('looks as before: $name', async (look) => {
    const path = join(pictures, `${lang}-${look.name}.webp`)
    const now = await pictureOf(lang, look)
    if (renew) {
      mkdirSync(pictures, { recursive: true })
      writeFileSync(path, Buffer.from(now, 'base64'))
      return
    }
    expect(existsSync(path), `${path}: RENEW_LOOKS=1 makes it`).toBe(true)
    const before = readFileSync(path).toString('base64')
    const found = await canvas.evaluate(`(${compared})('${before}', '${now}')`)
    const shown = join(differing, `${lang}-${look.name}.webp`)
    if (JSON.stringify(found) !== '{"tiles":[]}') {
      mkdirSync(differing, { recursive: true })
      writeFileSync(shown, Buffer.from(now, 'base64'))
    }
    expect(found, `${shown} differs from ${path}, in tiles of 36 by 36 pixels`).toEqual({ tiles: [] })
  })
})

it('has an arrow before what goes on of a printed line of code, and before no other', async () => {
  const page = await browser.newPage({ viewport: { width: 250, height: 900 } })
  await page.goto(pages.get('en') ?? '')
  await page.emulateMedia({ media: 'print' })
  const lines = await page.evaluate<[boolean, boolean][]>(`
    [...document.querySelectorAll('pre .line')].map((one) => [
      one.getBoundingClientRect().height > 1.5 * parseFloat(getComputedStyle(one).lineHeight),
      parseFloat(getComputedStyle(one, '::before').height) > 1,
    ])`)
  expect(new Set(lines.map(([isBroken]) => isBroken))).toEqual(new Set([true, false]))
  expect(lines.filter(([isBroken, hasArrow]) => isBroken !== hasArrow)).toEqual([])
  await page.close()
})
