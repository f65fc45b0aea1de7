/**
 * The same paper by make + pandoc, ninja + pandoc and this program: 12 blocks (6 scripts, 4 tables, 2 figures), with
 * nothing changed, one word, all anew, one script, one data file, and the module that all scripts load; without further
 * text, and with the text of a paper: sections, citations, formulas. After each change every number of the page is held
 * against the data. Beside each stands a bare `node -e 0`. What is not installed is skipped.
 *
 * Wall time counts on an idle machine; CPU time (of all processes) on any.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openConsent } from '../src/project/consent.ts'
import { median } from '../src/stats/order.ts'
import { cacheFolder } from '../src/testbed/cache.ts'

const program = resolve(import.meta.dirname, '../dist/cli.cjs')
const packages = resolve(import.meta.dirname, '../node_modules')
const scripts = 6
const tables = 4
const figures = 2
const trials = 3
/** Of the paper with text. */
const paperWords = 5000

/** The data of a paper: numbers of each data file, and what the script and the module that all share add to their mean. */
interface State {
  readonly data: number[][]
  readonly added: number[]
  shared: number
  words: number
  /** Sections below all else. */
  readonly text: string
}

interface Tool {
  readonly name: string
  readonly needs: readonly string[]
  /** Lays the paper down. */
  readonly write: (folder: string, state: State) => void
  readonly command: readonly string[]
  readonly page: string
  /** Deletes all that was made. */
  readonly made: readonly string[]
}

/** Arguments: how often each change is measured, in place of 5. */
export async function benchMake([repeats = '5']: readonly string[]): Promise<void> {
  const found = tools.filter(({ name, needs }) => {
    const missing = needs.filter((one) => spawnSync('sh', ['-c', `command -v ${one}`]).status !== 0)
    if (missing.length > 0) console.log(`skipped ${name}: no ${missing.join(', ')}`)
    return missing.length === 0
  })
  for (const [what, text] of [
    ['no text', ''],
    [`${paperWords} words`, sectionsOf(paperWords)],
  ] as const) {
    const opened = found.map((tool) => openPaper(tool, text))
    try {
      console.log(
        `${what}, median of ${repeats}, seconds of wall time (of CPU time); Node ${process.version}\n`,
      )
      console.log(`| | ${[...found.map(({ name }) => name), 'bare node'].join(' | ')} |`)
      console.log(`|---|${'--:|'.repeat(found.length + 1)}`)
      for (const [change, apply] of changes) {
        const columns: Time[][] = [...opened.map(() => []), []]
        // In turns, as a machine has slow minutes.
        for (let count = 0; count < Number(repeats); count += 1) {
          for (const [index, paper] of opened.entries()) columns[index]?.push(paper.build(apply))
          columns.at(-1)?.push(timed([process.execPath, '-e', '0'], tmpdir()))
        }
        console.log(`| ${change} | ${columns.map(shown).join(' | ')} |`)
      }
    } finally {
      for (const { folder } of opened) rmSync(folder, { recursive: true })
    }
    console.log()
  }
}

/** Sections of 300 words, with two citations, a formula in the text and one in a line of its own; the same at each call. */
function sectionsOf(words: number): string {
  const vocabulary =
    'the of a system time value load we measure show that each result depends on number trial median mean experiment board clock under without noise sample'.split(
      ' ',
    )
  let seed = 1
  const word = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return vocabulary[seed % vocabulary.length] ?? ''
  }
  const paragraph = () => `The ${Array.from({ length: 59 }, word).join(' ')}`
  return Array.from(
    { length: Math.round(words / 300) },
    (_, index) =>
      `# Section ${index}\n\n${paragraph()}.\n\n${paragraph()} [@one; @two].\n\n${paragraph()} *as said* with $x^2 + y_{${index}}$.\n\n` +
      `${paragraph()}.\n\n$$\n\\bar{x} = \\frac{1}{n} \\sum_{i=1}^n x_i\n$$\n\n${paragraph()}.\n`,
  ).join('\n')
}

const works = `@article{one, author = {Doe, Jane and Roe, Richard}, title = {On Measuring}, journal = {Journal of Things}, year = {2019}}
@book{two, author = {Lee, Kim}, title = {The Book}, publisher = {Press}, year = {2001}}
`

interface Time {
  readonly wall: number
  readonly cpu: number
}

