/**
 * Environments against a reference, such as emulated boards against a real one: for each measure and pattern
 * the value in both, its relative error and sign, and whether the pattern's effect has the same sign; over
 * the patterns of each measure, the rank correlation.
 */

import * as z from 'zod'
import type { SourceBlock } from '../../document/block.ts'
import { naming } from '../../document/naming.ts'
import type { Messages } from '../../locale/en.ts'
import { QueryError, unknown } from '../../query/error.ts'
import { digits } from '../../query/format.ts'
import { origins } from '../../query/quantity.ts'
import type { Run } from '../../results/run.ts'
import type { Centre, Estimate } from '../../stats/centre.ts'
import {
  type Cell,
  type ExperimentContext,
  headCell,
  missingCell,
  none,
  numberCell,
  numberHead,
  percentCell,
  type Table,
  type TableKind,
  tableKind,
} from '../table.ts'
import { type Column, type ColumnGroup, tableHead, tableRow } from './columns.ts'
import { type Effect, type ErrorBlock, errorBlocks, type PatternError, type Side } from './errors.ts'
import {
  type CellRun,
  cellRuns,
  chooseEnvironments,
  combinations,
  factorsOf,
  labelOf,
  missingRuns,
  onlyNotes,
  patternChoice,
  runsOf,
  unitOf,
} from './options.ts'
import { environments, factor, measure, number, operation, pattern, patternOrGroup } from './schema.ts'

const options = () =>
  z
    .strictObject({
      number,
      reference: z
        .string()
        .meta(naming('environment'))
        .describe(
          'The environment that others are held against: one of the experiment, or one that it may get later',
        ),
      environments: environments.describe('All of the experiment but the reference, unless given'),
      operation,
      where: z
        .record(factor, z.string().meta(naming('value')))
        .default({})
        .describe('Factor -> value that rows must have'),
      by: z
        .array(factor)
        .default(['operation'])
        .describe('Factors whose values get their own rows; ignores those that where fixes or the runs lack'),
      patterns: z.array(patternOrGroup).min(1).optional().describe('Patterns and groups. Default: all'),
      measures: z
        .array(measure)
        .min(1)
        .optional()
        .describe('Such as phases. Default: the first measure of the runs'),
      statistic: z.enum(['mean', 'median']).default('mean').describe('What is compared of each pattern'),
      baseline: pattern.optional().describe('The baseline pattern of effects; default: the first'),
    })
    .refine(({ reference, environments = [] }) => !environments.includes(reference), {
      path: ['environments'],
      message: 'the reference cannot be held against itself',
    })

/** The correlation of fewer patterns is 1 or -1, whatever their values. */
const fewestRanked = 3

/** The first rows of a table, of a measure and of a block have cells that span what follows. */
interface Row extends PatternError {
  readonly block: ErrorBlock
  readonly height: { readonly table?: number; readonly measure?: number; readonly block?: number }
}

export const validity: TableKind = {
  data: false,
  ...tableKind(options, (given, context): Table => {
    const { experiment, runs, messages } = context
    const { tables } = messages
    const { reference: name, statistic: centre } = given
    const isPlanned = experiment.environments.includes(name)
    const all = cellRuns(experiment, name, runs)
    const groups = selected(experiment, given, runs, isPlanned ? all : undefined)
    const compared = new Set(groups.flatMap(({ cells }) => cells.map(({ pattern }) => pattern)))
    const isCompared = (cell: CellRun) => compared.has(cell.pattern)
    const reference = { name, cells: all.filter(isCompared), runs: runsOf(all.filter(isCompared)) }
    const cells = groups.flatMap((group) => group.cells)
    const shown = [...reference.runs, ...runsOf(cells)]
    const layout = layoutOf(given, shown)
    const columns = columnsOf(layout, reference, { runs: shown, messages })
    const filled = groups.map((group) => ({
      ...group,
      rows: spanning(
        errorBlocks({ ...group, ...layout, reference: all, centre }),
        reference.runs.length === 0,
      ),
    }))
    return {
      head: tableHead(columns),
      groups: filled.map(({ environment, cells, rows }) => ({
        title: environment,
        origins: origins(runsOf(cells)),
        rows: rows.map((row) => tableRow(columns, row)),
      })),
      notes: [
        ...standInNote(reference, messages),
        tables.validity.errorNote(tables.validity.centres[centre]),
        tables.validity.effectNote,
        tables.validity.ranksNote(fewestRanked),
        ...(filled.some(({ rows }) => rows.some(isOfOneBoot)) ? [tables.effects.oneBoot] : []),
        ...groups.flatMap(({ left }) =>
          onlyNotes(
            left.map(({ pattern }) => pattern),
            messages,
          ),
        ),
      ],
      runs: shown,
      missing: [...(isPlanned ? missingRuns(reference.cells) : []), ...missingRuns(cells)],
    }
  }),
  files: [],
  environments: ['reference'],
}

