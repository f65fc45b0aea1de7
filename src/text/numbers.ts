/** Parses decimal numbers, and formats durations and sizes. */

const pattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/**
 * Parses a decimal number, ignoring surrounding blanks; undefined for any other text, including what
 * JavaScript would accept ('', 0x10, Infinity), and for numbers that are too large.
 */
export function decimal(text: string): number | undefined {
  const trimmed = text.trim()
  const value = pattern.test(trimmed) ? Number(trimmed) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

const grouped = /^[+-]?\d{1,3}(?:[ \u00A0\u2009\u202F'’_]\d{3})+(?:[.,]\d+)?$/
const withComma = /^[+-]?\d[\d.]*,\d[\d,]*(?:\.\d+)?$/
const percentage = /^[+-]?\d+(?:[.,]\d+)?\s*%$/
const amount = /^[+-]?[$€£¥]\s?\d[\d.,]*$|^[+-]?\d[\d.,]*\s?[$€£¥]$/

/**
 * Says what keeps a text from being a number that people read as one: `1,5`, `1,234.5`, `1 234`, `5 %`, `$5`;
 * undefined for numbers and for any other text. A comma is told apart, as it may be a decimal one.
 */
export function numberSign(text: string): 'comma' | 'groups' | 'percent' | 'currency' | undefined {
  const trimmed = text.trim()
  if (withComma.test(trimmed)) return 'comma'
  if (grouped.test(trimmed)) return 'groups'
  if (percentage.test(trimmed)) return 'percent'
  return amount.test(trimmed) ? 'currency' : undefined
}

/** `33 s`, `1.2 min`, `112 min`: rounded so that nobody takes them for exact. */
export function minutes(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const value = seconds / 60
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} min`
}

/** `3 kB`, `0.4 MB`, `12 MB`, `1.3 GB`; powers of ten. */
export function megabytes(bytes: number): string {
  if (bytes < 100_000) return `${Math.ceil(bytes / 1000)} kB`
  const megabytes = bytes / 1e6
  if (megabytes >= 1000) return `${(megabytes / 1000).toFixed(1)} GB`
  return `${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`
}
