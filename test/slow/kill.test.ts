/** Builds killed at random moments: a hundred times with REPRO_LONG=1, else a dozen. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { randomNumbers } from '../../src/stats/random.ts'
import { makeProject, repro, start } from './project.ts'

const cells = 30
const trials = 6
const patterns = Array.from({ length: cells }, (_, index) => `p${index}`)
const paper = `---
title: Killed
---

\`\`\`yaml experiment
id: slow
script: experiments/slow.ts
environments: [local]
trials: ${trials}
parallel: true
parameters: {number: 0}
patterns:
${patterns.map((name, index) => `  ${name}: {number: ${index}}`).join('\n')}
\`\`\`
`
const script = `import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export default async function slow(cell) {
  const rows = await cell.each(async ({ number, random }) => {
    await setTimeout(80)
    appendFileSync('notes', \`\${cell.pattern} \${number}\\n\`)
    return [{ value: cell.parameters.number + random() }]
  })
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'value', role: 'measure' }], rows }
}
`

/** Counts the runs of each trial, by pattern and trial. */
function runsOf(project: string): ReadonlyMap<string, number> {
  const file = join(project, 'notes')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  return new Map([...Map.groupBy(lines, (line) => line)].map(([line, all]) => [line, all.length]))
}

/** Counts the finished trials of each cell: whole lines of the journals, in file order. */
function finished(project: string): ReadonlyMap<string, number> {
  const folder = join(project, '.repro/journals')
  const names = existsSync(folder) ? readdirSync(folder) : []
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8').split('\n').length - 1]))
}

test('killed builds lose no finished trial, repeat none, leave nothing behind, and end with the same rows', async () => {
  const files = { 'paper/index.md': paper, 'experiments/slow.ts': script }
  const undisturbed = await makeProject([], files)
  const project = await makeProject([], files)
  const kills = process.env.REPRO_LONG === '1' ? 100 : 12
  const random = randomNumbers('kill')
  let done = 0
  let before = finished(project)
  while (done < kills) {
    const { child, ended } = start(project, ['build', '--record', '-j', '2'])
    child.stdin.end()
    const delayMs = 350 * random()
    child.stderr.once('data', () => setTimeout(() => child.kill('SIGKILL'), delayMs)) // it has begun to run
    if ((await ended).exitCode !== null) break // all is done
    done += 1
    const now = finished(project)
    for (const [name, count] of before) expect(now.get(name)).toBeGreaterThanOrEqual(count)
    before = now
  }
  expect(done).toBeGreaterThan(kills / 2)
  // A repeated trial was killed after its note but before it finished: at most one a job and kill.
  const again = [...runsOf(project).values()].reduce((sum, count) => sum + count - 1, 0)
  expect(await repro(project, 'build', '--record', '-j', '2')).toMatchObject({ exitCode: 0 })
  const all = runsOf(project)
  expect(all.size).toBe(cells * trials)
  const repeated = [...all.values()].reduce((sum, count) => sum + count - 1, 0)
  expect(repeated).toBeLessThanOrEqual(2 * (done + 1))
  expect(repeated).toBeGreaterThanOrEqual(again)

  expect(await repro(undisturbed, 'build', '--record', '-j', '2')).toMatchObject({ exitCode: 0 })
  for (const name of patterns) {
    const rows = (folder: string) => readFileSync(join(folder, `results/slow/local/${name}/rows.csv`), 'utf8')
    expect(rows(project)).toBe(rows(undisturbed))
  }
  for (const folder of ['.repro/scratch', '.repro/work'])
    expect(readdirSync(join(project, folder))).toEqual([])
  expect(readdirSync(project).sort()).toEqual(readdirSync(undisturbed).sort())
  expect(existsSync(join(project, '.repro/lock'))).toBe(false)
})
