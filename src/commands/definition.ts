/** Definitions of commands: usage, words and options in one place, from which both parsing and help are made. */

/** An option as `parseArgs` of node:util takes it, with what help says of it. */
export interface OptionDefinition {
  readonly type: 'boolean' | 'string'
  readonly short?: string
  readonly multiple?: boolean
  readonly default?: string | boolean
  /** What the option takes, as help writes it: `N` in `--trials N`; one that starts with `[` is optional: `[=LIST]`. */
  readonly value?: string
  readonly description: string
}

export interface Definition<Options = Readonly<Record<string, OptionDefinition>>> {
  /** The words after `repro`: `build [DOCUMENT]`. */
  readonly usage: string
  /** One line for the list of all commands. */
  readonly summary: string
  /** Longest list of words that are no options. */
  readonly words: number
  readonly options: Options
  /** Whether the command runs scripts of the document: always, only with these flags, or never (absent). */
  readonly runsCode?: true | readonly string[]
  /** What the summary has no room for. */
  readonly details?: string
  /** Command lines without `repro `, each with what it does. */
  readonly examples?: readonly (readonly [command: string, does: string])[]
}
