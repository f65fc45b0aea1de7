/** Mistakes on the command line, and what all commands read from it. */

import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { openFiles } from '../files/tracked.ts'
import type { Site } from '../project/site.ts'
import { openSeal } from '../results/seal.ts'
import { cacheFolder } from '../testbed/cache.ts'
import { hint } from '../text/spelling.ts'
import type { Definition } from './definition.ts'

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

type ParseArgsOptionsConfig = NonNullable<ParseArgsConfig['options']>
type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options; allowPositionals: true }>
>

/** Reads a command's arguments. Throws a UsageError for an unknown option (with the nearest), a missing value, or too many words. */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  { usage, options, words }: Pick<Definition<Options>, 'usage' | 'options' | 'words'>,
): Parsed<Options> {
  refuseUnknown(args, usage, options)
  let parsed: Parsed<Options>
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // What is left to be wrong are values; node:util says it well in its first sentence.
    throw new UsageError((error as Error).message.split('. ')[0] ?? '', { cause: error })
  }
  const surplus = parsed.positionals[words]
  if (surplus !== undefined) throw new UsageError(`unexpected argument: ${surplus} (usage: repro ${usage})`)
  return parsed
}

function refuseUnknown(args: readonly string[], usage: string, options: ParseArgsOptionsConfig): void {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const known = Object.keys(options)
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue
    const name = usage.replace(/ [[A-Z].*/, '')
    if (known.length === 0)
      throw new UsageError(`unknown option: ${token.rawName} (repro ${name} takes no options)`)
    const near = hint(token.name, known).replace(/(mean |known: |, )/g, '$1--')
    throw new UsageError(`unknown option: ${token.rawName}${near}`)
  }
}

/** A flag's number, from `least` to `most`. */
export function wholeNumber(
  flag: string,
  text: string | undefined,
  least = 1,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `from ${least}`
  throw new UsageError(`${flag} takes a whole number ${range}, not ${text}`)
}

/** What flags that choose cells take. */
export const cellWords = 'patterns or experiment/environment/pattern'

/** The words of a flag that takes lists of `what`: several times, or with commas. */
export function wordList(flag: string, what: string, lists: readonly string[] = []): readonly string[] {
  const words = lists.flatMap((list) => list.split(',')).map((word) => word.trim())
  if (words.includes('')) throw new UsageError(`${flag} takes ${what}, separated by commas`)
  return words
}

/** The project around the working folder: the nearest one upwards with paper/ or experiments/, else the folder itself. */
export function findProject(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'paper')) || existsSync(join(folder, 'experiments'))) return folder
    if (folder === dirname(folder)) return resolve(from)
  }
}

/** The site of a document named on the command line; paper/index.md unless named. */
export function siteOf(document: string | undefined, generator: string): Site {
  const folder = process.cwd()
  const project = findProject(folder)
  const path = document === undefined ? 'paper/index.md' : relative(project, resolve(folder, document))
  if (document === '') throw new UsageError('the document has an empty name')
  if (path === '..' || path.startsWith('../'))
    throw new UsageError(`the document lies outside of the project ${project}: ${document}`)
  const problem = openFiles(project).problem(path === '' ? '.' : path)
  if (problem !== undefined) throw new UsageError(`no document: ${problem}`)
  if (!existsSync(join(project, path))) throw new UsageError(`no document ${path} in ${project}`)
  return {
    project,
    document: path.replaceAll('\\', '/'),
    cache: cacheFolder(),
    seal: openSeal(project),
    mirror: process.env.REPRO_DEBIAN_MIRROR,
    generator,
  }
}
