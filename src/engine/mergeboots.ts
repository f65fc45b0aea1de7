/** Merges the results of a cell's boots. */

import { isDeepStrictEqual } from 'node:util'
import { rawName, bootColumn, type Column, type Dataset, type Exclusion, type Row } from '../results/run.ts'
import { present } from '../text/message.ts'
import { attemptsDataset, mergeAttempts } from './script/attempts.ts'
import { ExperimentError, type Result } from './script/cell.ts'

export interface BootResult {
  readonly trials: number
  readonly result: Result
}

/**
 * Merges boot results in order. With several boots, rows get a `boot` column, trials are numbered
 * consecutively, and file names start with the boot's folder. Datasets come from the first boot, but for
 * discarded attempts and, if `isProgram`, those that a program left, which are of all boots: the first boot's are
 * excerpts that a script chose, and a program's further rows. Throws an
 * ExperimentError if a boot's columns or clock differ, and a RangeError for no boots.
 */
export function mergeBoots(boots: readonly BootResult[], isProgram = false): Result {
  const [one, ...others] = boots
  if (one === undefined) throw new RangeError('no boots to put together')
  const first = one.result
  if (others.length === 0) return first
  refuseBootColumn(first.columns)
  for (const [index, { result }] of others.entries()) requireAlike(result, first, index + 2)
  const results = boots.map(({ result }) => result)
  const captured = results.map((result) => result.captured)
  const { [attemptsDataset]: _, ...chosen } = first.datasets ?? {}
  const datasets = isProgram ? mergeDatasets(boots) : chosen
  const attempts = mergeAttempts(results)
  return {
    ...first,
    columns: withBoot(first.columns),
    rows: rowsOf(boots, first.columns),
    ...((Object.keys(datasets).length > 0 || attempts) && {
      datasets: { ...datasets, ...(attempts && { [attemptsDataset]: attempts }) },
    }),
    exclusions: summed(results.flatMap(({ exclusions }) => exclusions)),
    captured: united(captured, ranges),
    files: Object.fromEntries(
      results.flatMap(({ files = {} }, index) =>
        Object.entries(files).map(([name, path]) => [rawName(name, index + 1, boots.length), path]),
      ),
    ),
    provenance: united(results.map(({ provenance = {} }) => provenance)),
  }
}

/** The datasets of all boots: rows in order, with their boot, and trials counted through as those of the result. */
function mergeDatasets(boots: readonly BootResult[]): Readonly<Record<string, Dataset>> {
  const names = new Set(boots.flatMap(({ result }) => Object.keys(result.datasets ?? {})))
  return Object.fromEntries(
    [...names].map((name) => {
      const columns = columnsOfAll(name, boots)
      const none = Object.fromEntries(columns.map((one) => [one.name, one.role === 'factor' ? '' : null]))
      const parts = boots.map(({ trials, result }) => ({
        trials,
        result: {
          rows: (result.datasets?.[name]?.rows ?? []).map((row) => ({ ...none, ...row })),
        },
      }))
      return [name, { columns: withBoot(columns), rows: rowsOf(parts, columns) }]
    }),
  )
}

/** Columns that boots have of a dataset, each once. Throws an ExperimentError if two differ in more than that one lacks it. */
function columnsOfAll(name: string, boots: readonly BootResult[]): readonly Column[] {
  const found = new Map<string, { readonly column: Column; readonly boot: number }>()
  for (const [index, { result }] of boots.entries()) {
    const { columns = [] } = result.datasets?.[name] ?? {}
    refuseBootColumn(columns)
    for (const column of columns) {
      const other = found.get(column.name)
      if (other === undefined) found.set(column.name, { column, boot: index + 1 })
      else if (!isDeepStrictEqual(other.column, column))
        throw new ExperimentError(
          `the dataset ${name} of boot ${index + 1} has ${described(column)}, and of boot ${other.boot} ` +
            `${described(other.column)}: all boots must give a column the same kind of values`,
        )
    }
  }
  return [...found.values()].map(({ column }) => column)
}

/** Throws an ExperimentError if a script uses the reserved column name for boots. */
export function refuseBootColumn(columns: readonly Column[]): void {
  if (columns.some(({ name }) => name === bootColumn))
    throw new ExperimentError(
      `the script returns a column ${bootColumn}, which is reserved for the number of the boot: ` +
        'leave it out, or rename it',
    )
}

function requireAlike(result: Result, first: Result, boot: number): void {
  const longer = result.columns.length > first.columns.length ? result.columns : first.columns
  const other = longer.findIndex(
    (_, index) => !isDeepStrictEqual(result.columns[index], first.columns[index]),
  )
  const differs = (what: string, own: string, before: string) =>
    new ExperimentError(
      `${what} of boot ${boot} is ${own}, and of boot 1 ${before}: ` +
        'all boots of a cell must return the same columns and the same clock',
    )
  if (other >= 0)
    throw differs(`column ${other + 1}`, described(result.columns[other]), described(first.columns[other]))
  if (result.clockHz !== first.clockHz)
    throw differs('clockHz', String(result.clockHz ?? 'not said'), String(first.clockHz ?? 'not said'))
}

