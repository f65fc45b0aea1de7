/**
 * Literal numbers in the prose: times and shares, which are what runs give. One that no run is behind may be a result that somebody
 * typed, and that will stand there when the run has changed. So it must be a published one, in a sentence that cites or says so, or a
 * nominal one (set, not measured), which the front matter lists.
 */

import type { Nodes, Text } from 'mdast'
import type { Place } from './block.ts'
import { type Document, descend } from './document.ts'
import { locateInText, type SourceText, sourceText } from './place.ts'
import { fail, warn } from './problem.ts'

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
  for (const { node, near } of descend(tree)) {
    if (node.type !== 'paragraph' && node.type !== 'heading' && node.type !== 'tableCell') continue
    const { text, pieces } = proseOf(node, near)
    const citedAt = pieces.flatMap(({ node, start }) =>
      (cited.get(node) ?? []).map((one) => start + one.start),
    )
    for (const { segment, index } of sentences(text)) {
      const end = index + segment.length
      const isPublished = published.test(segment) || citedAt.some((at) => index <= at && at < end)
      for (const { 0: written, index: at } of segment.matchAll(literal)) {
        const number = standard(written) ?? written
        seen.add(number)
        if (isPublished || nominal.has(number)) continue
        const reason = `${written.replace(/\s+/g, ' ')} comes from no run: write a value (\`=...\`), cite or say "published" in its sentence, or list it in the front matter (nominal: [${number}])`
        warn(file, 'unbound-number', placeIn(pieces, index + at, source), reason)
      }
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

/** A text, and where it starts in the prose that holds it. */
interface Piece {
  readonly node: Text
  readonly near: Place
  readonly start: number
}

/** The words of a paragraph in one; code, pictures and the like are one character that is no word. */
function proseOf(
  container: Nodes,
  near: Place,
): { readonly text: string; readonly pieces: readonly Piece[] } {
  const pieces: Piece[] = []
  let text = ''
  for (const visit of descend(container, near)) {
    const { node } = visit
    if ('children' in node) continue
    if (node.type === 'text') pieces.push({ node, near: visit.near, start: text.length })
    text += node.type === 'text' ? node.value : node.type === 'break' ? ' ' : '\uFFFC'
  }
  return { text, pieces }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/** The rules are the same for all languages (Unicode Standard Annex 29); a line's end is no sentence's. */
function sentences(text: string): Iterable<Intl.SegmentData> {
  return segmenter.segment(text.replace(/[\r\n]/g, ' '))
}

function placeIn(pieces: readonly Piece[], offset: number, source: SourceText): Place {
  // A number starts in a text, so there is a piece.
  const piece = pieces.findLast(({ start }) => start <= offset) as Piece
  const { line, column } = locateInText(source, piece.node, piece.near)(offset - piece.start)
  return { line, column }
}
