/** How a report tells what it knows. */

import type { Words } from './words/en.ts'

/** How a run behind a report stands. */
export interface Standing {
  /** Whether this build executed the run; otherwise it was recorded before. */
  readonly executed: boolean
  /** Why the run no longer fits the document, in words. */
  readonly stale?: string
}

/** By the run's name; one without is taken as it is. */
export type Standings = ReadonlyMap<string, Standing>

export interface Telling {
  /** Of the report's language. */
  readonly words: Words
  readonly standings: Standings
  /** What the document calls a text of its data: a label of a column, a value of a factor, a captured item. Often the text itself. */
  readonly say: (text: string) => string
}
