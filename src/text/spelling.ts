/** Spelling suggestions for messages about unknown names. */

import { distance } from 'fastest-levenshtein'

/**
 * Returns the name closest to `word`, ignoring case; undefined if none is within two edits, or a third of the
 * word's length if that is more (or `most`). Ties go to the alphabetically first.
 */
export function nearest(
  word: string,
  names: Iterable<string>,
  most = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  const letters = (name: string) => [...name.toLowerCase()].sort().join('')
  let best: string | undefined
  let bestDistance = most + 1
  for (const name of [...names].sort()) {
    // Swapped letters are two edits, but a likely typo: xen-4.71 is xen-4.17 rather than xen-4.14.
    const swapped = letters(name) === letters(word) ? 0.5 : 0
    const edits = distance(word.toLowerCase(), name.toLowerCase()) - swapped
    // Two edits turn any two-letter word into any other: a suggestion must keep at least one letter.
    if (edits < bestDistance && edits < Math.max(word.length, name.length)) {
      best = name
      bestDistance = edits
    }
  }
  return best
}

const longestList = 12

/** Returns a suffix for messages: ` (did you mean dom0-cpu?)`, else the known names if few, else nothing. */
export function hint(word: string, names: Iterable<string>): string {
  const known = [...new Set(names)].sort()
  const near = known.find((name) => isReordered(word, name)) ?? nearest(word, known)
  if (near !== undefined) return ` (did you mean ${near}?)`
  if (known.length === 0) return ' (none defined)'
  return known.length <= longestList ? ` (known: ${known.join(', ')})` : ''
}

/** Whether two names have the same parts in another order: those of combinations are sorted by their factors. */
function isReordered(word: string, name: string): boolean {
  const parts = (text: string) => text.split('.').sort().join('.')
  return word.length === name.length && word.includes('.') && parts(word) === parts(name)
}
