/**
 * Literal numbers in the prose, the abstract, captions and claims: times, shares and decimals (ratios), as
 * runs and published tables yield. A literal not bound to either may be a typed-in result that goes stale, so
 * its sentence must cite a source, or the front matter must list it as nominal: set rather than measured, or
 * stated by others.
 */

import type { Place } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'
import { sourceText } from '../document/place.ts'
import { fail, warn } from '../document/problem.ts'
import { locateInValue, type Mapping } from '../document/yaml.ts'
import { textUnits } from '../query/units.ts'
import { remembered } from '../text/memory.ts'
import { locateInProse, prosesOf, sentences } from './sentence.ts'

/** Spelling of a unit -> its symbol. */
const units = new Map([
  ...textUnits,
  ...['%', '％', 'percent', 'パーセント'].map((spelling) => [spelling, '%'] as const),
])

const spellings = [...units.keys()].sort((a, b) => b.length - a.length)
const letters = spellings.filter((spelling) => /^[a-z]$/.test(spelling))
const words = spellings.filter((spelling) => !letters.includes(spelling))
/** A bare letter needs a blank before it, unlike in `1990s`. */
const unit = String.raw`\s?(?:${words.join('|')})|\s+(?:${letters.join('|')})`
/** Not inside a name (xl-4 ms), a version, a date or a longer number. */
const start = String.raw`(?<![\p{Script=Latin}_]-?|\p{N}[.,:/]?)`
const literal = new RegExp(
  String.raw`${start}(\p{Nd}+(?:,\p{Nd}{3})*(?:\.\p{Nd}+)?)(${unit})(?![\p{Script=Latin}\p{Nd}])`,
  'gu',
)

/** Units that runs do not have, but typed numbers may. No blank in Japanese: may be a heading (2.1 分析). */
const otherUnit = String.raw`\s?(?:minutes?|min|hours?|h|days?|weeks?|months?|years?|[kcmµμn]?m|[kmµμ]?g)|時間|日|週間|年|分`
/** A decimal, usually a ratio; `isRatio` excludes others. */
const decimal = new RegExp(
  String.raw`${start}(?<bare>\p{Nd}+\.\p{Nd}+)(?![.,:/]?\p{Nd}|\p{Script=Latin})(?:(?!${unit})(?:${otherUnit})(?![\p{Script=Latin}\p{Nd}]))?`,
  'gu',
)
/** In every text that has one of these, whatever stands around it. */
const mayHave = new RegExp(String.raw`\p{Nd}(?:\.\p{Nd}|${unit})`, 'u')
/** Any unit, including those of settings and hardware (1.5 GHz). */
const unitAfter = new RegExp(
  String.raw`^(?:${unit}|\s?(?:[kKMGT]i?)?(?:B|Hz|bps|bit|W|V)|\s?°C?)(?![\p{Script=Latin}\p{Nd}])`,
  'u',
)
/** Number in a name: Xen 4.14, Table 5.2, 表5.2. Any capitalized word counts, even first in a sentence. */
const nameBefore = /(?:(?!Published)\p{Lu}[\p{L}\p{N}]*\s|[表図第])$/u
/** Number of a heading: 2.1 Method. */
const titleAfter = /^\s+(?:\p{Lu}|[^\p{Script=Latin}\s])/u

/** Text whose sentences are searched for numbers. */
interface Passage {
  readonly text: string
  /** Whether a citation lies between two offsets. */
  readonly cites: (from: number, to: number) => boolean
  readonly placeOf: (offset: number) => Place
}

/** Warns of each unbound number, and of each nominal number that the text does not contain. */
export function checkLiterals(document: Document): void {
  const { frontMatter, file } = document
  const passages = passagesOf(document)
  const versions = versionsIn(document, passages)
  const nominal = new Map(
    frontMatter.nominal.map(({ text, place }) => [standard(text) ?? text, { text, place }]),
  )
  const seen = new Set<string>()
  for (const { text, cites, placeOf } of passages) {
    for (const { length, index, literals, decimals } of numbered(text)) {
      const isCited = cites(index, index + length)
      const found = [...literals, ...decimals.filter((match) => isRatio(match, versions))]
      for (const { 0: written, groups, index: at } of found) {
        const number = standard(written) ?? written
        // For units that runs do not have, the bare number suffices.
        const bare = groups?.bare
        const names = [number, ...(bare === undefined ? [] : [standard(bare) ?? bare])]
        for (const name of names) seen.add(name)
        if (isCited || names.some((name) => nominal.has(name))) continue
        const reason =
          `${written.replace(/\s+/g, ' ')} comes from no run and no published table: write a value ` +
          `(\`=...\`), cite its source in the sentence, or list it in the front matter ` +
          `(nominal: [${quoted(number)}])`
        warn(file, 'unbound-number', placeOf(index + at), reason)
      }
    }
  }
  for (const [number, { text, place }] of nominal) {
    if (standard(text) === undefined)
      fail(
        file,
        'invalid-value',
        place,
        `nominal: '${text}': write a time or a share with its unit, such as 4 ms, or a decimal`,
      )
    else if (!seen.has(number)) warn(file, 'unused-nominal', place, `the text has no ${text}`)
  }
}

