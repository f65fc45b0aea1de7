/** Render context of all parts of a report: its language's messages, run status, and the document's names. */

import type { KnownRun } from '../claims/verification.ts'
import type { Evidence } from '../document/schema.ts'
import type { Messages } from '../locale/en.ts'

/** Where a run behind a report comes from, and whether it is stale. */
export type RunStatus = Omit<KnownRun, 'run'>

/** By the run's name; a run without a status is valid. */
export type RunStatuses = ReadonlyMap<string, RunStatus>

export interface RenderContext {
  /** Messages of the report's language. */
  readonly messages: Messages
  readonly statuses: RunStatuses
  /** Evidence that the document shows below each claim. */
  readonly evidence?: Evidence
  /**
   * Returns the document's name for a text of its data (column label, factor value, captured item), often the
   * text itself.
   */
  readonly display: (text: string) => string
}

/** A standalone number, not one in a name (dom0) or a version. */
const number = /(?<![\p{L}\p{N}._-])\p{N}+(?:[.,]\p{N}+)?(?![\p{L}\p{N}_-])/gu

/**
 * `texts` maps texts of the data to the document's names; a # stands for a number, in the same order on both
 * sides.
 */
export function displayNames(texts: Readonly<Record<string, string>>): RenderContext['display'] {
  const own = new Map(Object.entries(texts))
  return (text) => {
    const numbers = text.match(number) ?? []
    const found = own.get(text) ?? own.get(text.replace(number, '#'))
    return found?.replaceAll('#', () => numbers.shift() ?? '#') ?? text
  }
}
