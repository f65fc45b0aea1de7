/**
 * Inline values: a number in the prose with its origin beside it. Published numbers have no mark, as their
 * sentence names the source.
 */

import { printed } from '../claims/printed.ts'
import type { InlineValue } from '../document/document.ts'
import type { Messages } from '../locale/en.ts'
import { partError } from '../query/error.ts'
import { originsIn, type Quantity, runsIn } from '../query/quantity.ts'
import type { Results } from '../query/query.ts'
import type { RenderContext } from './context.ts'
import type { StaleRun, Value } from './model.ts'
import { mark, staleOf } from './runstatus.ts'

export interface EvaluatedValue {
  readonly value: Value
  /** Error, if there is no number. */
  readonly error?: string
  /** Names of missing runs that it needs. */
  readonly missing: readonly string[]
  /** Stale runs behind the value, and why they are stale. */
  readonly stale: readonly StaleRun[]
}

export function inlineValue(
  value: Pick<InlineValue, 'ast' | 'filters' | 'source'>,
  results: Results,
  context: RenderContext,
): EvaluatedValue {
  const { messages, statuses } = context
  try {
    const { text, quantity } = printed(value, results)
    const runs = runsIn(quantity.sources)
    const origins = originsIn(quantity.sources)
    const stale = staleOf(runs, statuses)
    return {
      value: {
        type: 'value',
        text,
        ...(runs.length === 0 ? {} : { mark: mark(runs, context, origins) }),
        origins,
        sources: [...describe(quantity, messages), ...stale.map((one) => messages.stale(...one))],
        state: stale.length > 0 ? 'stale' : 'current',
      },
      missing: [],
      stale,
    }
  } catch (error) {
    const { message, missing } = partError(error)
    return {
      value: {
        type: 'value',
        text: missing.length > 0 ? messages.missing(missing) : messages.error(message),
        origins: [],
        sources: [value.source],
        state: 'missing',
      },
      ...(missing.length > 0 ? {} : { error: message }),
      missing,
      stale: [],
    }
  }
}

/** Lists `latency · xen-4.14 · baseline · n = 20` by run and n, and `published, Table 5 (...)` by table. */
function describe({ sources }: Quantity, messages: Messages): readonly string[] {
  const texts = sources.map((source) => {
    if (source.type === 'run') {
      const { run, n } = source
      return `${run.experiment} · ${run.environment} · ${run.pattern} · n = ${n}`
    }
    const { table, file } = source
    return messages.publishedIn(table === undefined ? undefined : messages.table(table), file)
  })
  return [...new Set(texts)]
}
