/** Ids of headings: the author's, or made of their words as on GitHub. */

import { slug } from 'github-slugger'

/** A heading, as far as its id is concerned. */
export interface Named {
  /** As shown. */
  readonly text: string
  /** The author's. */
  readonly id?: string | undefined
}

/** Returns an id for each heading: unique, non-empty, and different from `taken`. */
export function headingIds(headings: readonly Named[], taken: readonly string[]): readonly string[] {
  const used = new Set([...taken, ...headings.flatMap(({ id }) => id ?? [])])
  const counts = new Map<string, number>()
  return headings.map(({ text, id }) => {
    if (id !== undefined) return id
    const base = slugOf(text)
    let count = counts.get(base) ?? 0
    let name = count === 0 ? base : `${base}-${count}`
    while (used.has(name)) {
      count += 1
      name = `${base}-${count}`
    }
    counts.set(base, count)
    used.add(name)
    return name
  })
}

export function slugOf(text: string): string {
  return slug(text).replace(/\s/g, '') || 'section'
}
