/** The page server with a real browser: what a save changes shows, and what the reader did stays. */

import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { launch } from './chromium.ts'
import { checkout, makeProject } from './project.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const paragraphs = Array.from({ length: 60 }, (_, index) => `Paragraph ${index} of the text.\n`).join('\n')
const paper = `---
title: Speed
---

The first sentence.

${paragraphs}

\`\`\`yaml experiment
id: speed
script: experiments/speed.ts
environments: [local]
trials: 2
boots: 1
patterns: {baseline: {}}
\`\`\`

\`\`\`yaml figure
id: fig-speed
caption: Times
alt: Two points.
spec: {mark: {type: point, color: "#123456"}, data: {name: rows}, encoding: {y: {field: timeUs, type: quantitative}}}
data: {rows: speed}
\`\`\`

It took \`=speed.local.baseline.timeUs.mean | us | fixed(1)\`.
`
const script = `export default async (cell) => {
  const rows = await cell.each(({ number }) => [{ trial: number + 1, timeUs: 1.5 }])
  const columns = [{ name: 'trial', role: 'index' }, { name: 'timeUs', role: 'measure', unit: 'us' }]
  return { columns, rows }
}
`

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

/** Starts the server; resolves with its address when it has printed it. */
async function started(project: string, ...args: readonly string[]) {
  const server = spawn(process.execPath, [join(checkout, 'dist/cli.cjs'), 'serve', 'index.md', ...args], {
    cwd: project,
    env: { ...process.env, REPRO_CACHE: join(project, 'cache') },
  })
  const ended = new Promise((resolve) => server.on('exit', resolve))
  const stop = async () => {
    server.kill('SIGINT')
    await ended
  }
  onTestFinished(stop)
  const address = await new Promise<string>((resolve) =>
    server.stdout.on('data', (part: Buffer) => {
      const found = /http:\S+/.exec(String(part))?.[0]
      if (found) resolve(found)
    }),
  )
  return { address, stop }
}

async function serve(text = paper): Promise<{
  page: Page
  save: (text: string) => void
  stop: () => Promise<void>
  project: string
  faults: string[]
}> {
  const project = await makeProject([], {
    ...{ 'index.md': text, 'experiments/speed.ts': script },
    'points.csv': 'x,y\n1,2\n2,3\n3,5\n',
  })
  const { address, stop } = await started(project)
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (one) => void (one.type() === 'error' && faults.push(one.text())))
  page.on('pageerror', (error) => void faults.push(error.message))
  await page.goto(address)
  await isFollowing(page)
  return { page, faults, project, stop, save: (text) => writeFileSync(join(project, 'index.md'), text) }
}

/** The page's policy forbids the functions that the browser's driver would make of a text to wait for. */
const isFollowing = (page: Page) => page.locator('html[data-repro-version]').waitFor({ state: 'attached' })

it('shows a saved sentence, keeps the place and open details, and loads nothing anew', async () => {
  const { page, save, faults } = await serve()
  await page.evaluate(`
    window.isSame = true
    document.querySelector('details.experiment').open = true
    document.querySelectorAll('article p')[40].scrollIntoView({ block: 'start', behavior: 'instant' })
  `)
  const top = () =>
    page.evaluate<number>(
      `[...document.querySelectorAll('article > p')].find((one) => one.textContent.includes('Paragraph 40 ')).getBoundingClientRect().top`,
    )
  const before = await top()
  save(paper.replace('The first sentence.', 'Another sentence.\n\nAnd more.\n\nAnd still more of it.'))
  await page.getByText('And still more of it.').waitFor({ state: 'attached' })
  expect(Math.abs((await top()) - before)).toBeLessThan(2)
  expect(await page.evaluate(`'isSame' in window`)).toBe(true)
  expect(await page.locator('details.experiment').getAttribute('open')).toBe('')
  save(paper.replace('trials: 2', 'trials: 3'))
  await page.getByText('trials: 3').waitFor({ state: 'attached' })
  expect(await page.locator('details.experiment').getAttribute('open')).toBe('')
  expect(faults).toEqual([])
})

