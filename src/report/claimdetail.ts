/** What stands behind a claim, folded: its test, its inputs down to the record in the trace, and the distributions that it compares. */

import type { Element } from 'hast'
import type { Judgement } from '../claims/judge.ts'
import type { ClaimSeries } from '../claims/series.ts'
import { limitsText, methodText } from '../claims/words.ts'
import { element, raw } from '../locale/element.ts'
import { origins } from '../query/quantity.ts'
import { select } from '../query/series.ts'
import { bootFolder, bootsOf, rawName, trialsBefore } from '../results/boots.ts'
import type { Row, Run } from '../results/run.ts'
import { bootColumn, runName } from '../results/run.ts'
import { recordedFolder } from '../results/store.ts'
import { type Distribution, distributionSvg, mostDistributions } from './distribution.ts'
import { badge, isRecorded, originWords } from './standing.ts'
import type { Telling } from './telling.ts'

export interface ClaimDetail {
  readonly judgement: Judgement
  /** The claim as the author wrote it. */
  readonly source: string
  /** Empty if the claim cannot be tested. */
  readonly series: readonly ClaimSeries[]
  /** What the original study published of a series, in its unit. */
  readonly published: (series: ClaimSeries) => Distribution['published']
  readonly telling: Telling
}

export function claimDetail(detail: ClaimDetail): Element {
  const { judgement, source, series, telling } = detail
  const { phrases, detail: own } = telling.words.claim
  const runs = [...new Set(series.map(({ run }) => run))]
  const fact = (term: string, content: string | undefined) =>
    content === undefined ? [] : [element('dt', {}, term), element('dd', {}, content)]
  return element(
    'details',
    { className: ['detail'] },
    element('summary', {}, own.summary(judgement.claim.id)),
    element('pre', {}, element('code', {}, content(source))),
    element(
      'dl',
      {},
      ...fact(own.allowed, limitsText(judgement, phrases)),
      ...fact(own.interval, methodText(judgement, phrases)),
      ...fact(
        own.reads,
        series.length === 0 ? undefined : own.list([...new Set(series.map(({ what }) => what))]),
      ),
      ...fact(own.environment, environments(runs, detail)),
    ),
    ...(runs.length === 0 ? [] : [inputsTable(detail, runs), distributions(detail), ...traces(detail, runs)]),
  )
}

/** What stands between the fences. */
function content(source: string): string {
  return source.split(/\r?\n/).slice(1, -1).join('\n')
}

/** What was captured of the machine, once for each environment; what differs between its runs is left to the tables. */
function environments(runs: readonly Run[], { telling: { words, say } }: ClaimDetail): string | undefined {
  const own = words.claim.detail
  const lines = [...Map.groupBy(runs, ({ environment }) => environment)].map(([name, there]) => {
    const [first] = there
    const shared = ['hypervisor', 'dom0 OS', 'board', 'emulator'].flatMap((item) => {
      const value = first?.captured[item]
      return value !== undefined && there.every(({ captured }) => captured[item] === value)
        ? [say(value)]
        : []
    })
    return shared.length === 0 ? name : own.machine(name, shared)
  })
  return lines.length === 0 ? undefined : own.machines(lines)
}

function inputsTable({ series, telling }: ClaimDetail, runs: readonly Run[]): Element {
  const own = telling.words.claim.detail
  return element(
    'div',
    { className: ['scroll'] },
    element(
      'table',
      { className: ['cells'] },
      element(
        'thead',
        {},
        element('tr', {}, ...Object.values(own.heads).map((head) => element('th', { scope: 'col' }, head))),
      ),
      element(
        'tbody',
        {},
        ...runs.map((run) => {
          const counts = series
            .filter((one) => one.run === run)
            .map(({ values }) => values.filter((value) => value !== null).length)
          const rows = `${recordedFolder(run)}/rows.csv`
          return element(
            'tr',
            {},
            element('th', { scope: 'row' }, runName(run), ' ', badge([run], telling)),
            element('td', {}, own.list([...new Set(counts)].map(String))),
            element('td', {}, element('code', { title: run.key }, run.key.slice(0, 12))),
            // The report lies in _build/, beside results/.
            element(
              'td',
              {},
              isRecorded(run, telling.standings)
                ? element('a', { href: `../${rows}` }, 'rows.csv')
                : own.madeHere,
            ),
          )
        }),
      ),
    ),
  )
}