interface Group {
  readonly environment: string
  readonly cells: readonly CellRun[]
  /** Chosen cells of patterns that the reference does not have. */
  readonly left: readonly CellRun[]
  readonly baseline: { readonly own: CellRun; readonly reference: CellRun | undefined }
}

/**
 * Returns the cells of each environment to hold against the reference, whose cells are undefined as long as
 * the experiment does not have it. Throws QueryError for unknown names, or without such an environment.
 */
function selected(
  experiment: SourceBlock,
  given: z.output<ReturnType<typeof options>>,
  runs: readonly Run[],
  reference: readonly CellRun[] | undefined,
): readonly Group[] {
  const isChosen = patternChoice(experiment, given.patterns ?? 'all', [])
  const names = chooseEnvironments(experiment, given.environments).filter((one) => one !== given.reference)
  if (names.length === 0)
    throw new QueryError(`${experiment.id} has no environment but the reference, ${given.reference}`)
  const baseline = given.baseline ?? experiment.patterns[0]?.name ?? ''
  const called = (name: string) => (cell: CellRun) => cell.pattern.name === name
  const shared = reference && new Set(reference.map(({ pattern }) => pattern.name))
  return names.map((environment) => {
    const all = cellRuns(experiment, environment, runs)
    const own = all.find(called(baseline))
    if (own === undefined) {
      const known = all.map(({ pattern }) => pattern.name)
      throw unknown(`pattern of ${experiment.id}`, baseline, known)
    }
    const isShared = (cell: CellRun) => shared?.has(cell.pattern.name) ?? true
    const chosen = all.filter(({ pattern }) => isChosen(pattern))
    return {
      environment,
      cells: chosen.filter(isShared),
      left: chosen.filter((cell) => !isShared(cell)),
      baseline: { own, reference: reference?.find(called(baseline)) },
    }
  })
}

interface Layout {
  readonly measures: readonly string[]
  readonly by: readonly string[]
  readonly combinations: ReturnType<typeof combinations>
  readonly centre: Centre
  readonly unit: string
}

/** Throws QueryError for measures and factors that the runs lack, and different units. */
function layoutOf(given: z.output<ReturnType<typeof options>>, runs: readonly Run[]): Layout {
  const first = runs[0]?.columns.find(({ role }) => role === 'measure')?.name
  const measures = given.measures ?? (first === undefined ? [] : [first])
  const fixed = factorsOf({ operation: given.operation, where: given.where })
  for (const name of measures) labelOf(runs, name, 'measure')
  for (const name of Object.keys(fixed)) labelOf(runs, name, 'factor')
  const by = given.by.filter(
    (name) =>
      !Object.hasOwn(fixed, name) && runs.some(({ columns }) => columns.some((one) => one.name === name)),
  )
  const found = new Map(
    runs.flatMap((run) => combinations(run, by)).map((one) => [JSON.stringify(one), { ...fixed, ...one }]),
  )
  return {
    measures,
    by,
    combinations: found.size === 0 ? [fixed] : [...found.values()],
    centre: given.statistic,
    unit: unitOf(runs, measures),
  }
}

/** @param isAlone whether the first row says for all that the reference has no runs */
function spanning(blocks: readonly ErrorBlock[], isAlone: boolean): readonly Row[] {
  const count = (some: readonly ErrorBlock[]) => some.reduce((sum, { rows }) => sum + rows.length, 0)
  return blocks.flatMap((block, at) =>
    block.rows.map((row, index): Row => {
      if (index > 0) return { ...row, block, height: {} }
      const isFirst = blocks[at - 1]?.measure !== block.measure
      const height = {
        ...(at === 0 && isAlone ? { table: count(blocks) } : {}),
        ...(isFirst ? { measure: count(blocks.filter(({ measure }) => measure === block.measure)) } : {}),
        block: block.rows.length,
      }
      return { ...row, block, height }
    }),
  )
}

interface Reference {
  readonly name: string
  readonly runs: readonly Run[]
}

