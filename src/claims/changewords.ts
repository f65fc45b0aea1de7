/** Says what changed since a claim was recorded, and what it was before, in one language. */

import { type Change, changesOf } from '../engine/cachestatus.ts'
import { abbreviated } from '../text/message.ts'
import { basisChanges, type CellChange, freshEdits } from './basis.ts'
import type { Definition } from './definition.ts'
import { english as englishPhrases, type Phrases } from './phrases.ts'
import { noBasis, type RecordedClaim, type RecordedState } from './record.ts'
import type { Verdict } from './region.ts'
import { type RowVerdict, verdictChanges } from './since.ts'
import type { Verification } from './verification.ts'
import { numberTexts } from './words.ts'

export const english = {
  verdict: (verdict: RowVerdict): string => verdict,
  added: 'added since the verdicts were recorded',
  weaker: (before: string, now: string, date: string) =>
    `weaker than recorded on ${date}: ${now}, was ${before}`,
  better: (before: string, now: string, date: string) =>
    `better than recorded on ${date}: ${now}, was ${before}`,
  under: (condition: string, change: string) =>
    `${condition === 'as stated' ? condition : `under ${condition}`}, ${change}`,
  changed: (changes: string, date: string) =>
    `definition changed since it was recorded on ${date}: ${changes}`,
  /** A field of the definition, with its texts. */
  field: (name: string, before: string, now: string) => `${name} ${before} → ${now}`,
  fieldAdded: (name: string, now: string) => `${name} added: ${now}`,
  fieldRemoved: (name: string, before: string) => `${name} removed: ${before}`,
  /** A condition or a control with all its fields. */
  partAdded: (name: string) => `${name} added`,
  partRemoved: (name: string) => `${name} removed`,
  /** A field whose texts are too long to show. */
  partChanged: (name: string) => `${name} changed`,
  /** Cells that a claim reads. */
  lost: (name: string, cells: readonly string[]) => `${name} without ${cells.join(', ')}`,
  gained: (name: string, cells: readonly string[]) => `${name} also ${cells.join(', ')}`,
  /** The verdict of the recorded definition over the runs of now. */
  byDefinition: (verdict: Verdict, reason: string) =>
    `the changed definition decides: by the recorded one it is now ${verdict}: ${reason}`,
  otherStatement:
    'it states something else than was recorded, and passes: whether the test fits, only its authors say',
  edited: (date: string) => `rests on rows that were edited by hand, unlike when recorded on ${date}`,
  lostEdits: (edits: readonly string[], date: string) =>
    `edits by hand that were recorded on ${date} are no longer told of: ${edits.join('; ')}`,
  /** Runs of which something changed, with numbers of now and of the record. */
  evidence: (type: CellChange['type'], runs: readonly string[], date: string) =>
    `${evidenceTexts[type]} than recorded on ${date}: ${abbreviated(runs, mostRuns, '; ')}${
      type === 'rows'
        ? ' (its inputs are the recorded ones and no edit was accepted: new runs are recorded with their verdicts, so these files were changed by hand)'
        : type === 'data'
          ? ' (SHA-256; nobody can rerun data: whoever changed the file knows why)'
          : ''
    }`,
  run: (run: string, before: string, now: string) => `${run} ${now}, was ${before}`,
  moved: (numbers: readonly string[]) => `numbers moved: recorded ${numbers.join('; ')}`,
  /** Numbers of two states in the history. */
  numbers: (before: readonly string[], now: readonly string[]) =>
    `numbers ${before.join('; ')} → ${now.join('; ')}`,
  editsCame: (edits: readonly string[]) => `rows edited by hand: ${edits.join('; ')}`,
  editsWent: 'its rows are no longer edited by hand',
  /** One earlier state. */
  earlier: (date: string, changes: string) => `changed on ${date}: ${changes}`,
  absent: (from: string, until: string) => `not made from ${from} until ${until}`,
  removed: (id: string, verdict: string, date: string, statement: string) =>
    `removed since the record: ${id} (${verdict}, recorded on ${date}): ${statement}`,
  list: (items: readonly string[]) => items.join('; '),
}

const evidenceTexts: Readonly<Record<CellChange['type'], string>> = {
  rows: 'weaker evidence: other rows',
  inputs: 'runs with other inputs',
  data: 'weaker evidence: other data',
  trials: 'weaker evidence: fewer trials',
  boots: 'weaker evidence: fewer boots',
  excluded: 'weaker evidence: more rows excluded',
  values: 'weaker evidence: fewer values',
}

/** Runs that are named. */
export const mostRuns = 4

export type ChangeWords = typeof english

/** One line for each thing that changed; none for a claim as recorded. */
export function sinceLines(
  { claim, since }: Pick<Verification, 'claim' | 'since'>,
  words: ChangeWords = english,
  phrases: Phrases = englishPhrases,
): readonly string[] {
  if (since === undefined) return []
  const { recorded, definition, verdicts, moved, byRecorded, passesByDefinition } = since
  if (recorded === undefined) return [words.added]
  const { date } = recorded
  return [
    ...verdicts.map(({ condition, before, now, type }) => {
      const change = words[type](words.verdict(before), words.verdict(now), date)
      return condition === undefined ? change : words.under(condition, change)
    }),
    ...(definition.length > 0
      ? [words.changed(words.list(changeTexts(definition, recorded.definition, words)), date)]
      : []),
    ...(passesByDefinition && byRecorded ? [words.byDefinition(byRecorded.verdict, byRecorded.reason)] : []),
    ...(since.otherStatement ? [words.otherStatement] : []),
    ...(since.restsOnEdits ? [words.edited(date)] : []),
    ...(since.lostEdits.length > 0 ? [words.lostEdits(since.lostEdits, date)] : []),
    ...evidenceLines(since.evidence, date, words),
    ...(moved.length > 0 ? [words.moved(recordedNumbers(claim, moved, phrases))] : []),
  ]
}

