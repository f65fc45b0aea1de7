/**
 * Formats numbers and times. Lines of records are written straight as bytes: there are millions, and a string
 * for each would cost more than everything else.
 */

import type { FieldValue } from './events.ts'

const [ZERO, MINUS, DOT] = [0x30, 0x2d, 0x2e] as const
/** Largest power of ten that 32-bit integers can be padded to. */
const HALF = 1e8

/** Writes a field's value at `end`; returns the new end, as do all functions here. */
export function putValue(bytes: Uint8Array, end: number, value: FieldValue): number {
  if (typeof value === 'bigint') return copy(bytes, end, Buffer.from(String(value)))
  if (value >= 0) return putNumber(bytes, end, value)
  bytes[end] = MINUS
  return putNumber(bytes, end + 1, -value)
}

/** Writes an integer from 0 to 2^53. */
export function putNumber(bytes: Uint8Array, end: number, value: number): number {
  if (value < 10) {
    bytes[end] = ZERO + value
    return end + 1
  }
  if (value < HALF) return putPadded(bytes, end, value, digits(value))
  const high = Math.floor(value / HALF)
  return putPadded(bytes, putNumber(bytes, end, high), value - high * HALF, 8)
}

/** Writes microseconds with three decimals from `parts`: `1234.567`. */
export function putMicroseconds(bytes: Uint8Array, end: number, parts: Float64Array): number {
  const dot = putNumber(bytes, end, parts[0] as number)
  bytes[dot] = DOT
  return putPadded(bytes, dot + 1, parts[1] as number, 3)
}

/** Writes a number below 10^8, padded with zeros. */
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
  // For some ten bytes, a loop is faster than `set`.
  for (let i = 0; i < from.length; i++) bytes[end + i] = from[i] as number
  return end + from.length
}

/** Returns the number of decimal digits of a non-negative integer. */
export function digits(value: number): number {
  let count = 1
  for (let limit = 10; value >= limit; limit *= 10) count += 1
  return count
}

/**
 * Formats ticks as microseconds with three decimals, rounded once, half up: `1234.567`. Exact for any ticks
 * below 2^53 and clocks up to 9 GHz: whole seconds are split off first, so that all products stay safe
 * integers.
 */
export function microseconds(ticks: number, hz: number): string {
  const parts = new Float64Array(2)
  splitMicroseconds(Math.abs(ticks), hz, parts)
  const [whole = 0, nanoseconds = 0] = parts
  return `${ticks < 0 ? '-' : ''}${whole}.${String(nanoseconds).padStart(3, '0')}`
}

/** Splits non-negative ticks into `parts`: whole microseconds and remaining nanoseconds (0 to 999). */
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
