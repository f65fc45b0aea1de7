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
  const absent = absentTrials(rows, trials, boots)
  if (absent.length > unlisted) {
    const where = boots > 1 ? ` in boot ${spans(absent.map(({ boot }) => boot))}` : ''
    return `${asks}: no row of trial ${spans(absent.map(({ trial }) => trial))}${where}${accounted}`
  }
  return has('operation', 'factor') ? lackingOperations(rows, unlisted - absent.length) : undefined
}

/** Boots divide the trials in order. A million rows must not become as many small objects here. */
function absentTrials(rows: readonly Row[], trials: number, boots: number) {
  const seen = new Set<number>()
  // Of several boots, a number for each trial and boot.
  const numberOf = (trial: number, boot: number) => (boots === 1 ? trial : trial * (boots + 1) + boot)
  let first = 1
  for (const { trial, [bootColumn]: boot } of rows) {
    if (trial === 0) first = 0
    if (boots === 1 || typeof boot === 'number') seen.add(numberOf(Number(trial), Number(boot)))
  }
  const absent: { readonly trial: number; readonly boot: number }[] = []
  for (let boot = 1; boot <= boots; boot += 1) {
    const end = first + trialsBefore(boot + 1, trials, boots)
    for (let trial = first + trialsBefore(boot, trials, boots); trial < end; trial += 1)
      if (!seen.has(numberOf(trial, boot))) absent.push({ trial, boot })
  }
  return absent
}

/** The operations of a trial, shared by all trials that have the same. */
interface Operations {
  readonly has: ReadonlySet<Row[string] | undefined>
  readonly more: Map<Row[string] | undefined, Operations>
}

function operationsOf(rows: readonly Row[]): ReadonlyMap<number, Operations> {
  const none: Operations = { has: new Set(), more: new Map() }
  const found = new Map<number, Operations>()
  for (const { trial, operation } of rows) {
    const before = found.get(Number(trial)) ?? none
    if (before.has.has(operation)) continue
    const after = before.more.get(operation) ?? { has: new Set([...before.has, operation]), more: new Map() }
    before.more.set(operation, after)
    found.set(Number(trial), after)
  }
  return found
}

function lackingOperations(rows: readonly Row[], unlisted: number): string | undefined {
  const byTrial = operationsOf(rows)
  const kinds = new Set(byTrial.values())
  if ([...kinds].every(({ has }) => has.size === 1)) return undefined
  const operations = new Set([...kinds].flatMap(({ has }) => [...has]))
  const trials = [...byTrial].map(([trial, { has }]) => ({ trial, has }))
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
