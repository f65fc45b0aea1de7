/**
 * `npm run bench -- serve [SAVES]`: from a save to the screen, in a real Chromium, and from an edit to the diagnostics,
 * in a real client of the language server, both of the study.
 */

import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openClient } from '../test/lsp/client.ts'
import { launch } from '../test/slow/chromium.ts'
import { source } from '../test/source.ts'

const parts = ['paper', 'experiments', 'figures', 'results', 'package.json']

/** Saves before those that count: code is compiled, and what lies in files is read. */
const warmUp = 5

export async function benchServe([given = '40']: readonly string[]): Promise<void> {
  const saves = Number(given)
  const project = mkdtempSync(join(tmpdir(), 'repro-bench-serve-'))
  try {
    for (const part of parts) cpSync(source(part), join(project, part), { recursive: true })
    const rows = [...(await saveToScreen(project, saves)), await editToDiagnostics(project, saves)]
    console.log('| what | n | median | 95th percentile | longest |\n|---|---|---|---|---|')
    for (const [what, times] of rows) {
      const sorted = times.toSorted((a, b) => a - b)
      const at = (share: number) => `${(sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(0)} ms`
      console.log(`| ${what} | ${sorted.length} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`)
    }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

type Times = readonly [what: string, ms: readonly number[]]

/** From before the write to the second frame of the browser after the change is in its page. */
async function saveToScreen(project: string, saves: number): Promise<readonly Times[]> {
  const server = spawn(process.execPath, [source('dist/cli.cjs'), 'serve'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((resolve) => {
    server.stdout.on('data', (part: Buffer) => {
      const found = /http:\S+/.exec(String(part))?.[0]
      if (found) resolve(found)
    })
  })
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.goto(address)
    await page.waitForFunction(`'reproVersion' in document.documentElement.dataset`)
    const text = join(project, 'paper/index.md')
    const [figure, original] = [join(project, 'figures/deadlines.vl.json'), readFileSync(text, 'utf8')]
    const drawn = readFileSync(figure, 'utf8')
    const word = async (index: number) =>
      await timed(page, `sentence number ${index} of the benchmark`, (words) =>
        writeFileSync(text, original.replace('\n## ', `\nHere is ${words}.\n\n## `)),
      )
    const title = async (index: number) =>
      await timed(page, `axis-${index}`, (words) =>
        writeFileSync(figure, JSON.stringify({ ...JSON.parse(drawn), title: words })),
      )
    return [
      ['a sentence of the text, on the screen', await series(saves, word)],
      ['a figure’s specification, on the screen', await series(saves, title)],
    ]
  } finally {
    await browser.close()
    server.kill('SIGINT')
  }
}

async function series(saves: number, one: (index: number) => Promise<number>): Promise<readonly number[]> {
  const times: number[] = []
  for (let index = 0; index < saves + warmUp; index += 1) times.push(await one(index))
  return times.slice(warmUp)
}

async function timed(page: Page, words: string, save: (words: string) => void): Promise<number> {
  const shown = page.evaluate(`new Promise((resolve) => {
    const words = ${JSON.stringify(words)}
    const look = () => {
      if (document.querySelector('main')?.textContent.includes(words))
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
      else requestAnimationFrame(look)
    }
    look()
  })`)
  const startMs = performance.now()
  save(words)
  await shown
  return performance.now() - startMs
}

async function editToDiagnostics(project: string, edits: number): Promise<Times> {
  const client = await openClient(project)
  const original = readFileSync(source('paper/index.md'), 'utf8')
  await client.open('paper/index.md')
  const one = async (index: number) => {
    const text = original.replace('\n## ', `\nSee @fig-unknown-${index}.\n\n## `)
    const startMs = performance.now()
    const found = await client.change('paper/index.md', text)
    const durationMs = performance.now() - startMs
    if (!found.some(({ message }) => String(message).includes(`fig-unknown-${index}`)))
      throw new Error('not told')
    return durationMs
  }
  const times = await series(edits, one)
  await client.end()
  return ['an edit, in diagnostics', times]
}
