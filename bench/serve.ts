/**
 * `npm run bench -- serve [SAVES]`: from a save to the screen, in a real Chromium, and from an edit to the
 * diagnostics, in a real client of the language server, both of the study. Beside each, the processor time of
 * the server for one, which another load of the machine changes less.
 */

import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
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
    const all = [...(await saveToScreen(project, saves)), await editToDiagnostics(project, saves)]
    console.log(
      '| what | n | median | 95th percentile | longest | CPU time, median |\n|---|--:|--:|--:|--:|--:|',
    )
    for (const [what, found] of all) {
      const sorted = (which: keyof Taken) => found.map((one) => one[which]).toSorted((a, b) => a - b)
      const at = (which: keyof Taken, share: number) =>
        `${(sorted(which)[Math.ceil(share * found.length) - 1] ?? 0).toFixed(0)} ms`
      const times = [at('wallMs', 0.5), at('wallMs', 0.95), at('wallMs', 1), at('cpuMs', 0.5)]
      console.log(`| ${[what, found.length, ...times].join(' | ')} |`)
    }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

/** `cpuMs` is that of the server: all of its threads, in steps of 10 ms. */
interface Taken {
  readonly wallMs: number
  readonly cpuMs: number
}

type Times = readonly [what: string, taken: readonly Taken[]]

/** From before the write to the second frame of the browser after the change is in its page. */
async function saveToScreen(project: string, saves: number): Promise<readonly Times[]> {
  const server = spawn(process.execPath, [source('dist/cli.cjs'), 'serve'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => server.on('exit', resolve))
  const address = await new Promise<string>((resolve, reject) => {
    server.stdout.on('data', (part: Buffer) => {
      const found = /http:\S+/.exec(String(part))?.[0]
      if (found) resolve(found)
    })
    server.on('exit', (code) => reject(new Error(`repro serve ended with ${code}`)))
  })
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.goto(address)
    await shown(page, `'reproVersion' in document.documentElement.dataset`, () => {})
    const shows = (words: string) =>
      `added.some((node) => node.textContent.includes(${JSON.stringify(words)}))`
    const file = (path: string) => {
      const place = join(project, path)
      return { original: readFileSync(place, 'utf8'), write: (text: string) => writeFileSync(place, text) }
    }
    const [text, script] = [file('paper/index.md'), file('experiments/pause-resume.ts')]
    const save = async (seen: string, write: () => void) =>
      await taken(server.pid, () => shown(page, seen, write))
    const sentence = async (index: number) => {
      const words = `Here is sentence number ${index} of the benchmark.`
      return await save(shows(words), () => text.write(text.original.replace('\n## ', `\n${words}\n\n## `)))
    }
    const title = (specification: string) => {
      const figure = file(`figures/${specification}`)
      return async (index: number) => {
        const words = `title number ${index} of ${specification}`
        const spec = JSON.stringify({ ...JSON.parse(figure.original), title: words })
        return await save(shows(words), () => figure.write(spec))
      }
    }
    const code = (seen: string) => async (index: number) => {
      const found = await save(seen, () =>
        script.write(`${script.original}\nexport const extra = ${index}\n`),
      )
      await shown(page, stale, () => {})
      await shown(page, `!(${stale}) && !(${toRun})`, () => script.write(script.original))
      return found
    }
    const figures: Times[] = []
    for (const name of readdirSync(join(project, 'figures')).filter((one) => one.endsWith('.vl.json')))
      figures.push([`the specification ${name}, on the screen`, await series(saves, title(name))])
    return [
      ['a sentence of the text, on the screen', await series(saves, sentence)],
      ...figures,
      [`a specification, one of these ${figures.length}`, figures.flatMap(([, taken]) => taken)],
      ['the script of all cells, as cells to run', await series(saves, code(toRun))],
      ['the same script, as marks at all its numbers', await series(Math.min(saves, 10), code(stale))],
    ]
  } finally {
    await browser.close()
    server.kill('SIGINT')
    await ended
  }
}

const toRun = `document.querySelector('.repro-panel')?.textContent.includes(' to run') === true`
const stale = `document.querySelector('main .stale') !== null`

/** Between saves: whoever saves twice within it sees the second after what the first caused. */
const pauseMs = 1000

async function series(count: number, one: (index: number) => Promise<Taken>): Promise<readonly Taken[]> {
  const found: Taken[] = []
  for (let index = 0; index < count + warmUp; index += 1) {
    found.push(await one(index))
    await setTimeout(pauseMs)
  }
  return found.slice(warmUp)
}

async function taken(pid: number | undefined, act: () => Promise<void>): Promise<Taken> {
  const [startMs, startCpuMs] = [performance.now(), cpuMsOf(pid)]
  await act()
  return { wallMs: performance.now() - startMs, cpuMs: cpuMsOf(pid) - startCpuMs }
}

/**
 * Of a process and its own, such as the language server behind its command, as Linux tells it; 0 elsewhere.
 */
function cpuMsOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    return 10 * (Number(fields[11]) + Number(fields[12])) + sum(children.map((one) => cpuMsOf(Number(one))))
  } catch {
    return 0
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

/**
 * Resolves two frames after the page shows what a save changes. `seen` is an expression over the page and the
 * nodes that were `added`: it is evaluated after each change, so it must not search the whole page, which
 * takes as long as a frame.
 */
async function shown(page: Page, seen: string, save: () => void): Promise<void> {
  const waiting = page.evaluate(`new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(${JSON.stringify(`not seen in a minute: ${seen}`)})), 60_000)
    const look = (records) => {
      const added = records.flatMap(({ addedNodes }) => [...addedNodes])
      if (!(${seen})) return
      observer.disconnect()
      requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
    }
    const observer = new MutationObserver(look)
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    look([])
  })`)
  save()
  await waiting
}

async function editToDiagnostics(project: string, edits: number): Promise<Times> {
  const client = await openClient(project)
  const original = readFileSync(source('paper/index.md'), 'utf8')
  await client.open('paper/index.md')
  const one = async (index: number) => {
    const text = original.replace('\n## ', `\nSee @fig-unknown-${index}.\n\n## `)
    return await taken(client.pid, async () => {
      let found = await client.change('paper/index.md', text)
      while (!found.some(({ message }) => String(message).includes(`fig-unknown-${index}`)))
        found = await client.told('paper/index.md')
    })
  }
  const found = await series(edits, one)
  await client.end()
  return ['an edit, in diagnostics', found]
}
