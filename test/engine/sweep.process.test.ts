import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { project, repro, start, write } from '../project.ts'

const script = `
import { appendFileSync } from 'node:fs'
export default async function (cell) {
  const { sizeKb, threads } = cell.parameters
  appendFileSync(process.env.TURNS, \`\${cell.pattern} \${cell.boot}\\n\`)
  const rows = await cell.each(({ number, isWarmup }) => {
    appendFileSync(process.env.TURNS, isWarmup ? \`warm-up \${number}\\n\` : \`trial \${number}\\n\`)
    return [{ time: 10 * sizeKb + number, bytes: threads }]
  })
  return {
    columns: [
      { name: 'trial', role: 'index' },
      { name: 'time', role: 'measure', unit: 'ms' },
      { name: 'bytes', role: 'measure', unit: 'B' },
    ],
    rows,
  }
}`
const figure = JSON.stringify({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  data: { name: 'rows' },
  mark: 'point',
  encoding: {
    x: { field: 'sizeKb', type: 'quantitative' },
    y: { field: 'time', type: 'quantitative' },
    color: { field: 'host\\.threads', type: 'nominal' },
  },
})
const paper = (more = '') => `---
title: A sweep
---

\`\`\`yaml experiment
id: sweep_1
script: experiments/size.ts
environments: [local]
trials: 4
boots: 2
untrackedEnv: [TURNS]
parameters: {threads: 1, host: {threads: 8}}
matrix:
  sizeKb: [64, 4]
  threads: [1, 2]
${more}\`\`\`

Times rise by \`=slope(sweep_1.local['threads=2'].sizeKb.mean, sweep_1.local['threads=2'].time.mean) | ms\` a kilobyte.

\`\`\`yaml table
id: tbl-sizes
kind: summary
from: sweep_1
caption: Sizes
by: [sizeKb, threads]
measures: [time]
statistics: [mean]
where: {host.threads: 8}
\`\`\`

\`\`\`yaml table
id: tbl-machine
kind: environment
from: sweep_1
caption: The machine
\`\`\`

\`\`\`yaml figure
id: fig-sizes
spec: figures/sizes.vl.json
caption: Sizes
alt: A point for each trial.
data: {rows: {from: sweep_1, where: {sizeKb: [4, 64], threads: 2}}}
\`\`\`
`
const files = {
  'package.json': '{"type": "module"}',
  'experiments/size.ts': script,
  'figures/sizes.vl.json': figure,
}
const build = async (...args: readonly string[]) =>
  await start(['build', ...args], { TURNS: join(project, '..', `${project.split('/').at(-1)}.turns`) }).ended
const turns = () => {
  const lines = readFileSync(join(project, '..', `${project.split('/').at(-1)}.turns`), 'utf8')
    .trim()
    .split('\n')
  return { boots: lines.filter((line) => / \d$/.test(line) && !/^(?:trial|warm-up)/.test(line)), lines }
}
const patterns = ['sizeKb-4', 'sizeKb-4.threads-2', 'sizeKb-64', 'sizeKb-64.threads-2']

describe('a sweep', () => {
  it('runs its combinations in rounds, and its parameters are axes, columns and numbers', async () => {
    write({ ...files, 'paper/index.md': paper('warmup: 1\n') })
    const first = await build('--only', 'sizeKb=4')
    expect(first.err).toContain('threads-2')
    expect(readdirSync(join(project, '.repro/runs/sweep_1/local')).toSorted()).toEqual(patterns.slice(0, 2))
    const { err, exitCode } = await build('--rerun')
    expect([exitCode, err]).toEqual([0, expect.not.stringContaining('error')])
    const { boots, lines } = turns()
    const rounds = [boots.slice(4, 8), boots.slice(8)]
    for (const [round, found] of rounds.entries())
      expect(found.toSorted()).toEqual(patterns.map((pattern) => `${pattern} ${round + 1}`).toSorted())
    // Each boot warms up with one trial, of which nothing is kept.
    expect(lines.filter((line) => line.startsWith('warm-up'))).toHaveLength(boots.length)
    const page = readFileSync(join(project, '_build/index.html'), 'utf8')
    expect(page).toMatch(/Times rise by .*?>10(?:\.0+)?\s*ms/s)
    const table = /<table.*?<\/table>/s.exec(page.slice(page.indexOf('id="tbl-sizes"')))?.[0] ?? ''
    const cells = [...table.matchAll(/<(?:td|th)[^>]*>([^<]*)<\/(?:td|th)>/g)].map(([, text]) => text)
    expect(cells.join(' ')).toMatch(/sizeKb threads .*4 1 .*4 2 .*64 1 .*64 2/)
    expect(page).toContain('2 rounds of 4 patterns, in orders drawn from seed 1, every second reversed')
    expect(page).toMatch(/>[\d.–]+ at the start, [\d.–]+ at the end(?: \| |<)/)
  })

  it('has a key that warm-up trials and a blocked order are part of, and nothing else new', async () => {
    const inputs = async (more: string) => {
      write({ ...files, 'paper/index.md': paper(more) })
      return (await repro('explain', 'sweep_1/local/sizeKb-4')).out
    }
    const plain = await inputs('')
    expect(plain).not.toMatch(/warmup|order/)
    expect(await inputs('order: interleaved\n')).toBe(plain)
    expect(await inputs('warmup: 2\n')).toContain('warmup: 2')
    expect(await inputs('order: blocked\n')).toContain('order: blocked')
    expect(await inputs('parallel: true\norder: blocked\n')).not.toContain('order')
  })

  it('fails where a script does not warm up though its block says so', async () => {
    const cold =
      'export default async () => ({ columns: [{ name: "a", role: "measure" }], rows: [{ a: 1 }] })'
    const block =
      'id: cold\nscript: experiments/cold.ts\nenvironments: [local]\ntrials: 1\nwarmup: 2\npatterns: {p: {}}'
    const paper = `---\ntitle: T\n---\n\n\`\`\`yaml experiment\n${block}\n\`\`\`\n`
    write({ 'package.json': '{"type": "module"}', 'experiments/cold.ts': cold, 'paper/index.md': paper })
    const { err } = await repro('build')
    expect(err).toContain('the block says warmup: 2, and the script neither measures with cell.each')
  })
})
