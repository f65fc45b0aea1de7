/**
 * Parses the outer structure of a BibTeX file: entries, fields and their places. LaTeX inside values is left
 * to work.ts. After an error, parsing resumes at the next line that starts an entry.
 */

import type { Place } from '../document/block.ts'
import { monthNames } from './date.ts'

export interface BibtexEntry {
  /** In lower case. */
  readonly type: string
  /** Of the @. */
  readonly place: Place
  readonly key: string
  readonly keyPlace: Place
  /** By lower-case name; the first of duplicates wins. */
  readonly fields: ReadonlyMap<string, BibtexField>
}

export interface BibtexField {
  /** Without delimiters; strings expanded and joined. */
  readonly value: string
  /** Of the value. */
  readonly place: Place
}

export interface BibliographyProblem extends Place {
  /** An error loses part of the bibliography; a warning does not. */
  readonly type: 'error' | 'warning'
  readonly reason: string
}

/** Limits string concatenation: thirty levels of `@string{a = b # b}` make a gigabyte. */
const largestValue = 20_000_000

/** An entry at the start of a line. The @ comes first, so that the lookbehind runs only there. */
const entryStart = String.raw`@(?<=[\n\r][ \t]*@)[ \t]*[A-Za-z]+[ \t]*[{(][ \t]*[^\s,={}()"]+[ \t]*,`

/** A file that is not a bibliography has a problem in every line. */
const mostProblems = 10_000

