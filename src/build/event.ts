/** What happens during a build, for whoever shows it, and what came of it. */

import type { CellError } from '../experiment/execute.ts'
import type { ReportProblem } from '../report/page.ts'
import type { Run } from '../results/run.ts'
import type { Update } from '../testbed/testbed.ts'

export type BuildEvent =
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'laboratory'; readonly update: Update }
  /** Cells that will run. */
  | {
      readonly type: 'planned'
      readonly cells: readonly Planned[]
      /** Boots at once. */
      readonly jobs: number
    }
  | { readonly type: 'started'; readonly name: string; readonly reason: string }
  | { readonly type: 'progress'; readonly name: string; readonly done: number; readonly total: number }
  | { readonly type: 'log'; readonly name: string; readonly text: string }
  | { readonly type: 'finished'; readonly name: string; readonly rows: number; readonly excluded: number }
  | { readonly type: 'failed'; readonly name: string; readonly error: CellError }

/** A cell that will run. */
export interface Planned {
  readonly name: string
  readonly trials: number
  readonly boots: number
  /** What its last run would have taken with as many trials and boots, one after another; absent if there is none. */
  readonly seconds?: number
}

export type Tell = (event: BuildEvent) => void

export interface Outcome {
  readonly executed: readonly Run[]
  readonly failures: readonly CellError[]
  /** Cells that were to run but did not start, because another failed or is missing. */
  readonly skipped: readonly string[]
  /** What the report lacks; empty when none was written. */
  readonly problems: readonly ReportProblem[]
  /** The report, relative to the project. */
  readonly report?: string
}
