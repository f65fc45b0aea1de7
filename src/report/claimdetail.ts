/** The evidence behind a claim: its test, its inputs down to the trace's records, and its distributions. */

import type { Judgement } from '../claims/judge.ts'
import type { ClaimSeries } from '../claims/series.ts'
import { limitsText, methodText, serialText, spreadText } from '../claims/words.ts'
import { origins } from '../query/quantity.ts'
import { hasOrder, select } from '../query/series.ts'
import {
  bootFolder,
  bootsOf,
  rawName,
  trialsBefore,
  bootColumn,
  runName,
  type Row,
  type Run,
} from '../results/run.ts'
import { recordedFolder } from '../results/store.ts'
import { code, type Inline } from '../text/markdown.ts'
import { invocation } from '../text/program.ts'
import { fact } from './claim.ts'
import type { RenderContext } from './context.ts'
import { mostDistributions } from './distribution.ts'
import type { ClaimDetail, ClaimInput, Distribution } from './model.ts'
import { badgeOf, isRecorded, originNames } from './runstatus.ts'

export interface Judged {
  readonly judgement: Judgement
  /** The claim as the author wrote it, between its fences. */
  readonly source: string
  /** Empty if the claim cannot be tested. */
  readonly series: readonly ClaimSeries[]
  /** Published numbers of a series, in its unit. */
  readonly published: (series: ClaimSeries) => Distribution['published']
  readonly context: RenderContext
}

export function claimDetail(judged: Judged): ClaimDetail {
  const { judgement, source, series, context } = judged
  const { phrases, detail: own } = context.messages.claim
  const runs = [...new Set(series.map(({ run }) => run))]
  const reads = [...new Set(series.map(({ what }) => what))]
  return {
    source: source.split(/\r?\n/).slice(1, -1).join('\n'),
    facts: [
      ...fact(own.allowed, limitsText(judgement, phrases)),
      ...fact(own.interval, methodText(judgement, phrases)),
      ...fact(own.spread, spreadText(judgement, phrases)),
      ...fact(own.serial, runs.some(hasOrder) ? serialText(judgement, phrases) : undefined),
      ...fact(own.reads, reads.length === 0 ? undefined : own.list(reads)),
      ...fact(own.environment, environments(runs.filter(isRun), context)),
    ],
    inputs: runs.map((run) => input(run, judged)),
    ...distributions(judged),
    ...toTheRecord(judged, runs),
  }
}

/** Data have no machine, and nothing is behind their rows. */
function isRun({ origin }: Run): boolean {
  return origin !== 'data'
}

/** Describes each environment's machine once; differences between its runs are left to the tables. */
function environments(
  runs: readonly Run[],
  { messages, display, evidence }: RenderContext,
): string | undefined {
  const own = messages.claim.detail
  const lines = [...Map.groupBy(runs, ({ environment }) => environment)].map(([name, there]) => {
    const [first] = there
    const shared = (evidence?.captured ?? []).flatMap((item) => {
      const value = first?.captured[item]
      return value !== undefined && there.every(({ captured }) => captured[item] === value)
        ? [display(value)]
        : []
    })
    return shared.length === 0 ? name : own.machine(name, shared)
  })
  return lines.length === 0 ? undefined : own.machines(lines)
}

function input(run: Run, { series, context }: Judged): ClaimInput {
  const counts = series
    .filter((one) => one.run === run)
    .map(({ values }) => values.filter((value) => value !== null).length)
  return {
    run: runName(run),
    ...badgeOf([run], context),
    counts: context.messages.claim.detail.list([...new Set(counts)].map(String)),
    key: run.key,
    ...(isRun(run) ? {} : { rows: Object.keys(run.files).join(', ') }),
    ...(isRun(run) && isRecorded(run, context.statuses) ? { rows: `${recordedFolder(run)}/rows.csv` } : {}),
  }
}

function distributions({
  judgement,
  series,
  published,
  context: { messages },
}: Judged): Pick<ClaimDetail, 'distributions'> {
  const { id } = judgement.claim
  const own = messages.claim.detail
  const [first] = series
  if (first === undefined) return {}
  const drawn = series.filter(({ unit, values }) => unit === first.unit && values.some((one) => one !== null))
  if (drawn.length > mostDistributions) return { distributions: own.notDrawn(drawn.length) }
  const names = ({ run, what }: ClaimSeries) => [run.experiment, run.environment, run.pattern, what]
  const varies = (index: number) => new Set(drawn.map((one) => names(one)[index])).size > 1
  const [pattern, measure] = [varies(2), varies(3)]
  // A label has the pattern or the measure even if neither varies.
  const isShown = [varies(0), varies(1), pattern || !measure, measure || !pattern]
  const label = (one: ClaimSeries) =>
    names(one)
      .filter((_, index) => isShown[index])
      .join(' · ')
  const data = drawn.map((one): Distribution => {
    const known = published(one)
    return {
      label: label(one),
      values: one.values.filter((value) => value !== null),
      ...(known === undefined ? {} : { published: known }),
    }
  })
  const origin = messages.mark(originNames(origins(drawn.map(({ run }) => run)), messages), false)
  const labels = data.map((one) => one.label)
  return {
    distributions: { unit: first.unit, origin, title: own.drawing(id, origin, labels), series: data },
  }
}

/** Limit of commands for claims over many patterns. */
const mostCommands = 4

/** Shows the way from a number to its records, with each run's largest value as an example. */
function toTheRecord({ series, context }: Judged, runs: readonly Run[]): Pick<ClaimDetail, 'toTheRecord'> {
  const messages = context.messages.claim.detail
  const { files, command, text = '' } = context.evidence ?? { files: [] }
  if (command === undefined) return {}
  const traced = runs
    .filter(isRun)
    .filter((run) => files.every((name) => rawName(name, 1, bootsOf(run)) in run.files))
  const commands = traced.slice(0, mostCommands).flatMap((run) => {
    const own = series.find((one) => one.run === run)
    const largest = own && largestRow(own)
    if (own === undefined || largest === undefined) return []
    return [`${commandFor(command, run, largest)}  # ${messages.largest(own.what)}`]
  })
  const [first] = traced
  if (first === undefined || commands.length === 0) return {}
  const others = traced.length - mostCommands
  return {
    toTheRecord: {
      text: filled(text, code(`${invocation} run --rerun=${runName(first)}`)),
      commands,
      ...(others > 0 ? { others: messages.otherCells(others) } : {}),
    },
  }
}

/** Returns the row of the largest value, if it names its trial. */
function largestRow({ run, factors, measure }: ClaimSeries): Row | undefined {
  let best: { readonly value: number; readonly row: Row } | undefined
  for (const row of select(run, factors)) {
    const value = row[measure]
    if (typeof value !== 'number' || row.trial === undefined) continue
    if (best === undefined || value > best.value) best = { value, row }
  }
  return best?.row
}

/** Adapts the command to the boot, which has its own raw files and trial numbers. */
function commandFor(command: string, run: Run, row: Row): string {
  const boots = bootsOf(run)
  const boot = Number(row[bootColumn])
  const [name, trial] =
    boots === 1
      ? [runName(run), row.trial]
      : [`${runName(run)}/${bootFolder(boot)}`, Number(row.trial) - trialsBefore(boot, run.trials, boots)]
  return command.replaceAll('{boot}', () => name).replaceAll('{trial}', () => String(trial))
}

function filled(text: string, rerun: Inline): readonly Inline[] {
  return text.split('{rerun}').flatMap((part, index) => (index === 0 ? [part] : [rerun, part]))
}