/** Quotes a bare decimal, which YAML would read as a number. */
function quoted(number: string): string {
  return /^[\d.]+$/.test(number) ? `'${number}'` : number
}

/** Returns the times in a text, such as 21 ms, that the front matter does not list as nominal. */
export function timesIn(text: string, { frontMatter }: Document): readonly string[] {
  const nominal = new Set(frontMatter.nominal.map((one) => standard(one.text) ?? one.text))
  const found = [...text.matchAll(literal)].filter(([, , name = '']) => units.get(name.trim()) !== '%')
  return found.map(([written]) => standard(written) ?? written).filter((one) => !nominal.has(one))
}

/** Collects all printed text: prose, abstract and block texts. */
function passagesOf(document: Document): readonly Passage[] {
  const { tree, abstract, citations, fences, file } = document
  const source = sourceText(file)
  const cited = Map.groupBy(citations, ({ node }) => node)
  const prose = [abstract ?? [], tree].flat().flatMap((root) => [...prosesOf(root)])
  const texts = fences.flatMap(textsOf)
  return [
    ...prose.map(({ text, pieces }): Passage => {
      const places = pieces.flatMap(({ node, start }) =>
        (cited.get(node) ?? []).map((one) => start + one.start),
      )
      return { text, cites: within(places), placeOf: locateInProse(pieces, source) }
    }),
    ...texts.map(({ key, text, mapping }) => ({
      text: withoutCode(text),
      cites: never,
      placeOf: locateInValue(mapping, [key]),
    })),
  ]
}

/** The sentences of a text and their numbers; none if it has no such number, as to tell sentences takes longer than the rest. */
const numbered = remembered((text) =>
  (mayHave.test(text) ? [...sentences(text)] : []).map(({ segment, index }) => ({
    ...{ index, length: segment.length },
    literals: [...segment.matchAll(literal)],
    decimals: [...segment.matchAll(decimal)],
  })),
)

/** Decimals in names (Xen 4.17), which may also stand alone. Ignores a sentence's capitalized first word. */
function versionsIn({ fences }: Document, passages: readonly Passage[]): ReadonlySet<string> {
  const inText = passages.flatMap(({ text }) =>
    numbered(text).flatMap(({ decimals }) =>
      decimals.flatMap(({ 0: written, 1: bare = written, index, input }) =>
        isName(around(input, index, written.length)[0], index) ? [bare] : [],
      ),
    ),
  )
  const environments = fences.flatMap(({ block }) => (block?.type === 'experiment' ? block.environments : []))
  return new Set([...inText, ...environments.flatMap((name) => name.match(/\d+\.\d+/g) ?? [])])
}

/** Requires two words: a capital may just begin a sentence. */
function isName(before: string, index: number): boolean {
  return nameBefore.test(before) && (index > nearby || !/^\s*\S+\s$/u.test(before))
}

function isRatio(
  { 0: written, 1: bare = written, index, input }: RegExpExecArray,
  versions: ReadonlySet<string>,
): boolean {
  const [before, after] = around(input, index, written.length)
  if (versions.has(bare) || nameBefore.test(before) || unitAfter.test(after)) return false
  return before.trim() !== '' || !titleAfter.test(after)
}

/** Context length around a number: sentences may be long and have many numbers. */
const nearby = 200

function around(text: string, index: number, length: number): readonly [before: string, after: string] {
  return [text.slice(Math.max(0, index - nearby), index), text.slice(index + length, index + length + nearby)]
}

/** Normalizes 4ms, 4 milliseconds and 4ミリ秒 to `4 ms`; keeps decimals; undefined for anything else. */
function standard(written: string): string | undefined {
  const [ratio] = written.trim().matchAll(decimal)
  if (ratio?.[0] === written.trim()) return ratio[0].normalize('NFKC').replace(/\s+/g, ' ')
  const [match] = written.trim().matchAll(literal)
  if (match?.[0] !== written.trim()) return undefined
  const [, number = '', unit = ''] = match
  const symbol = units.get(unit.trim()) ?? unit.trim()
  return `${number.normalize('NFKC').replaceAll(',', '')} ${symbol}`
}

function never(): boolean {
  return false
}

/** Returns a predicate for a sorted offset between two bounds; call it with ascending bounds. */
function within(offsets: readonly number[]): Passage['cites'] {
  let next = 0
  return (from, to) => {
    while ((offsets[next] ?? Number.POSITIVE_INFINITY) < from) next += 1
    return (offsets[next] ?? Number.POSITIVE_INFINITY) < to
  }
}

/** Blanks out code, keeping the length so that offsets stay valid. */
function withoutCode(text: string): string {
  return text.replace(/`[^`]*`/g, (code) => '\uFFFC'.repeat(code.length))
}

interface BlockText {
  readonly key: string
  readonly text: string
  readonly mapping: Mapping
}

/** Printed texts of a block: captions, alternative texts, and claims' statements, unless from a source. */
function textsOf({ type, source }: Fence): readonly BlockText[] {
  if (source === undefined) return []
  const isPublished = source.data.source !== undefined || source.data.published !== undefined
  const keys = type === 'claim' ? (isPublished ? [] : ['statement']) : ['caption', 'alt']
  return keys.flatMap((key) => {
    const text = source.data[key]
    return typeof text === 'string' ? [{ key, text, mapping: source }] : []
  })
}
