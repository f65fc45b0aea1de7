/** Messages: errors that consist of one, and lists in them. */

/**
 * An error with a self-explanatory message, shown without its name and stack. A plain Error is a bug, here or
 * in a script, and keeps both.
 */
export class ExplainedError extends Error {
  override readonly name: string = 'ExplainedError'
}

/** Drops absent items: `present(['a', more && 'b'])`. */
export function present<Item>(items: readonly (Item | false | undefined)[]): readonly Item[] {
  return items.filter((item): item is Item => item !== false && item !== undefined)
}

/** `1 cell`, `3 cells`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** The first `most` items, and the number of the others: `a, b and 3 more`. */
export function abbreviated(items: readonly string[], most: number, separator = ', '): string {
  const shown = items.slice(0, most).join(separator)
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}

/**
 * Whole numbers in order, neighbours as a span: `2, 5-9`; of many spans the first, and that there are more.
 */
export function spans(numbers: readonly number[], most = 8): string {
  const found: { readonly from: number; to: number }[] = []
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last?.to === number - 1) last.to = number
    else found.push({ from: number, to: number })
  }
  const texts = found.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
  return abbreviated(texts, most)
}

/** The first items on indented lines, and the number of the others. */
export function indentedList(items: readonly string[], most = 20): string {
  const lines = items.slice(0, most).map((item) => `  ${item}`)
  return present([...lines, items.length > most && `  and ${items.length - most} more`]).join('\n')
}
