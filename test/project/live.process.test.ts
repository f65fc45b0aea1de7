/** That nothing in a live document is out of date: random edits, each compared with a build that begins from nothing. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasErrors } from '../../src/document/problem.ts'
import { openFiles } from '../../src/files/tracked.ts'
import { build } from '../../src/project/build.ts'
import { openLive } from '../../src/project/live.ts'
import { openDocument, type Site } from '../../src/project/site.ts'
import { openSeal } from '../../src/results/seal.ts'
import { project, write } from '../project.ts'

const csv = (shift: number) => {
  const rows = Array.from({ length: 24 }, (_, index) => {
    const tool = index % 2 === 0 ? 'grep' : 'cat'
    const noise = ((index * 7919 + 13) % 101) / 100 + ((index * 104_729) % 997) / 9970
    return `${tool},${((tool === 'grep' ? 20 + shift : 10) + noise).toFixed(4)}`
  })
  return `tool,elapsed_ms\n${rows.join('\n')}\n`
}
const specification = (mark: string) =>
  JSON.stringify({
    mark,
    encoding: { x: { field: 'tool', type: 'nominal' }, y: { field: 'elapsed_ms', type: 'quantitative' } },
  })
const fence = (type: string, lines: string) => `\n\`\`\`yaml ${type}\n${lines}\n\`\`\`\n`
const paper = `---
title: Times
bibliography: refs.bib
---

Of \`=times.n\` runs, grep takes \`=times.grep.elapsed_ms.mean | fixed(1)\` [@one].

## Results {#sec-results}
${fence('data', 'id: times\nfile: data/times.csv\nsource: a friend')}
${fence('table', 'id: tbl-times\nkind: summary\nfrom: times\nby: [tool]\nmeasures: [elapsed_ms]\nstatistics: [n, median]\ncaption: Times')}
${fence('figure', 'id: fig-times\nspec: figures/times.vl.json\ncaption: Times of `=times.n` runs\nalt: Two groups.\ndata: {rows: times}')}
${fence('claim', 'id: C1\nstatement: Grep takes longer\nscope: shape\nfrom: times.cat.elapsed_ms\nto: times.grep.elapsed_ms\ndirection: up\nshows: fig-times')}

${fence('experiment', 'id: never\nscript: scripts/never.mjs\nenvironments: [local]\ntrials: 1\npatterns: {one: {}}')}

As @tbl-times and @fig-times show, in @sec-results.[^1] Nothing ran: \`=never.local.one.ms.mean\`.

A friend measured.

[^1]: A note.
`
const bib = (title: string) => `@misc{one, title = {${title}}, author = {Ada Lovelace}, year = {2020}}\n`
const files = {
  'index.md': paper,
  'data/times.csv': csv(0),
  'figures/times.vl.json': specification('point'),
  'refs.bib': bib('One'),
  'scripts/never.mjs': "import { rows } from './rows.mjs'\nexport default rows\n",
  'scripts/rows.mjs': 'export const rows = []\n',
}

type Edit = readonly [path: string, change: (text: string) => string | undefined]
const edits: readonly Edit[] = [
  ['index.md', (text) => text.replace('Of `', 'Once more: of `')],
  ['index.md', (text) => text.replace('\n## Results', '\nA paragraph.\n\nOne more.\n\n## Results')],
  ['index.md', (text) => text.replace('A paragraph.\n\n', '')],
  ['index.md', (text) => text.replace('fixed(1)', 'fixed(2)')],
  ['index.md', (text) => text.replace('caption: Times\n', 'caption: Other times\n')],
  ['index.md', (text) => text.replace('statistics: [n, median]', 'statistics: [n, mean]')],
  ['index.md', (text) => text.replace('direction: up', 'direction: down')],
  ['index.md', (text) => text.replace('title: Times', 'title: More times')],
  ['index.md', (text) => text.replace('A note.', 'Another note.')],
  ['index.md', (text) => text.replace('@fig-times show', '@fig-nothing show')],
  ['index.md', (text) => text.replace('yaml table', 'yaml tabel')],
  ['index.md', (text) => text.replace('times.grep', 'times.nobody')],
  ['index.md', () => paper],
  ['index.md', (text) => text.replace('A friend', 'A friend took 12 ms. A friend')],
  ['index.md', (text) => text.replace('source: a friend', 'source: a friend, who took 12 ms')],
  ['index.md', (text) => text.replace('title: Times\n', 'title: Times\nnominal: [12 ms]\n')],
  ['index.md', (text) => text.replace('spec: figures/times', 'spec: figures/nothing')],
  ['index.md', (text) => text.replace('never.local', 'never.nowhere')],
  ['index.md', (text) => text.replace('environments: [local]', 'environments: [locl]')],
  ['scripts/rows.mjs', () => undefined],
  ['scripts/rows.mjs', () => 'export const rows = [\n'],
  ['scripts/rows.mjs', () => 'export const rows = []\n'],
  ['scripts/never.mjs', () => undefined],
  ['scripts/never.mjs', () => files['scripts/never.mjs']],
  ['experiments/environments.yaml', () => 'nowhere: {label: Nowhere, testbed: local}\n'],
  ['experiments/environments.yaml', () => undefined],
  ['index.md', (text) => text.replace('title: Times\n', 'title: Times\nlang: ja\n')],
  ['data/times.csv', () => csv(3)],
  ['data/times.csv', () => csv(-30)],
  ['data/times.csv', () => undefined],
  ['data/times.csv', () => csv(0)],
  ['figures/times.vl.json', () => specification('bar')],
  ['figures/times.vl.json', () => '{'],
  ['figures/times.vl.json', () => specification('point')],
  ['refs.bib', () => bib('Two')],
  ['refs.bib', () => undefined],
  ['refs.bib', () => bib('One')],
]

function apply([path, change]: Edit): void {
  const place = join(project, path)
  const text = change(existsSync(place) ? readFileSync(place, 'utf8') : '')
  if (text === undefined) return rmSync(place, { force: true })
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, text)
}

function site(): Site {
  return {
    project,
    document: 'index.md',
    cache: join(project, 'cache'),
    seal: openSeal(project),
    generator: 'repro 0',
  }
}

/** The page of a build that knows nothing; undefined for a document with errors, which no build writes. */
async function built(): Promise<string | undefined> {
  rmSync(join(project, '.repro'), { recursive: true, force: true })
  rmSync(join(project, '_build'), { recursive: true, force: true })
  const own = openFiles(project)
  const opened = await openDocument(site(), own)
  if (hasErrors(opened.document.file)) return undefined
  const asked = { rerun: [], only: [], frozen: false, record: false, keepGoing: false, to: ['html'], jobs: 1 }
  const { signal } = new AbortController()
  await build(site(), opened, { ...asked, allow: async () => [], signal }, () => {}, own)
  return readFileSync(join(project, '_build/+index.html'), 'utf8')
}

