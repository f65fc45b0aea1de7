/** What JavaScript's parser of JSON does not tell. */

export interface RepeatedKey {
  readonly key: string
  /** Of its second place in the text. */
  readonly offset: number
}

/**
 * Finds a key that an object has twice: of its two values, JSON.parse keeps the last one. RFC 8259, section 4, leaves to
 * each reader what it makes of that.
 *
 * @param text that JSON.parse takes
 */
export function repeatedKey(text: string): RepeatedKey | undefined {
  /** Keys of the objects that are open; of a list, nothing. */
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (sign === '{') open.push(new Set())
    else if (sign === '[') open.push(undefined)
    else if (sign === '}' || sign === ']') open.pop()
    if (sign !== '"') continue
    const end = endOfString(text, at)
    const keys = open.at(-1)
    if (keys && text[nextSign(text, end)] === ':') {
      const written = text.slice(at, end)
      const key = written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1)
      if (keys.has(key)) return { key, offset: at }
      keys.add(key)
    }
    at = end - 1
  }
  return undefined
}

/** Returns line and column of an offset, from 1. */
export function lineAndColumn(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

/** Offset behind the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\') at += 1
  }
  return text.length
}

function nextSign(text: string, start: number): number {
  let at = start
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') at += 1
  return at
}
