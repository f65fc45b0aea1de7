/** Parses a command's arguments by its definition. Every mistake is a UsageError. */

import { parseArgs } from 'node:util'
import { hint } from '../text/spelling.ts'

/** The command line is invalid: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Option<Value> {
  readonly takes: 'nothing' | 'value' | 'maybe'
  /** One letter: `j` for `-j`. */
  readonly short?: string
  /** Placeholder of its value in help: `N` in `--trials N`. */
  readonly value?: string
  readonly description: string
  /** The default in words: `30 days`. */
  readonly otherwise?: string
  readonly choices?: readonly string[]
  /** Kind of its values in the document (names.ts), for completion. */
  readonly names?: 'selectors' | 'claims'
  /**
   * Returns its value from those on the command line, in order; undefined stands for an option without one.
   * Throws a UsageError that names `flag`.
   */
  readonly read: (given: readonly (string | undefined)[], flag: string) => Value
}

export type Options = Readonly<Record<string, Option<unknown>>>

export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer Value> ? Value : never
}

/** A positional argument of a usage line: `DOCUMENT` in `build [DOCUMENT]`. */
export interface Word {
  readonly name: string
  readonly isOptional: boolean
  /** Takes all further words, as `FILE...` does. */
  readonly isRepeated: boolean
}

export function positionals(usage: string): readonly Word[] {
  return [...usage.matchAll(/ (\[?)([A-Z]+)\]?(\.{3})?/g)].map(([, open, name = '', dots]) => ({
    name,
    isOptional: open === '[',
    isRepeated: dots !== undefined,
  }))
}

/** Returns the name in a usage line: `trace info` in `trace info FILE`. */
export function commandName(usage: string): string {
  return usage.replace(/ \[?[A-Z].*/, '')
}

export interface Arguments<O extends Options> {
  readonly options: Values<O>
  readonly words: readonly string[]
}

/**
 * Parses a command's arguments. Throws a UsageError for an unknown option (with the nearest), a missing or
 * invalid value, and too many or too few words; `missing` then asks for them.
 */
export function readArguments<O extends Options>(
  args: readonly string[],
  { usage, options, missing }: { readonly usage: string; readonly options: O; readonly missing?: string },
): Arguments<O> {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { takes, short }]) => [
        name,
        { type: takes === 'value' ? 'string' : 'boolean', ...(short === undefined ? {} : { short }) },
      ]),
    ),
    ...{ strict: false, tokens: true },
  })
  const given = new Map<string, (string | undefined)[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (option === undefined) throw unknownOption(token.name, token.rawName, usage, options)
    refuseValue(token, option)
    given.set(token.name, [...(given.get(token.name) ?? []), token.value])
  }
  const values = Object.entries(options).map(([name, option]) => [
    name,
    option.read(given.get(name) ?? [], `--${name}`),
  ])
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const expected = positionals(usage)
  const surplus = expected.some(({ isRepeated }) => isRepeated) ? undefined : words[expected.length]
  if (surplus !== undefined) throw new UsageError(`unexpected argument: ${surplus} (usage: repro ${usage})`)
  if (words.length < expected.filter(({ isOptional }) => !isOptional).length)
    throw new UsageError(`${missing ?? 'an argument is missing'} (usage: repro ${usage})`)
  return { options: Object.fromEntries(values) as Values<O>, words }
}

function unknownOption(name: string, rawName: string, usage: string, options: Options): UsageError {
  const known = Object.keys(options)
  if (known.length === 0)
    return new UsageError(`unknown option: ${rawName} (repro ${commandName(usage)} takes no options)`)
  return new UsageError(
    `unknown option: ${rawName}${hint(name, known).replace(/(mean |known: |, )/g, '$1--')}`,
  )
}

/** Rejects a value of an option that takes none, and an option in place of a value. */
function refuseValue(
  { name, value, inlineValue }: { name: string; value: string | undefined; inlineValue: boolean | undefined },
  { takes, value: placeholder }: Option<unknown>,
): void {
  if (takes === 'nothing' && value !== undefined)
    throw new UsageError(`--${name} takes no value, but got ${value}`)
  if (takes !== 'value') return
  if (value === undefined) throw new UsageError(`--${name} takes a value: --${name} ${placeholder}`)
  if (inlineValue !== true && value.length > 1 && value.startsWith('-'))
    throw new UsageError(
      `--${name} takes a value, not the option ${value} (one that begins with -: --${name}=${value})`,
    )
}

/** Throws a UsageError if a named option is given without effect; `why` is the reason. */
export function refuseUnused<V extends object>(
  options: V,
  names: readonly (keyof V & string)[],
  why: string,
): void {
  const isGiven = (value: unknown) =>
    value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)
  const idle = names.filter((name) => isGiven(options[name])).map((name) => `--${name}`)
  if (idle.length === 0) return
  const list = [idle.slice(0, -1).join(', '), idle.at(-1)].filter((part) => part !== '').join(' and ')
  throw new UsageError(`${why}: leave out ${list}`)
}
