/**
 * Testbeds run the jobs of experiments. A board is never contacted while it measures: files go in, the job
 * runs, files come out. All effects go through testbeds or the store. To add a testbed: a folder in testbeds/
 * and a line of its Map.
 */

import type * as z from 'zod'
import type { Definition, OpenedBoard, Origin } from './board.ts'

/** A machine that experiments name. Plain data, which passes between processes. */
export interface Environment {
  readonly name: string
  readonly label: string
  readonly testbed: string
  /** Of the machine, not of the testbed. */
  readonly origin: Origin
  readonly definition: Definition
  /** How to reach the machine; decides no result, so it is no part of keys. */
  readonly access?: Access
  /** Generic resources by which a cluster finds its machines: `pi4xen:1`. Affects no result. */
  readonly gres?: string
}

/** Values of an environment that only its testbed understands. Plain data. */
export type Access = Readonly<Record<string, unknown>>

/** A testbed's inputs to a cell's key: name -> value, or SHA-256 (hex). */
export type TestbedInputs = Readonly<Record<string, string>>

/** The project and the machine that a testbed works for. */
export interface Host {
  /** Absolute path of the project. */
  readonly project: string
  readonly cache: string
}

/** Where a boot works. */
export interface BootPlace extends Host {
  /** Private to the boot's process, and empty at its start. */
  readonly folder: string
  /**
   * For parts of the boot that are done, so that a later process can go on after them. In the cache; need not exist.
   * Deleted when the boot is done, or shall run anew.
   */
  readonly kept: string
  /** What runs, by which a testbed may know how long it takes. */
  readonly experiment?: string
  readonly trials?: number
  log(text: string): void
}

/** Progress and cancellation of a preparation. */
export interface PrepareOptions {
  readonly report: Report
  readonly signal?: AbortSignal | undefined
}

/** Digests of files, recorded as dependencies of the plan. Paths are absolute or relative to the project. */
export interface Fingerprints {
  digest(path: string): string | undefined
}

export interface Testbed {
  /** Schema of the keys of an environment that decide results, beside `testbed`. */
  readonly definition: z.ZodType<Definition>
  /** Schema of those that say how to reach the machine. Absent if there are none. */
  readonly access?: z.ZodObject
  origin(definition: Definition): Origin
  /** Environments that every project has, without an entry in environments.yaml. */
  readonly environments?: readonly Environment[]
  /** Tells texts about its emulated machines from those about hardware. Absent if it emulates none. */
  readonly emulation?: Emulation
  /** Whether boots may run in parallel without affecting results: own clocks, or several machines. */
  readonly isolated: boolean
  /** Names of the machines that an environment's boots share, one boot on each. Absent if boots bring their own. */
  machines?(environment: Environment): readonly string[]
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
  prepare(
    environments: readonly Environment[],
    host: Host,
    options: PrepareOptions,
  ): Promise<readonly string[]>
  /** True if `prepare` has nothing to do. */
  isPrepared(environment: Environment, host: Host): Promise<boolean>
  /** Opens a board for one boot; undefined where scripts run without one. */
  open(environment: Environment, place: BootPlace): Promise<OpenedBoard | undefined>
  /** Checks the host, and the machines of `environments`, without changing them; never throws for what it finds. */
  doctor(host: Host, environments: readonly Environment[]): Promise<readonly Check[]>
  /** Returns the requirements of the environments, for the artifact appendix. */
  needs(environments: readonly Environment[], host: Host): Promise<Needs>
  /**
   * Deletes cached data unused since an instant (ms since 1970), or only measures it with `dryRun`; resolves
   * to a description: `75 saved boards, 1200 MB`. Absent if it caches nothing.
   */
  clean?(host: Pick<Host, 'cache'>, before: number, dryRun: boolean): Promise<string | undefined>
  /** Opens an interactive console of the machine in this terminal. Absent if it has none. */
  shell?(environment: Environment, host: Host, options: PrepareOptions): Promise<void>
  /** Pins newer versions of its software; resolves to what is pinned now. Absent if it pins nothing. */
  update?(host: Host, options: PrepareOptions): Promise<readonly string[]>
}

/** All without regard to case; a blank in a name may be any white space. */
export interface Emulation {
  /** The hardware that machines model, as texts name it: `Raspberry Pi`. */
  readonly hardware: readonly string[]
  /** Names of emulators, which no captured item of hardware contains: `QEMU`. */
  readonly emulators: readonly string[]
  /** Captured items that only emulated machines have. */
  readonly items: readonly string[]
}

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

/** A progress line: `done` of `total` units of a task. */
export interface Update {
  readonly task: string
  readonly done: number
  readonly total: number
  readonly unit: string
  readonly note?: string
}
export type Report = (update: Update) => void
