import { eventName, events, isPresent, recordLayout } from './events.ts'
import { EVENT_MASK, type MergedRecord } from './record.ts'

/** Which records are wanted. */
export interface Selection {
  /** Ticks, both inclusive. */
  readonly from: number
  readonly to: number
  /** Null: of any domain, or none. */
  readonly domains: ReadonlySet<number> | null
  /** Null: any event. */
  readonly events: ((event: number) => boolean) | null
}

/** Whether a record is in the selection; a record of several domains, such as a switch, belongs to each. */
export function isSelected(record: MergedRecord, selection: Selection): boolean {
  const { time, words, at } = record
  if (time < selection.from || time > selection.to) return false
  const header = words[at] as number
  if (selection.events !== null && !selection.events(header & EVENT_MASK)) return false
  const { domains } = selection
  return domains === null || domainsOf(record).some((domain) => domains.has(domain))
}

/** Domains that a record names. */
export function domainsOf({ words, at }: MergedRecord): readonly number[] {
  return recordLayout(words[at] as number)
    .fields.filter((field) => isDomain(field.name) && isPresent(field, words, at + 1))
    .map(({ word, shift }) => ((words[at + 1 + word] as number) >>> shift) & 0xffff)
}

export function isDomain(field: string): boolean {
  return field === 'domain' || field.endsWith('Domain')
}

/**
 * Events by a name (`wake`), the first words of names (`runstate`, `credit2`), or an id (`0x28004`); null if none is
 * called so. An id may also be one that the table does not have.
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

/** Every name that `eventsCalled` knows for a suggestion: whole names and their first words. */
export function eventNames(): readonly string[] {
  const names = [...events.keys()].map(eventName)
  return [...new Set([...names, ...names.map((name) => name.split(' ')[0] as string)])].sort()
}
