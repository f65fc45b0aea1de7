/** Output of `repro verify` for people; verifyjson.ts writes it for programs. */

import { type CellChange, isWeakerBasis } from '../../claims/basis.ts'
import { historyLines, removedText, sinceLines } from '../../claims/changewords.ts'
import { statedVerdict } from '../../claims/edits.ts'
import { tally, type Judgement } from '../../claims/judge.ts'
import { isFromData, unitNameOf } from '../../claims/measure.ts'
import { english as phrases } from '../../claims/phrases.ts'
import { english } from '../../claims/reasons.ts'
import { verdictsFile } from '../../claims/record.ts'
import { isJudged, type Since } from '../../claims/since.ts'
import { decisive, type Verification, type VerdictRecord } from '../../claims/verification.ts'
import { verdictTexts, limitsText, numberTexts, publishedText } from '../../claims/words.ts'
import type { DataCheck } from '../../project/data.ts'
import { reportFile } from '../../project/manifest.ts'
import type { Reproduction } from '../../project/replay.ts'
import { originsIn } from '../../query/quantity.ts'
import { type Run, runName } from '../../results/run.ts'
import { type SignatureCheck, signatureText } from '../../results/signature.ts'
import { pairingOfUnits } from '../../stats/pairing.ts'
import { isFuture } from '../../text/dates.ts'
import { abbreviated, counted, present } from '../../text/message.ts'
import { replayLines } from './replay.ts'

export interface Verdicts {
  readonly document: string
  readonly verifications: readonly Verification[]
  readonly cells: readonly Reproduction[]
  readonly removed: VerdictRecord['removed']
  readonly signature: SignatureCheck
  /** What else a reader should know. */
  readonly warnings: readonly string[]
  /** Data that nobody reruns, beside their recorded digests; none by default. */
  readonly data?: readonly DataCheck[]
  /** Whether cells were run again, as far as there are any. */
  readonly isRerun?: boolean
  /** Judged in a folder that is no project. */
  readonly isForeign?: boolean
}

/** Returns lines for a reader who knows neither the paper nor this program. */
export function verdictLines(verdicts: Verdicts): readonly string[] {
  const { document, verifications, cells, isForeign } = verdicts
  if (verifications.length === 0) return replayLines(cells)
  const by = judgedBy(verifications)
  return [
    `claims of ${document}, judged by ${by}; numbers in brackets are 95 % intervals`,
    '',
    ...verifications.flatMap(claimLines),
    '',
    ...replayLines(cells),
    ...dataLines(verdicts),
    tallyLine(verifications),
    ...recordLines(verdicts),
    ...verdicts.warnings,
    ...(isForeign
      ? ['nothing was run or written; docs/data.md says what the verdicts mean']
      : [signatureText(verdicts.signature), 'for details, see the report (repro build) and docs/claims.md']),
  ]
}

function judgedBy(verifications: readonly Verification[]): string {
  const data = 'data that nobody reran'
  if (verifications.some(({ rerun }) => rerun)) return 'runs made here, beside the recorded ones'
  const judged = verifications.map(decisive)
  const origins = new Set(judged.flatMap(({ measured }) => measured.flatMap((one) => originsIn(one.sources))))
  if (!origins.has('data')) return 'the recorded runs'
  const others = [...origins].some((origin) => origin !== 'data' && origin !== 'published')
  return others ? `the recorded runs, and ${data}` : data
}

/** What is known of data: their digests. */
function dataLines({ data = [], isRerun }: Verdicts): readonly string[] {
  const lines = data.flatMap(({ file, sha256, state, recorded }) => {
    if (state === 'changed')
      return [`${file} is not as recorded on ${recorded?.date}: SHA-256 ${sha256}, was ${recorded?.sha256}`]
    if (!isRerun) return []
    return state === 'none'
      ? [`${file} was not rerun, and no digest of it is recorded (repro build --record): SHA-256 ${sha256}`]
      : [`${file} was not rerun, only checked: SHA-256 as recorded on ${recorded?.date}`]
  })
  return isRerun && data.length > 0
    ? ['data are read and not rerun: nothing but their digests can be checked', ...lines]
    : lines
}

