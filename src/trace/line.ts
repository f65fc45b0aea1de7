import { eventName, type Field, fieldsOf, fieldValue } from './events.ts'
import type { MergedRecord } from './merge.ts'
import { microseconds } from './microseconds.ts'
import { EVENT_MASK, KIND_MASK } from './reader.ts'

/** Microseconds since `first`, ticks, pCPU, name and fields of a record: `   12.056  1234567  1  wake  domain=1 vcpu=0`. */
export function recordLine(record: MergedRecord, first: number, hz: number): string {
  const { time, cpu, words, at } = record
  const { name } = formOf(words[at] as number)
  const fields = fieldText(record)
  const head = `${microseconds(time - first, hz).padStart(14)}  ${time}  ${cpu < 10 ? ' ' : ''}${cpu}  ${name}`
  return fields === '' ? head : `${head}  ${fields}`
}

/** `domain=1 vcpu=0`. */
export function fieldText({ words, at }: MergedRecord): string {
  let text = ''
  for (const field of formOf(words[at] as number).fields) {
    text += `${text === '' ? '' : ' '}${field.name}=${fieldValue(field, words, at + 1)}`
  }
  return text
}

interface Form {
  readonly name: string
  readonly fields: readonly Field[]
}

/** By header without bit 31; a look-up for each record, as names and fields are long to find. */
const forms = new Map<number, Form>()

export function formOf(header: number): Form {
  const kind = header & KIND_MASK
  const known = forms.get(kind)
  if (known !== undefined) return known
  const event = kind & EVENT_MASK
  const form = { name: eventName(event), fields: fieldsOf(event, kind >>> 28) }
  forms.set(kind, form)
  return form
}
