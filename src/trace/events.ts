/**
 * The events of xentrace that the tool knows, by id (xen/include/public/trace.h; the ids are the same in
 * Xen 4.13 to 4.20). To add an event, add a row. Other events are counted and passed through.
 */

/** A field of a record: `bits` bits from bit `shift` of extra word `word`. */
export interface Field {
  readonly name: string
  readonly word: number
  readonly shift: number
  readonly bits: number
}

export interface EventType {
  readonly id: number
  readonly name: string
  readonly fields: readonly Field[]
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

/** A runstate change has its old state in bits 8-9 and its new state in bits 4-5 of this id. */
const RUNSTATE_CHANGE = 0x21001
const RUNSTATE_BITS = 0x330

export function isRunstateChange(event: number): boolean {
  return (event & ~RUNSTATE_BITS) === RUNSTATE_CHANGE
}

/** Index in `runstates` of the state before and after a runstate change. */
export function oldState(event: number): number {
  return (event >>> 8) & 3
}
export function newState(event: number): number {
  return (event >>> 4) & 3
}
export function runstateChange(from: Runstate, to: Runstate): number {
  return RUNSTATE_CHANGE | (runstates.indexOf(from) << 8) | (runstates.indexOf(to) << 4)
}

const vcpuAndDomain: readonly Field[] = [
  { name: 'vcpu', word: 0, shift: 0, bits: 16 },
  { name: 'domain', word: 0, shift: 16, bits: 16 },
]

const runstateChanges: EventType[] = runstates.flatMap((from) =>
  runstates.map((to) => ({
    id: runstateChange(from, to),
    name: `runstate ${from} -> ${to}`,
    fields: vcpuAndDomain,
  })),
)

const table: readonly EventType[] = [
  { id: LOST, name: 'lost records', fields: words('count', 'domainAndVcpu', 'firstTscLow', 'firstTscHigh') },
  { id: WRAP, name: 'buffer wrap', fields: [] },
  { id: CPU_CHANGE, name: 'pCPU change', fields: words('cpu', 'bytes') },
  ...runstateChanges,
  { id: 0x21002, name: 'continue running', fields: vcpuAndDomain },
  { id: 0x28001, name: 'domain add', fields: words('domain') },
  { id: 0x28002, name: 'domain remove', fields: words('domain') },
  { id: SLEEP, name: 'sleep', fields: words('domain', 'vcpu') },
  { id: WAKE, name: 'wake', fields: words('domain', 'vcpu') },
  { id: YIELD, name: 'yield', fields: words('domain', 'vcpu') },
  { id: 0x28006, name: 'block', fields: words('domain', 'vcpu') },
  { id: 0x28007, name: 'shutdown', fields: words('domain', 'vcpu', 'reason') },
  { id: 0x28009, name: 'adjust domain', fields: words('domain') },
  { id: 0x2800a, name: 'switch', fields: words('fromDomain', 'fromVcpu', 'toDomain', 'toVcpu') },
  { id: 0x2800e, name: 'switch from', fields: words('domain', 'unit', 'ranNs') },
  { id: 0x2800f, name: 'switch to', fields: words('domain', 'unit', 'waitedNs', 'sliceNs') },
  { id: 0x28010, name: 'shutdown code', fields: words('domain', 'vcpu', 'reason') },
  { id: 0x28011, name: 'switch continue', fields: words('domain', 'unit', 'ranNs', 'sliceNs') },
  { id: 0x41001, name: 'dom0 domain add', fields: words('domain') },
  { id: 0x41002, name: 'dom0 domain remove', fields: words('domain') },
]

export const events: ReadonlyMap<number, EventType> = new Map(table.map((type) => [type.id, type]))

/** The event's name, or its id in hexadecimal if the table does not have it. */
export function eventName(id: number): string {
  return events.get(id)?.name ?? `0x${id.toString(16)}`
}

/** The fields of one record by name; of an event that the table does not have, its words in order. */
export function decode(id: number, extra: ArrayLike<number>): Readonly<Record<string, number>> {
  const fields = events.get(id)?.fields ?? words(...Array.from(extra, (_, i) => `word${i}`))
  return Object.fromEntries(
    fields
      .filter(({ word }) => word < extra.length)
      .map(({ name, word, shift, bits }) => [name, ((extra[word] ?? 0) >>> shift) & (2 ** bits - 1)] as const)
      .map(([name, value]) => [name, value >>> 0]),
  )
}

function words(...names: string[]): readonly Field[] {
  return names.map((name, word) => ({ name, word, shift: 0, bits: 32 }))
}