/** Reports whether the artifact works here, after rerunning one cell and rendering the report. */
export function kickTiresLines({ document, verifications, cells }: Verdicts): readonly string[] {
  const works = cells.every(({ origin, same }) => origin !== 'emulated' || same !== 'other')
  return present([
    ...replayLines(cells),
    `the report: ${reportFile(document)}`,
    verifications.length > 0 && `by the recorded runs, ${tallyLine(verifications)} (repro verify)`,
    works ? 'the artifact works here' : 'the artifact runs here, but its rows differ from the recorded ones',
  ])
}

/** Lists missing runs of claims and what to do; empty if none is missing. */
export function missingRunLines(verifications: readonly Verification[]): readonly string[] {
  const judged = verifications.map(decisive)
  const lacking = new Map(judged.flatMap(({ lacking = [] }) => lacking.map(({ run, stale }) => [run, stale])))
  const runs = [...lacking.keys()].sort()
  const named = (state: string, names: readonly string[]) =>
    names.length > 0 && `${state}: ${abbreviated(names, mostNamed)}`
  const claims = judged.filter(({ lacking = [] }) => lacking.length > 0).length
  const failed = judged.filter(({ failure }) => failure !== undefined).map(({ claim }) => claim.id)
  return present([
    runs.length > 0 &&
      `${claims} of ${counted(judged.length, 'claim')} could not be judged, ` +
        'because runs are missing or stale',
    named(
      'missing',
      runs.filter((run) => lacking.get(run) === undefined),
    ),
    named(
      'stale',
      runs.filter((run) => lacking.get(run) !== undefined),
    ),
    runs.length > 0 && 'repro build makes them; repro build --record also keeps them in results/',
    failed.length > 0 && `could not be judged, see why: ${failed.join(', ')}`,
  ])
}

const mostNamed = 8

/**
 * Says that a document has recorded runs and no recorded verdicts, and which dates of either lie in the
 * future. `today` is a day, `2026-11-29`.
 */
export function recordWarnings(
  { recorded, removed }: VerdictRecord,
  runs: readonly Run[],
  today: string,
): readonly string[] {
  const dates = [
    ...recorded.map(({ id, date, removed: gone }) => [`the record of ${id}`, gone ?? date] as const),
    ...runs.map((run) => [`the run ${runName(run)}`, String(run.provenance.date ?? '')] as const),
  ].filter(([, date]) => isFuture(date, today))
  const texts = dates.map(([what, date]) => `${what}: ${date}`)
  return present([
    runs.length > 0 &&
      recorded.length === 0 &&
      removed.length === 0 &&
      `the runs are recorded, and no verdicts are: without ${verdictsFile}, nothing tells what was weakened since (version control would)`,
    texts.length > 0 && `dated in the future: ${abbreviated(texts, mostNamed)}`,
  ])
}

