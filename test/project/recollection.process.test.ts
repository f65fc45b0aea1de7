/** That what one build leaves for the next changes nothing: each edit is also built by one that begins from nothing. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, start, write } from '../project.ts'

const words = (seed: number) =>
  Array.from({ length: 90 }, (_, index) => ['time', 'value', 'load', 'board'][(seed * index) % 4]).join(' ')
const sections = Array.from(
  { length: 20 },
  (_, index) => `## Section ${index} {#sec-s${index}}

Word ${index} of ${words(index)} [@one], with $x_{${index}}$ in @sec-s${(index + 1) % 20}.

$$
\\bar{x} = \\frac{1}{${index + 1}} \\sum_i x_i
$$ {#eq-e${index}}

- An item with \`code\` and **strong** words about @eq-e${index}.
`,
)
const fence = (type: string, lines: string) => `\`\`\`yaml ${type}\n${lines}\n\`\`\`\n`
const paper = `---
title: Times
bibliography: refs.bib
abstract: Of \`=times.n\` runs, with $y$ [@one].
---

Grep takes \`=times.grep.elapsed_ms.mean | fixed(1)\`.

${fence('data', 'id: times\nfile: data/times.csv\nsource: a friend')}
${fence('table', 'id: tbl-times\nkind: summary\nfrom: times\nby: [tool]\nmeasures: [elapsed_ms]\nstatistics: [n, median]\ncaption: Times of $z$ [@two]')}
${fence('figure', 'id: fig-times\nspec: figures/times.vl.json\ncaption: Times\nalt: Two groups.\ndata: {rows: times}')}
${sections.join('\n')}`
const csv = (shift: number) =>
  `tool,elapsed_ms\n${Array.from({ length: 20 }, (_, index) => `${index % 2 ? 'grep' : 'cat'},${(index * 7 + shift) % 23}.5`).join('\n')}\n`
const specification = (mark: string) =>
  JSON.stringify({
    mark,
    encoding: { x: { field: 'tool', type: 'nominal' }, y: { field: 'elapsed_ms', type: 'quantitative' } },
  })
const bib = (name: string) =>
  ['one', 'two']
    .map(
      (key) => `@misc{${key}, title = {{\\"U}ber ${name} ${key}}, author = {Ada Lovelace}, year = {2020}}\n`,
    )
    .join('')
const files = {
  'paper/index.md': paper,
  'data/times.csv': csv(0),
  'figures/times.vl.json': specification('point'),
  'refs.bib': bib('a'),
}

const edits: readonly (readonly [path: string, text: string])[] = [
  ['paper/index.md', paper.replace('Word 7 of', 'Another word of')],
  ['paper/index.md', paper.replace('## Section 3 {', 'A paragraph before.\n\n## Section 3 {')],
  ['paper/index.md', paper.replace('x_{5}', 'x^{5}')],
  ['paper/index.md', paper.replace('[@two]', '[@one]')],
  ['refs.bib', bib('b')],
  ['data/times.csv', csv(5)],
  ['figures/times.vl.json', specification('bar')],
  ['paper/index.md', paper.replace('title: Times', 'title: Times\nlang: ja')],
  ['paper/index.md', paper],
]

/** Builds in a folder of the project; returns the page. */
async function built(folder: string): Promise<string> {
  const { err, exitCode } = await start(['build', 'paper/index.md'], {}, folder).ended
  expect(exitCode, err).toBe(0)
  return readFileSync(join(project, folder, '_build/index.html'), 'utf8')
}

it('builds the same pages as one that begins from nothing, whatever changed', async () => {
  const now: Record<string, string> = { ...files }
  const lay = (folder: string) =>
    write(Object.fromEntries(Object.entries(now).map(([path, text]) => [`${folder}/${path}`, text])))
  lay('kept')
  let before = await built('kept')
  expect(readdirSync(join(project, 'kept/.repro/texts'))).toEqual(['paper+index.md'])
  for (const [index, [path, text]] of edits.entries()) {
    now[path] = text
    lay('kept')
    lay(`fresh${index}`)
    const page = await built('kept')
    expect(page, path).toBe(await built(`fresh${index}`))
    expect(page, path).not.toBe(before)
    before = page
  }
})

it('takes what another has left for nothing', async () => {
  write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`kept/${path}`, text])))
  await built('kept')
  const file = join(project, 'kept/.repro/texts/paper+index.md')
  writeFileSync(file, readFileSync(file, 'latin1').replaceAll('Word 7 of', 'Forged word'), 'latin1')
  write({ 'kept/paper/index.md': paper.replace('Word 9 of', 'Other word of') })
  expect(await built('kept')).not.toContain('Forged')
})
