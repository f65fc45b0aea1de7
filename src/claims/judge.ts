/**
 * Judges claims against results. A measured interval inside the region that the claim allows reproduces it,
 * one outside does not; otherwise more trials are needed.
 */

import { type Claim, type Condition, type Control, expressionsOf } from '../document/claim.ts'
import { partError, QueryError } from '../query/error.ts'
import { references } from '../query/expression.ts'
import { format } from '../query/format.ts'
import type { Quantity } from '../query/quantity.ts'
import { cellsRead, evaluate, type Results } from '../query/query.ts'
import { hasOrder, series } from '../query/series.ts'
import { statistic } from '../query/statistics.ts'
import { warningsOn } from '../query/warnings.ts'
import { runName } from '../results/run.ts'
import { within } from '../stats/interval.ts'
import { fewestUnits } from '../stats/trials.ts'
import type { OpenEnd } from './bounds.ts'
import { type DataBehind, dataBehind } from './data.ts'
import { type EditedRun, editedRuns, statedVerdict } from './edits.ts'
import { confidence, isFromData, type Measured, measure, unitNameOf } from './measure.ts'
import { english, type Reasons } from './reasons.ts'
import type { Decision, Verdict } from './region.ts'
import { type Evidence, type LackingRun, lackingRuns, obstacleTo, repetitionIn } from './scope.ts'
import { type SeriesFacts, seriesFacts, seriesOf } from './series.ts'
import { lostTooMany, type Use, usesOf } from './uses.ts'

export type { Verdict }

export interface Judgement {
  readonly claim: Claim
  /** Over all conditions: where their verdicts differ, the claim is inconclusive. */
  readonly verdict: Verdict
  /** The verdict of the claim as stated, and under each condition; absent for a claim without conditions. */
  readonly grid?: readonly GridRow[]
  /**
   * The verdict of the claim's test over its control; absent without one, or if the claim is not testable.
   */
  readonly control?: Pick<Judgement, 'verdict' | 'reason' | 'measured'> &
    Pick<Control, 'label'> & {
      /** Inconclusive, but told from the claim: their intervals do not meet. */
      readonly isApart?: boolean
    }
  /** Verdicts at half and at twice the tolerance, if either differs; absent without a tolerance. */
  readonly fragile?: { readonly half: Verdict; readonly twice: Verdict }
  /** In the requested language; numbers are left to `measured`, in canonical units. */
  readonly reason: string
  /** In the claim's order; empty if not testable. */
  readonly measured: readonly Measured[]
  /** If inconclusive: trials per run that would probably decide it; absent if no number would. */
  readonly trialsNeeded?: number
  /** The same where boots are the unit: boots in all, or trials per boot with as many boots as now. */
  readonly bootsNeeded?: number
  readonly trialsPerBootNeeded?: number
  /** The series that it rests on; absent if it is not testable. */
  readonly series?: readonly SeriesFacts[]
  /** Unit of the claim's value and its published number, if known. */
  readonly unit?: string
  /** Values read from published tables, in the claim's order. */
  readonly published?: readonly PublishedValue[]
  /** Data behind it that nobody reran; absent if there is none. */
  readonly data?: readonly DataBehind[]
  /** Runs behind it whose rows were edited by hand; absent if there are none. */
  readonly edited?: readonly EditedRun[]
  /** Caveats. */
  readonly notes: readonly string[]
  /** Missing or stale runs that keep it from being tested. */
  readonly lacking?: readonly LackingRun[]
  /** Message of an unexpected error, or how its rows repeat others. */
  readonly failure?: string
}

/** A claim's verdict under one condition; `not run` if the document runs no such cells. */
export interface GridRow extends Pick<Judgement, 'reason' | 'measured'> {
  /** Absent for the claim as stated. */
  readonly condition?: Pick<Condition, 'name' | 'label'>
  readonly verdict: Verdict | 'not run'
}