/** Sums up what changed since the verdicts were recorded. */
function recordLines({ verifications, removed, cells, warnings, isForeign }: Verdicts): readonly string[] {
  const since = verifications.flatMap(({ since }) => since ?? [])
  if (since.length === 0 && removed.length === 0)
    return isForeign ? [] : [`no verdicts are recorded in ${verdictsFile} (repro build --record)`]
  const uncompared = verifications.filter(
    (one) => one.since?.recorded !== undefined && !isJudged(decisive(one)),
  ).length
  const counts = [
    [since.filter(({ verdicts }) => verdicts.some(({ type }) => type === 'weaker')).length, 'weaker'],
    [since.filter(({ verdicts }) => verdicts.some(({ type }) => type === 'better')).length, 'better'],
    [since.filter((one) => one.restsOnEdits).length, 'resting on newly edited rows'],
    [since.filter(isWeakerEvidence).length, 'with weaker evidence'],
    [since.filter((one) => one.passesByDefinition).length, 'passing by a changed definition'],
    [since.filter((one) => one.otherStatement).length, 'stating something else'],
    [since.filter(({ definition }) => definition.length > 0).length, 'defined otherwise'],
    [since.filter(({ evidence }) => evidence.some(isInputs)).length, 'with other inputs'],
    [since.filter(({ moved }) => moved.length > 0).length, 'with other numbers'],
    [since.filter(({ recorded }) => recorded === undefined).length, 'added'],
    [removed.length, 'removed'],
    [uncompared, 'not compared'],
  ] as const
  const texts = counts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []))
  return [
    ...removed.map((one) => removedText(one)),
    ...(texts.length > 0
      ? [`since the record: ${texts.join(', ')}`]
      : cells.some(({ same }) => same === 'other') || warnings.length > 0
        ? ['the verdicts are as recorded']
        : ['all as recorded']),
  ]
}

function isWeakerEvidence({ lostEdits, evidence }: Since): boolean {
  return lostEdits.length > 0 || evidence.some(isWeakerBasis)
}

function isInputs({ type }: CellChange): boolean {
  return type === 'inputs'
}

function tallyLine(verifications: readonly Verification[]): string {
  const counts = Object.entries(tally(verifications.map(decisive))).filter(([, count]) => count > 0)
  const verdicts = counts.map(([verdict, count]) => `${count} ${verdict}`)
  return `${counted(verifications.length, 'claim')}: ${verdicts.join(', ')}`
}

function claimLines(verification: Verification): readonly string[] {
  const { claim, recorded, rerun } = verification
  const decided = decisive(verification)
  const { reason, notes, grid = [], control, fragile, edited = [], data = [] } = decided
  const numbers = (measured: Judgement['measured']) =>
    numberTexts({ claim, measured }).join('; ') || undefined
  const line = (name: string, text: string | undefined) =>
    text === undefined || text === '' ? [] : [`     ${name.padEnd(10)} ${text}`]
  return [
    `${claim.id.padEnd(4)} ${statedVerdict(decided).padEnd(15)} ${claim.statement}`,
    ...line('published', publishedText(claim, decided)),
    ...line('recorded', ownNumbers(recorded)),
    ...line('this run', rerun && (ownNumbers(rerun) ?? rerun.reason)),
    ...line('allowed', limitsText(decided)),
    ...grid.flatMap((row) =>
      line(...verdictTexts(phrases.under(row.condition?.label), row, numbers(row.measured))),
    ),
    ...(control
      ? line(...verdictTexts(phrases.control(control.label), control, numbers(control.measured)))
      : []),
    ...line('why', reason),
    ...line('fragile', fragile && `at half the tolerance ${fragile.half}, at twice ${fragile.twice}`),
    ...data.flatMap((one) => line('rests on', english.data(one))),
    ...edited.flatMap((one) => line('edited', english.edits(one))),
    ...notes.flatMap((note) => line('note', note)),
    ...sinceLines(verification).flatMap((text) => line('since', text)),
    ...historyLines(verification).flatMap((text) => line('history', text)),
  ]
}

function ownNumbers(judgement: Judgement): string | undefined {
  const texts = numberTexts(judgement)
  if (texts.length === 0) return undefined
  const fewest = judgement.measured.reduce((a, b) => (b.trials < a.trials ? b : a))
  const kinds = originsIn(judgement.measured.flatMap(({ sources }) => sources))
  const pairings = new Set(
    present(
      judgement.measured.map((one) =>
        one.pairing && isFromData(one) ? pairingOfUnits(one.pairing) : one.pairing,
      ),
    ),
  )
  const sources = [kinds.join(' + '), `${fewest.trials} ${unitNameOf(fewest)}s`, ...pairings]
  return `${texts.join('; ')} (${sources.join(', ')})`
}
