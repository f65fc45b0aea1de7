/**
 * Every specification of the figure tests in one report, built by the command line and opened in a real
 * browser.
 */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limits, openDrawer } from '../../src/report/drawing/process.ts'
import { hostile } from '../report/specifications/hostile.ts'
import { after, q, rows, type Specification } from '../report/specifications/parts.ts'
import { valid } from '../report/specifications/valid.ts'
import { launch } from './chromium.ts'
import { makeProject, repro } from './project.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
})

const secret = 'CANARY-5f3a'
const figures = [...valid, ...hostile]

function textOf({ spec }: Specification): string {
  return typeof spec === 'string' ? spec : JSON.stringify(spec)
}

/** Writes a block for each; returns the text and the line where each starts. */
function document(figures: readonly Specification[]): {
  readonly text: string
  readonly lines: readonly number[]
} {
  let text = '---\ntitle: "Figures $& $1"\n---\n\n'
  const lines = figures.map((figure, index) => {
    const line = text.split('\n').length
    const data = textOf(figure).includes('"name":"rows"') ? '{rows: data/rows.csv}' : '{}'
    const caption = JSON.stringify(`${index} ${figure.name} $& $\``)
    text += `\`\`\`yaml figure\nid: fig-${index}\nspec: figures/${index}.json\ncaption: ${caption}\nalt: A\ndata: ${data}\n\`\`\`\n\n`
    return line
  })
  return { text, lines }
}

/** Builds a report of them; returns also what was said of each. Nothing else in the folder changes. */
async function built(figures: readonly Specification[]) {
  const { text, lines } = document(figures)
  const files = {
    'secret/canary.csv': `v\n${secret}\n`,
    'project/paper/index.md': text,
    'project/data/rows.csv': rows,
    ...Object.fromEntries(figures.map((figure, index) => [`project/figures/${index}.json`, textOf(figure)])),
  }
  const folder = await makeProject([], files)
  const project = join(folder, 'project')
  const here = async () =>
    (await readdir(folder, { recursive: true }))
      .filter((path) => !/^project\/(?:\.repro|_build)/.test(path))
      .sort()
  const before = await here()
  process.env.REPRO_CANARY = secret
  const { out, err, exitCode } = await repro(project, 'build')
  delete process.env.REPRO_CANARY
  expect(exitCode).toBe(2)
  expect(await here()).toEqual(before)
  expect(err).not.toContain(secret)
  expect(err).not.toMatch(/^\s+at .*\.js:/m)
  // Not of the names in captions, some of which are HTML.
  const errors = err.split('\n').filter((line) => !line.includes(' warning HTML is not shown: '))
  const messages = errors.map((line) => [Number(line.split(':')[1]), line] as const)
  const said = lines.map((line, index) => {
    const next = lines[index + 1] ?? Number.POSITIVE_INFINITY
    return messages.find(([at]) => line <= at && at < next)?.[1]
  })
  return { project, out, said }
}

test(`${figures.length} specifications are drawn, or refused with a reason, and do nothing else`, async () => {
  // Check tells of some, and then nothing is drawn.
  const checked = await built(figures)
  for (const [index, { name, refused }] of figures.entries())
    if (checked.said[index] !== undefined) expect(checked.said[index], name).toMatch(refused ?? /never/)
  const others = figures.filter((_, index) => checked.said[index] === undefined)
  expect(others.length).toBeLessThan(figures.length)

  const { project, out, said } = await built(others)
  for (const [index, { name, refused }] of others.entries()) {
    if (refused === undefined) expect(said[index], name).toBeUndefined()
    else expect(said[index], name).toMatch(refused)
  }

  const page = await browser.newPage()
  const events: string[] = []
  page.on('dialog', (dialog) => {
    events.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => events.push(`request ${request.url()}`))
  page.on('pageerror', (error) => events.push(`error ${error.message}`))
  const address = pathToFileURL(join(project, out.trim())).href
  await page.goto(address)
  expect(await page.locator('figure svg').count()).toBe(figures.filter(({ refused }) => !refused).length)
  expect(await page.evaluate('[typeof pwned, typeof polluted, ({}).polluted === undefined]')).toEqual([
    ...['undefined', 'undefined', true],
  ])
  expect(
    await page.evaluate('document.querySelectorAll("figure script, figure img, figure image").length'),
  ).toBe(0)
  expect(events).toEqual([`request ${address}`])
  expect(await page.content()).not.toContain(secret)
  await page.close()
})

const point = (calculate: string) => after({ calculate, as: 'z' }).draw('point', { x: q('z') })

test.each([
  ['records', { data: { sequence: { start: 0, stop: 1e12, step: 1e-3 } }, mark: 'point' }],
  ['a list', point('length(sequence(1e8))')],
  ['text', point("length(pad('x', 1e9))")],
  [
    'panels of a facet',
    {
      data: { sequence: { start: 0, stop: 1e5 } },
      mark: 'point',
      encoding: { x: q('data'), row: { field: 'data', type: 'nominal' } },
    },
  ],
  [
    'steps of a density',
    after({ density: 'x', steps: 1e9 }).draw('area', { x: q('value'), y: q('density') }),
  ],
  [
    'steps of an axis',
    {
      data: { name: 'rows' },
      mark: 'point',
      encoding: { x: q('x', { axis: { tickCount: 1e9 } }) },
    },
  ],
])('a drawing ends at a limit: %s', async (_what, spec) => {
  using drawer = openDrawer({ ...limits, memoryMb: 256, seconds: 10 })
  const text = JSON.stringify(spec)
  const order = {
    spec: text,
    data: text.includes('"name":"rows"') ? { rows } : ({} as Record<string, string>),
  }
  await expect(drawer.draw(order)).rejects.toThrow(
    /needs more than 256 MB of memory \(draw less: |takes longer than 10 s \(draw less: |Invalid (?:string|array) length/,
  )
  expect(await drawer.draw({ spec: textOf(valid[0] as Specification), data: { rows } })).toContain('<svg')
})