it('shows an error below its paragraph, and that it is mended', async () => {
  const { page, save, faults } = await serve()
  save(paper.replace('Paragraph 7 of', 'Paragraph 7 @fig-none of'))
  const problem = page.locator('.repro-problem.error')
  await problem.waitFor()
  expect(await problem.textContent()).toContain('unknown figure: @fig-none')
  expect(await page.locator('p:has(+ .repro-problem.error)').textContent()).toContain('Paragraph 7')
  save(paper)
  await problem.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
})

it('keeps more windows up to date than a browser has connections', async () => {
  const { page, save, faults } = await serve()
  const windows = [page]
  for (let number = 1; number < 9; number += 1) {
    const one = await page.context().newPage()
    await one.goto(page.url())
    await isFollowing(one)
    windows.push(one)
  }
  save(paper.replace('The first sentence', 'Another sentence'))
  for (const one of windows) await one.getByText('Another sentence').waitFor()
  // Those without a connection get one when another window has gone.
  for (const one of windows.slice(0, 4)) await one.close()
  const streams = `navigator.locks.query().then(({ held }) => held.filter(({ name }) => name.startsWith('repro-stream-')).length)`
  await expect.poll(() => windows[8]?.evaluate(streams)).toBe(4)
  save(paper.replace('The first sentence', 'The last sentence'))
  await windows[8]?.getByText('The last sentence').waitFor()
  expect(faults).toEqual([])
})

it('asks before it runs a cell, and shows the result', async () => {
  const { page, faults } = await serve()
  await page.locator('.repro-panel summary').click()
  await page.locator('.repro-panel [data-action=cell]').first().click()
  const dialog = page.locator('.repro-dialog')
  expect(await dialog.textContent()).toContain('speed/local/baseline')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.locator('.repro-panel [data-action=cell]').first().click()
  await page.locator('.repro-yes').click()
  await page.locator('article .value:not(.missing)').waitFor()
  expect(await page.locator('article').textContent()).toContain('1.5')
  expect(faults).toEqual([])
})

/** So many cells that the panel scrolls. */
const many = paper.replace(
  'patterns: {baseline: {}}',
  `patterns: {baseline: {}, ${Array.from({ length: 60 }, (_, index) => `p${index}: {}`).join(', ')}}`,
)

it('changes its panel in place: what has the focus and what was scrolled stay', async () => {
  const { page, save, faults } = await serve(many)
  const panel = page.locator('.repro-panel')
  await panel.locator('summary').click()
  const run = panel.getByRole('button', { name: 'Run speed/local/p40', exact: true })
  await run.focus()
  const top = () => panel.evaluate((one) => (one as unknown as { scrollTop: number }).scrollTop)
  const before = await top()
  expect(before).toBeGreaterThan(100)
  save(many.replace('Paragraph 7 of', 'Paragraph 7 @fig-none of'))
  await expect.poll(() => panel.locator('summary').textContent()).toContain('1 error ')
  const focused = () =>
    page.evaluate<string>(`document.activeElement.ariaLabel ?? document.activeElement.localName`)
  expect(await focused()).toBe('Run speed/local/p40')
  expect(await top()).toBeGreaterThan(100)
  // Where the button is gone, the focus stays in the panel.
  save(many.replace('p40: {}, ', ''))
  await run.waitFor({ state: 'detached' })
  expect(await focused()).toBe('summary')
  // Before the cells.
  await page.keyboard.press('Tab')
  expect(await focused()).toBe('Run all')
  await page.keyboard.press('Enter')
  await page.locator('.repro-yes').click()
  await panel.getByRole('button', { name: 'Stop' }).click()
  // What runs is given time to end.
  await expect.poll(() => panel.locator('summary').textContent(), { timeout: 60_000 }).toContain('stopped')
  expect(faults).toEqual([])
})

