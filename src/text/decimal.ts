/** Numbers in CSV files. */

const pattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/**
 * The number that a text is, with blanks around it at most; undefined for any other text, also for what JavaScript would take for one
 * (nothing, 0x10, Infinity), and for a number that is too large.
 */
export function decimal(text: string): number | undefined {
  const trimmed = text.trim()
  const value = pattern.test(trimmed) ? Number(trimmed) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}
