/** A testbed's machine as scripts see it, and the jobs that it runs. */

import { ExplainedError } from '../text/message.ts'

/** The source of numbers, which each one keeps: a machine, or data that nobody reruns. */
export type Origin = 'emulated' | 'hardware' | 'local' | 'data'

/** The testbed-specific values of an environment in environments.yaml. */
export type Definition = Readonly<Record<string, string | number | boolean | null>>

/** A testbed's machine, opened for one boot. */
export interface Board {
  /** Facts that the board cannot observe itself, item -> value: emulator, clock model, kind of board. */
  readonly facts: Readonly<Record<string, string>>
  /** Returns a file of the environment by name, such as the kernel image, for jobs to put on the board. */
  file(name: string): Promise<Uint8Array>
  /** Compiles C sources of the project into one static program for the board. Throws a JobError. */
  compile(sources: readonly string[], flags?: readonly string[]): Promise<Uint8Array>
  /**
   * Compiles C sources of the project into a program that uses the shared libraries of the board's system, such as
   * libxenctrl. Throws a JobError.
   */
  compileForSystem(sources: readonly string[], flags?: readonly string[]): Promise<Uint8Array>
  /** Compiles a C source of the project into a module of the board's kernel. Throws a JobError. */
  compileModule(source: string): Promise<Uint8Array>
  /** Builds a guest's initramfs: busybox, these programs of the environment, their libraries, and `files`. */
  guest(programs: readonly string[], files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array>
  run(job: Job): Promise<JobResult>
}

/** A try to run a job that was given up, and why. */
export interface DiscardedAttempt {
  /** Number of the job in its boot, and of the attempt, from 1. */
  readonly job: number
  readonly attempt: number
  readonly reason: string
}

/** A board as its testbed opens it: without what that cannot do. */
export type OpenedBoard = Pick<Board, 'facts' | 'run'> &
  Partial<Board> & {
    /** What was given up on the way; absent where a failure ends the boot. Complete once the script is done. */
    discarded?(): readonly DiscardedAttempt[]
    /** Called when the script is done, unless its process was killed. */
    close?(): Promise<void>
  }

/** Adds what a board cannot do; called by a script, that throws a JobError which names the testbed. */
export function completed(board: OpenedBoard, testbed: string): Board {
  const cannot = (what: string) => async () => {
    throw new JobError(`the testbed ${testbed} cannot ${what}`)
  }
  return {
    // May be more after a job.
    get facts() {
      return board.facts
    },
    file: board.file?.bind(board) ?? cannot('give files of an environment'),
    compile: board.compile?.bind(board) ?? cannot('compile'),
    compileForSystem: board.compileForSystem?.bind(board) ?? cannot("compile for the board's system"),
    compileModule: board.compileModule?.bind(board) ?? cannot("compile a module of the board's kernel"),
    guest: board.guest?.bind(board) ?? cannot("build a guest's initramfs"),
    run: board.run.bind(board),
  }
}

/** A sequence of stages on a board. Files, domains and running programs persist between stages. */
export interface Job {
  /**
   * The state after every stage but the last may be reused by jobs with the same first stages: begin with
   * what all cells share.
   */
  readonly stages: readonly [Stage, ...Stage[]]
  /** Boot settings, as defined by the testbed; absent ones take the board's default. */
  readonly boot?: Definition
  /** Boots with the same seed are identical; others vary as those of a real board do. */
  readonly seed: number
  /** Time limit of the whole job, on the host's clock. */
  readonly deadlineMs: number
}

export interface Stage {
  /** Files to write to the board before the script starts: absolute path -> content and mode. */
  readonly files: ReadonlyMap<string, { readonly content: Uint8Array; readonly executable?: boolean }>
  /** POSIX shell script, run as root in /job; leaves results in `$OUT`. */
  readonly script: string
}

export interface JobResult {
  /** Folder on the host with the contents of `$OUT` and console.log. */
  readonly folder: string
  /** Exit status of the last script, or of the first that failed. */
  readonly exitCode: number
  readonly durationMs: number
}

/** Thrown when the testbed is at fault, not the study: exit code 5. `advice` says what to do. */
export class TestbedError extends Error {
  override readonly name = 'TestbedError'
  readonly advice: string | undefined

  constructor(message: string, { advice, cause }: { advice?: string; cause?: unknown } = {}) {
    super(message, { cause })
    this.advice = advice
  }
}

/** Thrown when a script's job is at fault: a program does not compile, a setting is unknown. */
export class JobError extends ExplainedError {
  override readonly name = 'JobError'
}
