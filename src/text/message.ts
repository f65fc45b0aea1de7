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

/** The first items on indented lines, and the number of the others. */
export function indentedList(items: readonly string[], most = 20): string {
  const lines = items.slice(0, most).map((item) => `  ${item}`)
  return present([...lines, items.length > most && `  and ${items.length - most} more`]).join('\n')
}
