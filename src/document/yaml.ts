/** A mapping in YAML, with the place of every key and value in its document. Anything unusual becomes a message. */

import type { VFile } from 'vfile'
import type { Parameters } from '../results/parameters.ts'
import type { Place } from './block.ts'
import { type Locate, offsetAt, placeAt, sourceText } from './place.ts'
import { fail, warn } from './problem.ts'
import { parseYaml } from './yamltext.ts'

export type KeyPath = readonly PropertyKey[]

/** Places of a key and its value, for messages. */
export interface Entry {
  /** Of the key; for a list item, of its value. */
  readonly key: Place
  readonly value: Place
  /** The scalar's source: `4.10` is the number 4.1. */
  readonly written?: string | undefined
}

/** A mapping as an author wrote it. Places are those of a path, or of its nearest ancestor. */
export interface Mapping {
  readonly file: VFile
  /** False if parts could not be read; `data` has the rest, which can still be checked. */
  readonly valid: boolean
  readonly data: Parameters
  readonly keyPlace: (path: KeyPath) => Place
  readonly valuePlace: (path: KeyPath) => Place
  /** The scalar's source text. */
  readonly written: (path: KeyPath) => string | undefined
  /** Report an error at a key, or at a value. */
  readonly keyError: (ruleId: string, path: KeyPath, reason: string) => void
  readonly valueError: (ruleId: string, path: KeyPath, reason: string) => void
}

/** @param entries by path, as JSON; `fence` is the place of anything else */
export function mappingOf(
  parts: Pick<Mapping, 'file' | 'valid' | 'data'>,
  entries: ReadonlyMap<string, Entry>,
  fence: Place,
): Mapping {
  const nearest = (path: KeyPath): Entry => {
    if (path.length === 0) return { key: fence, value: fence }
    return entries.get(JSON.stringify(path)) ?? nearest(path.slice(0, -1))
  }
  const keyPlace = (path: KeyPath) => nearest(path).key
  const valuePlace = (path: KeyPath) => nearest(path).value
  return {
    ...parts,
    keyPlace,
    valuePlace,
    written: (path) => entries.get(JSON.stringify(path))?.written,
    keyError: (ruleId, path, reason) => fail(parts.file, ruleId, keyPlace(path), reason),
    valueError: (ruleId, path, reason) => fail(parts.file, ruleId, valuePlace(path), reason),
  }
}

/**
 * Reads one mapping.
 * @param what name in messages: 'experiment', 'front matter'
 * @param fence start of the whole block
 * @returns undefined if nothing can be read; the file then has an error
 */
export function readMapping(
  text: string,
  locate: Locate,
  { file, what, fence }: { file: VFile; what: string; fence: Place },
): Mapping | undefined {
  const { data, values, problems } = parseYaml(what, text)
  for (const { ruleId, offset, reason, isWarning } of problems)
    (isWarning ? warn : fail)(file, ruleId, offset === undefined ? fence : locate(offset), reason)
  if (data === undefined) return undefined
  const entries = new Map(
    values.map(([path, key, value, written]): [string, Entry] => [
      path,
      // Few are asked for.
      {
        get key() {
          return locate(key)
        },
        get value() {
          return locate(value)
        },
        written,
      },
    ]),
  )
  return mappingOf({ file, valid: problems.every(({ isWarning }) => isWarning), data }, entries, fence)
}

/** Locates characters of a value, even over several lines. After an escape (\u0041), all map to its start. */
export function locateInValue(source: Mapping, path: KeyPath): Locate {
  const start = source.valuePlace(path)
  const value = valueAt(source.data, path)
  const text = typeof value === 'string' ? value : source.written(path)
  const whole = sourceText(source.file)
  const from = offsetAt(whole, start)
  const offsets = text === undefined ? [] : alignment(text, whole.text.slice(from))
  return (offset) => {
    const at = offsets[Math.min(offset, offsets.length - 1)]
    return at === undefined ? start : placeAt(whole, from + at)
  }
}

/** Returns the part of the data at a path; a list in an attribute is comma-separated words. */
export function valueAt(data: unknown, path: KeyPath): unknown {
  return path.reduce((value, key) => {
    if (typeof value === 'string' && typeof key === 'number') return value.split(',')[key]
    return (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  }, data)
}

/**
 * Offset in the source for each character of a value, since YAML strips quotes, indentation and line ends.
 * Empty if they cannot be aligned.
 */
function alignment(value: string, written: string): readonly number[] {
  const block = /^[|>][^\r\n]*(?:\r\n|\n|\r)/.exec(written)?.[0]
  let at = block?.length ?? /^['"]?/.exec(written)?.[0].length ?? 0
  const offsets: number[] = []
  for (const character of value.split('')) {
    const isBlank = /\s/.test(character)
    // Skip blanks, block markers, and a backslash or quote before a character.
    while (!isBlank && written[at] !== character && /[\s>\\'"]/.test(written[at] ?? '')) at += 1
    if (!isBlank && written[at] !== character) return []
    offsets.push(at)
    if (!isBlank) at += 1
    else if (/\s/.test(written[at] ?? '')) at += written.startsWith('\r\n', at) ? 2 : 1
  }
  return [...offsets, at]
}
