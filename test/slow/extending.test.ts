import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { csvParse } from 'd3-dsv'
import { expect, test } from 'vitest'
import { checkout, makeProject, repro } from './project.ts'

test('the example of an experiment in docs/extending.md runs on a board, and its number stands in the report', async () => {
  const guide = await readFile(join(checkout, 'docs/extending.md'), 'utf8')
  const section = guide.slice(guide.indexOf('## An experiment'))
  const part = (pattern: RegExp) => pattern.exec(section)?.[1] ?? expect.unreachable(String(pattern))
  const script = part(/^```ts\n(import [\s\S]*?)^```$/m)
  const block = part(/^(```yaml experiment\nid: listing\n[\s\S]*?^```)$/m)
  const sentence = part(/^ {4}(One `xl list` takes .*)$/m)
  const project = await makeProject(['experiments'], {
    'experiments/xl-list.ts': script,
    'paper/index.md': `---\ntitle: Listing\n---\n\n${block}\n\n${sentence}\n`,
  })
  expect(await repro(project, 'build', '--record', '--trials', '2')).toMatchObject({ exitCode: 0 })
  const rows = csvParse(await readFile(join(project, 'results/listing/xen-4.17/baseline/rows.csv'), 'utf8'))
  expect(rows.map(({ trial }) => trial)).toEqual(['1', '2'])
  for (const { call } of rows) expect(Number(call)).toBeGreaterThan(1)
  expect(await readFile(join(project, '_build/index.html'), 'utf8')).toMatch(/takes .*ms.*emulated/s)
})