const changes = new Map<string, Change>([
  ['nothing changed', () => {}],
  ['one word', (state) => void (state.words += 1)],
  [
    'cold',
    (_, folder, { made }) => {
      for (const name of made) rmSync(join(folder, name), { recursive: true, force: true })
    },
  ],
  ["one block's code", ({ added }) => void (added[1] = (added[1] ?? 0) + 1)],
  ['one data file', ({ data }) => void data[1]?.push(1000 + data[1].length)],
  ['the helper of all', (state) => void (state.shared += 1)],
])

type Change = (state: State, folder: string, tool: Tool) => void

interface Paper {
  readonly folder: string
  /** Applies a change, and returns how long the build took. */
  build(change: Change): Time
}

/** Writes a paper for a tool, and builds it twice. */
function openPaper(tool: Tool, text: string): Paper {
  const folder = mkdtempSync(join(tmpdir(), 'repro-make-'))
  const state: State = {
    data: Array.from({ length: scripts }, (_, index) =>
      Array.from({ length: 50 }, (__, one) => index * 100 + one),
    ),
    added: Array.from({ length: scripts }, () => 0),
    shared: 0,
    words: 0,
    text,
  }
  const build = (change: Change) => {
    change(state, folder, tool)
    tool.write(folder, state)
    const time = timed(tool.command, folder)
    verify(tool, folder, state)
    return time
  }
  build(() => {})
  build(() => {})
  return { folder, build }
}

/** Throws if a number of the page is not that of the data, or a picture not that of the numbers. */
function verify({ name, page }: Tool, folder: string, state: State): void {
  const text = readFileSync(join(folder, page), 'utf8').replaceAll(/<[^>]*>/g, ' ')
  const expected = state.data.map((_, index) => valueOf(state, index))
  for (const [index, value] of expected.entries()) {
    const shown = /MARK(\d+) is ([\d.,]+)/g
    const found = [...text.replaceAll(/\s+/g, ' ').matchAll(shown)].find(
      ([, at]) => Number(at) === index,
    )?.[2]
    if (Number(found?.replaceAll(',', '')) !== value)
      throw new Error(`${name}: the page says ${found} where the data say ${value}`)
  }
  if (!text.includes(`word ${state.words}`)) throw new Error(`${name}: the page lacks word ${state.words}`)
  for (let index = 0; index < tables; index += 1) {
    const value = expected[index] ?? Number.NaN
    const count =
      text.replaceAll(/[\s,]+/g, ' ').split(new RegExp(`(?<![\\d.])${value}(?![\\d.]*\\d)`)).length - 1
    if (count < 2) throw new Error(`${name}: the table of ${value} is stale`)
  }
}

/** The mean of the data, and what code adds; a whole number. */
function valueOf({ data, added, shared }: State, index: number): number {
  const numbers = data[index] ?? []
  return (
    Math.round(numbers.reduce((sum, one) => sum + one, 0) / numbers.length) + (added[index] ?? 0) + shared
  )
}

