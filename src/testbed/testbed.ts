/**
 * Testbeds run the jobs of experiments. A board is never contacted while it measures: files go in, the job
 * runs, files come out. All effects go through testbeds or the store. To add a testbed: a folder in testbeds/
 * and a line of its Map.
 */

import type * as z from 'zod'
import { ExplainedError } from '../text/explained.ts'

/** The source of numbers, which each one keeps. */
export type Origin = 'emulated' | 'hardware' | 'local'

/** The testbed-specific values of an environment in environments.yaml. */
export type Definition = Readonly<Record<string, string | number | boolean | null>>

/** A machine that experiments name. Plain data, which passes between processes. */
export interface Environment {
  readonly name: string
  /** Description for the report. */
  readonly label: string
  /** Name of its testbed. */
  readonly testbed: string
  /** Of the machine, not of the testbed. */
  readonly origin: Origin
  readonly definition: Definition
}

/** A testbed's inputs to a cell's key: name -> value, or SHA-256 (hex). */
export type TestbedInputs = Readonly<Record<string, string>>

/** The project and the machine that a testbed works for. */
export interface Host {
  /** Absolute path of the project. */
  readonly project: string
  /** The cache folder, see cache.ts. */
  readonly cache: string
  /** A package archive to use instead of the machine's own; value of REPRO_DEBIAN_MIRROR. */
  readonly mirror?: string | undefined
}

/** Progress and cancellation of a preparation. */
export interface Following {
  readonly report: Report
  readonly signal?: AbortSignal | undefined
}

/** Digests of files, recorded as dependencies of the plan. Paths are absolute or relative to the project. */
export interface Fingerprints {
  digest(path: string): string | undefined
}

export interface Testbed {
  /** Schema of an environment's keys other than `label` and `testbed`. */
  readonly definition: z.ZodType<Definition>
  origin(definition: Definition): Origin
  /** Whether boots may run in parallel without affecting results: own clocks, or several machines. */
  readonly isolated: boolean
  /** Project files that define its machines, in addition to environments.yaml. */
  readonly files: readonly string[]
  /**
   * Returns the inputs that determine results in addition to the definition, by environment: equally valid
   * alternatives, the one in use first. Throws a TestbedError for files that cannot be used.
   */
  inputs(
    environments: readonly Environment[],
    host: Host,
    fingerprints: Fingerprints,
  ): Promise<ReadonlyMap<string, readonly TestbedInputs[]>>
  /** Makes boards ready to open; resolves to notes for the user. Throws a TestbedError with advice. */
  prepare(environments: readonly Environment[], host: Host, following: Following): Promise<readonly string[]>
  /** True if `prepare` has nothing to do. */
  isPrepared(environment: Environment, host: Host): Promise<boolean>
  /** Opens a board for one boot; undefined where scripts run without one. `folder` is private to the boot. */
  open(environment: Environment, host: Host & { readonly folder: string }): Promise<Board | undefined>
  /** Checks the host or the machine without changing it; never throws for what it finds. */
  doctor(host: Host): Promise<readonly Check[]>
  /** Returns the requirements of the environments, for the artifact appendix. */
  needs(environments: readonly Environment[], host: Host): Promise<Needs>
  /**
   * Deletes cached data unused since an instant (ms since 1970), or only measures it with `dryRun`; resolves
   * to a description: `75 saved boards, 1200 MB`. Absent if it caches nothing.
   */
  clean?(host: Pick<Host, 'cache'>, before: number, dryRun: boolean): Promise<string | undefined>
  /** Opens an interactive console of the machine in this terminal. Absent if it has none. */
  shell?(environment: Environment, host: Host, following: Following): Promise<void>
  /** Pins newer versions of its software; resolves to what is pinned now. Absent if it pins nothing. */
  update?(host: Host, following: Following): Promise<readonly string[]>
}

/** The result of one of doctor's checks. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  readonly advice?: string
}

export interface Needs {
  /** A sentence: `an x86-64 computer; no board.` */
  readonly hardware: string
  /** In addition to Node. */
  readonly software?: string
  /** A sentence on how running affects the reader's computer. */
  readonly safety?: string
  readonly downloadBytes: number
  readonly unpackedBytes: number
}

/** A testbed's machine, opened for one boot. */
export interface Board {
  /** Facts that the board cannot observe itself, item -> value: emulator, clock model, kind of board. */
  readonly facts: Readonly<Record<string, string>>
  /** Returns a file of the environment by name, such as the kernel image, for jobs to put on the board. */
  file(name: string): Promise<Uint8Array>
  /** Compiles C sources of the project into one static program for the board. Throws a JobError. */
  compile(sources: readonly string[], flags?: readonly string[]): Promise<Uint8Array>
  /** Builds a guest's initramfs: busybox, these programs of the environment, their libraries, and `files`. */
  guest(programs: readonly string[], files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array>
  run(job: Job): Promise<JobResult>
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

/** A progress line: `done` of `total` units of a task. */
export interface Update {
  readonly task: string
  readonly done: number
  readonly total: number
  readonly unit: string
  readonly note?: string
}
export type Report = (update: Update) => void
