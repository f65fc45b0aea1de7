/** YAML 1.2 that others wrote. */

import { type CST, parse, Parser } from 'yaml'

/** Nesting of collections. The parser is recursive, and V8 may end the process at the end of the stack. */
const deepest = 320

/** Whether collections are nested more deeply than the parser may be given. */
export function isTooDeep(text: string): boolean {
  // Each level needs one of these.
  if ((text.match(/[[{]|[-?:](?=\s|$)/g)?.length ?? 0) <= deepest) return false
  const waiting: [token: CST.Token | null | undefined, depth: number][] = []
  for (const token of new Parser().parse(text)) waiting.push([token, 0])
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [token, depth] = next
    if (depth > deepest) return true
    if (token?.type === 'document') waiting.push([token.value, depth])
    else if (token && 'items' in token)
      for (const { key, value } of token.items) waiting.push([key, depth + 1], [value, depth + 1])
  }
  return false
}

/** Parses a text into plain data. Throws an Error if it is not YAML, or nested too deeply. */
export function valueOfYaml(text: string): unknown {
  if (isTooDeep(text)) throw new Error('it is nested too deeply')
  return parse(text)
}
