/**
 * Names, fields and packing of xentrace records. The table is in `eventtable.ts`; events that it lacks are
 * counted and passed through.
 */

import { rows } from './eventtable.ts'
import { EVENT_MASK, KIND_MASK } from './record.ts'

/** `bits` bits (8, 16, 32, 64; fewer in a shared byte) from bit `shift` of a record's extra word `word`. */
export interface Field {
  readonly name: string
  readonly word: number
  readonly shift: number
  readonly bits: number
  readonly signed: boolean
  /** True if all ones (-1 if signed) mean that there is no value. */
  readonly optional: boolean
}

export interface EventType {
  readonly id: number
  readonly name: string
  /** Fields by number of extra words, which differs between versions of Xen and so distinguishes them. */
  readonly layouts: ReadonlyMap<number, readonly Field[]>
}

/** Numbered as in the records: RUNSTATE_running is 0, and so on (xen/public/vcpu.h). */
export const runstates = ['running', 'runnable', 'blocked', 'offline'] as const
export type Runstate = (typeof runstates)[number]

export const CPU_CHANGE = 0x1f003
export const WRAP = 0x1f002
export const LOST = 0x1f001
export const SLEEP = 0x28003
export const WAKE = 0x28004
export const YIELD = 0x28005

/** Domain of the idle vCPUs. */
export const IDLE_DOMAIN = 0x7fff

/** Id of a runstate change without its old state (bits 8-9) and new state (bits 4-5). */
const RUNSTATE_CHANGE = 0x21001
const RUNSTATE_BITS = 0x330

export function isRunstateChange(event: number): boolean {
  return (event & ~RUNSTATE_BITS) === RUNSTATE_CHANGE
}

/** Returns the state before or after a runstate change, as an index in `runstates`. */
export function oldState(event: number): number {
  return (event >>> 8) & 3
}
export function newState(event: number): number {
  return (event >>> 4) & 3
}
export function runstateChange(from: Runstate, to: Runstate): number {
  return RUNSTATE_CHANGE | (runstates.indexOf(from) << 8) | (runstates.indexOf(to) << 4)
}

const runstateChanges: EventType[] = runstates.flatMap((from) =>
  runstates.map((to) =>
    eventType([runstateChange(from, to), `runstate ${from} -> ${to}`, 'vcpu:16 domain:16']),
  ),
)

export const events: ReadonlyMap<number, EventType> = new Map(
  [...runstateChanges, ...rows.map(eventType)].map((type) => [type.id, type]),
)

/** Returns the event's name, or its id in hexadecimal if the table lacks it. */
export function eventName(id: number): string {
  return events.get(id)?.name ?? `0x${id.toString(16)}`
}

/** Returns true if the table has the fields of the event with this number of extra words. */
export function isKnown(id: number, words: number): boolean {
  return events.get(id)?.layouts.has(words) ?? false
}

/** A bigint only beyond 2^53, where a number would not be exact. */
export type FieldValue = number | bigint

/** Returns the fields of an event with this number of extra words; raw words if the table lacks it. */
export function fieldsOf(id: number, words: number): readonly Field[] {
  return events.get(id)?.layouts.get(words) ?? rawWords[words] ?? []
}

/** What all records with the same header share. */
export interface RecordLayout {
  readonly name: string
  readonly fields: readonly Field[]
}

/** By header without bit 31. A cache: needed for each record and slow to build. */
const recordLayouts = new Map<number, RecordLayout>()

export function recordLayout(header: number): RecordLayout {
  const kind = header & KIND_MASK
  const known = recordLayouts.get(kind)
  if (known !== undefined) return known
  const event = kind & EVENT_MASK
  const found = { name: eventName(event), fields: fieldsOf(event, kind >>> 28) }
  recordLayouts.set(kind, found)
  return found
}

const rawWords: readonly (readonly Field[])[] = Array.from({ length: 8 }, (_, words) =>
  Array.from({ length: words }, (__, word) => ({
    name: `word${word}`,
    word,
    shift: 0,
    bits: 32,
    signed: false,
    optional: false,
  })),
)

/** Returns a field of a record whose extra words begin at `words[from]`. */
export function fieldValue(
  { word, shift, bits, signed }: Field,
  words: ArrayLike<number>,
  from = 0,
): FieldValue {
  const low = (words[from + word] ?? 0) >>> 0
  if (bits === 64) {
    const high = (words[from + word + 1] ?? 0) >>> 0
    const value = low + high * 0x1_0000_0000
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low)
  }
  // Shift to the top first, so that the sign bit is the field's.
  const top = low << (32 - bits - shift)
  return signed ? top >> (32 - bits) : top >>> (32 - bits)
}

/** Returns false if the field is optional and all its bits are set. */
export function isPresent(
  { word, shift, bits, optional }: Field,
  words: ArrayLike<number>,
  from = 0,
): boolean {
  if (!optional) return true
  const low = words[from + word] as number
  if (bits === 64) return ((low & (words[from + word + 1] as number)) | 0) !== -1
  return ((low >>> shift) | (bits === 32 ? 0 : -(2 ** bits))) !== -1
}

function eventType([id, name, ...layouts]: readonly [
  id: number,
  name: string,
  ...layouts: string[],
]): EventType {
  return { id, name, layouts: new Map(layouts.map(layout)) }
}

/** Parses `unit:16 domain:16 credit:i32`: fields from the low bits on, and their words. `_` is padding. */
function layout(text: string): readonly [words: number, fields: readonly Field[]] {
  let bit = 0
  const fields: Field[] = []
  for (const part of text.split(' ').filter((one) => one !== '')) {
    const [, name = '', sign, size = '32', optional] = /^(\w+)(?::(i?)(\d+))?(\?)?$/.exec(part) ?? []
    const bits = Number(size)
    if (name !== '_') {
      const type = { bits, signed: sign === 'i', optional: optional !== undefined }
      fields.push({ name, word: bit >>> 5, shift: bit & 31, ...type })
    }
    bit += bits
  }
  return [Math.ceil(bit / 32), fields]
}