it('has no fault that axe can see in its panel and its question', async () => {
  const { page } = await serve(many.replace('title: Speed', 'title: Speed\nlang: ja'))
  const panel = page.locator('.repro-panel')
  await panel.locator('summary').click()
  const faults = async () => {
    await page.evaluate(axe)
    return await page.evaluate<string[]>(
      `axe.run({ include: [['.repro-own']] }, { resultTypes: ['violations'] })
        .then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
    )
  }
  expect(await faults()).toEqual([])
  await panel.getByRole('button', { name: 'Run all' }).click()
  expect(await faults()).toEqual([])
  expect(await page.locator(':is(.repro-panel, .repro-dialog, .repro-problem):not([lang=en])').count()).toBe(
    0,
  )
  await page.locator('.repro-yes').click()
  await panel.getByRole('progressbar', { name: 'speed/local/p1', exact: true }).waitFor()
  expect(await faults()).toEqual([])
})

it('says when the server is gone, keeps the question, and is live again when it is back', async () => {
  const { page, project, stop, faults, save } = await serve()
  const summary = page.locator('.repro-panel summary')
  await summary.click()
  await page.locator('.repro-panel [data-action=cell]').first().click()
  await stop()
  await expect.poll(() => summary.textContent()).toContain('the server is gone')
  await page.locator('.repro-yes').click()
  await expect
    .poll(() => page.locator('.repro-dialog [role=alert]').textContent())
    .toBe('The server is gone: nothing was asked of it.')
  await page.keyboard.press('Escape')
  expect(await page.locator('.repro-panel').getByRole('button', { name: /Run/ }).count()).toBe(0)
  await started(project, '--port', new URL(page.url()).port)
  await expect.poll(() => summary.textContent(), { timeout: 30_000 }).not.toContain('gone')
  save(paper.replace('The first sentence', 'Another sentence'))
  await page.getByText('Another sentence').waitFor()
  expect(faults.filter((one) => !one.includes('Failed to load resource'))).toEqual([])
})

it('takes nothing of the document for its own', async () => {
  const text = paper.replace('The first', '## Repro panel\n\n## Repro {#repro-dialog}\n\nThe first')
  const { page, save, faults } = await serve(text)
  await page.evaluate('window.isSame = true')
  save(text.replace('The first sentence', 'Another sentence'))
  await page.getByText('Another sentence').waitFor()
  expect(await page.locator('article h2').allTextContents()).toEqual([
    expect.stringContaining('Repro panel'),
    expect.stringContaining('Repro'),
  ])
  expect(await page.evaluate(`'isSame' in window`)).toBe(true)
  expect(faults).toEqual([])
})

it('keeps the place and the page while its head is typed, and while an editor fills the file', async () => {
  const { page, save, faults, project } = await serve()
  await page.evaluate(`
    window.isSame = true
    document.querySelector('details.experiment').open = true
    document.querySelectorAll('article p')[40].scrollIntoView({ block: 'start', behavior: 'instant' })
  `)
  const top = () => page.evaluate<number>('window.scrollY')
  const before = await top()
  const isAsBefore = async () => {
    expect(Math.abs((await top()) - before)).toBeLessThan(40)
    expect(
      await page.evaluate(`'isSame' in window && document.querySelector('details.experiment').open`),
    ).toBe(true)
  }
  save(paper.replace('title: Speed', 'title: Speed\nkeywords: ['))
  const summary = page.locator('.repro-panel summary')
  await expect.poll(() => summary.textContent()).toContain('error')
  expect(await page.locator('h1').textContent()).toBe('Speed')
  await isAsBefore()
  save(paper.replace('title: Speed', 'title: Slowness\nkeywords: [a]'))
  await page.locator('h1', { hasText: 'Slowness' }).waitFor()
  expect(await page.title()).toBe('Slowness')
  await expect.poll(() => summary.textContent()).not.toContain('error')
  await isAsBefore()
  for (const start of ['', paper.slice(0, 700)]) {
    save(start)
    await page.waitForTimeout(60)
    writeFileSync(join(project, 'index.md'), `${paper}\nAfter ${start.length} characters.\n`)
    await page.getByText(`After ${start.length} characters.`).waitFor({ state: 'attached' })
    await isAsBefore()
  }
  // Words of another language come with another page, which is at the same place.
  save(paper.replace('title: Speed', 'title: Speed\nlang: ja'))
  await page.locator('html[lang=ja]').waitFor()
  await isFollowing(page)
  expect(await page.evaluate(`'isSame' in window`)).toBe(false)
  expect(await page.locator('details.experiment').getAttribute('open')).toBe('')
  expect(await top()).toBeGreaterThan(before / 2)
  expect(faults).toEqual([])
})

it('gives no buttons to who has no token', async () => {
  const { page } = await serve()
  const other = await browser.newContext()
  onTestFinished(() => other.close())
  const stranger = await other.newPage()
  await stranger.goto(page.url())
  await stranger.locator('.repro-panel').waitFor()
  expect(await stranger.locator('.repro-panel [data-action=cell]').count()).toBe(0)
  const status = await stranger.evaluate(`(async () => {
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ cells: ['speed/local/baseline'] })
    return (await fetch('/~repro/run', { method: 'POST', headers, body })).status
  })()`)
  expect(status).toBe(403)
})

it('takes another style, and back the numbers of a script that changed, in the same page', async () => {
  const { page, save, project, faults } = await serve()
  await page.evaluate('window.isSamePage = true')
  await page.locator('.repro-panel summary').click()
  await page.locator('.repro-panel [data-action=cell]').first().click()
  await page.locator('.repro-yes').click()
  await page.locator('#fig-speed svg').waitFor()
  const colors = `[...document.styleSheets, ...document.adoptedStyleSheets].filter((sheet) => !sheet.disabled)
    .flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join(' ')`
  expect(await page.evaluate(colors)).toContain('#123456')
  save(paper.replace('#123456', '#654321'))
  await expect.poll(() => page.evaluate(colors)).toContain('#654321')
  expect(await page.evaluate(colors)).not.toContain('#123456')
  writeFileSync(join(project, 'experiments/speed.ts'), script.replace('1.5', '2.5'))
  await page.locator('article .value.missing').waitFor()
  expect(await page.evaluate('window.isSamePage')).toBe(true)
  expect(faults).toEqual([])
})

it('keeps what is searched for when the contents change', async () => {
  const { page, save } = await serve()
  const withHeading = (words: string) =>
    paper.replace('The first sentence.', `## ${words}\n\nThe first sentence.\n\n## Second\n\n## Third`)
  save(withHeading('First'))
  const field = page.locator('nav input[type=search]')
  await field.fill('sentence')
  await expect.poll(() => page.locator('nav .search li').count()).toBeGreaterThan(0)
  save(withHeading('Another'))
  await page.locator('nav a', { hasText: 'Another' }).waitFor()
  await expect.poll(() => field.inputValue()).toBe('sentence')
  await expect.poll(() => page.locator('nav .search li').count()).toBeGreaterThan(0)
  await expect.poll(() => page.evaluate('document.activeElement.type')).toBe('search')
})

