import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkVacuous } from '../../src/claims/vacuous.ts'
import { openSearches } from '../../src/project/searches.ts'
import { openSeal } from '../../src/results/seal.ts'
import { latencyPaper } from '../document/latencypaper.ts'
import { fakeRun } from '../results/fake.ts'

let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-searches-'))
})
afterEach(() => rm(project, { recursive: true }))

const file = '.repro/searches/paper+index.md.json'
const cells = 'parameters: {load: 0}\npatterns: {baseline: {}, dom0-cpu: {load: 2}}'
const base = "latency['xen-4.14'].baseline.pause.total.mean"
const load = "latency['xen-4.14']['dom0-cpu'].pause.total.mean"
const ratio = `value: ${load} / ${base}\nbetween: [1, null]`
const vacuous = `value: ${load} / ${load}\nbetween: [0.5, 1.5]`

const record = (xlUs: number) => (cell: string) => {
  const pattern = cell.split('/')[2] ?? ''
  return fakeRun({ pattern, environment: 'xen-4.14', trials: 20, xlUs: xlUs + pattern.charCodeAt(0) })
}

/** Checks a paper with the claim as another process would; tells how many searches that took. */
async function searches(
  claim: string,
  { program = '1', block = cells, recorded = record(5000), project: own = project } = {},
) {
  const seal = openSeal(own, join(project, 'cache'))
  const document = latencyPaper(block, `id: C1\nstatement: S\nscope: shape\n${claim}`)
  const { kept, keep } = openSearches({ project: own, document: 'paper/index.md', seal }, () => program)
  let made = 0
  checkVacuous(document, undefined, recorded, (inputs, search) =>
    kept(inputs, () => {
      made += 1
      return search()
    }),
  )
  await keep()
  return { made, rules: document.file.messages.map(({ ruleId }) => ruleId), note: seal.note() }
}

it('what was found is found again, good or bad', async () => {
  for (const [claim, rules] of [
    [ratio, []],
    [vacuous, ['vacuous-claim']],
  ] as const) {
    expect(await searches(claim)).toMatchObject({ made: 1, rules })
    expect(await searches(claim)).toMatchObject({ made: 0, rules })
  }
})

it.each([
  ['test', ratio.replace('1,', '0.9,'), {}],
  ['program', ratio, { program: '2' }],
  ['record', ratio, { recorded: record(6000) }],
  ['invariant', ratio, { block: `${cells}\ninvariants: [{holds: total >= 1}]` }],
  ['pattern', ratio, { block: `${cells.slice(0, -1)}, net: {load: 1}}` }],
  ['parameter that makes two cells the same', ratio, { block: cells.replace('load: 2', 'load: 0') }],
])('another %s is searched anew', async (_, claim, changes) => {
  await searches(ratio)
  expect(await searches(claim, changes)).toMatchObject({ made: 1 })
  expect(await searches(claim, changes)).toMatchObject({ made: 0 })
})

it('what a claim no longer asks is forgotten', async () => {
  await searches(ratio)
  const before = readFileSync(join(project, file), 'latin1')
  await searches(vacuous)
  expect(Object.keys(JSON.parse(readFileSync(join(project, file), 'latin1').slice(64)))).toHaveLength(1)
  expect(readFileSync(join(project, file), 'latin1')).not.toBe(before)
})

it('what a repository brings is not used', async () => {
  await searches(ratio)
  const mine = readFileSync(join(project, file))
  const forged = mine.toString('latin1').replace('null', '{"type":"always"}')
  for (const content of [forged, mine.subarray(64), 'no json', '']) {
    writeFileSync(join(project, file), content)
    const found = await searches(ratio)
    expect(found).toMatchObject({ made: 1, rules: [] })
    expect(found.note).toContain(`ignored 1 file under .repro/ that was not sealed on this machine: ${file}`)
  }
})

it('a check works where nothing can be kept', async () => {
  writeFileSync(join(project, 'file'), '')
  expect(await searches(ratio, { project: join(project, 'file') })).toMatchObject({ made: 1, rules: [] })
  const readOnly = join(project, 'read-only')
  mkdirSync(join(readOnly, '.repro'), { recursive: true })
  writeFileSync(join(readOnly, '.repro/searches'), 'a file')
  chmodSync(readOnly, 0o555)
  expect(await searches(ratio, { project: readOnly })).toMatchObject({ made: 1, rules: [] })
  expect(existsSync(join(project, file))).toBe(false)
})
