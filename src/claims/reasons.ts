/** Messages that explain a verdict, in one language; a report passes its own to `judge`. */

import { english as warnings } from '../query/warnings.ts'
import type { Repeats } from '../results/repeats.ts'
import type { Acceptance } from '../results/run.ts'
import type { UnitName } from '../stats/clusters.ts'
import { abbreviated, counted, spans } from '../text/message.ts'
import type { DataBehind } from './data.ts'
import type { EditedRun } from './edits.ts'
import type { Verdict } from './region.ts'
import { totalOf, type Use } from './uses.ts'

export const english = {
  /** `count` of `all` intervals. */
  inside: (count: number, all: number) => `${position(count, all)} inside the allowed range`,
  outside: (count: number, all: number) => `${position(count, all)} outside the allowed range`,
  /** Some resamples have no value. */
  undefined: (per: UnitName) => `the value is undefined for some resamples of the ${per}s`,
  /** So close to a limit that no number of trials would decide. */
  near: 'too close to the limit: more trials will not decide it',
  /** An interval lies outside, but not the wider one that refutes a claim with several numbers. */
  severalNumbers: (numbers: number, level: string) =>
    `an interval lies outside the allowed range, but among ${numbers} numbers one may by chance: its interval of ${level} % does not`,
  /** An interval of a mean lies inside (or outside), but not the wider one that decides. */
  skewed: (isInside: boolean, level: string) =>
    `the 95 % interval lies ${isInside ? 'inside' : 'outside'} the allowed range, but a mean of few boots, which may be skewed, is decided by its interval of ${level} %, which crosses the limit`,
  /** A ratio whose interval has no upper end. */
  denominator: 'the ratio has no upper bound, as its denominator may be 0: it varies too much',
  /** A quantile that so few trials (or boots) do not bound; `needed` is infinite for a maximum. */
  tail: (count: number, needed: number, per: UnitName) =>
    Number.isFinite(needed)
      ? `${count} ${per}s do not bound a quantile so far out: at least ${needed} are needed`
      : `no number of ${per}s bounds a maximum or minimum`,
  /** Outside of the published interval, inside of the prediction. */
  unsettled:
    'the value lies outside the 95 % interval of the published one, but where a new run of the same ' +
    'distribution may lie: neither agreement nor disagreement follows',
  /** Fewest trials (or boots) of a run, and the minimum for an interval. */
  few: (count: number, needed: number, per: UnitName) =>
    `too few ${per}s for an interval: ${count}, at least ${needed} are needed`,
  open: (count: number, needed: number, per: UnitName) =>
    `the interval crosses the limit: about ${needed} ${per}s are needed, there are ${count}`,
  /** Adds to `open` of boots the trials per boot that would do instead, infinite if none would. */
  orTrials: (open: string, needed: number, count: number) =>
    Number.isFinite(needed)
      ? `${open}; or about ${needed} trials per boot, there are ${count}`
      : `${open}; more trials per boot would not do, as boots differ`,
  /** The same verdict for the same `reason` under `count` conditions. */
  under: (reason: string, count: number) =>
    `${reason}, and so under ${
      count === 1 ? 'one other condition' : `${count === 2 ? 'both' : `all ${count}`} other conditions`
    }`,
  /** Verdicts that differ; the label is absent for the claim as stated. */
  flips: (states: readonly ConditionState[]) =>
    `the verdict depends on the conditions: ${states
      .map(
        ({ label, verdict, side }) =>
          `${verdict}${side === undefined ? '' : ` (too ${side === 'below' ? 'low' : 'high'})`} ${label === undefined ? 'as stated' : `with ${label}`}`,
      )
      .join(', ')}`,
  notRun: 'the document runs no such cells',
  /** The control's label, which says what it lacks. */
  controlHolds: (label: string) => `the control passes as well: the same test holds for ${label}`,
  /** Inconclusive, and not told from the claim; `why` is its reason. */
  controlUnclear: (label: string, why: string) =>
    `the control could not tell: the same test is inconclusive for ${label} (${why})`,
  /** Inconclusive, but told from the claim. */
  controlApart: (reason: string, label: string) =>
    `${reason}; the control is inconclusive, but its interval lies apart from the claim's: ${label}`,
  controlUntested: (label: string, why: string) => `the control could not be judged: ${label} (${why})`,
  missing: (runs: readonly string[]) => `missing: run ${runs.join(', run ')}`,
  skipped: (why: string) => `skipped: ${why}`,
  stale: (run: string, why: string) => `stale: ${run} (${why})`,
  /** An unexpected error. */
  failed: (message: string) => `could not be judged: ${message}`,
  /** `lines` of rows.csv, a list for each group of equal rows. */
  repeated: (run: string, { operation, rows, repeated, lines, copies }: Repeats) => {
    const of = operation === '' ? '' : ` of ${operation}`
    const escape = 'an experiment with a few outcomes says `discrete: true`'
    if (copies) {
      const what = copies.difference === 0 ? 'agree' : `differ by ${copies.difference} ${copies.unit}`.trim()
      return `${repeated} pairs of the ${rows} rows${of} in ${run} ${what} in ${copies.measure}, more often than chance explains: copies that were changed; ${escape}`
    }
    const groups = lineGroups(lines).map((group) => `lines ${group}`)
    return `${repeated} of ${rows} rows${of} in ${run} repeat another in every measure, more often than chance explains (rows.csv: ${groups.join('; ')}); ${escape}`
  },
  noShape:
    "a claim of scope shape must not depend on the board's speed: compare a ratio or an order, " +
    'or use scope absolute',
  noHardware: (origins: readonly string[]) =>
    `no run on hardware: ${origins.join(' and ')} times say nothing about the published machine's`,
  noMachine: 'the claim does not say which machine its times were published for',
  notCaptured: (run: string, item: string, published: string) =>
    `${run} did not capture its ${item} (published: ${published})`,
  otherMachine: (run: string, item: string, captured: string, published: string) =>
    `another machine: the ${item} of ${run} is ${captured}; the published one is ${published}`,
  /** A verdict that rests on rows edited by hand. */
  byEdits: (verdict: string) => `${verdict}, by edited rows`,
  edits: ({ run, edits }: EditedRun) =>
    `${run}: ${edits.map(({ author, date, reason, files }) => `edited by ${author} on ${date}: ${reason}${editedFiles(files, (file, lines) => `${file} line ${lines}`)}`).join('; ')}`,
  /** Names of extreme-value statistics. */
  extremes: (names: readonly string[]) =>
    `${names.join(' and ')}: an observed extreme is no bound, and more trials give more extreme values`,
  point:
    'the trials do not vary: the interval is a single point, which says nothing about other boots or boards',
  /** Values of data, which nobody measures again. */
  constant: 'the values do not vary: the interval is a single point',
  /** A verdict that rests on data. */
  fromData: (verdict: string) => `${verdict}, from data that nobody reran`,
  data: ({ file, rows, sha256, unit }: DataBehind) =>
    `${file}, SHA-256 ${sha256.slice(0, 12)}…: ${counted(rows, 'row')}, ${unit === undefined ? 'each taken for an independent observation' : `in units of ${unit}`}`,
  /** A series of which some rows are not used, and why. */
  used: (series: string, { n, rows, excluded }: Pick<Use, 'n' | 'rows' | 'excluded'>) => {
    const reasons = excluded.map(({ reason, count }) => `${count} excluded: ${reason}`)
    const absent = rows - n - totalOf(excluded)
    return `${series}: ${n} of ${rows} (${[...reasons, ...(absent > 0 ? [`${absent} without a value`] : [])].join(', ')})`
  },
  partly: (uses: readonly string[]) => `rows used: ${abbreviated(uses, mostUses, '; ')}`,
  /** So many rows are excluded that nothing is decided. */
  excluded: (uses: readonly string[]) =>
    `a fifth or more of the rows are excluded, which may be those that refute it: ${abbreviated(uses, mostUses, '; ')}`,
  /** Name of a series (`pause.total`) and of its run. */
  series: (what: string, run: string) => `${what} of ${run}`,
  warnings,
}

