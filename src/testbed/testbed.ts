/**
 * Testbeds run the jobs of experiments. Nobody talks to a board while it measures: files go in, the job runs, files come out. One of the
 * two seams through which all effects go (the other is the store). A testbed is a folder in testbeds/ and a line of its Map.
 */

import type * as z from 'zod'
import { ExplainedError } from '../text/explained.ts'

/** Where numbers come from. Told apart everywhere, down to the single number. */
export type Origin = 'emulated' | 'hardware' | 'local'

/** Values of an environment that are its testbed's own, as environments.yaml has them. */
export type Definition = Readonly<Record<string, string | number | boolean | null>>

/** A machine that experiments ask for by name. It is plain data, and passes between processes. */
export interface Environment {
  readonly name: string
  /** In words, for the report. */
  readonly label: string
  /** Name of its testbed. */
  readonly testbed: string
  /** Of the machine, not of the testbed. */
  readonly origin: Origin
  readonly definition: Definition
}

/** Inputs of a cell that its testbed has: name -> value, or SHA-256 (hex). */
export type TestbedInputs = Readonly<Record<string, string>>

/** The project and the machine that a testbed works for. */
export interface Host {
  /** Absolute path of the project. */
  readonly project: string
  /** Folder of what can be made again, see cache.ts. */
  readonly cache: string
  /** A package archive to use instead of the machine's own; value of REPRO_DEBIAN_MIRROR. */
  readonly mirror?: string | undefined
}

/** How a preparation is followed and cancelled. */
export interface Following {
  readonly report: Report
  readonly signal?: AbortSignal | undefined
}

/** Digests of files, each noted as one that the plan depends on. Paths are the project's or absolute ones. */
export interface Fingerprints {
  digest(path: string): string | undefined
}

export interface Testbed {
  /** Keys of an environment beside `label` and `testbed`. */
  readonly definition: z.ZodType<Definition>
  /** What kind of machine this is. */
  origin(definition: Definition): Origin
  /**
   * Whether boots may run beside each other without changing what they measure: machines with a clock of their own, or machines of which
   * there are several.
   */
  readonly isolated: boolean
  /** Files of the project that define its machines, beside environments.yaml. */
  readonly files: readonly string[]
  /**
   * What decides results beside the definition, by environment: alternatives of which any will do, the one in use first. Throws a
   * TestbedError for files that cannot be used.
   */
  inputs(
    environments: readonly Environment[],
    host: Host,
    fingerprints: Fingerprints,
  ): Promise<ReadonlyMap<string, readonly TestbedInputs[]>>
  /** Makes sure that boards can be opened; resolves to what the user should know of it. Throws a TestbedError with advice. */
  prepare(environments: readonly Environment[], host: Host, following: Following): Promise<readonly string[]>
  /** Whether `prepare` would have nothing to do. */
  isPrepared(environment: Environment, host: Host): Promise<boolean>
  /** Opens a board for one boot; undefined where scripts run without one. `folder` is the boot's own. */
  open(environment: Environment, host: Host & { readonly folder: string }): Promise<Board | undefined>
  /** Examines the host, or the machine, and changes nothing; never throws for what it examines. */
  doctor(host: Host): Promise<readonly Check[]>
  /** What using the environments costs and needs, for the appendix of an artifact. */
  needs(environments: readonly Environment[], host: Host): Promise<Needs>
  /**
   * Deletes what it keeps in the cache and nobody used since an instant (ms since 1970), or with `dryRun` only looks; resolves to what that is:
   * `75 saved boards, 1200 MB`. Absent if it keeps nothing.
   */
  clean?(host: Pick<Host, 'cache'>, before: number, dryRun: boolean): Promise<string | undefined>
  /** An interactive console of the machine, in this process's terminal. Absent if it has none. */
  shell?(environment: Environment, host: Host, following: Following): Promise<void>
  /** Pins newer versions of what its machines are made of; resolves to what is pinned now. Absent if it pins nothing. */
  update?(host: Host, following: Following): Promise<readonly string[]>
}

/** One thing that a doctor examined. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was found, in words. */
  readonly found: string
  readonly advice?: string
}

export interface Needs {
  /** A sentence: `an x86-64 computer; no board.` */
  readonly hardware: string
  /** Beside Node. */
  readonly software?: string
  /** A sentence on what running does to the reader's computer. */
  readonly safety?: string
  readonly downloadBytes: number
  readonly unpackedBytes: number
}

/** A testbed's machine, opened for one boot. */
export interface Board {
  /** What the board cannot see of itself, item -> value in words: emulator, clock model, kind of board. */
  readonly facts: Readonly<Record<string, string>>
  /** Kernel image and further files of the environment that a job may lay onto the board, by name. */
  file(name: string): Promise<Uint8Array>
  /** Compiles C sources (files of the project) to one static program for the board. Throws a JobError. */
  compile(sources: readonly string[], flags?: readonly string[]): Promise<Uint8Array>
  /** An archive for a guest's root: busybox and the named programs of the environment with their libraries, plus `files`. */
  guest(programs: readonly string[], files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array>
  run(job: Job): Promise<JobResult>
}

/** What happens on a board, step by step. A later stage finds what those before it left: files, domains, running programs. */
export interface Job {
  /**
   * How a board looks behind a stage that others follow may be kept, and taken up by the next job that begins in the same way: so what does
   * not differ between cells comes first.
   */
  readonly stages: readonly [Stage, ...Stage[]]
  /** How the board starts; its testbed says which settings there are. What is absent is the board's default. */
  readonly boot?: Definition
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

/** The job that a script gave its board is at fault: a program does not compile, a setting is unknown. */
export class JobError extends ExplainedError {
  override readonly name = 'JobError'
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
