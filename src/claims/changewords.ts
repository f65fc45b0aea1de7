/** Says what changed since a claim was recorded, and what it was before, in one language. */

import { type Change, changesOf } from '../engine/cachestatus.ts'
import type { Definition } from './definition.ts'
import { english as englishPhrases, type Phrases } from './phrases.ts'
import type { RecordedClaim, RecordedState } from './record.ts'
import { type RowVerdict, type Since, verdictChanges } from './since.ts'
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
  byDefinition: 'it passes by the changed definition, not by the recorded one',
  edited: (date: string) => `rests on rows that were edited by hand, unlike when recorded on ${date}`,
  moved: (numbers: readonly string[]) => `numbers moved: recorded ${numbers.join('; ')}`,
  /** One earlier state. */
  earlier: (date: string, changes: string) => `changed on ${date}: ${changes}`,
  absent: (from: string, until: string) => `not made from ${from} until ${until}`,
  removed: (id: string, verdict: string, date: string, statement: string) =>
    `removed since the record: ${id} (${verdict}, recorded on ${date}): ${statement}`,
  list: (items: readonly string[]) => items.join('; '),
}

export type ChangeWords = typeof english

/** One line for each thing that changed; none for a claim as recorded. */
export function sinceLines(
  { claim, since }: Pick<Verification, 'claim' | 'since'>,
  words: ChangeWords = english,
  phrases: Phrases = englishPhrases,
): readonly string[] {
  if (since === undefined) return []
  const { recorded, definition, verdicts, moved, passesByDefinition, restsOnEdits } = since
  if (recorded === undefined) return [words.added]
  const { date } = recorded
  const numbers = moved.map(({ interval: { low, high }, ...one }) => ({
    ...one,
    interval: { low: low ?? Number.NEGATIVE_INFINITY, high: high ?? Number.POSITIVE_INFINITY },
  }))
  return [
    ...verdicts.map(({ condition, before, now, type }) => {
      const change = words[type](words.verdict(before), words.verdict(now), date)
      return condition === undefined ? change : words.under(condition, change)
    }),
    ...(definition.length > 0
      ? [words.changed(words.list(changeTexts(definition, recorded.definition, words)), date)]
      : []),
    ...(passesByDefinition ? [words.byDefinition] : []),
    ...(restsOnEdits ? [words.edited(date)] : []),
    ...(numbers.length > 0 ? [words.moved(numberTexts({ claim, measured: numbers }, phrases))] : []),
  ]
}

/**
 * One line for each earlier state, oldest first: what came in its place, and when. results/claims.json has the
 * texts that are too long for it.
 */
export function historyLines(since: Since | undefined, words: ChangeWords = english): readonly string[] {
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
    return [
      ...(before.removed === undefined ? [] : [words.absent(before.removed, now.date)]),
      ...(changes.length + verdicts.length > 0
        ? [
            words.earlier(
              now.date,
              words.list([...verdicts, ...changeTexts(changes, before.definition, words, mostHistory)]),
            ),
          ]
        : []),
    ]
  })
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