/** Runs a command; the shell tells the CPU time of it and all that it waited for. */
function timed(command: readonly string[], cwd: string): Time {
  const script =
    'TIMEFORMAT="%R %U %S"; out=$( { time "$@" >out.log 2>&1; } 2>&1 ); code=$?; echo "$code $out"'
  const log = mkdtempSync(join(tmpdir(), 'repro-time-'))
  const { stdout } = spawnSync(
    'bash',
    ['-c', script.replace('out.log', `"${log}/out"`), 'bash', ...command],
    {
      cwd,
      encoding: 'utf8',
    },
  )
  const [code, wall = 0, user = 0, system = 0] = stdout.trim().split(/\s+/).map(Number)
  const said = existsSync(join(log, 'out')) ? readFileSync(join(log, 'out'), 'utf8') : ''
  rmSync(log, { recursive: true })
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${said}`)
  return { wall, cpu: user + system }
}

function shown(times: readonly Time[]): string {
  const of = (what: keyof Time) => median(times.map((time) => time[what])).toFixed(what === 'wall' ? 3 : 2)
  return `${of('wall')} (${of('cpu')})`
}

/** Writes a file only if it changed, as an editor would. */
function put(folder: string, path: string, content: string): void {
  const file = join(folder, path)
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
}

function writeShared(folder: string, { data, shared }: State): void {
  put(folder, 'refs.bib', works)
  for (const [index, numbers] of data.entries()) put(folder, `data/d${index}.txt`, `${numbers.join('\n')}\n`)
  put(
    folder,
    'scripts/helper.mjs',
    'export const meanOf = (numbers) =>\n' +
      `  Math.round(numbers.reduce((sum, one) => sum + one, 0) / numbers.length) + ${shared}\n`,
  )
  for (let index = 0; index < figures; index += 1)
    put(
      folder,
      `figures/f${index}.vl.json`,
      JSON.stringify({
        data: { name: 'rows' },
        mark: 'point',
        encoding: {
          x: { field: 'trial', type: 'quantitative' },
          y: { field: 'valueUs', type: 'quantitative', title: 'value' },
        },
      }),
    )
}

const reading = (index: number) =>
  `readFileSync(new URL('../data/d${index}.txt', import.meta.url), 'utf8').trim().split('\\n').map(Number)`

const repro: Tool = {
  name: 'repro',
  needs: ['node'],
  command: [process.execPath, program, 'build'],
  page: '_build/index.html',
  made: ['.repro', '_build'],
  write(folder, state) {
    writeShared(folder, state)
    openConsent(folder, cacheFolder()).remember([], true)
    const bibliography = state.text === '' ? '' : 'bibliography: refs.bib\n'
    const parts = [`---\ntitle: A paper\n${bibliography}---\n\nProse with word ${state.words}.\n`]
    for (const [index, added] of state.added.entries()) {
      put(
        folder,
        `scripts/e${index}.ts`,
        `import { readFileSync } from 'node:fs'
import type { Cell, Result } from 'repro'
// @ts-expect-error -- plain JavaScript
import { meanOf } from './helper.mjs'

export default async function ({ each }: Cell): Promise<Result> {
  const numbers: readonly number[] = ${reading(index)}
  const rows = await each(() => [{ valueUs: meanOf(numbers) + ${added} }])
  const columns = [{ name: 'trial', role: 'index' }, { name: 'valueUs', role: 'measure', unit: 'us' }] as const
  return { columns, rows, exclusions: [], captured: {} }
}
`,
      )
      parts.push(
        `Here MARK${index} is \`=e${index}.local.default.valueUs.mean | us | fixed(0)\`.\n`,
        fenced(
          'yaml experiment',
          `id: e${index}\nscript: scripts/e${index}.ts\nenvironments: [local]\ntrials: ${trials}\nparallel: true\npatterns: {default: {}}`,
        ),
      )
    }
    for (let index = 0; index < tables; index += 1)
      parts.push(
        fenced('yaml table', `id: tbl-t${index}\nkind: summary\nfrom: e${index}\nby: []\ncaption: A table`),
      )
    for (let index = 0; index < figures; index += 1)
      parts.push(
        fenced(
          'yaml figure',
          `id: fig-f${index}\nspec: figures/f${index}.vl.json\ncaption: A figure\nalt: Points\ndata: {rows: e${index}}`,
        ),
      )
    put(folder, 'paper/index.md', [...parts, state.text].join('\n'))
  },
}

function fenced(info: string, content: string): string {
  return `\`\`\`${info}\n${content}\n\`\`\`\n`
}

/** The same numbers, tables and figures by processes of Node that a build tool starts, and a page by pandoc. */
function writePlain(folder: string, state: State): void {
  writeShared(folder, state)
  const url = (path: string) => JSON.stringify(pathToFileURL(join(packages, path)).href)
  for (const [index, added] of state.added.entries())
    put(
      folder,
      `scripts/e${index}.mjs`,
      `import { readFileSync } from 'node:fs'
import { meanOf } from './helper.mjs'
const numbers = ${reading(index)}
const rows = Array.from({ length: ${trials} }, (_, trial) => ({ trial, valueUs: meanOf(numbers) + ${added} }))
console.log(JSON.stringify(rows))
`,
    )
  put(
    folder,
    'scripts/table.mjs',
    `import { readFileSync } from 'node:fs'
const values = JSON.parse(readFileSync(process.argv[2], 'utf8')).map(({ valueUs }) => valueUs)
const mean = values.reduce((sum, one) => sum + one, 0) / values.length
console.log('| n | mean | min | max |\\n|--:|--:|--:|--:|')
console.log(\`| \${values.length} | \${mean} | \${Math.min(...values)} | \${Math.max(...values)} |\`)
`,
  )
  put(
    folder,
    'scripts/figure.mjs',
    `import { readFileSync } from 'node:fs'
import * as vega from ${url('vega/build/vega.module.js')}
import { compile } from ${url('vega-lite/build/index.js')}
const [, , spec, rows] = process.argv
const { spec: compiled } = compile(JSON.parse(readFileSync(spec, 'utf8')))
const view = new vega.View(vega.parse(compiled), { renderer: 'none' })
console.log(await view.data('rows', JSON.parse(readFileSync(rows, 'utf8'))).toSVG())
`,
  )
  put(
    folder,
    'scripts/page.mjs',
    `import { readFileSync } from 'node:fs'
const meanOf = (name) => {
  const values = JSON.parse(readFileSync(\`out/\${name}.json\`, 'utf8')).map(({ valueUs }) => valueUs)
  return values.reduce((sum, one) => sum + one, 0) / values.length
}
const text = readFileSync('paper.md', 'utf8')
process.stdout.write(
  text
    .replaceAll(/=(e\\d)/g, (_, name) => meanOf(name))
    .replaceAll(/^TABLE(\\d)$/gm, (_, index) => readFileSync(\`out/t\${index}.md\`, 'utf8')),
)
`,
  )
  const prose = state.added.map((_, index) => `Here MARK${index} is =e${index}.\n`)
  const shownTables = Array.from({ length: tables }, (_, index) => `TABLE${index}\n`)
  const pictures = Array.from({ length: figures }, (_, index) => `![A figure](out/f${index}.svg)\n`)
  put(
    folder,
    'paper.md',
    [
      ...['---\ntitle: A paper\nbibliography: refs.bib\n---\n', `Prose with word ${state.words}.\n`],
      ...[...prose, ...shownTables, ...pictures, state.text],
    ].join('\n'),
  )
}