it('changes of a figure only what is another, and keeps what its reader opened', async () => {
  const { page, save, faults } = await serve()
  const figure = (title: string, mark = 'point', caption = `Of ${title}`) => `
\`\`\`yaml figure
id: fig-fixed
caption: ${caption}
alt: Points.
spec:
  title: ${title}
  mark: {type: ${mark}, color: "#123456"}
  data: {name: rows}
  encoding: {x: {field: x, type: quantitative}, y: {field: y, type: quantitative}}
data: {rows: points.csv}
\`\`\`
`
  const withFigure = (text: string) => paper.replace('The first sentence.', `The first sentence.\n${text}`)
  save(withFigure(figure('one')))
  const drawing = page.locator('#fig-fixed .drawing > svg')
  await drawing.waitFor()
  await expect.poll(() => drawing.getAttribute('class')).toContain('selectable')
  await page.locator('#fig-fixed > details.drawn > summary').click()
  await page.evaluate(`
    const svg = document.querySelector('#fig-fixed .drawing > svg')
    window.kept = { svg, mark: svg.querySelector('[data-tip]'), rows: document.querySelector('#fig-fixed .rows') }
  `)
  const isSame = (name: string, selector: string) =>
    page.evaluate<boolean>(`window.kept.${name} === document.querySelector('#fig-fixed ${selector}')`)
  save(withFigure(figure('two')))
  await page.locator('figcaption', { hasText: 'Of two' }).waitFor()
  expect(await drawing.locator('.role-title text').first().textContent()).toBe('two')
  const areSame = () =>
    Promise.all([
      isSame('svg', '.drawing > svg'),
      isSame('mark', '.drawing > svg [data-tip]'),
      isSame('rows', '.rows'),
    ])
  expect(await areSame()).toEqual([true, true, true])
  expect(await page.locator('#fig-fixed > details.drawn').getAttribute('open')).toBe('')
  expect(await drawing.getAttribute('class')).toContain('selectable')
  // The drawing, with what scripts of the page added, as another window loads it.
  const other = await page.context().newPage()
  const drawingOf = (one: Page) =>
    one.evaluate<string>(`document.querySelector('#fig-fixed .drawing').outerHTML`)
  const isAsLoaded = async () => {
    await other.goto(page.url())
    await expect.poll(async () => (await drawingOf(page)) === (await drawingOf(other))).toBe(true)
    await page.bringToFront()
  }
  await isAsLoaded()
  await expect.poll(() => page.locator('#fig-fixed .zoom').count()).toBe(1)
  await expect.poll(() => page.locator('#fig-fixed > details.drawn > .tools').count()).toBeGreaterThan(0)
  // A selection of marks is gone, as the drawing may have other ones.
  await page.evaluate(`
    const { svg, mark } = window.kept
    mark.classList.add('unselected')
    svg.append(Object.assign(document.createElementNS(svg.namespaceURI, 'rect')))
    svg.lastChild.setAttribute('class', 'brush')
  `)
  const rows = page.locator('#fig-fixed > details.drawn > .scroll.rows tr')
  await expect.poll(() => rows.count()).toBe(4)
  await page.locator('#fig-fixed > details.drawn > summary').focus()
  save(withFigure(figure('three', 'point', 'Of two')))
  await expect.poll(() => drawing.locator('.role-title text').first().textContent()).toBe('three')
  expect(await areSame()).toEqual([true, true, true])
  await expect.poll(() => rows.count()).toBe(4)
  expect(await page.evaluate('document.activeElement.textContent')).toContain('Figure 1')
  await isAsLoaded()
  // With a figure above it, which has the same rows.
  const another = figure('four').replace('fig-fixed', 'fig-other')
  save(withFigure(another + figure('three', 'point', 'Of two')))
  await page.locator('#fig-other .drawing > svg').waitFor()
  const open = page.locator('details.drawn[open]')
  expect(await open.evaluateAll((all) => all.map((one) => one.closest('figure')?.id))).toEqual(['fig-fixed'])
  await expect.poll(() => rows.count()).toBe(4)
  save(withFigure(figure('two', 'bar')))
  await expect.poll(() => drawing.locator('.mark-rect.role-mark path').count()).toBeGreaterThan(0)
  expect(await drawing.locator('.mark-symbol.role-mark').count()).toBe(0)
  await isAsLoaded()
  save(withFigure('Nothing.'))
  await drawing.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
})
