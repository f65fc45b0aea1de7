/** What the two processes of a cell say to each other: the one that waits, and the one that runs the script. */

import type { Parameters } from '../document/block.ts'
import type { Run } from '../results/run.ts'
import type { Environment } from '../testbed/environment.ts'
import type { Result } from './cell.ts'

/** Everything that the process of a cell needs. */
export interface Order {
  readonly experiment: string
  readonly pattern: string
  /** `local` is this host, without a board. */
  readonly environment: Environment | 'local'
  readonly parameters: Parameters
  readonly trials: number
  readonly seed: number
  readonly deadlineMs: number
  readonly project: string
  readonly folder: string
  /** File for the trials that are finished, relative to the project. */
  readonly journal: string
  /** Runs of the experiments that this one needs. */
  readonly needed: readonly Run[]
  readonly script:
    | { readonly type: 'file'; readonly file: string }
    /** `module` is the file that holds the code, `document` the Markdown file it stands in (absolute, too). */
    | { readonly type: 'inline'; readonly module: string; readonly document: string }
  /** The laboratory of emulated boards, which is already set up. */
  readonly lockFile: string
  readonly cache: string
}

export type Message =
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'result'; readonly result: Result }
  | { readonly type: 'failure'; readonly failure: Failure }

export interface Failure {
  /** Whose fault: the script's (or a bug), or the laboratory's. */
  readonly fault: 'experiment' | 'testbed'
  readonly message: string
  readonly advice?: string
  /** file:line:column in the script, relative to the project. */
  readonly place?: string
}
