/**
 * How time and memory grow with the number of cells: planning cells that never ran, collecting results from
 * an executor that answers at once, and then status, build and verify with all of them up to date. And with
 * the rows of a cell: what a table, a figure and values over a million of them take.
 *
 * Each step is a process of its own, whose peak of resident memory is read when it ends.
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Executor } from '../src/engine/executor.ts'
import { writeEnd } from '../src/engine/script/order.ts'
import { readOrder } from '../src/engine/script/readorder.ts'
import { openFiles } from '../src/files/tracked.ts'
import { build, type BuildOptions, planDocument } from '../src/project/build.ts'
import { openDocument, type Site } from '../src/project/site.ts'
import { keyOf } from '../src/results/key.ts'
import { runName } from '../src/results/run.ts'
import { formatRun } from '../src/results/runfile.ts'
import { openSeal } from '../src/results/seal.ts'
import { openStore } from '../src/results/store.ts'
import { randomNumbers } from '../src/stats/random.ts'

const program = resolve(import.meta.dirname, '../dist/cli.cjs')

/**
 * Arguments: `cells` or `rows`, then their numbers. By default both. `filled`, then numbers, measures as `cells`
 * does, but lays the runs down without waiting for the disk in place of collecting them.
 */
export async function benchScale(args: readonly string[]): Promise<void> {
  const [what, ...numbers] = args
  if (what === 'step') {
    const [step = '', project = ''] = numbers
    await steps.get(step)?.(project)
    return
  }
  const sizes = numbers.map(Number)
  if (what === undefined || what === 'cells')
    benchCells(sizes.length > 0 ? sizes : [1000, 3000, 10_000], false)
  if (what === 'filled') benchCells(sizes, true)
  if (what === undefined || what === 'rows')
    benchRows(sizes.length > 0 ? sizes : [10_000, 100_000, 1_000_000])
}

function benchCells(sizes: readonly number[], isFilled: boolean): void {
  console.log(
    `| cells | plan | ${isFilled ? 'fill' : 'collect'} | status | build, first | build, one word | verify |`,
  )
  console.log('|--:|--:|--:|--:|--:|--:|--:|')
  for (const cells of sizes)
    inProject((project) => {
      writeDocument(project, cells)
      const found = [
        measured(project, 'plan'),
        measured(project, isFilled ? 'fill' : 'collect'),
        measured(project, ['status']),
        measured(project, ['build']),
        measured(project, ['build'], () => writeDocument(project, cells, 'another word')),
        measured(project, ['verify']),
      ]
      console.log(`| ${cells} | ${found.join(' | ')} |`)
    })
}

function benchRows(sizes: readonly number[]): void {
  console.log('| rows | store | status | build |')
  console.log('|--:|--:|--:|--:|')
  for (const rows of sizes)
    inProject((project) => {
      writeRowsDocument(project, rows)
      const found = [measured(project, 'keep'), measured(project, ['status']), measured(project, ['build'])]
      console.log(`| ${rows} | ${found.join(' | ')} |`)
    })
}

function inProject(measure: (project: string) => void): void {
  const project = mkdtempSync(join(tmpdir(), 'repro-scale-'))
  try {
    measure(project)
  } finally {
    rmSync(project, { recursive: true })
  }
}

/** Runs a step of this file, or a command of the program; returns its processor time and peak of memory. */
function measured(project: string, what: string | readonly string[], before: () => void = () => {}): string {
  before()
  const own = [
    '--import',
    resolve(import.meta.dirname, '../test/typescript.mjs'),
    resolve(import.meta.dirname, 'main.ts'),
  ]
  const args = typeof what === 'string' ? [...own, 'scale', 'step', what, project] : [program, ...what]
  const peak = join(project, 'peak')
  const atEnd = `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peak)}, JSON.stringify(process.resourceUsage())))`
  writeFileSync(join(project, 'peak.cjs'), atEnd)
  const { status, stderr, stdout } = spawnSync(process.execPath, ['-r', join(project, 'peak.cjs'), ...args], {
    cwd: project,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, REPRO_CACHE: join(project, 'cache') },
  })
  if (status !== 0)
    throw new Error(`${args.join(' ')} ended with ${status}:\n${stderr}${stdout.slice(-2000)}`)
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(
    readFileSync(peak, 'utf8'),
  ) as NodeJS.ResourceUsage
  return `${((userCPUTime + systemCPUTime) / 1e6).toFixed(1)} s, ${(maxRSS / 1024).toFixed(0)} MB`
}