function columnsOf(
  { measures, by, centre, unit }: Layout,
  reference: Reference,
  { runs, messages }: Pick<ExperimentContext, 'runs' | 'messages'>,
): readonly ColumnGroup<Row>[] {
  const { tables } = messages
  const own = tables.validity
  const heads = (value: string, unit: string) => [
    numberHead(value, unit),
    numberHead(tables.effects.from, unit),
    numberHead(tables.effects.to, unit),
  ]
  const title = isHardware(reference) ? own.reference(reference.name) : own.standIn(reference.name)
  const values = heads(own.centres[centre], unit)
  const perBlock = (cell: (block: ErrorBlock) => Cell) => (row: Row) =>
    row.height.block === undefined ? undefined : { ...cell(row.block), ...rowsOf(row.height.block) }
  return [
    {
      columns: [
        measures.length > 1 && [
          { text: tables.measure },
          ({ block, height }) =>
            height.measure === undefined
              ? undefined
              : headCell(labelOf(runs, block.measure, 'measure'), height.measure),
        ],
        ...by.map((name): Column<Row> => [
          { text: labelOf(runs, name, 'factor') },
          perBlock(({ factors }) => headCell(factors[name] ?? '')),
        ]),
        [{ text: tables.pattern }, ({ pattern }) => headCell(pattern.label)],
      ],
    },
    {
      title,
      origins: origins(reference.runs),
      columns: values.map((head, index): Column<Row> => [
        head,
        (row) =>
          reference.runs.length === 0
            ? notYetCell(reference, row, index, messages)
            : sideCell(row.reference, index, messages),
      ]),
    },
    {
      title: own.environment,
      columns: values.map((head, index): Column<Row> => [head, (row) => sideCell(row.own, index, messages)]),
    },
    {
      title: own.error,
      columns: heads(own.share, '%').map((head, index): Column<Row> => [
        head,
        (row) => errorCell(row, index),
      ]),
    },
    {
      columns: [
        [{ text: own.sign }, (row) => signCell(row, unit, messages)],
        [{ text: own.effect }, (row) => effectCell(row, messages)],
      ],
    },
    {
      title: own.overPatterns,
      columns: [
        [numberHead(own.ranks), perBlock(({ ranks }) => ranksCell(ranks))],
        [numberHead(own.patterns), perBlock(({ ranks: { patterns, runs } }) => numberCell(patterns, runs))],
      ],
    },
  ]
}

function rowsOf(height: number): Pick<Cell, 'rows'> {
  return height === 1 ? {} : { rows: height }
}

/** One cell says for the whole table that there is no reference yet. */
function notYetCell(
  { name }: Reference,
  { height: { table } }: Row,
  index: number,
  { tables }: Messages,
): Cell | undefined {
  if (table === undefined || index > 0) return undefined
  return { type: 'missing', text: tables.validity.notYet(name), columns: 3, ...rowsOf(table) }
}

/** Returns the value (index 0) or an end of its interval; a missing run spans all three. */
function sideCell({ cell, estimate }: Side, index: number, messages: Messages): Cell | undefined {
  if (cell && cell.run === undefined) return index === 0 ? missingCell(cell.name, 3, messages) : undefined
  return estimate ? finite(partOf(estimate, index), (value) => numberCell(value, runsIn({ cell }))) : none
}

function errorCell({ error, own, reference }: Row, index: number): Cell {
  if (error === undefined) return none
  return finite(partOf(error, index), (share) => percentCell(share, runsIn(own, reference)))
}

function partOf({ value, interval }: Estimate, index: number): number {
  return [value, interval.low, interval.high][index] as number
}

function finite(value: number, cell: (value: number) => Cell): Cell {
  return Number.isFinite(value) ? cell(value) : none
}

function signCell({ sign, own, reference }: Row, unit: string, { tables }: Messages): Cell {
  if (!own.sample || !reference.sample) return none
  const words = tables.validity.signs[unit === 'us' ? 'time' : 'other']
  const text = sign === undefined ? tables.validity.unknown : sign > 0 ? words.more : words.less
  return textCell(text, runsIn(own, reference))
}

function effectCell({ effect, own, reference }: Row, { tables }: Messages): Cell {
  return effect ? textCell(effectText(effect, tables.validity), runsIn(own, reference)) : none
}

function effectText({ own, reference }: Effect, messages: Messages['tables']['validity']): string {
  if (own === undefined || reference === undefined) return messages.unknown
  return own === reference ? messages.agrees(own > 0 ? '+' : '−') : messages.opposite
}

function ranksCell({ correlation, patterns, runs }: ErrorBlock['ranks']): Cell {
  if (patterns < fewestRanked || Number.isNaN(correlation)) return none
  return { ...numberCell(correlation, runs), text: digits(correlation, 2) }
}

function textCell(text: string, runs: readonly Run[]): Cell {
  return { type: 'text', text, origins: origins(runs), runs }
}

function runsIn(...sides: readonly Pick<Side, 'cell'>[]): readonly Run[] {
  return runsOf(sides.flatMap(({ cell }) => cell ?? []))
}

function isOfOneBoot({ own, reference }: Row): boolean {
  return [own, reference].some(({ sample }) => sample !== undefined && sample.clusters === undefined)
}

/** True before there are runs, too: nothing is known yet. */
function isHardware({ runs }: Reference): boolean {
  return runs.every(({ origin }) => origin === 'hardware')
}

/** Numbers that are not hardware's must not look as if they were. */
function standInNote(reference: Reference, { tables, origins: names }: Messages): readonly string[] {
  if (isHardware(reference)) return []
  const own = origins(reference.runs).map((origin) => names[origin])
  return [tables.validity.standInNote(reference.name, tables.list(own))]
}
