/**
 * A board is a testbed opened for one cell: it says what it is and runs that cell's job.
 */
import type { Job, JobResult, Origin } from './testbed.ts'

export interface Board {
  readonly origin: Origin
  /** What the board cannot see of itself, item -> value in words: emulator, clock model, kind of board. */
  readonly facts: Readonly<Record<string, string>>
  /** Kernel image and further files of the environment that a job may lay onto the board, by name. */
  file(name: string): Promise<Uint8Array>
  /** Compiles C sources (files of the project) to one static program for the board. */
  compile(sources: readonly string[], flags?: readonly string[]): Promise<Uint8Array>
  /** An archive for a guest's root: busybox and the named programs of the environment with their libraries, plus `files`. */
  guest(programs: readonly string[], files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array>
  run(job: Job): Promise<JobResult>
}