type Step = (project: string) => Promise<void>

const steps: ReadonlyMap<string, Step> = new Map([
  ['plan', async (project) => void (await planned(siteOf(project)))],
  [
    'collect',
    async (project) => {
      const site = siteOf(project)
      const options = { rerun: [], only: [], jobs: 2, keepGoing: false, frozen: false, record: false, to: [] }
      const allow: BuildOptions['allow'] = async (steps) => steps
      const signal = new AbortController().signal
      const { failures } = await build(
        site,
        await openDocument(site),
        { ...options, allow, signal },
        () => {},
      )
      if (failures[0]) throw failures[0]
    },
  ],
  ['fill', fill],
  ['keep', keepRows],
])

function siteOf(project: string): Site {
  const cache = join(project, 'cache')
  const seal = openSeal(project, cache)
  return { project, cache, document: 'paper/index.md', generator: 'bench', seal, executor: atOnce }
}

async function planned(site: Site) {
  const files = openFiles(site.project)
  return await planDocument(site, await openDocument(site, files), files)
}

/** Answers with a few rows, without a process. */
const atOnce: Executor = {
  submit({ order: file }) {
    const order = readOrder(file)
    const rows = Array.from({ length: order.trials }, (_, trial) => ({ trial, total: 100 + trial }))
    const result = { columns, rows, files: {}, exclusions: [], captured: {} }
    const ended = writeEnd(order, { type: 'result', result, reads: {} }).then(() => ({
      status: 'ended',
      late: false,
    }))
    return { ended, cancel() {} }
  },
}

/** Stores a run for each cell, as `collect` does, but without waiting for the disk. */
async function fill(project: string): Promise<void> {
  const site = siteOf(project)
  for (const { cell, inputs, environment } of await planned(site)) {
    const { experiment, pattern, block } = cell
    const rows = Array.from({ length: block.trials }, (_, trial) => ({ trial, total: 100 + trial }))
    const run = {
      ...{ experiment, environment: environment.name, pattern, key: keyOf(cell, inputs), inputs },
      ...{ origin: environment.origin, trials: block.trials, seed: block.seed },
      ...{ parameters: cell.definition.parameters, columns, rows, exclusions: [], captured: {}, files: {} },
      provenance: { document: site.document },
    }
    const path = `.repro/runs/${runName(run)}/2026-01-01T00.00.00.000Z-${run.key.slice(0, 12)}`
    const folder = join(project, path)
    mkdirSync(folder, { recursive: true })
    const texts = formatRun(run)
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
    writeFileSync(join(folder, 'seal'), site.seal.sign({ kind: 'run', path }, texts['run.json'] ?? '') ?? '')
  }
}

const columns = [
  { name: 'trial', role: 'index' },
  { name: 'total', role: 'measure', unit: 'us' },
] as const

const environments = Array.from({ length: 10 }, (_, index) => `board-${index}`)
const experiments = 5

