/** Mistakes of a figure that show without its runs and without drawing it. */

import { QueryError } from '../../query/error.ts'
import { CsvError } from '../../text/csv.ts'
import { hint } from '../../text/spelling.ts'
import { csvRecords } from '../csvrecords.ts'
import {
  checkDatasets,
  encodingPath,
  isObject,
  type Json,
  parseSpecification,
  parts,
  type Specification,
} from './specification.ts'

/**
 * Returns what is wrong with a specification, if anything.
 * @param data dataset name -> text of its CSV file; undefined for rows of an experiment
 */
export function specificationMistake(
  text: string,
  data: Readonly<Record<string, string | undefined>>,
): string | undefined {
  try {
    const spec = parseSpecification(text)
    checkDatasets(spec, Object.keys(data))
    const columns = Object.entries(data).map(([name, csv]) => columnsOf(name, csv))
    if (columns.every((one) => one !== undefined)) checkFields(spec, columns.flat())
    return undefined
  } catch (error) {
    if (error instanceof QueryError) return error.message
    throw error
  }
}

/** The columns that a file's records have; undefined if they are unknown before a run. */
function columnsOf(dataset: string, csv: string | undefined): readonly string[] | undefined {
  if (csv === undefined) return undefined
  try {
    return Object.keys(csvRecords(csv)[0] ?? {})
  } catch (error) {
    if (error instanceof CsvError) throw new QueryError(`the dataset ${dataset}: ${error.message}`)
    throw error
  }
}

/** Names that transforms write unless told otherwise. */
const written = ['key', 'value', 'density', 'prob', 'count']

/** Throws QueryError for the field of a channel that no dataset has and that no transform could write. */
function checkFields(spec: Specification, columns: readonly string[]): void {
  const all = parts(spec)
  // These take names from the data, or data from the specification.
  if (all.some(({ key }) => ['pivot', 'values', 'datasets', 'sequence', 'graticule'].includes(key))) return
  const transformed = all.filter(({ path }) => /(?:^|\.)transform\[/.test(path)).map(({ value }) => value)
  const known = new Set<Json>([...columns, ...written, ...transformed])
  for (const { path, value } of all) {
    if (!encodingPath.test(path) || !isObject(value)) continue
    for (const [channel, definition] of Object.entries(value)) {
      const field = isObject(definition) ? definition.field : undefined
      if (typeof field !== 'string' || /[.[\\]/.test(field) || known.has(field)) continue
      throw new QueryError(
        `the data has no field ${field}${hint(field, columns)}, at ${path}.${channel}.field`,
      )
    }
  }
}
