import { fieldText, formOf } from './form.ts'
import type { MergedRecord } from './merge.ts'
import { microseconds } from './microseconds.ts'
import { EVENT_MASK } from './reader.ts'
import { domainsOf, vcpuOf } from './selection.ts'

/** A record as a row of a table. */
export interface RecordRow {
  readonly ticks: number
  /** Since the capture's first record, with three decimals. */
  readonly microseconds: string
  readonly pcpu: number
  readonly event: number
  readonly name: string
  /** The first that the record names; null if it names none. */
  readonly domain: number | null
  readonly vcpu: number | null
  /** All fields: `fromDomain=1 fromVcpu=0 ...`. */
  readonly fields: string
}

export const rowNames = [
  'ticks',
  'microseconds',
  'pcpu',
  'event',
  'name',
  'domain',
  'vcpu',
  'fields',
] as const

export function recordRow(record: MergedRecord, first: number, hz: number): RecordRow {
  const { time, cpu, words, at } = record
  const header = words[at] as number
  return {
    ticks: time,
    microseconds: microseconds(time - first, hz),
    pcpu: cpu,
    event: header & EVENT_MASK,
    name: formOf(header).name,
    domain: domainsOf(record)[0] ?? null,
    vcpu: vcpuOf(record),
    fields: fieldText(record),
  }
}

/** A line of CSV (RFC 4180) without its end. No cell needs quotes: names and fields have neither commas nor quotes. */
export function csvLine(row: RecordRow): string {
  return rowNames
    .map((name) => (name === 'event' ? `0x${row.event.toString(16)}` : (row[name] ?? '')))
    .join(',')
}
