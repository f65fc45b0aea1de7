/** Inline values: a number in the prose, with its origin as a word beside it, and its runs in the title. */

import type { Element } from 'hast'
import type { InlineValue } from '../document/document.ts'
import { format, origins, type Quantity, QueryError } from '../results/quantity.ts'
import { evaluate, type Results } from '../results/query.ts'
import { element } from './element.ts'
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
    const runs = quantity.sources.map(({ run }) => run)
    const stale = staleOf(runs, standings)
    return {
      element: element(
        'span',
        {
          className: ['value', ...(stale.length > 0 ? ['stale'] : [])],
          dataOrigin: origins(runs).join(' '),
          title: [...describe(quantity), ...stale.map((one) => words.stale(...one))].join('; '),
        },
        text,
        // Copied or read out, the word must not run into the unit.
        '\u202f',
        element('sup', {}, mark(runs, telling)),
      ),
      missing: [],
      stale,
    }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return {
      element: element(
        'span',
        { className: ['value', 'missing'], title: value.source },
        error.missing.length > 0 ? words.missing(error.missing) : words.error(error.message),
      ),
      ...(error.missing.length > 0 ? {} : { error: error.message }),
      missing: error.missing,
      stale: [],
    }
  }
}

/** `latency · xen-4.14 · baseline · n = 20`, once for each run and number of observations. */
function describe({ sources }: Quantity): readonly string[] {
  return [
    ...new Set(
      sources.map(({ run, n }) => `${run.experiment} · ${run.environment} · ${run.pattern} · n = ${n}`),
    ),
  ]
}