const bareWord = /[^\s,{}()#"=%@]+/y
/** The end of a value, a nested delimiter, or the next entry. */
const stops = new RegExp(String.raw`\\[\s\S]|[{}"]|${entryStart}`, 'g')

const starts = new RegExp(entryStart, 'g')

/** Ends the part that is being read, after its problem was reported. */
class BibtexError extends Error {}

/** Reads all entries in file order. Never throws. */
export function readBibtex(text: string): {
  readonly entries: readonly BibtexEntry[]
  readonly problems: readonly BibliographyProblem[]
} {
  const placeOf = placesIn(text)
  const entries: BibtexEntry[] = []
  const problems: BibliographyProblem[] = []
  const strings = new Map(monthNames.map((month) => [month.slice(0, 3).toLowerCase(), month]))
  let position = 0

  const report = (type: 'error' | 'warning', offset: number, reason: string): void => {
    if (problems.length < mostProblems) problems.push({ type, ...placeOf(offset), reason })
  }
  const fail = (offset: number, reason: string): never => {
    report('error', offset, reason)
    throw new BibtexError(reason)
  }
  /** Reads a part; undefined after an error in it. */
  const attempt = <Part>(read: () => Part): Part | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof BibtexError)) throw error
      return undefined
    }
  }
  /** Skips to the next entry. */
  const recover = (): void => {
    starts.lastIndex = position
    position = starts.exec(text)?.index ?? text.length
  }
  /** Consumes and returns the match at the current position. */
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position
    const [found] = pattern.exec(text) ?? []
    position += found?.length ?? 0
    return found
  }
  /** Skips blanks, comments and other matches of the pattern. */
  const skip = (pattern = /\s+|%[^\n\r]*/y): void => {
    while (take(pattern) !== undefined);
  }
  const found = () => (position < text.length ? `found ${text[position]}` : 'found the end of the file')

  /** Reads to the closing delimiter. */
  const delimited = (what: string): string => {
    const start = position
    const close = text[start] === '"' ? '"' : '}'
    let depth = 0
    stops.lastIndex = start + 1
    for (let stop = stops.exec(text); stop !== null; stop = stops.exec(text)) {
      const [token] = stop
      position = stop.index
      if (token === close && depth === 0) {
        position += 1
        return text.slice(start + 1, stop.index)
      }
      if (token === '{') depth += 1
      if (token === '}') depth -= 1
      if (depth < 0) fail(position, `${what} has a } without its {`)
      if (token.startsWith('@'))
        fail(start, `${what} does not end: no ${close} before the entry at line ${placeOf(position).line}`)
    }
    position = text.length
    return fail(start, `${what} does not end: no ${close} before the end of the file`)
  }

  /** Reads a number, or the name of a string. */
  const word = (what: string): string => {
    const offset = position
    const name = take(bareWord) ?? fail(position, `${what} needs a value, ${found()}`)
    if (/^[\d-]+$/.test(name)) return name
    const value = strings.get(name.toLowerCase())
    if (value === undefined)
      report('warning', offset, `unknown string: ${name} (define it by @string, or write {${name}})`)
    return value ?? name
  }

  /** Reads `{a}`, `"a"`, `2001`, `name`, or several joined by #. */
  const value = (what: string): BibtexField => {
    const start = position
    let joined = ''
    do {
      skip()
      joined += /["{]/.test(text[position] ?? '') ? delimited(what) : word(what)
      if (joined.length > largestValue) fail(start, `${what} has more than ${largestValue} characters`)
      skip()
    } while (take(/#/y) !== undefined)
    return { value: joined, place: placeOf(start) }
  }

  /** Reads `name = value`. */
  const field = (): BibtexField & { readonly name: string } => {
    const name = take(bareWord) ?? fail(position, `expected the name of a field, ${found()}`)
    skip()
    if (take(/=/y) === undefined) fail(position, `expected = after ${name}, ${found()}`)
    skip()
    return { name: name.toLowerCase(), ...value(name) }
  }

  /** Reads fields up to the entry's end, or as many as possible. */
  const fieldsUntil = (close: string): ReadonlyMap<string, BibtexField> => {
    const fields = new Map<string, BibtexField>()
    for (;;) {
      skip(/[\s,]+|%[^\n\r]*/y)
      if (text[position] === close) {
        position += 1
        return fields
      }
      // A missing } is followed by another entry.
      if (position >= text.length || text[position] === '@') {
        report('error', position, `expected ${close} at the end of the entry, ${found()}`)
        return fields
      }
      const offset = position
      const one = attempt(field)
      if (one === undefined) {
        recover()
        return fields
      }
      const { name, ...content } = one
      if (fields.has(name)) report('warning', offset, `${name} is given twice: the first one is used`)
      else fields.set(name, content)
      skip()
      if (position < text.length && ![',', '@', close].includes(text[position] as string))
        report('error', position, `expected , or ${close} after ${name}, ${found()}`)
    }
  }

  const entry = (type: string, offset: number, close: string): void => {
    skip()
    const keyOffset = position
    let key = (take(close === '}' ? /[^,{}=\n\r]+/y : /[^,{}()=\n\r]+/y) ?? '').trim()
    if (text[position] === '=') {
      // The last word is a field name.
      key = key.includes(' ') ? (key.split(' ')[0] as string) : ''
      position = keyOffset + key.length
    }
    if (key === '') report('error', keyOffset, `@${type} without a key: write @${type}{key, ...}`)
    skip()
    if (key !== '' && text[position] !== ',' && text[position] !== close)
      report('error', position, `expected , after the key ${key}, ${found()}`)
    const fields = fieldsUntil(close)
    if (key !== '') entries.push({ type, place: placeOf(offset), key, keyPlace: placeOf(keyOffset), fields })
  }

  /** Reads the command after an @. Anything else is text between entries, which is ignored. */
  const command = (offset: number): void => {
    const type = take(/[ \t]*[A-Za-z]+/y)
      ?.trim()
      .toLowerCase()
    if (type === undefined) return
    if (type === 'comment') {
      if (take(/[ \t]*(?=\{)/y) === undefined) take(/[^\n\r]*/y)
      else if (attempt(() => delimited('@comment')) === undefined) recover()
      return
    }
    skip()
    const open = take(/[{(]/y)
    if (open === undefined) {
      const isAtLineStart = /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, offset - 80), offset))
      if (isAtLineStart) report('error', position, `expected { after @${type}, ${found()}`)
      return
    }
    const close = open === '{' ? '}' : ')'
    if (type === 'string' || type === 'preamble') {
      skip()
      if (type === 'preamble') attempt(() => value('@preamble'))
      else {
        const definition = attempt(field)
        if (definition) strings.set(definition.name, definition.value)
      }
      skip()
      if (take(/,?\s*[})]/y) === undefined) {
        report('error', position, `expected ${close} at the end of @${type}, ${found()}`)
        recover()
      }
    } else entry(type, offset, close)
    const behind = position
    skip()
    if (/[},]/.test(text[position] ?? ''))
      report('error', position, `the entry at line ${placeOf(offset).line} ended before this: one } too many`)
    else position = behind
  }

  const broken = /[\uFFFD\0]/.exec(text)
  if (broken) report('error', broken.index, 'this is not UTF-8 text: save the file as UTF-8')
  for (;;) {
    // As in biber, a % outside entries starts a comment.
    skip(/[^@%]+|%[^\n\r]*/y)
    if (take(/@/y) === undefined) break
    command(position - 1)
  }
  return { entries, problems }
}

/** Returns a function from offset to place, with an editor's line ends. */
function placesIn(text: string): (offset: number) => Place {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length)
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 }
  }
}
