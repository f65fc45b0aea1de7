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
import { quantileStudent } from '../../src/stats/student.ts'

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
const phase = (pattern: string | undefined, operation: string, order: number) =>
  Number(
    phases.find(
      (row) => row.pattern === pattern && row.operation === operation && row.order === String(order),
    )?.mean_us,
  )
const patterns = [...new Set(latency.map(({ pattern }) => pattern))]
const unloaded = patterns.filter((name) => !/-(?:cpu|net)$/.test(name ?? ''))
const shares = (operation: string) =>
  patterns.map((pattern) => phase(pattern, operation, 1) / mean(pattern, operation))
const correlation = (operation: string, over = patterns) =>
  pearson(
    over.map((pattern) => phase(pattern, operation, 1)),
    over.map((pattern) => mean(pattern, operation)),
  )
const increase = (load: string, operation: string) =>
  (phase(load, operation, 1) - phase('baseline', operation, 1)) /
  (mean(load, operation) - mean('baseline', operation))
const lead = (operation: string, other: number) =>
  Math.min(
    ...patterns.map(
      (pattern) =>
        (phase(pattern, operation, 1) - phase(pattern, operation, other)) / mean(pattern, operation),
    ),
  )
const operations = ['pause', 'unpause']
const fixed = (count: number) => (value: number) => value.toFixed(count)
const loads = ['dom0-cpu', 'dom0-net']

it.each([
  ['C1', loads.flatMap((load) => operations.map((one) => ratio(load, one))).map(fixed(2))],
  ['C2', [`${Number(cell('dom0-net', 'pause')?.max_us).toLocaleString('en')} µs`]],
  ['C3', [`${Number(cell('dom0-cpu', 'unpause')?.max_us).toLocaleString('en')} µs`]],
  ['C5', operations.flatMap((one) => loads.map((load) => increase(load, one))).map(fixed(2))],
  ['C7', [ratio('domu-net', 'pause').toFixed(2)]],
  ['C9', [ratio('domu-net', 'unpause').toFixed(2)]],
  ['C10', operations.flatMap((one) => [lead(one, 2), lead(one, 3)]).map(fixed(2))],
  [
    'C11',
    operations
      .map(shares)
      .flatMap((all) => [Math.min(...all), Math.max(...all)])
      .map((share) => `${(100 * share).toFixed(1)} %`),
  ],
  [
    'C12',
    [patterns, unloaded].flatMap((over) => operations.map((one) => correlation(one, over))).map(fixed(3)),
  ],
  ['C14', operations.map((one) => ratio('scheduler', one)).map(fixed(2))],
])('%s: published is %s', (id, expected) => {
  const list = new Intl.ListFormat('en-GB').format(expected)
  expect(published(id)?.slice(0, list.length + ' (Table'.length)).toBe(`${list} (Table`)
})

it('C12: the limit is the correlation of eight unrelated rows that chance reaches once in 20 times', () => {
  const claim = blocks.find((block) => block.type === 'claim' && block.id === 'C12') as ClaimBlock
  const rows = unloaded.length
  const t = quantileStudent(0.975, rows - 2)
  const limit = t / Math.sqrt(rows - 2 + t ** 2)
  const tests = claim.test.type === 'all' ? claim.test.tests : []
  expect(tests.map((one) => one.type === 'interval' && one.low)).toEqual(
    Array.from({ length: 4 }, () => Number(limit.toFixed(3))),
  )
})