function distributions({ judgement, series, published, telling }: ClaimDetail): Element | undefined {
  const { id } = judgement.claim
  const { words } = telling
  const own = words.claim.detail
  const [first] = series
  if (first === undefined) return undefined
  const drawn = series.filter(({ unit, values }) => unit === first.unit && values.some((one) => one !== null))
  if (drawn.length > mostDistributions) {
    return element('p', {}, own.notDrawn(drawn.length))
  }
  const several = <Value>(of: (one: ClaimSeries) => Value) => new Set(drawn.map(of)).size > 1
  const [experiments, places, patterns, measures] = [
    several(({ run }) => run.experiment),
    several(({ run }) => run.environment),
    several(({ run }) => run.pattern),
    several(({ what }) => what),
  ]
  const label = (one: ClaimSeries) =>
    [
      ...(experiments ? [one.run.experiment] : []),
      ...(places ? [one.run.environment] : []),
      ...(patterns || !measures ? [one.run.pattern] : []),
      ...(measures || !patterns ? [one.what] : []),
    ].join(' · ')
  const data = drawn.map((one): Distribution => {
    const known = published(one)
    return {
      label: label(one),
      values: one.values.filter((value) => value !== null),
      ...(known === undefined ? {} : { published: known }),
    }
  })
  const origin = words.mark(originWords(origins(drawn.map(({ run }) => run)), words), false)
  const svg = distributionSvg(
    data,
    {
      unit: first.unit,
      origin,
      title: own.drawing(
        id,
        origin,
        data.map((one) => one.label),
      ),
    },
    words.distribution,
  )
  return element(
    'div',
    {
      className: ['scroll', 'drawing'],
      role: 'region',
      ariaLabel: own.distributions(id),
      tabIndex: 0,
    },
    raw(svg),
  )
}

/** Runs whose captures `repro trace phases` can read have these files, of each boot. */
const captureFiles = ['trace.bin', 'dom0.stamps', 'domu.stamps']

/** A claim over many patterns shows the way for a few. */
const mostCommands = 4

/** The way from a number to the records behind it, with the largest value of each run as an example. */
function traces({ series, telling }: ClaimDetail, runs: readonly Run[]): readonly Element[] {
  const words = telling.words.claim.detail
  const traced = runs.filter((run) =>
    captureFiles.every((name) => rawName(name, 1, bootsOf(run)) in run.files),
  )
  const commands = traced.slice(0, mostCommands).flatMap((run) => {
    const own = series.find((one) => one.run === run)
    const largest = own && largestRow(own)
    if (own === undefined || largest === undefined) return []
    return [`npx repro trace phases ${captureOf(run, largest)}  # ${words.largest(own.what)}`]
  })
  const [first] = traced
  if (first === undefined || commands.length === 0) return []
  return [
    element('p', {}, words.toTheRecord(element('code', {}, `npx repro run --rerun=${runName(first)}`))),
    element('pre', {}, element('code', {}, commands.join('\n'))),
    ...(traced.length > mostCommands
      ? [element('p', {}, words.otherCells(traced.length - mostCommands))]
      : []),
  ]
}

/** The row of the largest value, if it says its trial. */
function largestRow({ run, factors, measure }: ClaimSeries): Row | undefined {
  let best: { readonly value: number; readonly row: Row } | undefined
  for (const row of select(run, factors)) {
    const value = row[measure]
    if (typeof value !== 'number' || row.trial === undefined) continue
    if (best === undefined || value > best.value) best = { value, row }
  }
  return best?.row
}

/** What `repro trace phases` takes: each boot has its own capture, and counts its own trials. */
function captureOf(run: Run, row: Row): string {
  const boots = bootsOf(run)
  if (boots === 1) return `${runName(run)} --trial ${row.trial}`
  const boot = Number(row[bootColumn])
  const trial = Number(row.trial) - trialsBefore(boot, run.trials, boots)
  return `${runName(run)}/${bootFolder(boot)} --trial ${trial}`
}
