/**
 * A testbed is where jobs run. Nobody talks to the board while it measures: files go in, the job runs, files
 * come out. One of the two seams through which all effects go (the other is the store).
 */

/** Where numbers come from. Told apart everywhere, down to the single number. */
export type Origin = 'emulated' | 'hardware' | 'local'

/** What happens on a board, step by step. A later stage finds what those before it left: files, domains, running programs. */
export interface Job {
  /**
   * How a board looks behind a stage that others follow may be kept, and taken up by the next job that begins in the same way: so what does
   * not differ between cells comes first.
   */
  readonly stages: readonly [Stage, ...Stage[]]
  /** How the hypervisor starts, e.g. {scheduler: 'null', dom0Vcpus: 1}; what is absent is the board's default. */
  readonly hypervisor?: { readonly scheduler?: string; readonly dom0Vcpus?: number }
  /** Boots of one seed are the same; others differ as those of a real board do. */
  readonly seed: number
  /** Longest time of the whole job on the host's clock. */
  readonly deadlineMs: number
}

export interface Stage {
  /** Files to lay into the board's root before the script starts: absolute path there -> content and mode. */
  readonly files: ReadonlyMap<string, { readonly content: Uint8Array; readonly executable?: boolean }>
  /** Shell script (POSIX) run on the board as root, in /job; it leaves results in `$OUT`. */
  readonly script: string
}

export interface JobResult {
  /** Folder on the host that holds what the stages left in `$OUT`, and console.log. */
  readonly folder: string
  /** Exit status of the last script, or of the first that failed. */
  readonly exitCode: number
  readonly durationMs: number
}

/** The laboratory is at fault, not the study or its author: exit code 5. `advice` says what to do. */
export class TestbedError extends Error {
  override readonly name = 'TestbedError'
  readonly advice: string | undefined

  constructor(message: string, { advice, cause }: { advice?: string; cause?: unknown } = {}) {
    super(message, { cause })
    this.advice = advice
  }
}

/** One line of the progress display: `done` of `total` units of a task. */
export interface Update {
  readonly task: string
  readonly done: number
  readonly total: number
  readonly unit: string
  readonly note?: string
}
export type Report = (update: Update) => void
