/** Dates: EDTF in BibLaTeX (https://www.loc.gov/standards/datetime/), year and month name in BibTeX. */

import type { EdtfDate } from 'edtf'

export interface CalendarDate {
  /** Astronomical: 0 is 1 BC. */
  readonly year: number
  /** 1 to 12, or a season: 21 (spring) to 24. */
  readonly month?: number
  readonly day?: number
  readonly isApproximate?: boolean
  readonly isUncertain?: boolean
}

/** A date, a span (an open end is undefined), or the original text if it is not a date. */
export type WrittenDate =
  | { readonly type: 'date'; readonly date: CalendarDate }
  | { readonly type: 'span'; readonly ends: readonly [CalendarDate | undefined, CalendarDate | undefined] }
  | { readonly type: 'text'; readonly text: string }

/** Parses `2020-09-29`, `2020~`, `-0300`, `2020/..`. */
export async function readDate(text: string): Promise<WrittenDate> {
  const { parse } = await import('edtf')
  const written: WrittenDate = { type: 'text', text }
  try {
    const found = parse(text)
    if (found.type !== 'Interval') {
      const date = dateOf(found)
      return date ? { type: 'date', date } : written
    }
    const [from, to] = found.values.map((end) => (isOpen(end) ? null : dateOf(end)))
    if (from === undefined || to === undefined || (from === null && to === null)) return written
    return { type: 'span', ends: [from ?? undefined, to ?? undefined] }
  } catch {
    return written
  }
}

/** True for an unknown end (`2020/`) and an open one (`2020/..`). */
function isOpen(end: EdtfDate | number | null): end is number | null {
  return end === null || typeof end === 'number'
}

function dateOf({ type, values, approximate, uncertain, unspecified }: EdtfDate): CalendarDate | undefined {
  const [year, month, day] = values
  if ((type !== 'Date' && type !== 'Season' && type !== 'Year') || year === undefined || unspecified)
    return undefined
  if (type === 'Season' && (month === undefined || month > 24)) return undefined
  return {
    year,
    ...(month === undefined ? {} : { month: type === 'Season' ? month : month + 1 }),
    ...(day === undefined ? {} : { day }),
    ...(approximate ? { isApproximate: true } : {}),
    ...(uncertain ? { isUncertain: true } : {}),
  }
}

/** Combines BibTeX's year and month: `2020` and `9`, or `29 September`. Keeps a non-numeric year as text. */
export function yearAndMonth(year: string, month = ''): WrittenDate {
  if (!/^-?\d+$/.test(year)) return { type: 'text', text: month === '' ? year : `${month} ${year}` }
  const named = /^(?:(\d{1,2})\s+)?(\p{L}+)\.?(?:\s+(\d{1,2}))?$/u.exec(month)
  const number = /^\d{1,2}$/.test(month) ? Number(month) : monthNumber(named?.[2] ?? '')
  const day = named?.[1] ?? named?.[3]
  if (month !== '' && (number < 1 || number > 12)) return { type: 'text', text: `${month} ${year}` }
  return {
    type: 'date',
    date: {
      year: Number(year),
      ...(month === '' ? {} : { month: number }),
      ...(day === undefined ? {} : { day: Number(day) }),
    },
  }
}

export const monthNames: readonly string[] =
  'January February March April May June July August September October November December'.split(' ')

/** Returns 0 if the name is not a month. */
function monthNumber(name: string): number {
  const start = name.toLowerCase()
  return 1 + monthNames.findIndex((month) => start.length >= 3 && month.toLowerCase().startsWith(start))
}
