/** A command: its action, and its definition, used by parsing, help, completion and tables in documents. */

import { type Options, readArguments, type Values } from './parse.ts'
import type { exitCodes } from './terminal/terminal.ts'

export interface Context {
  readonly generator: string
  /** Aborted when the command should stop. */
  readonly signal: AbortSignal
}

export interface Invocation<O extends Options> extends Context {
  readonly options: Values<O>
  /** The words that the usage line names in capitals. */
  readonly words: readonly string[]
}

interface About<O extends Options> {
  /** The words after `repro`: `build [DOCUMENT]`. */
  readonly usage: string
  readonly summary: string
  readonly options: O
  /** Paragraphs beyond the summary; help wraps them. */
  readonly description?: readonly string[]
  readonly docs?: string
  /** Asks for words that are missing: `which tables?`. */
  readonly missing?: string
  /** Runs scripts of the document: always, only with these flags, or never (absent). */
  readonly runsCode?: true | readonly string[]
  /** Meanings of exit codes specific to this command. */
  readonly exits?: Readonly<Partial<Record<keyof typeof exitCodes, string>>>
  /** Command lines without `repro `, each with what it does. */
  readonly examples?: readonly (readonly [command: string, does: string])[]
  /** What `--json` prints for an error, so that programs never read an empty output. */
  readonly failure?: (error: string, exitCode: number) => Promise<unknown>
}

interface Definition<O extends Options> extends Omit<About<O>, 'options'> {
  readonly options?: O
  /** Returns the exit code. Imports slow modules itself, not above the definition. */
  readonly action: (given: Invocation<O>) => Promise<number>
}

export interface Command extends About<Options> {
  /** Throws a UsageError for arguments that the definition does not allow. */
  readonly run: (args: readonly string[], context: Context) => Promise<number>
}

export function command<O extends Options>({ action, options = {} as O, ...rest }: Definition<O>): Command {
  const about = { ...rest, options }
  return {
    ...about,
    run: async (args, context) => await action({ ...readArguments(args, about), ...context }),
  }
}

/** Commands of one subject, such as `repro testbed list`. */
export interface Group {
  readonly summary: string
  readonly commands: ReadonlyMap<string, Command>
}

export function isGroup(found: Command | Group): found is Group {
  return 'commands' in found
}

export type Registry = ReadonlyMap<string, Command | Group>

/** Lists commands with their full names, such as `trace info`. */
export function commandsIn(registry: Registry): readonly (readonly [path: string, command: Command])[] {
  return [...registry].flatMap(([name, found]) =>
    isGroup(found)
      ? [...found.commands].map(([sub, one]) => [`${name} ${sub}`, one] as const)
      : [[name, found] as const],
  )
}
