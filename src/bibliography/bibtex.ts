/**
 * Parses the outer structure of a BibTeX file: entries, fields and their places. LaTeX inside values is left
 * to work.ts. After an error, parsing resumes at the next line that starts an entry.
 */

import type { Place } from '../document/block.ts'

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

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** An entry at the start of a line. The @ comes first, so that the lookbehind runs only there. */
const entryStart = String.raw`@(?<=[\n\r][ \t]*@)[ \t]*[A-Za-z]+[ \t]*[{(][ \t]*[^\s,={}()"]+[ \t]*,`

/** A file that is not a bibliography has a problem in every line. */
const mostProblems = 10_000

const blanks = /\s+/y
const comment = /%[^\n\r]*/y
const commas = /,+/y
const joint = /#/y
const equals = /=/y
const bareWord = /[^\s,{}()#"=%@]+/y
const between = /[^@%]+/y
/** The end of a value, a nested delimiter, or the next entry. */
const stops = new RegExp(String.raw`\\[\s\S]|[{}"]|${entryStart}`, 'g')

const starts = new RegExp(entryStart, 'g')

/** Reads all entries in file order. Never throws. */
export function readBibtex(text: string): {
  readonly entries: readonly BibtexEntry[]
  readonly problems: readonly BibliographyProblem[]
} {
  const placeOf = placesIn(text)
  const entries: BibtexEntry[] = []
  const problems: BibliographyProblem[] = []
  const strings = new Map(months.map((month) => [month.slice(0, 3).toLowerCase(), month]))
  let position = 0

  const report = (type: 'error' | 'warning', offset: number, reason: string): undefined => {
    if (problems.length < mostProblems) problems.push({ type, ...placeOf(offset), reason })
  }
  /** Consumes and returns the match at the current position. */
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position
    const [found] = pattern.exec(text) ?? []
    position += found?.length ?? 0
    return found
  }
  /** Skips blanks, comments and `others`. */
  const skip = (others?: RegExp): void => {
    while (
      take(blanks) !== undefined ||
      take(comment) !== undefined ||
      (others && take(others) !== undefined)
    );
  }
  const found = () => (position < text.length ? `found ${text[position]}` : 'found the end of the file')

  /** Reads to the closing delimiter; undefined, with a message, if it is missing. */
  const delimited = (what: string): string | undefined => {
    const start = position
    const isQuoted = text[start] === '"'
    stops.lastIndex = start + 1
    let depth = 0
    for (let stop = stops.exec(text); stop !== null; stop = stops.exec(text)) {
      const [token] = stop
      if (token.length > 2 || token.startsWith('@')) {
        position = stop.index
        const next = `the entry at line ${placeOf(stop.index).line}`
        return report('error', start, `${what} does not end: no ${isQuoted ? '"' : '}'} before ${next}`)
      }
      if (token === '{') depth += 1
      const ends = isQuoted ? token === '"' && depth === 0 : token === '}' && depth === 0
      if (ends) {
        position = stop.index + 1
        return text.slice(start + 1, stop.index)
      }
      if (token === '}') depth -= 1
      if (depth < 0) {
        position = stop.index
        return report('error', stop.index, `${what} has a } without its {`)
      }
    }
    position = text.length
    return report(
      'error',
      start,
      `${what} does not end: no ${isQuoted ? '"' : '}'} before the end of the file`,
    )
  }

  /** Reads `{a}`, `"a"`, `2001`, `name`, or several joined by #. */
  const value = (what: string): BibtexField | undefined => {
    const place = placeOf(position)
    const start = position
    let joined = ''
    for (;;) {
      skip()
      const from = position
      let part: string | undefined
      if (text[position] === '{' || text[position] === '"') {
        part = delimited(what)
        if (part === undefined) return undefined
      } else {
        const word = take(bareWord)
        if (word === undefined) return report('error', position, `${what} needs a value, ${found()}`)
        part = /^[\d-]+$/.test(word) ? word : strings.get(word.toLowerCase())
        if (part === undefined)
          report('warning', from, `unknown string: ${word} (define it by @string, or write {${word}})`)
        part ??= word
      }
      if (joined.length + part.length > largestValue)
        return report('error', start, `${what} has more than ${largestValue} characters`)
      joined += part
      skip()
      if (take(joint) === undefined) return { value: joined, place }
    }
  }

  /** Reads `name = value`; undefined, with a message, on a syntax error. */
  const field = (): (BibtexField & { readonly name: string; readonly offset: number }) | undefined => {
    const offset = position
    const name = take(bareWord)
    if (name === undefined) return report('error', position, `expected the name of a field, ${found()}`)
    skip()
    if (take(equals) === undefined) return report('error', position, `expected = after ${name}, ${found()}`)
    skip()
    const read = value(name)
    return read && { name: name.toLowerCase(), offset, ...read }
  }

  /** Reads fields up to the entry's end, or as many as possible. */
  const fieldsUntil = (close: string): ReadonlyMap<string, BibtexField> => {
    const fields = new Map<string, BibtexField>()
    for (;;) {
      skip(commas)
      if (text[position] === close) {
        position += 1
        return fields
      }
      // A missing } is followed by another entry.
      if (position >= text.length || text[position] === '@') {
        report('error', position, `expected ${close} at the end of the entry, ${found()}`)
        return fields
      }
      const one = field()
      if (one === undefined) {
        recover()
        return fields
      }
      const { name, offset, value: content, place } = one
      if (fields.has(name)) report('warning', offset, `${name} is there twice: the first counts`)
      else fields.set(name, { value: content, place })
      skip()
      if (position < text.length && ![',', '@', close].includes(text[position] as string))
        report('error', position, `expected , or ${close} after ${name}, ${found()}`)
    }
  }

  /** Skips to the next entry. */
  const recover = (): void => {
    starts.lastIndex = position
    position = starts.exec(text)?.index ?? text.length
  }

  const entry = (type: string, offset: number, close: string): void => {
    skip()
    const keyOffset = position
    const written = take(close === '}' ? /[^,{}=\n\r]+/y : /[^,{}()=\n\r]+/y) ?? ''
    let key = written.trim()
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
    const word = take(/[ \t]*[A-Za-z]+/y)
    const type = word?.trim().toLowerCase()
    if (type === undefined) return
    const isAtLineStart = /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, offset - 80), offset))
    if (type === 'comment') {
      if (take(/[ \t]*(?=\{)/y) === undefined) take(/[^\n\r]*/y)
      else if (delimited('@comment') === undefined) recover()
      return
    }
    skip()
    const open = take(/[{(]/y)
    if (open === undefined) {
      if (isAtLineStart) report('error', position, `expected { after @${type}, ${found()}`)
      return
    }
    const close = open === '{' ? '}' : ')'
    if (type !== 'string' && type !== 'preamble') entry(type, offset, close)
    else {
      skip()
      if (type === 'preamble') value('@preamble')
      else {
        const one = field()
        if (one) strings.set(one.name, one.value)
      }
      skip()
      if (take(/,?\s*[})]/y) === undefined) {
        report('error', position, `expected ${close} at the end of @${type}, ${found()}`)
        recover()
      }
    }
    const behind = position
    skip()
    if (/[},]/.test(text[position] ?? '')) {
      report('error', position, `the entry at line ${placeOf(offset).line} ended before this: a } too many`)
      return
    }
    position = behind
  }

  const broken = /[\uFFFD\0]/.exec(text)
  if (broken) report('error', broken.index, 'this is not UTF-8 text: save the file as UTF-8')
  for (;;) {
    // As in biber, a % outside entries starts a comment.
    skip(between)
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