export interface PublishedValue extends Pick<Quantity, 'value' | 'unit'> {
  /** Formatted as the claim asks. */
  readonly text: string
}

export interface JudgeOptions {
  /** Bootstrap resamples; 2000 by default. */
  readonly resamples?: number
  /** Messages for reasons and notes; English by default. */
  readonly reasons?: Reasons
}

/**
 * Judges a claim, as stated, under its conditions and against its control. Never throws for missing results:
 * the claim is then not testable. An unknown name has the same effect, so that a misspelt claim cannot pass.
 * Deterministic.
 */
export function judge(claim: Claim, evidence: Evidence, options: JudgeOptions = {}): Judgement {
  const judged = withUses(judgeControl(claim, evidence, options), evidence, options)
  if (judged.verdict === 'not testable') return judged
  const edited = editedRuns(claim, evidence.results)
  const data = dataBehind(claim, evidence.results)
  return {
    ...judged,
    ...(data.length === 0 ? {} : { data }),
    ...(edited.length === 0 ? {} : { edited }),
  }
}

/** Notes how many rows are used where some are not; a claim that lost too many is not reproduced. */
function withUses(judged: Judgement, { results }: Evidence, { reasons = english }: JudgeOptions): Judgement {
  const { claim, verdict, notes } = judged
  if (verdict === 'not testable') return judged
  const partial = usesOf(claim, results).filter(({ n, rows }) => n < rows)
  if (partial.length === 0) return judged
  const texts = (uses: readonly Use[]) =>
    uses.map(({ run, what, ...use }) => reasons.used(reasons.series(what, runName(run)), use))
  const noted = { ...judged, notes: [...notes, reasons.partly(texts(partial))] }
  const lost = partial.filter(lostTooMany)
  if (verdict !== 'reproduced' || lost.length === 0) return noted
  return { ...noted, verdict: 'inconclusive', reason: reasons.excluded(texts(lost)) }
}

/**
 * Judges a claim under its conditions, and its control: where that holds as well, or cannot be told from the
 * claim, the claim is inconclusive.
 */
function judgeControl(claim: Claim, evidence: Evidence, options: JudgeOptions): Judgement {
  const judged = judgeConditions(claim, evidence, options)
  const { control } = claim
  if (control === undefined || judged.verdict === 'not testable') return judged
  const { label, test } = control
  const other = judgeTest({ ...claim, test }, evidence, options)
  const { verdict, reason, measured } = other
  const lacking = [judged, other].flatMap((one) => one.lacking ?? [])
  const isApart = verdict === 'inconclusive' && liesApart(measured, judged.measured)
  const common = {
    ...judged,
    control: { label, verdict, reason, measured, ...(isApart ? { isApart } : {}) },
    ...(lacking.length > 0 ? { lacking } : {}),
  }
  if (judged.verdict !== 'reproduced' || verdict === 'not reproduced') return common
  const { reasons = english } = options
  if (isApart) return { ...common, reason: reasons.controlApart(judged.reason, label) }
  const why = {
    reproduced: reasons.controlHolds(label),
    inconclusive: reasons.controlUnclear(label, reason),
    'not testable': reasons.controlUntested(label, reason),
  }[verdict]
  return { ...common, verdict: 'inconclusive', reason: why }
}

/**
 * Whether a control that is inconclusive is none the less told from its claim. One without any effect lies on
 * the limit of a test such as *above 1*, so no number of trials refutes it. It counts if one of its numbers is
 * not inside, and its interval and the claim's do not meet; a control that is only too noisy does not.
 */
function liesApart(control: readonly Measured[], claim: readonly Measured[]): boolean {
  return control.some(({ interval, decision }, index) => {
    const own = claim[index]?.interval
    return (
      decision.type !== 'inside' && own !== undefined && (interval.high < own.low || interval.low > own.high)
    )
  })
}

