/** Events of a build, for display. */

import type { Update } from '../testbed/testbed.ts'
import type { CellError } from './execute.ts'

export type BuildEvent =
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'setup'; readonly update: Update }
  | {
      readonly type: 'planned'
      readonly cells: readonly Planned[]
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
  /** Serial time of as many trials and boots, estimated from the last run; absent if there is none. */
  readonly seconds?: number
}

export type TellEvent = (event: BuildEvent) => void
