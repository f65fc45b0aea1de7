/**
 * Compares how well the runs and an earlier recording of the same patterns reproduce published numbers:
 * errors, signs and ranks of totals, phases and slowdowns, and which recording is closer.
 */

import * as z from 'zod'
import type { Messages } from '../../locale/en.ts'
import { digits } from '../../query/format.ts'
import { origins } from '../../query/quantity.ts'
import { agreement, direction, relativeError } from '../../stats/agreement.ts'
import { matching, valuesOf } from '../published.ts'
import {
  type Cell,
  type ExperimentContext,
  headCell,
  missingCell,
  none,
  numberCell,
  numberHead,
  percentText,
  signed,
  type Table,
  type TableKind,
  tableKind,
} from '../table.ts'
import { cellRuns, chooseEnvironments, labelOf, missingRuns, notRerun, onlyNotes, runsOf } from './options.ts'
import {
  type Compared,
  chooseRows,
  compare,
  type Kind,
  kinds,
  numbersOf,
  type Reading,
  type Source,
  sourceOf,
} from './readings.ts'
import { environments, number, pattern, publishedEnvironment, publishedFile } from './schema.ts'

const options = () => {
  const files = z.union([publishedFile, z.array(publishedFile).min(1)])
  return z.strictObject({
    number,
    environments,
    show: z
      .enum(['summary', ...kinds])
      .default('summary')
      .describe('What the table lists'),
    baseline: pattern.optional().describe('The baseline pattern of slowdowns; default: the first'),
    published: files.describe('CSV files of the original study’s numbers'),
    publishedEnvironment,
    earlier: files.describe('CSV files of the earlier recording'),
  })
}

/** Counts errors up to this share of the published value. */
const near = 0.25

/** Slowdowns this close to 1 have no sign. */
const band = 0.02

export const recordings: TableKind = {
  data: false,
  ...tableKind(options, (given, context): Table => {
    const { experiment, runs, messages, published = [], earlier = [] } = context
    const { recordings: own } = messages.tables
    const { show } = given
    const rows = chooseRows(published, given.publishedEnvironment, runs)
    const names = valuesOf(rows, 'pattern')
    const baseline = given.baseline ?? experiment.patterns[0]?.name ?? ''
    const groups = chooseEnvironments(experiment, given.environments).map((environment) => {
      const all = cellRuns(experiment, environment, runs)
      const cells = all.filter(({ pattern }) => names.includes(pattern.name))
      const compared = compare(cells, rows, matching(earlier, { environment }))
      const numbers = (show === 'summary' ? kinds : [show]).map((kind) => ({
        kind,
        compared: numbersOf(kind, compared, baseline),
      }))
      return { environment, cells, numbers }
    })
    const cells = groups.flatMap((group) => group.cells)
    const counts = groups.flatMap(({ environment, numbers }) =>
      numbers.map(({ kind, compared }) => own.counts(environment, closerCounts(compared, kind))),
    )
    return {
      head: show === 'summary' ? summaryHead(messages) : detailHead(show, messages),
      groups: groups.map(({ environment, numbers }) => ({
        title: environment,
        origins: sourceOf(
          numbers.flatMap(({ compared }) => compared.flatMap(({ before, after }) => [before, after])),
        ).origins,
        rows: numbers.flatMap(({ kind, compared }) =>
          show === 'summary' ? summaryRows(kind, compared, messages) : detailRows(kind, compared, context),
        ),
      })),
      notes: [
        show === 'summary' ? own.summaryNote : own.errorNote,
        ...(show === 'summary' || show === 'slowdowns' ? [own.slowdownNote(percent(band))] : []),
        ...(show === 'summary' ? [] : counts),
        ...onlyNotes(
          experiment.patterns.filter(({ name }) => names.includes(name)),
          messages,
        ),
        ...notRerun(experiment, names, messages),
      ],
      runs: runsOf(cells),
      missing: missingRuns(cells),
    }
  }),
  files: ['published', 'earlier'],
}

const percent = (share: number): string => `${digits(100 * share)} %`

/** Formats numbers like means elsewhere: one decimal below 100. Slowdowns have two. */
function printed(value: number, kind: Kind): string {
  if (kind === 'slowdowns') return digits(value, 2)
  return digits(value, Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1)
}

function cellOf(value: number, text: string, { runs, origins }: Source): Cell {
  return { ...numberCell(value, runs), text, origins }
}

/** Returns the recording with the smaller absolute error; undefined if one has no value. */
function closer(
  { reference, before, after }: Compared,
  kind: Kind,
): 'before' | 'after' | 'alike' | undefined {
  if (before === undefined || after === undefined) return undefined
  // Ignores a difference below a microsecond, or below the last decimal of a slowdown.
  const resolution = kind === 'slowdowns' ? 0.01 : 1
  const gain = Math.abs(before.value - reference) - Math.abs(after.value - reference)
  if (Math.abs(gain) < resolution) return 'alike'
  return gain < 0 ? 'before' : 'after'
}

function closerCounts(compared: readonly Compared[], kind: Kind) {
  const found = compared.map((one) => closer(one, kind))
  const count = (which: string) => found.filter((one) => one === which).length
  return { before: count('before'), after: count('after'), alike: count('alike') }
}

/** Returns true if both have the same sign, or both none. */
function isRight(value: number, reference: number): boolean {
  return direction(value, band) === direction(reference, band)
}