function judgeConditions(claim: Claim, evidence: Evidence, options: JudgeOptions): Judgement {
  const { conditions = [] } = claim
  const stated = judgeTest(claim, evidence, options)
  if (conditions.length === 0 || stated.verdict === 'not testable') return stated
  const { reasons = english } = options
  const others = conditions.map(({ name, label, test }) => {
    const { complete } = cellsRead(expressionsOf(test), evidence.results.experiments)
    const judged = complete ? judgeTest({ ...claim, test }, evidence, options) : undefined
    return { condition: { name, label }, judged }
  })
  const rows = others.map(({ condition, judged }): GridRow =>
    judged
      ? { condition, verdict: judged.verdict, reason: judged.reason, measured: judged.measured }
      : { condition, verdict: 'not run', reason: reasons.notRun, measured: [] },
  )
  const { verdict, reason, measured } = stated
  const grid = [{ verdict, reason, measured }, ...rows]
  const lacking = [stated, ...others.flatMap(({ judged }) => judged ?? [])].flatMap(
    (one) => one.lacking ?? [],
  )
  const common = { ...stated, grid, ...(lacking.length > 0 ? { lacking } : {}) }
  const tested = rows.filter((row) => row.verdict !== 'not run')
  const opposite = oppositeNumber(grid)
  if (tested.every((row) => row.verdict === verdict) && opposite === undefined)
    return { ...common, reason: tested.length === 0 ? reason : reasons.under(reason, tested.length) }
  const { trialsNeeded: _, bootsNeeded: __, trialsPerBootNeeded: ___, ...rest } = common
  const states = grid.flatMap((row) => {
    if (row.verdict === 'not run') return []
    const side = opposite === undefined ? undefined : sideOf(row, opposite)
    return [{ label: row.condition?.label, verdict: row.verdict, ...(side ? { side } : {}) }]
  })
  return { ...rest, verdict: 'inconclusive', reason: reasons.flips(states) }
}

/**
 * Returns the first number that lies below what is allowed under one condition and above it under another: both
 * refute the claim, and contradict each other. Undefined if there is none.
 */
function oppositeNumber(grid: readonly GridRow[]): number | undefined {
  const count = Math.max(...grid.map(({ measured }) => measured.length))
  return [...Array(count).keys()].find(
    (index) => new Set(grid.flatMap((row) => sideOf(row, index) ?? [])).size > 1,
  )
}

function sideOf({ measured }: GridRow, index: number): 'below' | 'above' | undefined {
  const decision = measured[index]?.decision
  return decision?.type === 'outside' ? decision.side : undefined
}

/** Judges a claim as stated. */
function judgeTest(
  claim: Claim,
  evidence: Evidence,
  { reasons = english, resamples }: JudgeOptions,
): Judgement {
  const { results } = evidence
  let published: Pick<Judgement, 'published'> = {}
  try {
    published = publishedOf(claim, results)
    const lacking = lackingRuns(claim, evidence)
    const obstacle = lacking.length > 0 ? lackingText(lacking, reasons) : obstacleTo(claim, evidence, reasons)
    if (obstacle !== undefined) {
      const rest = { ...published, ...unitOf(claim, results), ...(lacking.length > 0 ? { lacking } : {}) }
      return { ...notTestable(claim, obstacle), ...rest }
    }
    const repetition = repetitionIn(claim, evidence, reasons)
    if (repetition !== undefined)
      return { ...notTestable(claim, repetition), ...published, failure: repetition }
    const measured = measure(claim, results, resamples)
    const [first] = measured
    const concluded = conclude(measured, reasons)
    const fragile = fragilityOf(measured, concluded.verdict)
    return {
      claim,
      ...concluded,
      ...(fragile ? { fragile } : {}),
      measured,
      series: seriesFacts(claim, results),
      ...published,
      ...(first === undefined || claim.test.type === 'direction' ? {} : { unit: first.unit }),
      notes: notesOn(claim, measured, results, reasons),
    }
  } catch (error) {
    if (error instanceof QueryError) return { ...notTestable(claim, error.message), ...published }
    // A claim that fails must not stop the others.
    const { message } = partError(error)
    return { ...notTestable(claim, reasons.failed(message)), ...published, failure: message }
  }
}