/** A tenth of the cells in each environment, a fifth in each experiment. */
function writeDocument(project: string, cells: number, prose = 'a word'): void {
  const patterns = cells / environments.length / experiments
  const names = Array.from({ length: patterns }, (_, index) => `p${index}`)
  const blocks = Array.from({ length: experiments }, (_, index) => {
    const id = `e${index}`
    return [
      fence(
        'yaml experiment',
        [
          `id: ${id}`,
          'script: experiments/script.js',
          `environments: [${environments.join(', ')}]`,
          'trials: 10',
          'parameters: {load: 0}',
          'patterns:',
          ...names.map((name, load) => `  ${name}: {load: ${load}}`),
        ].join('\n'),
      ),
      fence(
        'yaml table',
        `id: tbl-${id}\nkind: summary\nfrom: ${id}\ncaption: Means\nenvironments: [board-0]\nmeasures: [total]`,
      ),
      fence(
        'yaml claim',
        `id: C${index}\nstatement: The first is not slower\nscope: shape\nvalue: ${id}['board-0'].p0.total.mean / ${id}['board-1'].p1.total.mean\nbetween: [0.5, 2]`,
      ),
      `The mean is \`=${id}['board-0'].p0.total.mean | us\`.`,
    ].join('\n\n')
  })
  writeProject(project, `---\ntitle: A paper\n---\n\n${prose}\n\n${blocks.join('\n\n')}\n`)
}

/** One cell with this many rows, and what a paper makes of them. */
function writeRowsDocument(project: string, rows: number): void {
  writeProject(
    project,
    [
      '---\ntitle: A paper\n---',
      fence(
        'yaml experiment',
        `id: e0\nscript: experiments/script.js\nenvironments: [board-0]\ntrials: ${rows}\nboots: 5\npatterns: {p0: {}}`,
      ),
      fence('yaml table', 'id: tbl-e0\nkind: summary\nfrom: e0\ncaption: Means\nmeasures: [total]'),
      fence(
        'yaml figure',
        'id: fig-e0\nspec: figures/histogram.vl.json\ncaption: Histogram\nalt: A histogram\ndata: {rows: e0}',
      ),
      "The mean is `=e0['board-0'].p0.total.mean | us`, the median `=e0['board-0'].p0.total.median | interval`.",
    ].join('\n\n'),
  )
}

function writeProject(project: string, document: string): void {
  for (const folder of ['paper', 'experiments', 'figures'])
    mkdirSync(join(project, folder), { recursive: true })
  writeFileSync(join(project, 'paper/index.md'), document)
  writeFileSync(join(project, 'experiments/script.js'), 'export default async () => ({})\n')
  const entries = environments.map((name) => `${name}: {label: A board, testbed: local}\n`)
  writeFileSync(join(project, 'experiments/environments.yaml'), entries.join(''))
  const histogram = {
    data: { name: 'rows' },
    mark: 'bar',
    encoding: {
      x: { field: 'total', bin: { maxbins: 50 }, type: 'quantitative' },
      y: { aggregate: 'count', type: 'quantitative' },
    },
  }
  writeFileSync(join(project, 'figures/histogram.vl.json'), JSON.stringify(histogram))
}

/** Stores a run of as many rows as the document asks for, as if a board had measured them. */
async function keepRows(project: string): Promise<void> {
  const site = siteOf(project)
  const [step] = await planned(site)
  if (step === undefined) throw new Error('no cell')
  const { cell, inputs, environment } = step
  const { trials, boots, seed } = cell.block
  const random = randomNumbers('scale')
  const rows = Array.from({ length: trials }, (_, trial) => ({
    boot: 1 + Math.floor((trial * boots) / trials),
    trial,
    operation: 'pause',
    total: Math.round(1e5 * (100 + 10 * random())) / 1e5,
  }))
  const { experiment, pattern } = cell
  const run = {
    ...{ experiment, environment: environment.name, pattern, key: keyOf(cell, inputs), inputs },
    ...{ origin: environment.origin, trials, seed, parameters: cell.definition.parameters },
    columns: [
      { name: 'boot', role: 'index' },
      { name: 'trial', role: 'index' },
      { name: 'operation', role: 'factor' },
      { name: 'total', role: 'measure', unit: 'us' },
    ] as const,
    ...{ rows, exclusions: [], captured: {}, provenance: { document: site.document } },
  }
  await openStore(project, openFiles(project), site.seal).keep(run, {})
}

function fence(info: string, content: string): string {
  return `\`\`\`${info}\n${content}\n\`\`\``
}
