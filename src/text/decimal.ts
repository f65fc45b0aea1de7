/** Parses numbers in CSV files. */

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
