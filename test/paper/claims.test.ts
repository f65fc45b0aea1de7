/**
 * Checks the published numbers in the paper's claims against the study's tables, recomputed independently.
 */

import { readFileSync } from 'node:fs'
import { csvParse } from 'd3-dsv'
import { VFile } from 'vfile'
import { expect, it } from 'vitest'
import { judge } from '../../src/claims/judge.ts'
import { publishedText } from '../../src/claims/words.ts'
import type { ClaimBlock } from '../../src/document/block.ts'
import { parseDocument } from '../../src/document/document.ts'
import { publishedTables } from '../../src/query/published.ts'
import { pearson } from '../../src/stats/correlation.ts'

const read = (path: string) => readFileSync(path, 'utf8')
const { blocks, frontMatter } = parseDocument(
  new VFile({ value: read('paper/index.md'), path: 'paper/index.md' }),
)
const experiments = blocks.filter((block) => block.type === 'experiment')
const evidence = {
  results: { experiments, runs: [], published: publishedTables(frontMatter.published, read) },
  stale: new Map(),
}
const published = (id: string) => {
  const claim = blocks.find((block) => block.type === 'claim' && block.id === id) as ClaimBlock
  return publishedText(claim, judge(claim, evidence))
}

const latency = csvParse(read('paper/published/latency.csv'))
const phases = csvParse(read('paper/published/phases.csv'))
const cell = (pattern: string | undefined, operation: string) =>
  latency.find((row) => row.pattern === pattern && row.operation === operation)
const mean = (pattern: string | undefined, operation: string) => Number(cell(pattern, operation)?.mean_us)
const ratio = (pattern: string, operation: string) => mean(pattern, operation) / mean('baseline', operation)
const firstPhases = phases.filter((row) => row.order === '1')
const phase = (pattern: string) =>
  firstPhases.find((row) => row.pattern === pattern && row.operation === 'pause')?.mean_us
const shares = (operation: string) =>
  firstPhases
    .filter((row) => row.operation === operation)
    .map((row) => Number(row.mean_us) / mean(row.pattern, operation))
const correlation = (operation: string) => {
  const rows = firstPhases.filter((row) => row.operation === operation)
  return pearson(
    rows.map((row) => Number(row.mean_us)),
    rows.map((row) => mean(row.pattern, operation)),
  )
}
const loads = ['dom0-cpu', 'dom0-net']
const operations = ['pause', 'unpause']

it.each([
  ['C1', Math.min(...loads.flatMap((load) => operations.map((one) => ratio(load, one)))).toFixed(2)],
  ['C2', `${Number(cell('dom0-net', 'pause')?.max_us).toLocaleString('en')} µs`],
  ['C3', `${Number(cell('dom0-cpu', 'unpause')?.max_us).toLocaleString('en')} µs`],
  [
    'C5',
    (
      (Number(phase('dom0-cpu')) - Number(phase('baseline'))) /
      (mean('dom0-cpu', 'pause') - mean('baseline', 'pause'))
    ).toFixed(1),
  ],
  ['C7', ratio('domu-net', 'pause').toFixed(2)],
  ['C9', ratio('domu-net', 'unpause').toFixed(2)],
  [
    'C11',
    `${(100 * Math.min(...operations.flatMap(shares))).toFixed(1)} % and ${(100 * Math.max(...operations.flatMap(shares))).toFixed(1)} %`,
  ],
  ['C12', operations.map((one) => correlation(one).toFixed(3)).join(' and ')],
  ['C14', ratio('scheduler', 'pause').toFixed(2)],
])('%s: published is %s', (id, expected) => {
  expect(published(id)).toMatch(new RegExp(`^${expected} \\(Table`))
})
