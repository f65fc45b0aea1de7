/** What every part of a report is rendered with: the words of its language, the status of runs, and the document's names. */

import type { KnownRun } from '../claims/verification.ts'
import type { Evidence } from '../document/frontmatter.ts'
import type { Words } from '../locale/en.ts'

/** Where a run behind a report comes from, and whether it is stale. */
export type RunStatus = Omit<KnownRun, 'run'>

/** By the run's name; one without is taken as it is. */
export type RunStatuses = ReadonlyMap<string, RunStatus>

export interface RenderContext {
  /** Of the report's language. */
  readonly words: Words
  readonly statuses: RunStatuses
  /** What the document shows below each claim. */
  readonly evidence?: Evidence
  /** What the document calls a text of its data: a label of a column, a value of a factor, a captured item. Often the text itself. */
  readonly say: (text: string) => string
}

/** A number that stands by itself, not one in a name (dom0) or a version. */
const number = /(?<![\p{L}\p{N}._-])\p{N}+(?:[.,]\p{N}+)?(?![\p{L}\p{N}_-])/gu

/** `texts` are the document's: text of the data -> what it calls it; a # stands for a number, the same on both sides in order. */
export function saying(texts: Readonly<Record<string, string>>): RenderContext['say'] {
  const own = new Map(Object.entries(texts))
  return (text) => {
    const numbers = text.match(number) ?? []
    const found = own.get(text) ?? own.get(text.replace(number, '#'))
    return found?.replaceAll('#', () => numbers.shift() ?? '#') ?? text
  }
}
