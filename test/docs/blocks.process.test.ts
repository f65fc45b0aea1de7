/**
 * Every fenced block of README.md and docs/ is run or checked: here, by the test that is named, or not at all for the
 * reason that is named. A block that is new fails this test until it is in one of these lists.
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { openDocument } from '../../src/project/site.ts'
import { openSeal } from '../../src/results/seal.ts'
import { readEnvironments } from '../../src/testbeds/environments.ts'
import { project } from '../project.ts'
import { source } from '../source.ts'
import { type Block, blocksOf, documents } from './blocks.ts'
import { commands } from './commands.ts'

/** Documents whose blocks are all read by one test. */
const followed = new Map([
  ['docs/tutorial.md', 'test/slow/tutorial.test.ts'],
  ['docs/problems.md', 'test/docs/problems.process.test.ts'],
  ['docs/writing.md', 'test/report/writing.test.ts'],
  ['docs/languages.md', 'test/slow/languages.test.ts'],
  ['docs/data.md', 'test/data/example.process.test.ts'],
])

/** What a block is a part of. */
type Context =
  | 'front matter'
  | 'document'
  | 'claim'
  | 'table'
  | 'patterns'
  | 'experiment'
  | 'sweep'
  | 'another experiment'
  | 'environment'
  | 'translation'

/** Checked here. A block is named by its document and its first line. */
const checked: ReadonlyMap<string, Context> = new Map([
  ['README.md: slow-nice: {label: xl at nice 19, xl: {nice: 19}}', 'patterns'],
  ['docs/artifact.md: artifact:', 'front matter'],
  ['docs/boards.md: pi4:', 'environment'],
  ['docs/claims.md: id: C7', 'claim'],
  ['docs/claims.md: groups:', 'experiment'],
  [
    "docs/claims.md: value: min(latency['xen-4.14'].loads.pause.total.mean / latency['xen-4.14'].baseline.pause.total.mean)",
    'claim',
  ],
  ['docs/claims.md: conditions:', 'front matter'],
  ['docs/claims.md: evidence:', 'front matter'],
  ['docs/engine.md: id: smoothed', 'another experiment'],
  ['docs/extending.md: domu-cpu-1: {label: CPU load in domU (1 process), domu: {cpuLoad: 1}}', 'patterns'],
  ['docs/extending.md: nominal: [4 ms, 95 %]', 'front matter'],
  ['docs/extending.md: parameters: {sizeKb: 4, threads: 1, pinned: false}', 'sweep'],
  ['docs/extending.md: published: [paper/published/latency.csv, paper/published/phases.csv]', 'front matter'],
  ['docs/extending.md: bibliography: paper/references.bib', 'front matter'],
  ['docs/extending.md: ```yaml table', 'document'],
  ['docs/extending.md: id: tbl-hardware', 'table'],
  ['docs/extending.md: ```yaml figure', 'document'],
  ['docs/extending.md: ```yaml experiment', 'document'],
  ['docs/extending.md: ```ts experiment id=naps testbed=local trials=5', 'document'],
  ['docs/extending.md: xen-4.17-dual:', 'environment'],
  ['docs/extending.md: invariants:', 'experiment'],
  ['docs/raspberry-pi-4.md: pi4:', 'environment'],
  ['docs/printing.md: print: {columns: 1, paper: letter}', 'front matter'],
  ['docs/reference.md: ```yaml experiment', 'document'],
  ['docs/translations.md: translationOf: paper/index.md       # in paper/index.ja.md', 'translation'],
  ['docs/translations.md: translations: [paper/index.ja.md]   # in paper/index.md', 'front matter'],
  ['docs/translations.md: texts:', 'translation'],
])