interface Rule {
  readonly from: readonly string[]
  readonly command: string
}

/** Target -> what it is made from, and how. */
function rules(text: string): ReadonlyMap<string, Rule> {
  const node = `'${process.execPath}'`
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  const rows = numbers(scripts).map((index) => `out/e${index}.json`)
  const parts = numbers(tables).map((index) => `out/t${index}.md`)
  const pictures = numbers(figures).map((index) => `out/f${index}.svg`)
  return new Map<string, Rule>([
    ...numbers(scripts).map(
      (index) =>
        [
          `out/e${index}.json`,
          {
            from: [`scripts/e${index}.mjs`, 'scripts/helper.mjs', `data/d${index}.txt`],
            command: `${node} scripts/e${index}.mjs > out/e${index}.json`,
          },
        ] as const,
    ),
    ...numbers(tables).map(
      (index) =>
        [
          `out/t${index}.md`,
          {
            from: [`out/e${index}.json`, 'scripts/table.mjs'],
            command: `${node} scripts/table.mjs out/e${index}.json > out/t${index}.md`,
          },
        ] as const,
    ),
    ...numbers(figures).map(
      (index) =>
        [
          `out/f${index}.svg`,
          {
            from: [`figures/f${index}.vl.json`, `out/e${index}.json`, 'scripts/figure.mjs'],
            command: `${node} scripts/figure.mjs figures/f${index}.vl.json out/e${index}.json > out/f${index}.svg`,
          },
        ] as const,
    ),
    [
      'out/page.md',
      {
        from: ['paper.md', 'scripts/page.mjs', ...rows, ...parts],
        command: `${node} scripts/page.mjs > out/page.md`,
      },
    ],
    [
      'out/page.html',
      {
        from: ['out/page.md', ...pictures],
        command: `pandoc --standalone --self-contained ${text === '' ? '' : '--citeproc --mathml --number-sections '}out/page.md -o out/page.html`,
      },
    ],
  ])
}

const make: Tool = {
  name: 'make + pandoc',
  needs: ['make', 'pandoc'],
  command: ['make', '-s', 'out/page.html'],
  page: 'out/page.html',
  made: ['out'],
  write(folder, state) {
    writePlain(folder, state)
    mkdirSync(join(folder, 'out'), { recursive: true })
    const all = [...rules(state.text)].map(
      ([to, { from, command }]) => `${to}: ${from.join(' ')}\n\t${command}\n`,
    )
    put(folder, 'Makefile', all.join('\n'))
  },
}

const ninja: Tool = {
  name: 'ninja + pandoc',
  needs: ['ninja', 'pandoc'],
  command: ['ninja', '--quiet', 'out/page.html'],
  page: 'out/page.html',
  made: ['out', '.ninja_log', '.ninja_deps'],
  write(folder, state) {
    writePlain(folder, state)
    const all = [...rules(state.text)].map(
      ([to, { from, command }]) => `build ${to}: run ${from.join(' ')}\n  command_line = ${command}\n`,
    )
    put(folder, 'build.ninja', ['rule run\n  command = $command_line\n', ...all].join('\n'))
  },
}

const tools = [make, ninja, repro]
