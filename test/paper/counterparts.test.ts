/**
 * Every published number of the original study has a counterpart in a table of the paper, from a recorded
 * run.
 */

import { readFileSync } from 'node:fs'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import type { ExperimentBlock, TableBlock } from '../../src/document/block.ts'
import { parseDocument } from '../../src/document/document.ts'
import { pathsIn } from '../../src/document/float.ts'
import { cellsOf } from '../../src/engine/cells.ts'
import { english } from '../../src/locale/en.ts'
import { digits } from '../../src/query/format.ts'
import { parsePublished } from '../../src/query/published.ts'
import type { Cell } from '../../src/report/table.ts'
import { tableKinds } from '../../src/report/tables/kinds.ts'
import { openStore } from '../../src/results/store.ts'

const read = (path: string) => readFileSync(path, 'utf8')
const { blocks } = parseDocument(new VFile({ value: read('paper/index.md'), path: 'paper/index.md' }))
const experiments = blocks.filter((block) => block.type === 'experiment')
const store = openStore('.')
const runsOf = new Map(
  experiments.map((one) => [one, cellsOf([one]).flatMap((cell) => store.recorded(cell) ?? [])]),
)

/** Returns rows as a reader sees them: a head that spans several rows is repeated in each. */
function rowsOf(block: TableBlock, experiment: ExperimentBlock): readonly (readonly Cell[])[] {
  const runs = runsOf.get(experiment) ?? []
  const rowsOfFiles = (option: string) =>
    pathsIn(block.options[option]).flatMap((path) => parsePublished(read(path)))
  const table = tableKinds.get(block.kind)?.render(block.options, {
    experiment,
    runs,
    published: rowsOfFiles('published'),
    earlier: rowsOfFiles('earlier'),
    messages: english,
    display: (text) => text,
  })
  return (table?.groups ?? []).flatMap(({ rows }) => {
    const open: { cell: Cell; left: number }[] = []
    return rows.map((row) => {
      const carried = open.filter(({ left }) => left > 0)
      for (const one of carried) one.left -= 1
      for (const cell of row) if (cell.rows !== undefined) open.push({ cell, left: cell.rows - 1 })
      return [...carried.map(({ cell }) => cell), ...row]
    })
  })
}

/**
 * Returns the rows of all tables, except those of two recordings, that compare runs with this file, or one
 * environment of it.
 */
function rowsBeside(csv: string, environment?: string): readonly (readonly Cell[])[] {
  return blocks.flatMap((block) => {
    if (block.type !== 'table' || block.kind === 'recordings' || block.options.published !== csv) return []
    if (environment !== undefined && block.options.publishedEnvironment !== environment) return []
    const experiment = experiments.find(({ id }) => id === block.from)
    return experiment ? rowsOf(block, experiment) : []
  })
}

const publishedTexts = (row: readonly Cell[]) =>
  row.filter(({ type }) => type === 'published').map(({ text }) => text)
const heads = (row: readonly Cell[]) => row.filter(({ type }) => type === 'head').map(({ text }) => text)
const labelOf = (pattern: string | undefined) =>
  experiments.flatMap(({ patterns }) => patterns).find(({ name }) => name === pattern)?.label
const printed = (text: string | undefined) => digits(Number(text), 0)

describe('latency.csv', () => {
  const path = 'paper/published/latency.csv'
  const rows = rowsBeside(path)
  it.each(parsePublished(read(path)))('$pattern, $operation', (published) => {
    const { pattern, operation, n, mean_us, variance_us2, max_us, min_us } = published
    const found = rows.filter(
      (row) =>
        heads(row).join() === [labelOf(pattern), operation].join() &&
        publishedTexts(row).includes(printed(mean_us)),
    )
    expect(found.length).toBeGreaterThan(0)
    for (const row of found) {
      expect(publishedTexts(row)).toEqual([n, ...[mean_us, variance_us2, max_us, min_us].map(printed)])
      const [trials] = row.filter(({ type }) => type === 'number')
      expect(trials?.value).toBeGreaterThanOrEqual(50)
      // The ratio of the means, and whether the published one is in our range.
      expect(row.at(-2)?.text).toMatch(/^\d+\.\d\d$/)
      expect(row.at(-1)?.text).toMatch(/^(yes|no)$/)
    }
  })
})

describe('phases.csv', () => {
  const path = 'paper/published/phases.csv'
  const rows = rowsBeside(path)
  const means = parsePublished(read(path))
  it.each(means)('$pattern, $operation, $phase', ({ pattern, operation, mean_us }) => {
    const others = means.filter((row) => row.pattern === pattern && row.operation === operation)
    const texts = others.map((row) => printed(row.mean_us))
    const found = rows.filter(
      (row) =>
        heads(row)[0] === labelOf(pattern) && texts.every((text) => publishedTexts(row).includes(text)),
    )
    expect(found.length).toBeGreaterThan(0)
    expect(texts).toContain(printed(mean_us))
    for (const row of found) {
      expect(row.filter(({ type, runs }) => type === 'number' && runs?.length).length).toBeGreaterThanOrEqual(
        3,
      )
      expect(row.some(({ type }) => type === 'missing')).toBe(false)
    }
  })
})

describe('parameters.csv', () => {
  const path = 'paper/published/parameters.csv'
  it.each(parsePublished(read(path)))('table $table: $pattern', (published) => {
    const { environment, location, parameter, baseline, changed } = published
    const rows = rowsBeside(path, environment)
    const texts = [location, parameter, baseline, changed].filter((text) => text !== '')
    const found = rows.filter((row) => publishedTexts(row).join() === texts.join())
    expect(found).toHaveLength(1)
    // Our parameter, its baseline, and the pattern's value.
    const own = (found[0] ?? []).filter(({ type }) => type === 'text')
    expect(own).toHaveLength(changed === '' ? 2 : 3)
  })
})

describe('environments.csv', () => {
  const path = 'paper/published/environments.csv'
  const rows = rowsBeside(path)
  it.each(parsePublished(read(path)))('table $table: $item', ({ item, value }) => {
    const found = rows.filter((row) => heads(row)[0] === item && publishedTexts(row).includes(value ?? ''))
    expect(found).toHaveLength(1)
    const own = (found[0] ?? []).filter(({ type }) => type === 'text' || type === 'number')
    expect(own.length).toBeGreaterThan(0)
  })
})

describe.each(['totals', 'phases'])('recordings of %s', (show) => {
  const block = blocks.find(
    (one): one is TableBlock =>
      one.type === 'table' && one.kind === 'recordings' && one.options.show === show,
  )
  const experiment = experiments.find(({ id }) => id === block?.from)
  const rows = block && experiment ? rowsOf(block, experiment) : []
  const published = parsePublished(read(`paper/published/${show === 'totals' ? 'latency' : 'phases'}.csv`))
  it.each(published)('$pattern, $operation, $phase', ({ pattern, operation, mean_us }) => {
    const found = rows.filter(
      (row) =>
        heads(row).slice(0, 2).join() === [labelOf(pattern), operation].join() &&
        publishedTexts(row).includes(printed(mean_us)),
    )
    // Xen 4.17 has no null scheduler. Two phases of a row may have the same mean.
    expect(found.length).toBeGreaterThanOrEqual(pattern === 'scheduler' ? 1 : 2)
    for (const row of found) {
      expect(row.filter(({ type }) => type === 'number')).toHaveLength(6)
      expect(row.at(-1)?.text).toMatch(/^(before|after|alike)$/)
    }
  })
})
