/** Holds a run's rows against the trials and boots that it asks for. */

import { counted, spans } from '../text/message.ts'
import { bootColumn, bootsOf, excludedColumn, type Row, type Run, trialsBefore } from './run.ts'

type Observed = Pick<Run, 'columns' | 'rows' | 'exclusions' | 'trials' | 'inputs'>

/**
 * Describes the trials, or operations of trials, that have neither a row nor an exclusion; undefined if there
 * are none. Trials count from 0 or 1, and a script may count further ones of its own; without a column
 * `trial`, each row is one. Either every trial has every operation, or every trial has one.
 */
export function lackingTrials(run: Observed): string | undefined {
  const { columns, rows, exclusions, trials } = run
  const has = (name: string, role: string) => columns.some((one) => one.name === name && one.role === role)
  // A column `excluded` marks excluded trials, so they have rows.
  const unlisted = has(excludedColumn, 'factor') ? 0 : exclusions.reduce((sum, { count }) => sum + count, 0)
  const asks = `it asks for ${counted(trials, 'trial')}`
  const accounted = unlisted > 0 ? `, and its exclusions account for ${unlisted}` : ''
  if (!has('trial', 'index'))
    return rows.length + unlisted < trials
      ? `${asks}, and has ${counted(rows.length, 'row')}${accounted}`
      : undefined
  const unnumbered = rows.findIndex(({ trial }) => typeof trial !== 'number')
  if (unnumbered >= 0) return `row ${unnumbered + 1} has no trial`
  const boots = bootsOf(run)
  const stray =
    boots > 1 && rows.find(({ [bootColumn]: boot }) => !(Number(boot) >= 1 && Number(boot) <= boots))
  if (stray)
    return `it asks for ${boots} boots, and trial ${stray.trial} is of boot ${stray[bootColumn] ?? 'none'}`
  const byTrial = Map.groupBy(rows, ({ trial }) => Number(trial))
  const first = byTrial.has(0) ? 0 : 1
  // Boots divide the trials in order.
  const asked = Array.from({ length: boots }, (_, index) => {
    const [from, to] = [trialsBefore(index + 1, trials, boots), trialsBefore(index + 2, trials, boots)]
    return Array.from({ length: to - from }, (_, trial) => ({ trial: first + from + trial, boot: index + 1 }))
  }).flat()
  const absent = asked.filter(
    ({ trial, boot }) => !byTrial.get(trial)?.some((row) => boots === 1 || row[bootColumn] === boot),
  )
  if (absent.length > unlisted) {
    const where = boots > 1 ? ` in boot ${spans(absent.map(({ boot }) => boot))}` : ''
    return `${asks}: no row of trial ${spans(absent.map(({ trial }) => trial))}${where}${accounted}`
  }
  return has('operation', 'factor') ? lackingOperations(byTrial, unlisted - absent.length) : undefined
}

function lackingOperations(
  byTrial: ReadonlyMap<number, readonly Row[]>,
  unlisted: number,
): string | undefined {
  const trials = [...byTrial].map(([trial, rows]) => ({
    trial,
    has: new Set(rows.map((row) => row.operation)),
  }))
  if (trials.every(({ has }) => has.size === 1)) return undefined
  const operations = new Set(trials.flatMap(({ has }) => [...has]))
  operations.delete('') // of a trial that failed as a whole
  const absent = [...operations].map((operation) => {
    const without = trials.filter(({ has }) => !has.has(operation) && !has.has(''))
    return { operation, trials: without.map(({ trial }) => trial) }
  })
  if (absent.reduce((sum, one) => sum + one.trials.length, 0) <= unlisted) return undefined
  const texts = absent.flatMap((one) =>
    one.trials.length === 0
      ? []
      : [`trial ${spans(one.trials)} has no row of the operation ${one.operation}`],
  )
  return texts.join(', ')
}
