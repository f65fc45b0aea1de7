/**
 * Tables as data: captions, heads and cells with their numbers and origins. Output formats read nothing else.
 */

import type * as z from 'zod'
import type { TableOptions } from '../check/check.ts'
import type { VerdictRecord, Verification } from '../claims/verification.ts'
import type { SourceBlock } from '../document/block.ts'
import type { Messages } from '../locale/en.ts'
import { notFinite, QueryError } from '../query/error.ts'
import { digits } from '../query/format.ts'
import type { PublishedRow } from '../query/published.ts'
import { origins } from '../query/quantity.ts'
import { symbol } from '../query/units.ts'
import type { Run } from '../results/run.ts'
import type { Origin } from '../testbed/board.ts'
import { lazily } from '../text/memory.ts'
import { decimal } from '../text/numbers.ts'
import type { RenderContext } from './context.ts'

export interface Table {
  /** Rows of heads; a head spans `columns` and `rows`. */
  readonly head: readonly (readonly Head[])[]
  readonly groups: readonly Group[]
  readonly notes: readonly string[]
  /** Runs behind the table's numbers. */
  readonly runs: readonly Run[]
  /** Names of missing runs. */
  readonly missing: readonly string[]
}

export interface Head {
  readonly text: string
  /** Of the statistic or measure below it, in any language. */
  readonly name?: string
  /** As printed: 'µs'. */
  readonly unit?: string
  readonly columns?: number
  readonly rows?: number
  readonly origins?: readonly Origin[]
  /** Alignment of the column. */
  readonly align?: 'start' | 'end' | 'center'
}

/** Rows under one title, such as those of one environment. */
export interface Group {
  readonly title?: string
  readonly origins?: readonly Origin[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface Cell {
  readonly type: 'head' | 'text' | 'number' | 'published' | 'missing' | 'none'
  readonly text: string
  /** The number, in its column's unit. */
  readonly value?: number
  readonly origins?: readonly (Origin | 'published')[]
  /** The runs behind it; their names go into the title. */
  readonly runs?: readonly Run[]
  readonly columns?: number
  readonly rows?: number
  /** Link of a head. */
  readonly href?: string
  /** If it is not that of its type. */
  readonly align?: Head['align']
}

/** Returns the number of columns. */
export function widthOf(head: readonly (readonly Pick<Head, 'columns'>[])[]): number {
  return Math.max(...head.map((row) => row.reduce((sum, { columns = 1 }) => sum + columns, 0)))
}

/** Input of a kind of table. */
export interface TableContext {
  /** Absent for kinds that need none. */
  readonly experiment?: SourceBlock
  /** Runs of the experiment. */
  readonly runs: readonly Run[]
  /** Rows of the files of the option `published`, if the option is given. */
  readonly published: readonly PublishedRow[] | undefined
  /** Rows of the files of the option `earlier`. */
  readonly earlier?: readonly PublishedRow[] | undefined
  /** Verifications of all claims; default: none. */
  readonly verifications?: readonly Verification[]
  /** Claims removed since the record; default: none. */
  readonly removed?: VerdictRecord['removed']
  readonly messages: Messages
  readonly display: RenderContext['display']
}

/** Input of kinds that show an experiment. */
export type ExperimentContext = TableContext & { readonly experiment: SourceBlock }

export interface TableKind extends TableOptions {
  /** Throws QueryError if the options name something that the runs or published rows lack. */
  readonly render: (options: unknown, context: TableContext) => Table
}

/**
 * Defines a kind with a schema for its options, which may name a CSV file of published numbers (`published`).
 * Ties the schema to the function that takes its output, so that one Map can hold all kinds.
 */
export function tableKind<Schema extends z.ZodType>(
  options: () => Schema,
  render: (options: z.output<Schema>, context: ExperimentContext) => Table,
): TableKind {
  const schema = lazily(options)
  return {
    options: schema,
    files: ['published'],
    render(unchecked, { experiment, ...context }) {
      if (experiment === undefined)
        throw new QueryError('this kind of table needs an experiment: name it with from')
      return render(schema().parse(unchecked), { ...context, experiment })
    },
  }
}

/** A kind that shows machines or parameters, which data that nobody reruns have not. */
export function machineKind<Schema extends z.ZodType>(
  options: () => Schema,
  render: (options: z.output<Schema>, context: ExperimentContext) => Table,
): TableKind {
  return { ...tableKind(options, render), data: false }
}

/**
 * A number of the experiment: one decimal below 100, else an integer, as the original study printed
 * microseconds. Throws QueryError if it is not finite.
 */
export function numberCell(value: number, runs: readonly Run[]): Cell {
  if (!Number.isFinite(value)) throw new QueryError(notFinite)
  const decimals = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1
  return { type: 'number', text: digits(value, decimals), value, origins: origins(runs), runs }
}

/** An error as a share, printed in percent with its sign. Throws QueryError if it is not finite. */
export function percentCell(share: number, runs: readonly Run[]): Cell {
  const percent = 100 * share
  return { ...numberCell(percent, runs), text: signed(percent, percentText(percent)) }
}

/** Formats with one decimal, even integers, but none from 100 on. */
export function percentText(value: number): string {
  return digits(value, Math.abs(value) >= 100 ? 0 : 1)
}

/** Adds a plus to a positive number that is not printed as 0. */
export function signed(value: number, text: string): string {
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text
}

/** A number of the original study, printed as it was. */
export function publishedCell(text: string | undefined): Cell {
  if (text === undefined || text.trim() === '') return none
  const value = decimal(text)
  if (value === undefined) return { type: 'published', text }
  return { type: 'published', text: /e/i.test(text) ? text.trim() : digits(value, placesOf(text)), value }
}

/** Returns the decimal places of a written number. */
export function placesOf(text: string): number {
  return text.trim().split('.')[1]?.length ?? 0
}

export const none: Cell = { type: 'none', text: '–' }

export function missingCell(run: string, columns: number, messages: Messages): Cell {
  return { type: 'missing', text: messages.missing([run]), columns }
}

export function headCell(text: string, rows = 1): Cell {
  return rows === 1 ? { type: 'head', text } : { type: 'head', text, rows }
}

/** Head of a numeric column, with the unit that its cells omit. */
export function numberHead(text: string, unit = '', rows = 1): Head {
  return {
    text,
    align: 'end',
    ...(unit === '' ? {} : { unit: symbol(unit) }),
    ...(rows === 1 ? {} : { rows }),
  }
}