/** What a document that was never looked at before shows; the only thing to compare with if it has errors. */
async function fresh(): Promise<{ readonly text: string; readonly problems: unknown }> {
  using live = await openLive(site())
  const shown = await live.show(await live.look())
  return { text: shown.page.text, problems: shown.problems }
}

describe('a live document', () => {
  it('has the bytes of a build from nothing after any edits', { timeout: 600_000 }, async () => {
    let [compared, shownEarly] = [0, 0]
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: edits.length - 1 }), { minLength: 4, maxLength: 8 }),
        async (chosen) => {
          write(files)
          using live = await openLive(site())
          await live.show(await live.look())
          for (const index of chosen) {
            apply(edits[index] as Edit)
            const early: string[] = []
            const look = await live.look(undefined, {
              unchecked: async (first) => void early.push((await live.show(first)).page.text),
            })
            const { page, problems } = await live.show(look)
            for (const text of early) expect(text).toBe(page.text)
            shownEarly += early.length
            const cold = await built()
            expect({ text: page.text, problems }).toEqual(await fresh())
            if (cold === undefined) continue
            expect(page.text).toBe(cold)
            compared += 1
          }
        },
      ),
      { numRuns: 12 },
    )
    expect(compared).toBeGreaterThan(10)
    expect(shownEarly).toBeGreaterThan(10)
  })

  it('shows what can be shown of a document with errors, each with its place', async () => {
    write({ ...files, 'index.md': paper.replace('yaml table', 'yaml tabel').replace('[@one]', '[@none]') })
    using live = await openLive(site())
    const { page, problems } = await live.show(await live.look())
    expect(page.text).toContain('<figure class="float" id="fig-times"')
    expect(
      problems.filter(({ severity }) => severity === 'error').map(({ path, line }) => [path, line]),
    ).toEqual(expect.arrayContaining([['index.md', 6]]))
  })

  it('shows what can be shown of a translation whose original has errors, with none that follow', async () => {
    const translation = `---\ntitle: 時間\nlang: ja\ntranslationOf: index.md\n---\n\n平均は\`=times.grep.elapsed_ms.mean\`。
${fence('data', 'id: times')}${fence('table', 'id: tbl-times\ncaption: 時間')}${fence('claim', 'id: C1\nstatement: 長い')}`
    const broken = paper
      .replace('caption: Times\n', 'captoin: Times\n')
      .replace('A friend', '$$\n\\foo\n$$\n\nA friend')
    write({ ...files, 'index.md': broken, 'index.ja.md': translation })
    using live = await openLive({ ...site(), document: 'index.ja.md' })
    const { problems, page } = await live.show(await live.look())
    expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([
      { message: 'index.md has errors: see repro check index.md', line: 4, ruleId: 'translation-of' },
    ])
    expect(page.text).toContain('平均は')
    expect(page.text).toContain('id="C1"')
    expect(page.text).not.toContain('unknown experiment')
  })

  it('lays unsaved text over a file, and takes it away again', async () => {
    write(files)
    using live = await openLive(site())
    const overlay = new Map([['index.md', paper.replace('A note.', 'Unsaved.')]])
    expect((await live.show(await live.look(overlay))).page.text).toContain('Unsaved.')
    const after = (await live.show(await live.look())).page.text
    expect(after).not.toContain('Unsaved.')
    expect(after).toBe(await built())
  })

  it('says where the blocks of the page are written, and that they are the page', async () => {
    write(files)
    using live = await openLive(site())
    const { page } = await live.show(await live.look())
    const blocks = page.blocks.flatMap((block) => (block.type === 'block' ? [block] : []))
    for (const { html } of blocks) expect(page.text).toContain(html)
    const heading = blocks.find(({ html }) => html.includes('id="sec-results"'))
    const line = paper.split('\n').indexOf('## Results {#sec-results}') + 1
    expect(heading?.lines).toEqual([line, line])
  })

  it('plans again when a script, an environment or a variable changes, and not for the text', async () => {
    const experiment = fence(
      'experiment',
      'id: own\nscript: own.ts\nenvironments: [local]\ntrials: 2\nenv: [REPRO_TEST_LIVE]\npatterns: {a: {}}',
    )
    const text = `---\ntitle: T\n---\n\nWords.\n${experiment}`
    write({ 'index.md': text, 'own.ts': 'export default async () => ({ columns: [], rows: [] })\n' })
    delete process.env.REPRO_TEST_LIVE
    using live = await openLive(site())
    const first = await live.look()
    expect(first.steps.map(({ inputs }) => inputs['parameter x'])).toEqual([undefined])
    apply(['index.md', (text) => text.replace('Words.', 'Other words.\n\nAnd more.')])
    const second = await live.look()
    expect(second.steps).toBe(first.steps)
    apply(['own.ts', (text) => text.replace('rows: []', 'rows: [1]')])
    const third = await live.look()
    expect(third.steps[0]?.inputs.script).not.toBe(second.steps[0]?.inputs.script)
    process.env.REPRO_TEST_LIVE = 'set'
    const fourth = await live.look()
    delete process.env.REPRO_TEST_LIVE
    expect(fourth.steps[0]?.inputs).not.toEqual(third.steps[0]?.inputs)
    apply(['index.md', (text) => text.replace('trials: 2', 'trials: 3')])
    expect((await live.look()).steps[0]?.inputs.trials).toBe(3)
  })

  it('reads again only what changed', async () => {
    write(files)
    using live = await openLive(site())
    const first = await live.look()
    apply(['refs.bib', () => bib('Three')])
    const second = await live.look()
    expect(second.runs.shown.map(({ run }) => run.key)).toEqual(first.runs.shown.map(({ run }) => run.key))
  })
})
