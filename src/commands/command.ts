/** A command: its action, and its definition, which parsing, help, completion and tables in documents read. */

import { type Options, readArguments, type Values } from './parse.ts'
import type { exitCodes } from './terminal/terminal.ts'

/** What the program gives every command. */
export interface Context {
  /** Name and version of this program. */
  readonly generator: string
  /** Aborted when the command is to end. */
  readonly signal: AbortSignal
}

/** What a command's action gets. */
export interface Given<O extends Options> extends Context {
  readonly options: Values<O>
  /** What the usage line names in capitals; as many as it asks for. */
  readonly words: readonly string[]
}

interface About<O extends Options> {
  /** The words after `repro`: `build [DOCUMENT]`. */
  readonly usage: string
  /** One line for the list of all commands. */
  readonly summary: string
  readonly options: O
  /** Paragraphs that say what the summary has no room for; help wraps them. */
  readonly description?: readonly string[]
  /** The page of docs/ that has more. */
  readonly docs?: string
  /** Asks for words that are missing: `which tables?`. */
  readonly missing?: string
  /** Whether the command runs scripts of the document: always, only with these flags, or never (absent). */
  readonly runsCode?: true | readonly string[]
  /** Meanings of exit codes in this command, other than those of every command. */
  readonly exits?: Readonly<Partial<Record<keyof typeof exitCodes, string>>>
  /** Command lines without `repro `, each with what it does. */
  readonly examples?: readonly (readonly [command: string, does: string])[]
}

interface Definition<O extends Options> extends About<O> {
  /** Does it; returns the exit code. What takes long to load is imported here, not above the definition. */
  readonly action: (given: Given<O>) => Promise<number>
}

/** A command whose options only its own action knows the types of. */
export interface Command extends About<Options> {
  /** Throws a UsageError for arguments that the definition does not allow. */
  readonly run: (args: readonly string[], context: Context) => Promise<number>
}

export function command<O extends Options>({ action, ...about }: Definition<O>): Command {
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

/** Commands by the words that name them, such as `trace info`. */
export function commandsIn(registry: Registry): readonly (readonly [path: string, command: Command])[] {
  return [...registry].flatMap(([name, found]) =>
    isGroup(found)
      ? [...found.commands].map(([sub, one]) => [`${name} ${sub}`, one] as const)
      : [[name, found] as const],
  )
}
