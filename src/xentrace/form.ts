import { eventName, type Field, fieldsOf } from './events.ts'
import { EVENT_MASK, KIND_MASK } from './reader.ts'

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