function detailHead(kind: Kind, { tables }: Messages): Table['head'] {
  const own = tables.recordings
  const unit = kind === 'slowdowns' ? '' : 'us'
  const each = [
    numberHead(kind === 'slowdowns' ? tables.ratio : tables.mean, unit),
    numberHead(own.error, unit),
    numberHead(own.error, '%'),
    ...(kind === 'slowdowns' ? [{ text: own.sign }] : []),
  ]
  return [
    [
      { text: tables.pattern, rows: 2 },
      { text: own.operation, rows: 2 },
      ...(kind === 'phases' ? [{ text: own.phase, rows: 2 }] : []),
      numberHead(tables.published, unit, 2),
      { text: own.before, columns: each.length, align: 'center' },
      { text: own.after, columns: each.length, align: 'center' },
      { text: own.closer, rows: 2 },
    ],
    [...each, ...each],
  ]
}

function detailRows(
  kind: Kind,
  compared: readonly Compared[],
  { runs, messages }: ExperimentContext,
): readonly (readonly Cell[])[] {
  const patterns = Map.groupBy(compared, ({ pattern }) => pattern)
  return [...patterns].flatMap(([pattern, ofPattern]) => {
    const operations = Map.groupBy(ofPattern, ({ operation }) => operation)
    return [...operations].flatMap(([operation, ofOperation], part) =>
      ofOperation.map((one, index) => {
        const before = readingCells(one.before, one.reference, kind, messages)
        const after = readingCells(one.after, one.reference, kind, messages)
        return [
          ...(part === 0 && index === 0 ? [headCell(pattern.label, ofPattern.length)] : []),
          ...(index === 0 ? [headCell(operation, ofOperation.length)] : []),
          ...(kind === 'phases' ? [headCell(labelOf(runs, one.measure, 'measure'))] : []),
          one.published,
          ...before,
          ...(one.missing === undefined
            ? [...after, closerCell(one, kind, messages)]
            : [missingCell(one.missing, after.length + 1, messages)]),
        ]
      }),
    )
  })
}

/** Returns the number, its error, the error in %, and whether the sign of a slowdown is right. */
function readingCells(
  reading: Reading | undefined,
  reference: number,
  kind: Kind,
  { tables: { recordings: own } }: Messages,
): readonly Cell[] {
  if (reading === undefined) return new Array<Cell>(kind === 'slowdowns' ? 4 : 3).fill(none)
  const { value, origins, runs } = reading
  const error = value - reference
  const share = 100 * relativeError(value, reference)
  return [
    cellOf(value, printed(value, kind), reading),
    cellOf(error, signed(error, printed(error, kind)), reading),
    Number.isNaN(share) ? none : cellOf(share, signed(share, percentText(share)), reading),
    ...(kind === 'slowdowns'
      ? [{ type: 'text' as const, text: isRight(value, reference) ? own.right : own.wrong, origins, runs }]
      : []),
  ]
}

function closerCell(one: Compared, kind: Kind, { tables }: Messages): Cell {
  const which = closer(one, kind)
  const { runs = [] } = one.after ?? {}
  return which === undefined
    ? none
    : { type: 'text', text: tables.recordings[which], origins: origins(runs), runs }
}

function summaryHead({ tables }: Messages): Table['head'] {
  const own = tables.recordings
  const sizes = (unit: string) => [numberHead(own.median, unit), numberHead(own.largest, unit)]
  return [
    [
      { text: own.quantity, rows: 2 },
      { text: own.recording, rows: 2 },
      { text: own.absolute, columns: 2, align: 'center' },
      { text: own.relative, columns: 2, align: 'center' },
      numberHead(own.near(percent(near)), '', 2),
      numberHead(own.rightSigns, '', 2),
      numberHead(own.ranks, '', 2),
      numberHead(own.closer, '', 2),
    ],
    [...sizes('us'), ...sizes('%')],
  ]
}

/** Returns two rows that summarise all that both recordings have. */
function summaryRows(
  kind: Kind,
  compared: readonly Compared[],
  messages: Messages,
): readonly (readonly Cell[])[] {
  const own = messages.tables.recordings
  const complete = compared.flatMap(({ reference, before, after }) =>
    before === undefined || after === undefined ? [] : [{ reference, before, after }],
  )
  const counts = closerCounts(compared, kind)
  return (['before', 'after'] as const).map((which, index) => {
    const leading = [
      ...(index === 0 ? [headCell(own.quantities[kind](complete.length), 2)] : []),
      headCell(own[which]),
    ]
    if (complete.length === 0) return [...leading, ...new Array<Cell>(8).fill(none)]
    const readings = complete.map((one) => one[which])
    const source = sourceOf(readings)
    const found = agreement(
      readings.map(({ value }) => value),
      complete.map(({ reference }) => reference),
      near,
    )
    const cell = (value: number, text: (value: number) => string) =>
      Number.isNaN(value) ? none : cellOf(value, text(value), source)
    const error = (value: number) => cell(value, () => printed(value, kind))
    const share = (value: number) => cell(100 * value, percentText)
    const count = (value: number) => cell(value, digits)
    const right = complete.filter((one) => isRight(one[which].value, one.reference)).length
    return [
      ...leading,
      error(found.absolute.median),
      error(found.absolute.largest),
      share(found.relative.median),
      share(found.relative.largest),
      count(found.near),
      kind === 'slowdowns' ? count(right) : none,
      cell(found.ranks, (value) => digits(value, 2)),
      count(counts[which]),
    ]
  })
}