/** Series whose unused rows are named. */
export const mostUses = 4

export type Reasons = typeof english

/** A verdict under a condition; `side` where those of two conditions lie on opposite ones. */
export interface ConditionState {
  readonly label: string | undefined
  readonly verdict: Verdict
  readonly side?: 'below' | 'above'
}

/** ` (rows.csv line 3, 7-9)`; of a file whose earlier text is unknown the name. */
export function editedFiles(
  files: Acceptance['files'],
  named: (file: string, lines: string) => string,
): string {
  const texts = files.map(({ file, lines }) => (lines ? named(file, spans(lines)) : file))
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`
}

/** The first groups of equal rows, by the first of their lines: `2, 12, 22, ...`. */
export function lineGroups(groups: Repeats['lines']): readonly string[] {
  const cut = (items: readonly string[], most: number, rest: string) =>
    items.length > most ? [...items.slice(0, most), rest] : items
  return cut(
    groups.map((group) => cut(group.map(String), 4, '...').join(', ')),
    3,
    '...',
  )
}

/** `the interval lies`, `both intervals lie`, `1 of 2 intervals lies`. */
function position(count: number, all: number): string {
  if (all === 1) return 'the interval lies'
  if (count < all) return `${count} of ${all} intervals ${count === 1 ? 'lies' : 'lie'}`
  return count === 2 ? 'both intervals lie' : `all ${count} intervals lie`
}
