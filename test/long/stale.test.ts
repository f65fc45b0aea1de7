/**
 * Never stale: one thing of a project changes at a time, in random order, and after each build the page is the one that
 * a build from nothing makes: of a copy without anything that is kept. `STALE_SEED` gives another order.
 */

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { randomNumbers } from '../../src/stats/random.ts'
import { project, startUntrusted, write } from '../project.ts'
import { trustBuild } from '../trust.ts'

const fence = (info: string, ...lines: readonly string[]) => `\`\`\`${info}\n${lines.join('\n')}\n\`\`\`\n`

const csv = (factor: number) =>
  `editor,wait,size\n${[1, 2, 3, 4, 5, 6].flatMap((n) => [`plain,${factor * 10 + n},${n}`, `modal,${factor * 8 + n},${n * 2}`]).join('\n')}\n`
const specification = (mark: string) =>
  JSON.stringify({
    data: { name: 'rows' },
    mark,
    encoding: { x: { field: 'wait', type: 'quantitative' }, y: { field: 'editor', type: 'nominal' } },
  })
const picture = (color: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" viewBox="0 0 20 20"><rect width="20" height="20" fill="${color}"/></svg>\n`

const paper = `---
title: A paper
bibliography: paper/refs.bib
published: [paper/published/old.csv]
---

Text \`=ed.plain.wait.mean\`, \`=typed.local.one.valueMs.mean\`, \`=python.local.one.valueMs.mean\`, \`=shell.local.one.valueMs.mean | ms\`,
\`=linked.plain.wait.mean\`, \`=typed.local.one.valueMs.mean - python.local.one.valueMs.mean\` [@one].

${fence('yaml include', 'file: paper/part.md')}
${fence('yaml data', 'id: ed', 'file: data/ed.csv', 'columns: {wait: {unit: ms}}')}
${fence('yaml data', 'id: linked', 'file: data/link.csv', 'columns: {wait: {unit: ms}}')}
${fence('yaml experiment', 'id: typed', 'script: experiments/typed.ts', 'environments: [local]', 'env: [STALE_SCALE]', 'trials: 2', 'boots: 1', 'parameters: {base: 10}', 'patterns: {one: {}, two: {base: 20}}')}
${fence('yaml experiment', 'id: python', 'script: experiments/python.py', 'environments: [local]', 'trials: 2', 'boots: 1', 'inputs: [data/factor.txt]', 'parameters: {base: 10}', 'patterns: {one: {}}')}
${fence('yaml experiment', 'id: shell', 'script: experiments/shell.sh', 'environments: [local]', 'trials: 1', 'boots: 1', 'inputs: [data/factor.txt]', 'patterns: {one: {}}')}
${fence('yaml table', 'id: tbl-ed', 'kind: summary', 'from: ed', 'by: [editor]', 'measures: [wait]', 'statistics: [n, mean]', 'caption: Waits')}
${fence('yaml table', 'id: tbl-typed', 'kind: summary', 'from: typed', 'statistics: [n, mean, max]', 'caption: Typed')}
${fence('yaml figure', 'id: fig-ed', 'spec: figures/ed.vl.json', 'caption: Waits', 'alt: Points', 'data: {rows: ed}')}
${fence('yaml figure', 'id: fig-picture', 'src: paper/picture.svg', 'caption: A picture', 'alt: A square')}
${fence('yaml claim', 'id: C1', 'statement: Plain takes longer', 'scope: shape', 'value: ed.plain.wait.mean / ed.modal.wait.mean', 'between: [1.01, 2]')}
${fence('python id=lst-a caption="Code"', 'x = 1')}
See @tbl-ed, @fig-ed, @fig-picture and @lst-a. ![A square](picture.svg)
`

const files = {
  'paper/index.md': paper,
  'paper/part.md': `The part.\n\n${fence('yaml include', 'file: paper/inner.md')}`,
  'paper/inner.md': 'The inner part, `=ed.n` rows.\n',
  'paper/refs.bib': '@misc{one, title = {One}, author = {Ada Lovelace}, year = {2020}}\n',
  'paper/published/old.csv': 'environment,pattern,measure,mean\nold,plain,wait,12\n',
  'paper/picture.svg': picture('red'),
  'figures/ed.vl.json': specification('point'),
  'data/ed.csv': csv(1),
  'data/real-one.csv': csv(2),
  'data/real-two.csv': csv(3),
  'data/factor.txt': '3\n',
  'experiments/typed.ts':
    "import { readFileSync } from 'node:fs'\nimport type { Cell, Result } from 'repro'\nimport { double } from './helper.ts'\nexport default async function typed(cell: Cell): Promise<Result> {\n" +
    "  const offset = Number(readFileSync('data/factor.txt', 'utf8'))\n  const scale = Number(process.env.STALE_SCALE ?? 1)\n" +
    '  const rows = await cell.each(({ number }) => [{ trial: number + 1, valueMs: double(Number(cell.parameters.base)) * scale + offset + number }])\n' +
    "  return { columns: [{ name: 'trial', role: 'index' }, { name: 'valueMs', role: 'measure', unit: 'ms' }], rows, exclusions: [], captured: {} }\n}\n",
  'experiments/helper.ts':
    "import { two } from './deep/two.ts'\nexport const double = (n: number) => n * two\n",
  'experiments/deep/two.ts': 'export const two = 2\n',
  'experiments/python.py':
    "import json, sys\nfrom lib.mod import triple\norder = json.load(sys.stdin)\nfactor = int(open('data/factor.txt').read())\nprint('valueMs')\nprint(triple(order['parameters']['base']) + factor)\n",
  'experiments/lib/__init__.py': '',
  'experiments/lib/mod.py': 'from lib.deep import three\n\ndef triple(n):\n    return n * three\n',
  'experiments/lib/deep.py': 'three = 3\n',
  'experiments/shell.sh': 'echo valueMs\ncat data/factor.txt\n',
}

interface Edit {
  readonly name: string
  readonly do: (read: (path: string) => string) => void
}
let scale = '1'
let serial = 0
const place = (path: string) => join(project, path)
const change = (path: string, of: (text: string) => string): Edit => ({
  name: path,
  do: (read) => {
    const before = read(path)
    const after = of(before)
    expect([path, after === before]).toEqual([path, false])
    write({ [path]: after })
  },
})
/** Counts up the first number behind these words. */
const count = (path: string, words: string): Edit => ({
  ...change(path, (text) =>
    text.replace(
      new RegExp(`(${words})(\\d+)`),
      (_, before: string, n: string) => `${before}${Number(n) + 1}`,
    ),
  ),
  name: `${path}: ${words}`,
})
const toggle = (path: string, one: string, other: string): Edit => ({
  ...change(path, (text) => (text.includes(one) ? text.replace(one, other) : text.replace(other, one))),
  name: `${path}: ${one} or ${other}`,
})

const edits: readonly Edit[] = [
  count('data/ed.csv', 'plain,'),
  count('data/real-one.csv', 'plain,'),
  count('data/real-two.csv', 'modal,'),
  count('data/factor.txt', ''),
  change('paper/inner.md', (text) => text.replace('inner part', 'inner and last part')),
  change('paper/part.md', (text) => `${text}\nMore of it ${(serial += 1)}.\n`),
  change('experiments/typed.ts', (text) => text.replace('offset + number', 'offset + number + 1')),
  change('experiments/helper.ts', (text) => text.replace('n * two', 'n * two + 1')),
  count('experiments/deep/two.ts', 'two = '),
  change('experiments/python.py', (text) => text.replace('+ factor)', '+ factor + 1)')),
  count('experiments/lib/deep.py', 'three = '),
  change('experiments/lib/mod.py', (text) => text.replace('n * three', 'n * three + 1')),
  change('experiments/shell.sh', (text) => `${text}# ${(serial += 1)}\n`),
  count('paper/index.md', 'parameters: \\{base: '),
  count('paper/index.md', 'two: \\{base: '),
  toggle('paper/index.md', 'columns: {wait: {unit: ms}}', 'columns: {wait: {unit: s}}'),
  toggle('paper/index.md', 'statistics: [n, mean]', 'statistics: [median, n]'),
  toggle('paper/index.md', 'statistics: [n, mean, max]', 'statistics: [n, min]'),
  toggle('paper/index.md', 'between: [1.01, 2]', 'between: [1.5, 2]'),
  toggle('paper/index.md', 'ed.plain.wait.mean / ed.modal', 'ed.plain.wait.median / ed.modal'),
  toggle('paper/index.md', 'caption: A picture', 'caption: One picture'),
  toggle('paper/index.md', 'x = 1', 'y = 2'),
  toggle('paper/index.md', 'title: A paper', 'title: The paper'),
  toggle('paper/index.md', 'valueMs.mean | ms`', 'valueMs.mean | us`'),
  change('paper/index.md', (text) => text.replace('Text ', `Text ${(serial += 1)} `)),
  toggle('paper/refs.bib', 'title = {One}', 'title = {Two}'),
  toggle('paper/published/old.csv', 'plain,wait,12', 'plain,wait,13'),
  toggle('paper/picture.svg', 'red', 'blue'),
  toggle('figures/ed.vl.json', 'point', 'tick'),
  {
    name: 'the value of a variable',
    do: () => {
      scale = scale === '1' ? '2' : '1'
    },
  },
  {
    name: 'the target of a link',
    do: () => {
      const to = realpathSync(place('data/link.csv')).endsWith('one.csv') ? 'real-two.csv' : 'real-one.csv'
      unlinkSync(place('data/link.csv'))
      symlinkSync(to, place('data/link.csv'))
    },
  },
  {
    name: 'the mode of a script',
    do: () => chmodSync(place('experiments/shell.sh'), serial % 2 ? 0o755 : 0o644),
  },
  ...['data/ed.csv', 'experiments/deep/two.ts', 'paper/inner.md'].map((path) => ({
    name: `only the time of ${path}`,
    do: () => utimesSync(place(path), new Date(), new Date()),
  })),
  {
    // Its size and its time stay as they were.
    name: 'data of the same size and time',
    do: (read) => {
      const before = read('data/ed.csv')
      const digit = /modal,(\d)/.exec(before)?.[1] ?? '0'
      const at = new Date('2026-01-01T00:00:00Z')
      write({ 'data/ed.csv': before.replace(/modal,\d/, `modal,${(Number(digit) % 9) + 1}`) })
      utimesSync(place('data/ed.csv'), at, at)
    },
  },
  {
    name: 'a module that shadows another',
    do: () => {
      const path = 'experiments/json.py'
      if (existsSync(place(path))) rmSync(place(path))
      else write({ [path]: 'def load(file):\n    return {"parameters": {"base": 1}}\n' })
    },
  },
]

async function built(folder: string): Promise<string> {
  const variables = { STALE_SCALE: scale, REPRO_CACHE: join(folder, '..', 'cache') }
  trustBuild(['build'], folder, variables.REPRO_CACHE)
  const { err, exitCode } = await startUntrusted(
    ['build', folder.endsWith('cold') ? join(folder, 'paper/index.md') : 'paper/index.md'],
    variables,
  ).ended
  expect([exitCode, err]).toEqual([0, expect.any(String)])
  return shown(readFileSync(join(folder, '_build/index.html'), 'utf8'))
}

/** Without what differs between two runs of a cell: times, digests of raw files, and how busy this computer was. */
function shown(html: string): string {
  return (
    html
      .replace(/<script.*?<\/script>/gs, '')
      .replace(/<p[^>]*>\s*Other programs kept [^<]*<\/p>/g, '')
      .replace(/Other programs kept [^<]*?too long\./g, '')
      .replaceAll('class="banner unsound"', 'class="banner"')
      // The provenance has these only if all runs happen to have the same.
      .replace(
        /<dt>(?:machine (?:load|frequency|busy elsewhere)|duration \(s\)|date|ended)<\/dt>\s*<dd>[^<]*<\/dd>\s*/g,
        '',
      )
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b[0-9a-f]{12}\b|\b[0-9a-f]{64}\b/g, '#')
  )
}

it('shows after each change what a build from nothing shows', async () => {
  const random = randomNumbers(process.env.STALE_SEED ?? 'stale')
  write(files)
  symlinkSync('real-one.csv', place('data/link.csv'))
  const read = (path: string) => readFileSync(place(path), 'utf8')
  await built(project)
  const order = edits
    .map((edit) => [random(), edit] as const)
    .sort(([a], [b]) => a - b)
    .map(([, edit]) => edit)
  const differing: string[] = []
  for (const edit of order) {
    edit.do(read)
    if (process.env.STALE_KEEP) console.log(edit.name)
    const warm = await built(project)
    const parent = mkdtempSync(join(tmpdir(), 'repro-cold-'))
    const cold = join(parent, 'cold')
    try {
      cpSync(project, cold, {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !/\/(?:\.repro|_build|cache)$/.test(path),
      })
      const fresh = await built(cold)
      if (fresh !== warm) {
        differing.push(edit.name)
        if (process.env.STALE_KEEP) write({ 'warm.html': warm, 'fresh.html': fresh })
      }
    } finally {
      if (!process.env.STALE_KEEP) rmSync(parent, { recursive: true })
    }
  }
  expect(differing).toEqual([])
})
