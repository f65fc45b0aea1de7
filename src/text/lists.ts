/** Lists: an index for those that are searched once for each of a thousand items, and whether two are the same, and what one has twice. */

const ids = new WeakMap<readonly object[], ReadonlyMap<string, object>>()

/** Returns the first item with this id. The list must not change later. */
export function withId<T extends { readonly id: string }>(items: readonly T[], id: string): T | undefined {
  const known = ids.get(items) ?? new Map(items.map((one) => [one.id, one] as const).toReversed())
  ids.set(items, known)
  return known.get(id) as T | undefined
}

/** Whether these are the same things, one by one. */
export function isSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((one, index) => Object.is(one, now[index]))
}

/** Returns the first item that stands in a list before. */
export function repeated(items: readonly string[]): string | undefined {
  const known = new Set<string>()
  return items.find((one) => {
    const isKnown = known.has(one)
    known.add(one)
    return isKnown
  })
}
