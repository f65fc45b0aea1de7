/**
 * Literal numbers in the prose, the abstract, captions and claims: times and shares, which are what runs give. One that no run is behind may be a result that somebody
 * typed, and that will stand there when the run has changed. So it must be a published one, in a sentence that cites or says so, or a
 * nominal one (set, not measured), which the front matter lists.
 */

import type { Place } from './block.ts'
import type { Document } from './document.ts'
import type { Fence } from './fence.ts'
import { sourceText } from './place.ts'
import { fail, warn } from './problem.ts'
import { placeIn, prosesOf, sentences } from './sentence.ts'
import { locateInValue, type Mapping } from './yaml.ts'

/** How a unit is written -> its symbol. */
const units: ReadonlyMap<string, string> = new Map([
  ['ns', 'ns'],
  ['nanosecond', 'ns'],
  ['nanoseconds', 'ns'],
  ['ナノ秒', 'ns'],
  ['us', 'µs'],
  ['µs', 'µs'],
  ['μs', 'µs'],
  ['microsecond', 'µs'],
  ['microseconds', 'µs'],
  ['マイクロ秒', 'µs'],
  ['ms', 'ms'],
  ['millisecond', 'ms'],
  ['milliseconds', 'ms'],
  ['ミリ秒', 'ms'],
  ['second', 's'],
  ['seconds', 's'],
  ['秒', 's'],
  ['%', '%'],
  ['％', '%'],
  ['percent', '%'],
  ['パーセント', '%'],
])

/** Without a blank an s is no unit: the 1990s. */
const unit = String.raw`\s?(?:${[...units.keys()].sort((a, b) => b.length - a.length).join('|')})|\s+s`
/** Not part of a name (xl-4 ms), a version, a date or a longer number. */
const literal = new RegExp(
  String.raw`(?<![\p{Script=Latin}_]-?|\p{N}[.,:/]?)(\p{Nd}+(?:,\p{Nd}{3})*(?:\.\p{Nd}+)?)(${unit})(?![\p{Script=Latin}\p{Nd}])`,
  'gu',
)

/** What an author says of a number that others measured. */
const published = /\bpublished\b|公表|既報/iu

/** Adds a warning for each such number to the messages of the document's file, and for each nominal one that the text does not have. */
export function checkLiterals(document: Document): void {
  const { tree, frontMatter, citations, file } = document
  const source = sourceText(file)
  const cited = Map.groupBy(citations, ({ node }) => node)
  const seen = new Set<string>()
  const nominal = new Map(
    frontMatter.nominal.map(({ text, place }) => [standard(text) ?? text, { text, place }]),
  )
  const look = (
    text: string,
    isPublished: (from: number, to: number) => boolean,
    placeOf: (offset: number) => Place,
  ) => {
    for (const { segment, index } of sentences(text)) {
      const said = published.test(segment) || isPublished(index, index + segment.length)
      for (const { 0: written, index: at } of segment.matchAll(literal)) {
        const number = standard(written) ?? written
        seen.add(number)
        if (said || nominal.has(number)) continue
        const reason = `${written.replace(/\s+/g, ' ')} comes from no run: write a value (\`=...\`), cite or say "published" in its sentence, or list it in the front matter (nominal: [${number}])`
        warn(file, 'unbound-number', placeOf(index + at), reason)
      }
    }
  }
  for (const { text, pieces } of prosesOf(tree)) {
    const citedAt = pieces.flatMap(({ node, start }) =>
      (cited.get(node) ?? []).map((one) => start + one.start),
    )
    look(
      text,
      (from, to) => citedAt.some((at) => from <= at && at < to),
      (offset) => placeIn(pieces, offset, source),
    )
  }
  const { abstract, abstractPlace } = frontMatter
  if (abstract !== undefined && abstractPlace) look(withoutCode(abstract), never, () => abstractPlace)
  for (const fence of document.fences) {
    for (const { key, text, mapping } of textsOf(fence)) {
      const locate = locateInValue(mapping, [key], file)
      look(withoutCode(text), never, locate)
    }
  }
  for (const [number, { text, place }] of nominal) {
    if (standard(text) === undefined)
      fail(
        file,
        'invalid-value',
        place,
        `nominal: '${text}': write a time or a share with its unit, such as 4 ms`,
      )
    else if (!seen.has(number)) warn(file, 'unused-nominal', place, `the text has no ${text}`)
  }
}

/** `4 ms` for 4ms, 4 milliseconds, 4ミリ秒; undefined for what is no number with a unit. */
function standard(written: string): string | undefined {
  const [match] = written.trim().matchAll(literal)
  if (match?.[0] !== written.trim()) return undefined
  const [, number = '', unit = ''] = match
  const symbol = units.get(unit.trim()) ?? unit.trim()
  return `${number.normalize('NFKC').replaceAll(',', '')} ${symbol}`
}

function never(): boolean {
  return false
}

/** Of the same length, so that places stay. */
function withoutCode(text: string): string {
  return text.replace(/`[^`]*`/g, (code) => '\uFFFC'.repeat(code.length))
}

interface BlockText {
  readonly key: string
  readonly text: string
  readonly mapping: Mapping
}

/** Texts of a block that the report prints: captions, alternatives, and statements of claims, unless these are others' by their source. */
function textsOf({ type, source }: Fence): readonly BlockText[] {
  if (source === undefined) return []
  const isPublished = source.data.source !== undefined || source.data.published !== undefined
  const keys = type === 'claim' ? (isPublished ? [] : ['statement']) : ['caption', 'alt']
  return keys.flatMap((key) => {
    const text = source.data[key]
    return typeof text === 'string' ? [{ key, text, mapping: source }] : []
  })
}