/** Covered by another test, or by none for a reason. */
const others = new Map([
  ['README.md: ---', 'test/examples/examples.process.test.ts'],
  [
    "docs/extending.md: value: max(sweep.local['threads=2'].time.mean / sweep.local['threads=1'].time.mean)",
    'test/claims/parameters.test.ts',
  ],
  ['docs/extending.md: {', 'checked with the block fig-strip, below'],
  ["docs/extending.md: import { readFile } from 'node:fs/promises'", 'test/slow/extending.test.ts'],
  ['docs/slurm.md: pi4:', 'a part of an entry'],
  [
    "docs/serving.md: vim.lsp.start({ name = 'repro', cmd = { 'npx', '--no-install', 'repro', 'lsp' }, root_dir = vim.fs.root(0, { 'paper', 'experiments' }) })",
    'the configuration of an editor',
  ],
  ['docs/board.md: repro-stamps 1', 'the form of a file, written and read by test/slow/boots.test.ts'],
  [
    'docs/boards.md: lease -> identity, lock -> claim -> reboot -> requirements -> send -> start | silence | ended -> fetch, verify -> acknowledge',
    'a picture in words',
  ],
  ['docs/engine.md: latency/xen-4.17/baseline is stale: trials 20 -> 50', 'what is printed of a stale cell'],
  ['docs/raspberry-pi-4.md: Host pi4', 'the configuration of ssh'],
  [
    'docs/trace.md: chunks of the file -> reader -> a stream of records for each pCPU -> merge by time -> trackers',
    'a picture in words',
  ],
  [
    'docs/trace.md: TRACE_TIME(TRC_PM_FREQ_CHANGE, prev_freq / 1000, policy->cur / 1000);',
    'a line of the source of Xen',
  ],
  ["docs/trace.md: [0x801001, 'frequency change', 'fromMhz toMhz'],", 'a line of src/xentrace/eventtable.ts'],
  [
    "docs/trace.md: ['frequency change', 0x801001, [1500, 600], { fromMhz: 1500, toMhz: 600 }],",
    'a line of test/xentrace/events.test.ts',
  ],
])

const all = documents.flatMap((path) => blocksOf(path))
const open = all.filter(({ path, language }) => !followed.has(path) && language !== 'sh')

describe('the blocks of all documents', () => {
  it('are each covered, and once', () => {
    expect(all.length).toBeGreaterThan(150)
    const unknown = open.filter(({ name }) => !checked.has(name) && !others.has(name))
    expect(unknown.map(({ name, line }) => `${name} (line ${line})`)).toEqual([])
    const known = new Set(open.map(({ name }) => name))
    expect([...checked.keys(), ...others.keys()].filter((name) => !known.has(name))).toEqual([])
    const lines = all.filter(({ path, language }) => language === 'sh' && !followed.has(path))
    const run = lines.flatMap(({ path, text }) =>
      text.split('\n').map((line) => `${path}: ${line.replace(/ {2,}#.*/, '')}`),
    )
    expect(run.filter((line) => !commands.has(line))).toEqual([])
    expect([...commands.keys()].filter((line) => !run.includes(line))).toEqual([])
  })

  it('are read by the tests that are named', () => {
    for (const [path, test] of followed) expect(readFileSync(source(test), 'utf8'), test).toContain(path)
    for (const what of [
      ...others.values(),
      ...[...commands.values()].filter((how) => typeof how === 'string'),
    ])
      for (const [test] of what.matchAll(/test\/[\w/.]+\.ts/g))
        expect(existsSync(source(test)), test).toBe(true)
  })
})

const of = (...contexts: readonly Context[]) =>
  open.filter(({ name }) => contexts.includes(checked.get(name) as Context))

describe('what documents show of environments', () => {
  it.each(of('environment').map((block) => [block.name, block] as const))('%s', (_, { text }) => {
    const file = join(project, 'environments.yaml')
    const entries = parse(text)
    for (const entry of Object.values<Record<string, unknown>>(entries))
      // The part of an entry that names several boards.
      if (entry.testbed === undefined)
        Object.assign(entry, { label: 'x', testbed: 'ssh', machine: 'hardware', root: 'debian-12' })
    writeFileSync(file, stringify(entries))
    expect([...readEnvironments(file).keys()]).toEqual(Object.keys(entries))
  })
})

