/** What a rerun gave other than recorded, as a table; one sentence if nothing. */

import type { Difference, Reproduction, ValueDifference } from '../../project/replay.ts'
import { symbol } from '../../query/units.ts'
import { abbreviated, counted } from '../../text/message.ts'
import { columns } from './table.ts'

/** No lines without cells. */
export function replayLines(cells: readonly Reproduction[]): readonly string[] {
  const others = cells.filter(({ same }) => same !== 'bits')
  if (cells.length === 0) return []
  if (others.length === 0)
    return [
      cells.length === 1
        ? 'the cell agrees with its record to the byte'
        : `all ${cells.length} cells agree with their records to the byte`,
    ]
  const agreeing = cells.length - others.length
  return [
    `${agreeing} of ${counted(cells.length, 'cell')} ${agreeing === 1 ? 'agrees' : 'agree'} with the record to the byte; the others:`,
    columns([head, ...others.flatMap(rowsOf)], head.length),
    ...others.flatMap(({ cell, holds }) =>
      holds === undefined ? [] : [`the record of ${cell} has the rows that ${holds.join(' and ')} gave now`],
    ),
    ...hint(others),
    '',
  ]
}

const head = ['cell', 'what', 'differs in', 'most', 'most, as a share', 'recorded on', 'rerun on']

function rowsOf({ cell, same, differences, files, recordedOn = '', rerunOn }: Reproduction) {
  const common = (what: string, differs: string, most = '', share = '') => [
    ...[cell, what, differs, most, share, recordedOn, rerunOn],
  ]
  if (same === 'none') return [common('record', 'none that fits')]
  return [
    ...differences.map((one) => common(one.what, countText(one), mostText(one.largest), shareText(one))),
    ...(files.length > 0 ? [common('raw files', abbreviated(files, 3))] : []),
  ]
}

/** `12 of 100 rows`, `all rows: 30 recorded, 25 now`. */
function countText({ recorded, rerun, differing, columns: other }: Difference): string {
  const count =
    recorded === rerun
      ? `${differing} of ${counted(recorded, 'row')}`
      : `${counted(recorded, 'row')} recorded, ${rerun} now`
  return other.length === 0 ? count : `${count}, texts or columns ${abbreviated(other, 3)}`
}

/** `+54 ticks in total, row 3`. */
function mostText(value: ValueDifference | undefined): string {
  if (value === undefined) return ''
  const { unit, recorded, rerun } = value
  const size = Number((rerun - recorded).toPrecision(4))
  return `${size > 0 ? '+' : ''}${size}${unit === '' ? '' : ` ${symbol(unit)}`}${placeText(value)}`
}

function shareText({ largestShare }: Difference): string {
  if (largestShare === undefined) return ''
  return `${Number((100 * largestShare.share).toPrecision(3))} %${placeText(largestShare)}`
}

function placeText({ column, row }: ValueDifference): string {
  return ` in ${column}, row ${row}`
}

/** On the emulated board, a difference has a cause; times of this host always differ. */
function hint(others: readonly Reproduction[]): readonly string[] {
  const isForged = others.some(({ origin, same }) => origin === 'emulated' && same === 'other')
  return isForged
    ? [
        'emulated cells give the same rows on any host: their inputs agree, so either the record was changed, or the emulator is not as recorded',
      ]
    : []
}
