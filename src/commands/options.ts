/** Kinds of options, and the options that several commands share. */

import { limits } from '../document/limits.ts'
import { executors, localName } from '../engine/executors.ts'
import { defaultDocument } from '../results/run.ts'
import { hint } from '../text/spelling.ts'
import { type Option, UsageError } from './parse.ts'

type About = Pick<Option<unknown>, 'short' | 'description' | 'otherwise' | 'choices' | 'names'>

export function flag(description: string, short?: string): Option<boolean> {
  const read = (given: readonly unknown[]) => given.length > 0
  return { takes: 'nothing', description, ...(short === undefined ? {} : { short }), read }
}

/** An option with one value, parsed by `parse`; undefined if left out. */
export function single<Value>(
  about: About & { readonly value: string },
  parse: (text: string, flag: string) => Value,
): Option<Value | undefined> {
  return {
    ...about,
    takes: 'value',
    read(given, flag) {
      const [text, ...others] = new Set(given)
      if (others.length > 0)
        throw new UsageError(`${flag} takes one value, not ${[...new Set(given)].join(' and ')}`)
      return text === undefined ? undefined : parse(text, flag)
    },
  }
}

export function text(about: About & { readonly value: string }): Option<string | undefined> {
  return single(about, (text) => text)
}

export interface Range {
  /** 1 unless given. */
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** An integer option. Values out of range are rejected, never clamped. */
export function wholeNumber({
  min,
  max,
  ...about
}: About & Range & { readonly value?: string }): Option<number | undefined> {
  const advice = about.otherwise === undefined ? '' : `; leave it out for ${about.otherwise}`
  return single({ value: 'N', ...about }, (text, flag) => numberOf(text, flag, { min, max }, advice))
}

/** Throws a UsageError with the value and the limits. */
export function numberOf(text: string, flag: string, { min = 1, max }: Range, advice = ''): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= min && number <= (max ?? Number.MAX_SAFE_INTEGER)) return number
  const range = max === undefined ? `from ${min}` : `from ${min} to ${max}`
  throw new UsageError(`${flag} takes a whole number ${range}, not ${text}${advice}`)
}

/**
 * An option that takes words of a kind, such as `ids of claims`, comma-separated or repeated; default: none.
 */
export function list(about: About, kind: string): Option<readonly string[]> {
  return { ...about, value: 'LIST', takes: 'value', read: (given, flag) => wordsIn(given, flag, kind) }
}

/** Like `list`, for known words, each once. */
export function choices(
  about: Omit<About, 'choices'>,
  kind: string,
  known: readonly string[],
): Option<readonly string[]> {
  const read = (given: readonly (string | undefined)[], flag: string) => {
    const words = new Set(wordsIn(given, flag, kind))
    for (const word of words)
      if (!known.includes(word)) throw new UsageError(`${flag}: unknown name: ${word}${hint(word, known)}`)
    return [...words]
  }
  return { ...about, choices: known, value: 'LIST', takes: 'value', read }
}

/** A flag that may be limited to words of a kind: `--rerun`, `--rerun=LIST`. Empty if left out. */
export function allOrList(about: About, kind: string): Option<'all' | readonly string[]> {
  return {
    ...about,
    value: 'LIST',
    takes: 'maybe',
    read: (given, flag) => (given.includes(undefined) ? 'all' : wordsIn(given, flag, kind)),
  }
}

function wordsIn(given: readonly (string | undefined)[], flag: string, kind: string): readonly string[] {
  const words = given.flatMap((text = '') => text.split(',')).map((word) => word.trim())
  if (words.includes('')) throw new UsageError(`${flag} takes ${kind}, separated by commas`)
  return words
}

export const cellWords = 'patterns, experiment/environment/pattern or parameter=value'

export const ci = flag('annotate problems for GitHub at file and line, and write a summary of the job')
export const json = flag('print JSON for programs')
export const only = list(
  {
    description:
      'only these cells: patterns, experiments, experiment/environment/pattern or parameters (threads=2), with commas',
    names: 'selectors',
  },
  cellWords,
)
export const jobs = wholeNumber({
  short: 'j',
  description: 'boots that run at once, on testbeds that isolate them',
  otherwise: 'as many as there are processors, or all with an executor that has a queue',
})
export const executor: Option<string | undefined> = {
  value: 'NAME',
  choices: [...executors.keys()],
  description: `what runs boots: ${[...executors.keys()].join(' or ')}`,
  otherwise: localName,
  takes: 'value',
  read(given, flag) {
    const [name, ...others] = new Set(given)
    if (others.length > 0) throw new UsageError(`${flag} takes one name`)
    if (name !== undefined && !executors.has(name))
      throw new UsageError(`${flag}: unknown name: ${name}${hint(name, executors.keys())}`)
    return name
  },
}
export const deadline = wholeNumber({
  value: 'S',
  max: limits.deadlineSeconds,
  description: 'longest time of a boot in seconds',
  otherwise: "the document's",
})
export const document = text({
  value: 'DOCUMENT',
  description: 'the document that has the cells',
  otherwise: defaultDocument,
})
