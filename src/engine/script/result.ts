/** Validates a script's result once; later stages trust it. */

import { lstatSync, realpathSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type * as z from 'zod'
import type { Column, Dataset, Row } from '../../results/run.ts'
import { hint } from '../../text/spelling.ts'
import { ExperimentError, type Result } from './cell.ts'
import { column, result as schema } from './resultschema.ts'
import { checkRows, describeValue } from './rows.ts'

/** Throws an ExperimentError that names the first error and its place. Absent values become null. */
export function checkResult(given: unknown): Result {
  const parsed = schema.safeParse(given)
  if (!parsed.success)
    throw new ExperimentError(`the script returned an invalid result: ${wordsOf(parsed.error, given)}`)
  const { columns, rows, datasets, ...rest } = parsed.data
  const result = {
    ...checkDataset({ columns, rows }, 'the result'),
    ...(datasets === undefined ? {} : { datasets: checkDatasets(datasets) }),
    // Drop undefined optional keys, as JSON does.
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  } as Result
  const ticks = result.columns.find(({ unit }) => unit === 'ticks')
  if (ticks && result.clockHz === undefined)
    throw new ExperimentError(
      `the script returned an invalid result: the column ${ticks.name} is in ticks, ` +
        'but there is no clockHz (ticks per second)',
    )
  return result
}

/** Formats an error: `columns.0.role is 'size': expected index, factor or measure`. */
function wordsOf({ issues }: z.ZodError, given: unknown): string {
  const [issue] = issues
  if (issue === undefined) return describeValue(given)
  const value = issue.path.reduce(
    (part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key],
    given,
  )
  const at = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys')
    return (
      `${at === '' ? 'it' : at} has an unknown key: ` +
      `${issue.keys[0]}${hint(issue.keys[0] ?? '', keysOf(issue.path))}`
    )
  return `${at === '' ? 'it' : at} is ${describeValue(value)}: expected ${issue.message}`
}

function keysOf(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(schema.shape)
  return path.includes('columns') ? Object.keys(column.shape) : []
}

interface Given {
  readonly columns: readonly unknown[]
  readonly rows: readonly unknown[]
}

/** Dataset names become file names next to rows.csv. */
function checkDatasets(datasets: Readonly<Record<string, Given>>): Record<string, Dataset> {
  return Object.fromEntries(
    Object.entries(datasets).map(([name, dataset]) => {
      if (!/^[a-z][a-z0-9-]*$/.test(name) || name === 'rows')
        throw new ExperimentError(
          `the result has a dataset ${name}: name it with small letters, digits and hyphens, ` +
            'starting with a letter, and not rows',
        )
      return [name, checkDataset(dataset, `the dataset ${name}`)]
    }),
  )
}

/** @param where names the rows in messages */
function checkDataset({ columns: given, rows }: Given, where: string): Dataset {
  // Zod's optional keys may be undefined.
  const columns = JSON.parse(JSON.stringify(given)) as readonly Column[]
  const byName = new Map(columns.map((one) => [one.name, one]))
  const repeated = columns.find((one) => byName.get(one.name) !== one)
  if (repeated !== undefined) throw new ExperimentError(`${where} names the column ${repeated.name} twice`)
  const checked = checkRows(rows, where)
  return { columns, rows: checked.map((row, index) => withRoles(row, byName, `${where}, row ${index}`)) }
}

function withRoles(row: Row, columns: ReadonlyMap<string, Column>, where: string): Row {
  for (const name of Object.keys(row)) {
    if (!columns.has(name))
      throw new ExperimentError(`${where} has an unknown column: ${name}${hint(name, columns.keys())}`)
  }
  const complete: Record<string, string | number | null> = {}
  for (const [name, { role }] of columns) {
    const value = Object.hasOwn(row, name) ? (row[name] ?? null) : null
    const wanted = role === 'factor' ? 'string' : 'number'
    // CSV has a single empty value.
    if (value === null) complete[name] = role === 'factor' ? '' : null
    else if (typeof value === wanted) complete[name] = value
    else {
      const what = `${role === 'index' ? 'an' : 'a'} ${role} and takes ${wanted === 'string' ? 'words' : 'a number'}`
      throw new ExperimentError(`${where}: ${name} is ${what}, not ${describeValue(value)}`)
    }
  }
  return complete
}

/** Throws an ExperimentError unless each file is a distinct ordinary file in the cell's folder. */
export function checkFiles(files: Readonly<Record<string, string>> = {}, folder: string): void {
  const names = new Map<string, string>()
  for (const [name, path] of Object.entries(files)) {
    const refuse = (reason: string) => {
      throw new ExperimentError(`the script returned an invalid result: files.${name} ${reason}`)
    }
    if (!/^[\w-][\w.-]*$/.test(name)) refuse('is no name of a file: use letters, digits, dots and hyphens')
    if (!isAbsolute(path)) refuse(`is ${path}: expected an absolute path, join(cell.folder, 'NAME')`)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found === undefined) refuse(`is ${path}, which does not exist`)
    if (!found?.isFile()) refuse(`is ${path}, which is no ordinary file`)
    const place = realpathSync(path)
    if (relative(realpathSync(folder), place).startsWith('..'))
      refuse(`is ${path}, which is not in the cell's folder`)
    const other = names.get(resolve(place))
    if (other !== undefined) refuse(`is the same file as files.${other}`)
    names.set(resolve(place), name)
  }
}
