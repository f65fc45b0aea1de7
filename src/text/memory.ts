/** Results of pure functions of a text, kept while a process lives: a live document asks for the same ones again and again. */

/**
 * Returns `make`, which is called once for each text of late. What it returns is shared, and must not be changed;
 * what it throws is not kept.
 */
export function remembered<T>(make: (text: string) => T, most = 2000): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined || known.has(text)) return found as T
    const made = make(text)
    // Those of a document that is open come back at once.
    if (known.size >= most) known.clear()
    known.set(text, made)
    return made
  }
}
