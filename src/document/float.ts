/** Tables and figures: `yaml table` and `yaml figure`. */

import type { Parameter, Parameters } from '../results/parameters.ts'
import type { FigureBlock, Place, TableBlock } from './block.ts'
import { wordsIn } from './experiment.ts'
import { warn } from './problem.ts'
import { figureSchema, tableSchema } from './schema.ts'
import { validate } from './validation.ts'
import type { Mapping } from './yaml.ts'

/** Id prefixes for references: @tbl-latency, @fig-scatter. */
export const prefixes = {
  table: 'tbl-',
  figure: 'fig-',
  equation: 'eq-',
  section: 'sec-',
  listing: 'lst-',
} as const

export function readTable(source: Mapping, place: Place): TableBlock | undefined {
  const data = validate('table', () => tableSchema, source)
  if (data === undefined) return undefined
  const { id, kind, from, caption, columns, ...options } = data
  warnOfPrefix('table', id, source)
  return {
    ...{ type: 'table', id, place, kind, from, caption, options: options as Parameters },
    ...(columns && { columns }),
  }
}

export function readFigure(source: Mapping, place: Place): FigureBlock | undefined {
  const data = validate('figure', () => figureSchema, source)
  if (data === undefined) return undefined
  warnOfPrefix('figure', data.id, source)
  return { type: 'figure', place, ...data }
}

/** Paths in a table's option: one, or a list. */
export function pathsIn(option: Parameter | undefined): readonly string[] {
  return typeof option === 'string' ? [option] : wordsIn(option).map(([, path]) => path)
}

function warnOfPrefix(type: 'table' | 'figure', id: string, source: Mapping): void {
  const prefix = prefixes[type]
  if (id.startsWith(prefix)) return
  const reason = `the text cannot refer to ${type} ${id}: name it ${prefix}${id}`
  warn(source.file, 'id-prefix', source.valuePlace(['id']), reason)
}