/** A line for each kind of change. */
function evidenceLines(changes: readonly CellChange[], date: string, words: ChangeWords): readonly string[] {
  return [...Map.groupBy(changes, ({ type }) => type)].map(([type, those]) =>
    words.evidence(
      type,
      those.map(({ run, before, now }) =>
        before === undefined || now === undefined ? run : words.run(run, before, now),
      ),
      date,
    ),
  )
}

function recordedNumbers(
  claim: Verification['claim'],
  measured: RecordedState['measured'],
  phrases: Phrases,
): readonly string[] {
  const numbers = measured.map(({ interval: { low, high }, ...one }) => ({
    ...one,
    interval: { low: low ?? Number.NEGATIVE_INFINITY, high: high ?? Number.POSITIVE_INFINITY },
  }))
  return numberTexts({ claim, measured: numbers }, phrases)
}

/**
 * One line for each earlier state, oldest first: what came in its place, and when. results/claims.json has the
 * texts that are too long for it.
 */
export function historyLines(
  { claim, since }: Pick<Verification, 'claim' | 'since'>,
  words: ChangeWords = english,
  phrases: Phrases = englishPhrases,
): readonly string[] {
  const { recorded } = since ?? {}
  if (recorded?.history === undefined) return []
  const states: readonly RecordedState[] = [...recorded.history, recorded]
  return states.slice(1).flatMap((now, index) => {
    const before = states[index]
    if (before === undefined) return []
    const changes = changesOf(before.definition, now.definition)
    const verdicts = verdictChanges(before, now).map(({ condition = 'verdict', ...change }) =>
      words.field(condition, words.verdict(change.before), words.verdict(change.now)),
    )
    const behind = behindTexts(before, now, words)
    const numbers = ({ measured }: RecordedState) => recordedNumbers(claim, measured, phrases)
    const texts = [
      ...verdicts,
      ...changeTexts(changes, before.definition, words, mostHistory),
      ...behind,
      // Numbers move with every new run; here, other evidence may be why.
      ...(behind.length > 0 ? [words.numbers(numbers(before), numbers(now))] : []),
    ]
    return [
      ...(before.removed === undefined ? [] : [words.absent(before.removed, now.date)]),
      ...(texts.length > 0 ? [words.earlier(now.date, words.list(texts))] : []),
    ]
  })
}

/** What a state rests on, other than the one before. */
function behindTexts(before: RecordedState, now: RecordedState, words: ChangeWords): readonly string[] {
  const [then, after] = [before.basis ?? noBasis, now.basis ?? noBasis]
  const fresh = freshEdits(then, after)
  const weaker = basisChanges(then, after).filter(({ type }) => type !== 'rows' && type !== 'inputs')
  return [
    ...(fresh.length > 0 ? [words.editsCame(fresh)] : []),
    ...(then.edits !== undefined && after.edits === undefined ? [words.editsWent] : []),
    ...evidenceLines(weaker, before.date, words),
  ]
}

export function removedText(
  { id, verdict, date, definition }: RecordedClaim,
  words: ChangeWords = english,
): string {
  return words.removed(id, words.verdict(verdict), date, definition.statement ?? '')
}

/** A condition or control that came or went as a whole is one text. */
function changeTexts(
  changes: readonly Change[],
  before: Definition,
  words: ChangeWords,
  most = Number.POSITIVE_INFINITY,
): readonly string[] {
  const parts = Map.groupBy(changes, ({ input }) => /^(condition .+?|control.*?): /.exec(input)?.[1])
  return [...parts].flatMap(([part, those]) => {
    const texts = those.map((one) => changeText(one, words, most))
    if (part === undefined) return texts
    const had = Object.keys(before).filter((name) => name.startsWith(`${part}: `))
    if (had.length === 0) return [words.partAdded(part)]
    const isGone = those.length === had.length && those.every(({ now }) => now === undefined)
    return isGone ? [words.partRemoved(part)] : texts
  })
}

/** Characters of a text that history shows. */
const mostHistory = 60

function changeText({ input, before, now }: Change, words: ChangeWords, most: number): string {
  if (Math.max(String(before ?? '').length, String(now ?? '').length) > most) {
    if (before === undefined) return words.partAdded(input)
    return now === undefined ? words.partRemoved(input) : words.partChanged(input)
  }
  if (before === undefined) return words.fieldAdded(input, String(now))
  if (now === undefined) return words.fieldRemoved(input, String(before))
  if (!/(?:^|: )cells$/.test(input)) return words.field(input, String(before), String(now))
  const [old, fresh] = [String(before).split(', '), String(now).split(', ')]
  const [lost, gained] = [
    old.filter((one) => !fresh.includes(one)),
    fresh.filter((one) => !old.includes(one)),
  ]
  return words.list([
    ...(lost.length > 0 ? [words.lost(input, lost)] : []),
    ...(gained.length > 0 ? [words.gained(input, gained)] : []),
  ])
}