/** The verdicts at half and twice the tolerance, if one differs from `verdict`. */
function fragilityOf(measured: readonly Measured[], verdict: Verdict): Judgement['fragile'] {
  if (measured.every(({ margins }) => margins === undefined)) return undefined
  const at = (name: 'half' | 'twice') => verdictOf(measured.map((one) => one.margins?.[name] ?? one.decision))
  const [half, twice] = [at('half'), at('twice')]
  return half === verdict && twice === verdict ? undefined : { half, twice }
}

/** Returns the number of claims per stated verdict. */
export function tally(judgements: readonly Judgement[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {
    reproduced: 0,
    'not reproduced': 0,
    inconclusive: 0,
    'not testable': 0,
  }
  for (const judgement of judgements) {
    const verdict = statedVerdict(judgement)
    counts[verdict] = (counts[verdict] ?? 0) + 1
  }
  return counts
}

function lackingText(lacking: readonly LackingRun[], reasons: Reasons): string {
  const missing = lacking.filter(({ stale }) => stale === undefined)
  if (missing.length > 0) return reasons.missing(missing.map(({ run }) => run))
  return lacking.map(({ run, stale = '' }) => reasons.stale(run, stale)).join('; ')
}

function publishedOf({ published }: Claim, results: Results): Pick<Judgement, 'published'> {
  if (typeof published !== 'object') return {}
  const read = published.map((one) => {
    const { value, unit } = evaluate(one, results)
    // Claims use plain blanks; the report typesets them.
    return { value, unit, text: format({ value, unit }, one.filters).replace('\u00a0', ' ') }
  })
  return { published: read }
}

function notTestable(claim: Claim, reason: string): Judgement {
  return { claim, verdict: 'not testable', reason, measured: [], notes: [] }
}

/** Returned even for an untestable claim, so that its published number keeps a unit. */
function unitOf({ test }: Claim, results: Results): Pick<Judgement, 'unit'> {
  if (!('expression' in test)) return {}
  try {
    return { unit: evaluate({ ast: test.expression }, results).unit }
  } catch (error) {
    if (error instanceof QueryError) return {}
    throw error
  }
}

function conclude(
  measured: readonly Measured[],
  reasons: Reasons,
): Pick<Judgement, 'verdict' | 'reason' | keyof Needed> {
  const decisions = measured.map(({ decision }) => decision)
  const verdict = verdictOf(decisions)
  const all = decisions.length
  if (verdict === 'not reproduced') {
    const outside = decisions.filter(({ type }) => type === 'outside').length
    return { verdict, reason: reasons.outside(outside, all) }
  }
  if (verdict === 'reproduced') return { verdict, reason: reasons.inside(all, all) }
  const open = decisions.filter((decision) => decision.type === 'open')
  const needed = Math.max(...open.map(({ trialsNeeded = Number.POSITIVE_INFINITY }) => trialsNeeded))
  const trialsPerBoot = Math.max(...open.map(({ trialsPerBoot = Number.NaN }) => trialsPerBoot))
  const { per } = fewestTrials(measured)
  return {
    verdict,
    reason: openReason(measured, needed, trialsPerBoot, reasons),
    ...(Number.isFinite(needed) ? { [per === 'boot' ? 'bootsNeeded' : 'trialsNeeded']: needed } : {}),
    ...(Number.isFinite(trialsPerBoot) ? { trialsPerBootNeeded: trialsPerBoot } : {}),
  }
}

type Needed = Pick<Judgement, 'trialsNeeded' | 'bootsNeeded' | 'trialsPerBootNeeded'>

function verdictOf(decisions: readonly Decision[]): Exclude<Verdict, 'not testable'> {
  if (decisions.some(({ type }) => type === 'outside')) return 'not reproduced'
  return decisions.every(({ type }) => type === 'inside') ? 'reproduced' : 'inconclusive'
}

function fewestTrials(measured: readonly Measured[]): Measured {
  return measured.reduce((a, b) => (b.trials < a.trials ? b : a))
}

/** `trialsPerBoot` is infinite if no number would decide, and NaN if unknown. */
function openReason(
  measured: readonly Measured[],
  needed: number,
  trialsPerBoot: number,
  reasons: Reasons,
): string {
  const fewest = fewestTrials(measured)
  const { trials, spread } = fewest
  const per = unitNameOf(fewest)
  const doubtful = measured.find(({ decision, strict }) => strict && decision.type === 'open')
  if (doubtful?.strict) {
    const level = percentText(doubtful.strict.level)
    const isInside = within(doubtful.interval, doubtful.region)
    if (measured.length > 1 && !isInside) return reasons.severalNumbers(measured.length, level)
    return reasons.skewed(isInside, level)
  }
  const untold = openEndReason(measured, reasons)
  if (untold !== undefined) return untold
  const unbounded = measured.some(({ interval }) => !Number.isFinite(interval.high - interval.low))
  if (!Number.isFinite(needed) && !unbounded && measured.some(isWithinPrediction)) return reasons.unsettled
  if (!Number.isFinite(needed)) return unbounded ? reasons.undefined(per) : reasons.near
  if (unbounded) return reasons.few(trials, needed, per)
  const open = reasons.open(trials, needed, per)
  if (spread === undefined || Number.isNaN(trialsPerBoot) || isFromData(fewest)) return open
  return reasons.orTrials(open, trialsPerBoot, Math.round(spread.trials))
}

/** `98.75`, as a verdict names levels. */
function percentText(level: number): string {
  return String(Number((100 * level).toPrecision(4)))
}

/** Why an interval that decides nothing has no end; undefined if it has two, or too few units. */
function openEndReason(measured: readonly Measured[], reasons: Reasons): string | undefined {
  const ends = measured.flatMap((one) => {
    const { decision, open = [], trials, per } = one
    return decision.type === 'open' && trials >= fewestUnits(per, confidence)
      ? open.map((end) => ({ end, trials, per: unitNameOf(one) }))
      : []
  })
  const [first] = ends
  if (first === undefined) return undefined
  const { end, trials, per } = ends.reduce((a, b) => (neededFor(b.end) > neededFor(a.end) ? b : a))
  return end.type === 'denominator' ? reasons.denominator : reasons.tail(trials, end.needed, per)
}

function neededFor(end: OpenEnd): number {
  return end.type === 'quantile' ? end.needed : 0
}

/** Neither agrees with the published value nor contradicts it, whatever our own interval. */
function isWithinPrediction({ value, region, predicted, decision }: Measured): boolean {
  if (predicted === undefined || decision.type !== 'open') return false
  return (value < region.low || value > region.high) && value >= predicted.low && value <= predicted.high
}

function pointNotes(measured: readonly Measured[], reasons: Reasons): readonly string[] {
  const points = measured.filter(({ interval }) => interval.low === interval.high)
  if (points.length === 0) return []
  return [points.every(isFromData) ? reasons.constant : reasons.point]
}

function notesOn(
  claim: Claim,
  measured: readonly Measured[],
  results: Results,
  reasons: Reasons,
): readonly string[] {
  const names = expressionsOf(claim.test)
    .flatMap(references)
    .map(({ parts }) => parts.at(-1) ?? '')
  const found = [...new Set(names.filter((name) => statistic(name)?.isExtreme))].sort()
  const read = seriesOf(claim, results).map(({ what, run, factors, measure }) => ({
    name: reasons.series(what, runName(run)),
    isOrdered: hasOrder(run),
    ...series(run, factors, measure),
  }))
  return [
    ...(found.length > 0 ? [reasons.extremes(found)] : []),
    ...pointNotes(measured, reasons),
    ...warningsOn(read, reasons.warnings),
  ]
}
