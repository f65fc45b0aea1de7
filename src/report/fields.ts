/**
 * Which fields a Vega-Lite specification reads, and which it makes itself. Vega draws a misspelt field as nothing at all, so
 * the difference is checked before it is drawn.
 */

export interface Fields {
  readonly read: readonly string[]
  readonly made: readonly string[]
  /** Fields whose values become names of fields (`pivot`). */
  readonly spread: readonly string[]
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Walks the whole specification; fields in expressions count when written `datum.name` or `datum['name']`. */
export function fieldsOf(spec: unknown): Fields {
  const read = new Set<string>()
  const made = new Set<string>()
  const spread = new Set<string>()
  const visit = (node: Json | undefined, key: string): void => {
    if (typeof node === 'string') {
      if (key === 'field' || readers.has(key)) read.add(node)
      if (key === 'as') made.add(node)
      // There, `datum` is the label.
      if (key !== 'labelExpr')
        for (const match of node.matchAll(datum)) read.add((match[1] ?? match[2]) as string)
    } else if (isList(node)) {
      for (const child of node) visit(child, key)
    } else if (typeof node === 'object' && node !== null) {
      if (key === 'data' && isList(node.values)) for (const name of namesOf(node.values)) made.add(name)
      if (key === 'datasets' || key === 'values') return
      if (typeof node.pivot === 'string') spread.add(node.pivot)
      if ('fold' in node && !('as' in node)) for (const name of ['key', 'value']) made.add(name)
      // A lookup takes these from another dataset than the one it is drawn from.
      if (key === 'from' && isList(node.fields)) for (const name of node.fields) made.add(String(name))
      for (const [name, child] of Object.entries(node)) {
        if (key === 'from' && name === 'key') continue
        // `value` is a field in a pivot and a constant in an encoding.
        if (name === 'value' && 'pivot' in node) read.add(String(child))
        visit(child, name)
      }
    }
  }
  visit(spec as Json, '')
  return { read: [...read], made: [...made], spread: [...spread] }
}

/** Names of the fields of data that stands in the specification itself. */
function namesOf(records: readonly Json[]): readonly string[] {
  return records.flatMap((record) =>
    typeof record === 'object' && record !== null && !isList(record) ? Object.keys(record) : [],
  )
}

const readers: ReadonlySet<string> = new Set(['fold', 'pivot', 'groupby', 'lookup', 'flatten', 'impute'])

const datum = /\bdatum(?:\.([\p{L}_$][\p{L}\p{N}_$]*)|\[\s*['"]([^'"]+)['"]\s*\])/gu

function isList(node: Json | undefined): node is readonly Json[] {
  return Array.isArray(node)
}
