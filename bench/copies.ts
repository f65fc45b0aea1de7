/** Power of the search for changed copies, and its false alarms, over the recorded runs. */

import { readFileSync } from 'node:fs'
import { VFile } from 'vfile'
import { parseDocument } from '../src/document/document.ts'
import { cellsOf } from '../src/engine/cells.ts'
import { repeatedRows } from '../src/results/repeats.ts'
import type { Row } from '../src/results/run.ts'
import { openStore } from '../src/results/store.ts'
import { randomNumbers } from '../src/stats/random.ts'

const random = randomNumbers('copies')
const noise = () => 1 + Math.floor(200 * random())

/** Adds to measures of a row. */
function plus(row: Row, measures: readonly string[], by: () => number): Row {
  const changes = measures.flatMap((name) => {
    const value = row[name]
    return typeof value === 'number' ? [[name, value + by()] as const] : []
  })
  return { ...row, ...Object.fromEntries(changes) }
}

type Change = (row: Row, measures: readonly string[], boot: number) => Row

/** In each boot, `count` trials from the sixth on are the first ones. */
const trials = (count: number, change: Change) => ({
  from: (boot: number, index: number) => (index >= 5 && index < 5 + count ? [boot, index - 5] : undefined),
  change,
})

/** `count` boots are the first one. */
const boots = (count: number, change: Change) => ({
  from: (boot: number, index: number) => (boot > 1 && boot <= 1 + count ? [1, index] : undefined),
  change,
})

const forgeries = new Map([
  ['half of the trials, one measure with noise', trials(5, (row, all) => plus(row, all.slice(0, 1), noise))],
  ['half of the trials, a tick more in all measures', trials(5, (row, all) => plus(row, all, () => 1))],
  ['three in ten trials, 437 ticks more', trials(3, (row, all) => plus(row, all, () => 437))],
  ['two in ten trials, 437 ticks more', trials(2, (row, all) => plus(row, all, () => 437))],
  ['one of five boots, 437 ticks more', boots(1, (row, all) => plus(row, all, () => 437))],
  ['four of five boots, 437 ticks more', boots(4, (row, all) => plus(row, all, () => 437))],
  ['half of the trials, all measures with noise', trials(5, (row, all) => plus(row, all, noise))],
])

export async function benchCopies(): Promise<void> {
  const path = 'paper/index.md'
  const { blocks } = parseDocument(new VFile({ value: readFileSync(path, 'utf8'), path }))
  const store = openStore('.')
  const runs = cellsOf(blocks).flatMap((cell) => store.recorded(cell) ?? [])
  console.log('| copies | cells | found |\n|---|---|---|')
  console.log(`| none | ${runs.length} | ${runs.filter((run) => repeatedRows(run).length > 0).length} |`)
  for (const [name, { from, change }] of forgeries) {
    const found = runs.filter((run) => {
      const measures = run.columns.filter(({ role }) => role === 'measure').map((one) => one.name)
      const groups = Map.groupBy(run.rows, ({ boot, operation }) => `${boot} ${operation}`)
      const rows = run.rows.map((row) => {
        const { boot, operation, trial = null } = row
        const [fromBoot, index] = from(
          Number(boot),
          groups.get(`${boot} ${operation}`)?.indexOf(row) ?? 0,
        ) ?? [0, 0]
        const source = groups.get(`${fromBoot} ${operation}`)?.[index as number]
        return source ? { ...change(source, measures, Number(boot)), trial, boot: boot ?? null } : row
      })
      return repeatedRows({ ...run, rows }).length > 0
    })
    console.log(`| ${name} | ${runs.length} | ${found.length} |`)
  }
}
