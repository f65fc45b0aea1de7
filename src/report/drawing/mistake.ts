/** Mistakes of a figure that show without its runs and without drawing it. */

import { QueryError } from '../../query/error.ts'
import { CsvError } from '../../text/csv.ts'
import { hint } from '../../text/spelling.ts'
import { csvRecords } from '../csvrecords.ts'
import {
  checkDatasets,
  encodingPath,
  isObject,
  parseSpecification,
  parts,
  type Specification,
  withDataset,
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
    const spec = withDataset(parseSpecification(text), Object.keys(data))
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

/** Keys that bring other fields than those of the datasets. */
const sources = ['transform', 'values', 'datasets', 'sequence', 'graticule']

/** Throws QueryError for the field of a channel that no dataset has, if all fields come from datasets. */
function checkFields(spec: Specification, columns: readonly string[]): void {
  const all = parts(spec)
  if (all.some(({ key }) => sources.includes(key))) return
  for (const { path, value } of all) {
    if (!encodingPath.test(path) || !isObject(value)) continue
    for (const [channel, definition] of Object.entries(value)) {
      const field = isObject(definition) ? definition.field : undefined
      if (typeof field !== 'string' || /[.[\\]/.test(field) || columns.includes(field)) continue
      throw new QueryError(
        `the data has no field ${field}${hint(field, columns)}, at ${path}.${channel}.field`,
      )
    }
  }
}
