/** Dates of a bibliography. BibLaTeX's are EDTF (https://www.loc.gov/standards/datetime/), BibTeX's a year and a month in words. */

import type { EdtfDate } from 'edtf'

export interface CalendarDate {
  /** As astronomers count: 0 is 1 BC. */
  readonly year: number
  /** 1 to 12, or a season from 21 (spring) to 24. */
  readonly month?: number
  readonly day?: number
  readonly isApproximate?: boolean
  readonly isUncertain?: boolean
}

/** A date, a span (an open end is undefined), or what is no date, as it is written. */
export type WrittenDate =
  | { readonly type: 'date'; readonly date: CalendarDate }
  | { readonly type: 'span'; readonly ends: readonly [CalendarDate | undefined, CalendarDate | undefined] }
  | { readonly type: 'text'; readonly text: string }

/** Reads `2020-09-29`, `2020~`, `-0300`, `2020/..`. */
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

/** `2020/` has no end that is known, `2020/..` none at all. */
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

/** A year and a month as BibTeX has them: `2020` and `9`, or `29 September`. A year that is no number says itself when. */
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

/** 0 for what is no month. */
function monthNumber(name: string): number {
  return 1 + months.findIndex((month) => name.length >= 3 && month.startsWith(name.toLowerCase()))
}

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
