/** What a table, or its reader, declares of the data behind a cell: discrete values, their scale, items. */

import type { Interval } from '../stats/interval.ts'

export interface Data {
  /** Distance of neighbouring values of one item, in the table's unit; absent if they may be anything. */
  readonly step?: number
  readonly isBinary: boolean
  /** Items averaged into one value. */
  readonly items: number
  /** Possible values; an end may be infinite. */
  readonly limits: Interval
}

export interface Declared {
  readonly kind?: Kind | undefined
  readonly scale?: Interval | undefined
  readonly items?: number | undefined
}

export type Kind = 'integers' | 'binary' | 'continuous' | number

export const kindsText = 'integers, binary, continuous, or the step of the values as a number'

/** Parses `integers`, `binary`, `continuous`, or a step above 0 such as `0.001`; otherwise undefined. */
export function readKind(text: string): Kind | undefined {
  const word = text.trim().toLowerCase()
  if (/^(?:integers?|whole numbers?|counts?)$/.test(word)) return 'integers'
  if (/^(?:binary|yes\/no|0\/1)$/.test(word)) return 'binary'
  if (word === 'continuous') return 'continuous'
  const step = /^\d*\.?\d+(?:e-?\d+)?$/.test(word) ? Number(word) : 0
  return step > 0 && step < 1e100 ? step : undefined
}

/** Parses `1-7`, `-3 to 3`, `0–100`, or `0-` where there is no largest value; otherwise undefined. */
export function readScale(text: string): Interval | undefined {
  const number = '[-−]?\\d+(?:\\.\\d+)?'
  const match = new RegExp(`^(${number})\\s*(?:-|–|—|\\.\\.|to)\\s*(${number})?$`).exec(text.trim())
  if (match === null) return undefined
  const end = (part: string) => Number(part.replace('−', '-'))
  const low = end(match[1] ?? '')
  const high = match[2] === undefined ? Number.POSITIVE_INFINITY : end(match[2])
  return low < high ? { low, high } : undefined
}

/** Parses the number of items of a scale; otherwise undefined. */
export function readItems(text: string): number | undefined {
  return /^\s*[1-9]\d{0,3}\s*$/.test(text) ? Number(text) : undefined
}

/** Returns the data behind a cell: its row's declarations before those for all tables. */
export function dataOf(row: Declared, assumed: Declared, isPercent: boolean): Data {
  const { kind, scale, items } = { ...assumed, ...row }
  const isBinary = kind === 'binary'
  // The percentage of one yes or no is 0 or 100.
  const whole = isBinary && isPercent ? 100 : 1
  const step =
    kind === undefined || kind === 'continuous' ? undefined : typeof kind === 'number' ? kind : whole
  const open = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  return {
    ...(step === undefined ? {} : { step }),
    isBinary,
    items: items ?? 1,
    limits: isBinary ? { low: 0, high: whole } : (scale ?? open),
  }
}
