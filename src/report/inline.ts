/**
 * Inline values: a number in the prose, with its origin as a word beside it, and its runs in the title. A published number has no word, as
 * its sentence says whose it is; it is of the quiet colour that it has in tables, and its title names the table.
 */

import type { Element } from 'hast'
import type { InlineValue } from '../document/document.ts'
import { element } from '../locale/element.ts'
import type { Words } from '../locale/en.ts'
import { format, originsIn, partError, type Quantity, runsIn } from '../query/quantity.ts'
import { evaluate, type Results } from '../query/query.ts'
import { mark, staleOf } from './standing.ts'
import type { Telling } from './telling.ts'

export interface Inline {
  readonly element: Element
  /** Why there is no number. */
  readonly error?: string
  /** Names of runs that would give it. */
  readonly missing: readonly string[]
  /** Runs that no longer fit the document, and why: it is an old one. */
  readonly stale: ReturnType<typeof staleOf>
}

export function inlineValue(value: InlineValue, results: Results, telling: Telling): Inline {
  const { words, standings } = telling
  try {
    const quantity = evaluate(value, results)
    const text = format(quantity, value.filters)
    const runs = runsIn(quantity.sources)
    const names = originsIn(quantity.sources)
    const stale = staleOf(runs, standings)
    const isOurs = runs.length > 0
    return {
      element: element(
        'span',
        {
          className: ['value', ...(isOurs ? [] : ['published']), ...(stale.length > 0 ? ['stale'] : [])],
          dataOrigin: names.join(' '),
          title: [...describe(quantity, words), ...stale.map((one) => words.stale(...one))].join('; '),
        },
        text,
        // Copied or read out, the word must not run into the unit.
        ...(isOurs ? ['\u202f', element('sup', {}, mark(runs, telling, names))] : []),
      ),
      missing: [],
      stale,
    }
  } catch (error) {
    const { message, missing } = partError(error)
    return {
      element: element(
        'span',
        { className: ['value', 'missing'], title: value.source },
        missing.length > 0 ? words.missing(missing) : words.error(message),
      ),
      ...(missing.length > 0 ? {} : { error: message }),
      missing,
      stale: [],
    }
  }
}

/** `latency · xen-4.14 · baseline · n = 20`, once for each run and number of observations; `published, Table 5 (...)` once for each table. */
function describe({ sources }: Quantity, words: Words): readonly string[] {
  const texts = sources.map((source) => {
    if (source.type === 'run') {
      const { run, n } = source
      return `${run.experiment} · ${run.environment} · ${run.pattern} · n = ${n}`
    }
    const { table, file } = source
    return words.publishedIn(table === undefined ? undefined : words.table(table), file)
  })
  return [...new Set(texts)]
}
