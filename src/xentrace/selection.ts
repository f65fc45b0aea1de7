import { events, isPresent, recordLayout } from './events.ts'
import type { EventFilter } from './reader.ts'
import { EVENT_MASK, type MergedRecord } from './record.ts'
import type { Tracker } from './scan.ts'

export interface Selection {
  /** Ticks after the capture's first record, both inclusive. */
  readonly from: number
  readonly to: number
  /** Null: all records, even those of no domain. */
  readonly domains: ReadonlySet<number> | null
  readonly events: EventFilter | null
}

export type RecordWriter = Required<Pick<Tracker, 'begin' | 'take'>>

/** Passes a selection's records to a writer until its output is closed. */
export function selectionTracker(
  selection: Selection,
  writer: RecordWriter,
  output: { readonly closed: boolean },
): Required<Tracker> {
  let from = 0
  let to = 0
  return {
    get done() {
      return output.closed
    },
    wants: (event) => selection.events?.(event) ?? true,
    begin(start) {
      from = start.first + selection.from
      to = start.first + selection.to
      writer.begin(start)
    },
    take(record) {
      const { time } = record
      if (time < from || time > to || output.closed) return
      if (isSelected(record, selection)) writer.take(record)
    },
  }
}

/** Returns true if a record has one of the events and names one of the domains. */
export function isSelected(
  record: MergedRecord,
  { events, domains }: Pick<Selection, 'events' | 'domains'>,
): boolean {
  if (events !== null && !events((record.words[record.at] as number) & EVENT_MASK)) return false
  return domains === null || domainsOf(record).some((domain) => domains.has(domain))
}

/** Returns the domains that a record names. */
export function domainsOf({ words, at }: MergedRecord): readonly number[] {
  return recordLayout(words[at] as number)
    .fields.filter((field) => isDomain(field.name) && isPresent(field, words, at + 1))
    .map(({ word, shift }) => ((words[at + 1 + word] as number) >>> shift) & 0xffff)
}

export function isDomain(field: string): boolean {
  return field === 'domain' || field.endsWith('Domain')
}

/**
 * Returns a predicate for events by name (`wake`), first words of names (`runstate`, `credit2`) or id
 * (`0x28004`, known or not); null if the name matches none.
 */
export function eventsCalled(name: string): ((event: number) => boolean) | null {
  if (/^0x[0-9a-f]{1,7}$/i.test(name)) {
    const id = Number(name)
    return (event) => event === id
  }
  const matches = (candidate: string) => candidate === name || candidate.startsWith(`${name} `)
  const found = new Set([...events.values()].filter((type) => matches(type.name)).map(({ id }) => id))
  return found.size === 0 ? null : (event) => found.has(event)
}

/** Returns the names that `eventsCalled` knows, for suggestions: whole names and first words. */
export function eventNames(): readonly string[] {
  const names = [...events.values()].map(({ name }) => name)
  return [...new Set([...names, ...names.map((name) => name.split(' ')[0] as string)])].sort()
}
