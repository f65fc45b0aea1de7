/**
 * Numbers and times as text. Lines of records get them straight into bytes: there are millions, and a string for each
 * takes longer than all else.
 */

import type { FieldValue } from './events.ts'

const [ZERO, MINUS, DOT] = [0x30, 0x2d, 0x2e] as const
/** The largest power of ten that integers of 32 bits can be padded to. */
const HALF = 1e8

/** Puts a field's value at `end`; returns where it ends, as all of these do. */
export function putValue(bytes: Uint8Array, end: number, value: FieldValue): number {
  if (typeof value === 'bigint') return copy(bytes, end, Buffer.from(String(value)))
  if (value >= 0) return putNumber(bytes, end, value)
  bytes[end] = MINUS
  return putNumber(bytes, end + 1, -value)
}

/** Puts a whole number from 0 to 2^53. */
export function putNumber(bytes: Uint8Array, end: number, value: number): number {
  if (value < 10) {
    bytes[end] = ZERO + value
    return end + 1
  }
  if (value < HALF) return putPadded(bytes, end, value, digits(value))
  const high = Math.floor(value / HALF)
  return putPadded(bytes, putNumber(bytes, end, high), value - high * HALF, 8)
}

/** Puts whole microseconds and the nanoseconds beyond them: `1234.567`. */
export function putMicroseconds(bytes: Uint8Array, end: number, parts: Float64Array): number {
  const dot = putNumber(bytes, end, parts[0] as number)
  bytes[dot] = DOT
  return putPadded(bytes, dot + 1, parts[1] as number, 3)
}

/** A number below 10^8, with zeros before it. */
function putPadded(bytes: Uint8Array, end: number, value: number, width: number): number {
  let rest = value | 0
  for (let place = end + width - 1; place >= end; place--) {
    const next = (rest / 10) | 0
    bytes[place] = ZERO + rest - next * 10
    rest = next
  }
  return end + width
}

export function copy(bytes: Uint8Array, end: number, from: Uint8Array): number {
  // Some ten bytes: a loop is quicker than a call of `set`.
  for (let i = 0; i < from.length; i++) bytes[end + i] = from[i] as number
  return end + from.length
}

/** How many decimal digits a whole number has. */
export function digits(value: number): number {
  let count = 1
  for (let limit = 10; value >= limit; limit *= 10) count += 1
  return count
}

/**
 * Ticks as microseconds with three decimals, rounded once, half up: `1234.567`. Exact for any ticks below 2^53 and
 * clocks up to 9 GHz: whole seconds are taken off first, so that no product leaves the exact range of numbers.
 */
export function microseconds(ticks: number, hz: number): string {
  const parts = new Float64Array(2)
  splitMicroseconds(Math.abs(ticks), hz, parts)
  const [whole = 0, nanoseconds = 0] = parts
  return `${ticks < 0 ? '-' : ''}${whole}.${String(nanoseconds).padStart(3, '0')}`
}

/** Puts whole microseconds and the nanoseconds beyond them (0 to 999) into `parts`; the same for ticks that are not negative. */
export function splitMicroseconds(ticks: number, hz: number, parts: Float64Array): void {
  const seconds = Math.floor(ticks / hz)
  const scaled = (ticks - seconds * hz) * 1e6
  let whole = Math.floor(scaled / hz)
  let nanoseconds = Math.floor(((scaled - whole * hz) * 1000) / hz + 0.5)
  if (nanoseconds === 1000) {
    whole += 1
    nanoseconds = 0
  }
  parts[0] = seconds * 1e6 + whole
  parts[1] = nanoseconds
}
