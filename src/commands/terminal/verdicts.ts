/** Output of `repro verify`: lines for people, JSON for programs. */

import { tally, type GridRow, type Judgement } from '../../claims/judge.ts'
import type { Measured } from '../../claims/measure.ts'
import type { Spread } from '../../claims/spread.ts'
import { decisive, type Verification } from '../../claims/verification.ts'
import { limitsText, numberTexts, plainInterval, publishedText } from '../../claims/words.ts'
import type { Reproduction } from '../../project/knownruns.ts'
import { reportFile } from '../../project/manifest.ts'
import { originsIn, runsIn } from '../../query/quantity.ts'
import { runName } from '../../results/run.ts'
import { abbreviated, counted, present } from '../../text/message.ts'

export interface Verdicts {
  readonly document: string
  readonly verifications: readonly Verification[]
  readonly cells: readonly Reproduction[]
}

/** Returns lines for a reader who knows neither the paper nor this program. */
export function verdictLines({ document, verifications, cells }: Verdicts): readonly string[] {
  if (verifications.length === 0) return cellLines(cells)
  const by = verifications.some(({ rerun }) => rerun)
    ? 'runs made here, beside the recorded ones'
    : 'the recorded runs'
  return [
    `claims of ${document}, judged by ${by}; numbers in brackets are 95 % intervals`,
    '',
    ...verifications.flatMap(claimLines),
    '',
    ...cellLines(cells),
    tallyLine(verifications),
    'for details, see the report (repro build) and docs/claims.md',
  ]
}

/** Reports whether the artifact works here, after rerunning one cell and rendering the report. */
export function kickTiresLines({ document, verifications, cells }: Verdicts): readonly string[] {
  const works = cells.every(({ origin, same }) => origin !== 'emulated' || same !== 'other')
  return present([
    ...cellLines(cells),
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
      `${claims} of ${counted(judged.length, 'claim')} could not be judged, because runs are missing or stale`,
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

function tallyLine(verifications: readonly Verification[]): string {
  const counts = Object.entries(tally(verifications.map(decisive))).filter(([, count]) => count > 0)
  const verdicts = counts.map(([verdict, count]) => `${count} ${verdict}`)
  return `${counted(verifications.length, 'claim')}: ${verdicts.join(', ')}`
}

function claimLines(verification: Verification): readonly string[] {
  const { claim, recorded, rerun } = verification
  const decided = decisive(verification)
  const { verdict, reason, notes, grid = [], fragile } = decided
  const line = (name: string, text: string | undefined) =>
    text === undefined || text === '' ? [] : [`     ${name.padEnd(10)} ${text}`]
  return [
    `${claim.id.padEnd(4)} ${verdict.padEnd(15)} ${claim.statement}`,
    ...line('published', publishedText(claim, decided)),
    ...line('recorded', ownNumbers(recorded)),
    ...line('this run', rerun && (ownNumbers(rerun) ?? rerun.reason)),
    ...line('allowed', limitsText(decided)),
    ...grid.flatMap((row) => line(row.condition ? 'with' : 'as stated', gridText(decided, row))),
    ...line('why', reason),
    ...line('fragile', fragile && `at half the tolerance ${fragile.half}, at twice ${fragile.twice}`),
    ...notes.flatMap((note) => line('note', note)),
  ]
}

/** `1 ns an instruction: reproduced, 3.27 [3.17, 3.37]`. */
function gridText({ claim }: Judgement, { condition, verdict, measured }: GridRow): string {
  const numbers = numberTexts({ claim, measured }).join('; ')
  return `${condition ? `${condition.label}: ` : ''}${verdict}${numbers === '' ? '' : `, ${numbers}`}`
}

function ownNumbers(judgement: Judgement): string | undefined {
  const texts = numberTexts(judgement)
  if (texts.length === 0) return undefined
  const fewest = judgement.measured.reduce((a, b) => (b.trials < a.trials ? b : a))
  const kinds = originsIn(judgement.measured.flatMap(({ sources }) => sources))
  const pairings = new Set(present(judgement.measured.map(({ pairing }) => pairing)))
  const sources = [kinds.join(' + '), `${fewest.trials} ${fewest.per}s`, ...pairings]
  return `${texts.join('; ')} (${sources.join(', ')})`
}

const differences: Readonly<Record<Exclude<Reproduction['same'], 'bits'>, string>> = {
  none: 'no record that fits',
  rows: 'the same rows from other raw files',
  other: 'other rows',
}

/** Reports on emulated cells, which must be bit-identical. */
function cellLines(cells: readonly Reproduction[]): readonly string[] {
  const emulated = cells.filter(({ origin }) => origin === 'emulated')
  if (emulated.length === 0) return []
  const same = emulated.filter((cell) => cell.same === 'bits').length
  return [
    `bit for bit as recorded: ${same} of ${counted(emulated.length, 'cell')}`,
    ...emulated.flatMap(({ cell, same }) => (same === 'bits' ? [] : `     ${cell}: ${differences[same]}`)),
  ]
}

export function plainVerdicts({ verifications, cells }: Verdicts): object {
  return { claims: verifications.map(plainClaim), cells }
}

function plainClaim(verification: Verification): object {
  const { claim, recorded, rerun } = verification
  const { id, statement, scope, source } = claim
  return {
    ...{ id, statement, scope, published: plainPublished(verification), source, unit: recorded.unit },
    verdict: decisive(verification).verdict,
    recorded: plainJudgement(recorded),
    ...(rerun ? { rerun: plainJudgement(rerun) } : {}),
  }
}

/** Returns published values; those read from tables as numbers in canonical units, like written ones. */
function plainPublished(verification: Verification): number | string | readonly number[] | undefined {
  const { published } = verification.claim
  if (typeof published !== 'object') return published
  const [first, ...others] = decisive(verification).published?.map(({ value }) => value) ?? []
  return first === undefined || others.length === 0 ? first : [first, ...others]
}

function plainJudgement(judgement: Judgement): object {
  const { verdict, reason, measured, notes, lacking, grid, fragile, series } = judgement
  const { trialsNeeded, bootsNeeded, trialsPerBootNeeded } = judgement
  return {
    ...{ verdict, reason, notes, trialsNeeded, bootsNeeded, trialsPerBootNeeded, lacking, fragile, series },
    measured: measured.map(plainMeasured),
    ...(grid
      ? {
          conditions: grid.map((row) => ({
            name: row.condition?.name ?? null,
            ...{ verdict: row.verdict, reason: row.reason, measured: row.measured.map(plainMeasured) },
          })),
        }
      : {}),
  }
}

function plainMeasured(measured: Measured): object {
  const { value, unit, interval, region, ratio, trials, per, pairing, spread, sources, predictedFrom } =
    measured
  return {
    ...{ value, unit, interval: plainInterval(interval), allowed: plainInterval(region) },
    ...{
      predictedFrom,
      ratio,
      trials,
      per,
      pairing,
      spread: spread && plainSpread(spread),
      origins: originsIn(sources),
    },
    runs: [...new Set(runsIn(sources).map(runName))],
  }
}

/** JSON has no infinite numbers: null is no number of boots or trials that halves the interval. */
function plainSpread({ betweenBoots, boots, trials, halving }: Spread): object {
  const count = (value: number) => (Number.isFinite(value) ? value : null)
  return {
    ...{ betweenBoots, boots, trials },
    halving: { boots: count(halving.boots), trials: count(halving.trials) },
  }
}