function described(column: Column | undefined): string {
  if (column === undefined) return 'not there'
  const { name, role, unit, label } = column
  return `${name} (${present([role, unit, label !== undefined && `"${label}"`]).join(', ')})`
}

/** Inserts the boot column after the trial, if any. */
function withBoot(columns: readonly Column[]): readonly Column[] {
  return columns.toSpliced(columns.findIndex(isTrial) + 1, 0, { name: bootColumn, role: 'index' })
}

function isTrial({ name, role }: Column): boolean {
  return name === 'trial' && role === 'index'
}

interface Counted {
  readonly trials: number
  readonly result: { readonly rows: readonly Row[] }
}

function rowsOf(boots: readonly Counted[], columns: readonly Column[]): readonly Row[] {
  const counts = columns.some(isTrial)
  let before = 0
  return boots.flatMap(({ trials, result }, index) => {
    const offset = before
    before += trials
    return result.rows.map((row) => ({
      ...row,
      ...(counts && typeof row.trial === 'number' ? { trial: row.trial + offset } : {}),
      [bootColumn]: index + 1,
    }))
  })
}

function summed(exclusions: readonly Exclusion[]): readonly Exclusion[] {
  const counts = new Map<string, number>()
  for (const { reason, count } of exclusions) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return [...counts].map(([reason, count]) => ({ reason, count }))
}

/** Merges records; differing values are combined by `shorten`, or else listed in order: `on | off`. */
export function united<Value extends string | number>(
  records: readonly Readonly<Record<string, Value>>[],
  shorten: (texts: readonly string[]) => string | undefined = () => undefined,
): Readonly<Record<string, Value | string>> {
  const values = new Map<string, Set<Value>>()
  for (const [item, value] of records.flatMap((record) => Object.entries(record)))
    values.set(item, (values.get(item) ?? new Set()).add(value))
  return Object.fromEntries(
    [...values].map(([item, found]) => {
      const [first, ...others] = found
      if (others.length === 0) return [item, first as Value]
      const texts = [...found].map(String)
      return [item, shorten(texts) ?? texts.join(' | ')]
    }),
  )
}

/** Merges what boots, or runs, noted of their machine: ranges of texts, and the largest of numbers. */
export function mergeMachines(
  all: readonly Readonly<Record<string, string | number>>[],
): Readonly<Record<string, string | number>> {
  const values = Map.groupBy(
    all.flatMap((one) => Object.entries(one)),
    ([item]) => item,
  )
  return Object.fromEntries(
    [...values].map(([item, those]) => {
      const found = [...new Set(those.map(([, value]) => value))]
      if (found.every((value) => typeof value === 'number')) return [item, Math.max(...found)]
      const texts = found.map(String)
      return [item, texts.length === 1 ? (texts[0] as string) : (spanned(texts) ?? texts.join(' | '))]
    }),
  )
}

/** Merges numbers, and ranges of numbers, in texts that are alike elsewhere. */
function spanned(texts: readonly string[]): string | undefined {
  const range = /(\d+(?:\.\d+)?(?:–\d+(?:\.\d+)?)?)/
  const parts = texts.map((text) => text.split(range))
  const [first = []] = parts
  const isNumber = (index: number) => index % 2 === 1 // the pattern has one group
  const isAlike = (other: readonly string[]) =>
    other.length === first.length && other.every((part, index) => isNumber(index) || part === first[index])
  if (!parts.every(isAlike)) return undefined
  return first
    .map((part, index) => {
      if (!isNumber(index)) return part
      const ends = parts
        .flatMap((those) => (those[index] ?? '').split('–'))
        .toSorted((a, b) => Number(a) - Number(b))
      const [low, high] = [ends.at(0), ends.at(-1)]
      return low === high ? low : `${low}–${high}`
    })
    .join('')
}

/** Merges texts into one with ranges of numbers, `51–53 °C`; undefined if they differ elsewhere. */
function ranges(texts: readonly string[]): string | undefined {
  const number = /(\d+(?:\.\d+)?)/
  const parts = texts.map((text) => text.split(number))
  const [first = []] = parts
  const isNumber = (index: number) => index % 2 === 1 // the pattern has one group
  const fits = (other: readonly string[]) =>
    other.length === first.length && other.every((part, index) => isNumber(index) || part === first[index])
  if (first.length < 3 || !parts.every(fits)) return undefined
  return first
    .map((_, index) => {
      const found = parts.map((those) => those[index] ?? '').toSorted((a, b) => Number(a) - Number(b))
      const [low, high] = [found.at(0), found.at(-1)]
      return !isNumber(index) || low === high ? first[index] : `${low}–${high}`
    })
    .join('')
}