describe('what documents show of the paper', () => {
  let folder: string
  beforeAll(() => {
    folder = source('.')
  })

  it('has no errors in the paper, and none of its figures', { timeout: 300_000 }, async () => {
    for (const part of ['paper', 'experiments', 'figures'])
      cpSync(join(folder, part), join(project, part), { recursive: true })
    const strip = open.find(({ name }) => name === 'docs/extending.md: {')?.text ?? ''
    const script = open.find(({ name }) => name.startsWith('docs/extending.md: import'))?.text ?? ''
    mkdirSync(join(project, 'data'))
    for (const [path, text] of [
      ['figures/strip.vl.json', strip],
      ['experiments/xl-list.ts', script],
      ['experiments/smoothed.ts', 'export default async () => ({})\n'],
      ['experiments/naps.ts', 'export default async () => ({})\n'],
      ['data/x.csv', 'x\n1\n'],
    ] as const)
      writeFileSync(join(project, path), text)
    const environments = join(project, 'experiments/environments.yaml')
    const [pi] = of('environment').filter(({ name }) => name === 'docs/raspberry-pi-4.md: pi4:')
    const entry = pi?.text.replace(/^pi4:/, 'raspberry-pi-4:') ?? ''
    if (!/^raspberry-pi-4:/m.test(readFileSync(environments, 'utf8')))
      writeFileSync(environments, `${readFileSync(environments, 'utf8')}\n${entry}\n`)

    const path = join(project, 'paper/index.md')
    writeFileSync(path, withBlocks(readFileSync(path, 'utf8')))
    const translation = join(project, 'paper/index.ja.md')
    writeFileSync(translation, withFrontMatter(readFileSync(translation, 'utf8'), of('translation')))
    expect(await errorsOf('paper/index.md')).toEqual([])
    // A block of the original that it lacks is a warning.
    expect(await errorsOf('paper/index.ja.md')).toEqual([])
  })

  it('would tell an error', async () => {
    mkdirSync(join(project, 'paper'))
    writeFileSync(join(project, 'paper/index.md'), '# T\n\n`=naps.local.x.mean`\n')
    expect(await errorsOf('paper/index.md')).toEqual([expect.stringContaining('unknown experiment: naps')])
  })
})

async function errorsOf(document: string): Promise<readonly string[]> {
  const seal = openSeal(project)
  const site = { project, document, cache: join(project, 'cache'), seal, generator: 'repro' }
  const { file } = (await openDocument(site)).document
  return file.messages.flatMap(({ fatal, line, reason }) => (fatal ? [`${line}: ${reason}`] : []))
}

/** Merges mappings one level deep. */
function merge(into: Record<string, unknown>, keys: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(keys)) {
    const before = into[key]
    const isMapping = (one: unknown) => typeof one === 'object' && one !== null && !Array.isArray(one)
    into[key] =
      Array.isArray(before) && Array.isArray(value)
        ? [...before, ...value.filter((one) => !before.includes(one))]
        : isMapping(before) && isMapping(value)
          ? { ...(before as object), ...(value as object) }
          : value
  }
}

function withFrontMatter(document: string, blocks: readonly Block[]): string {
  const [head = '', front = ''] = /^---\n(.*?)\n---\n/s.exec(document) ?? []
  const data = parse(front)
  for (const { text } of blocks) merge(data, parse(text))
  return `---\n${stringify(data)}---\n${document.slice(head.length)}`
}

function withBlocks(paper: string): string {
  const experiment = /^```yaml experiment\n(id: latency\n.*?)```$/ms
  const [, latency = ''] = experiment.exec(paper) ?? []
  const data = parse(latency)
  for (const { text } of of('experiment')) merge(data, parse(text))
  for (const { text } of of('patterns')) merge(data.patterns, parse(text))
  const taken = new Set(['C7'])
  const added = of('document', 'claim', 'table', 'sweep', 'another experiment').map((block, index) => {
    const context = checked.get(block.name)
    if (context === 'document') return block.text.replace(/\bnaps\b(?=\n| testbed)/, `naps${index}`)
    const keys = parse(block.text)
    if (context === 'claim') {
      merge(keys, { id: `D${taken.size}`, statement: 'It is longer', scope: 'shape' })
      if (keys.value !== undefined) merge(keys, { between: [0.1, 20] })
      delete keys.shows
      taken.add(keys.id)
      return fence('claim', keys)
    }
    if (context === 'table') return fence('table', keys)
    if (context === 'sweep') merge(keys, { id: 'sweep', script: 'experiments/naps.ts' })
    return fence('experiment', {
      environments: ['local'],
      trials: 2,
      ...(keys.matrix ? {} : { patterns: { one: {} } }),
      ...keys,
    })
  })
  const changed = paper.replace(experiment, () => `\`\`\`yaml experiment\n${stringify(data)}\`\`\``)
  return `${withFrontMatter(changed, of('front matter'))}\n${added.join('\n\n')}\n`
}

function fence(kind: string, keys: object): string {
  return `\`\`\`yaml ${kind}\n${stringify(keys)}\`\`\``
}

it('docs/index.md leads to every page, once', () => {
  const index = readFileSync(source('docs/index.md'), 'utf8')
  const linked = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name = '']) => name)
  const pages = readdirSync(source('docs')).filter((name) => name.endsWith('.md') && name !== 'index.md')
  expect(linked.toSorted()).toEqual(pages.toSorted())
})
