/** Detects outdated translations: warns of each difference between the blocks and values of both texts. */

import { distance } from 'fastest-levenshtein'
import type { Place } from '../document/block.ts'
import type { Document, InlineValue } from '../document/document.ts'
import { warn } from '../document/problem.ts'

/** Adds a warning per difference to the translation's file; does nothing for other documents. */
export function checkDrift(translation: Document): void {
  const { original, frontMatter } = translation
  const place = frontMatter.translationOf?.place
  if (original === undefined || place === undefined) return
  checkBlocks(translation, original, place)
  checkLabels(translation, original)
  checkValues(translation, original, place)
  checkCitations(translation, original, place)
}

function checkBlocks(translation: Document, original: Document, place: Place): void {
  const shown = new Set([...translation.fences, ...translation.targets].map(({ id }) => id))
  for (const { id, type, place: there } of [...original.blocks, ...original.targets]) {
    if (shown.has(id)) continue
    warn(
      translation.file,
      'translation-lacks',
      place,
      `${type} ${id} of ${at(original, there)} is not shown here`,
    )
  }
}

/** Checks that each pattern with a label in the original has one here. */
function checkLabels(translation: Document, original: Document): void {
  for (const { type, source, block } of translation.fences) {
    if (block?.type !== type || (block.type !== 'experiment' && block.type !== 'data')) continue
    const labels = source?.data.labels ?? {}
    const counterpart = original.blocks.find(({ id }) => id === block.id)
    const patterns = counterpart && 'patterns' in counterpart ? counterpart.patterns : []
    for (const { name, label, place } of patterns) {
      if (label === name || Object.hasOwn(labels as object, name)) continue
      if (block.type === 'data' && (label === block.id || source?.data.label !== undefined)) continue
      const reason = `pattern ${name} has no label here; in ${at(original, place)} it is '${label}'`
      warn(translation.file, 'translation-lacks', block.place, reason)
    }
  }
}

/** Compares as sets: a translation may state a number more or less often, and in another order. */
function checkValues(translation: Document, original: Document, start: Place): void {
  const here = new Set(translation.values.map(spelling))
  const there = new Set(original.values.map(spelling))
  let lacking = distinct(original.values.filter((value) => !here.has(spelling(value))))
  for (const value of distinct(translation.values.filter((one) => !there.has(spelling(one))))) {
    const far = (other: InlineValue) => distance(spelling(other), spelling(value))
    const [near] = lacking.toSorted((a, b) => far(a) - far(b))
    lacking = lacking.filter((one) => one !== near)
    const instead = near && `; nearest that is not here: \`=${spelling(near)}\` (${at(original, near.place)})`
    const reason = `${original.file.path} does not have this value${instead ?? ''}`
    warn(translation.file, 'translation-value', value.place, reason)
  }
  for (const value of lacking) {
    const before = original.values
      .slice(0, original.values.indexOf(value))
      .findLast((one) => here.has(spelling(one)))
    const place =
      translation.values.find((one) => before && spelling(one) === spelling(before))?.place ?? start
    const where = before === undefined ? '' : ', where it follows this value'
    const reason = `\`=${spelling(value)}\` is not here, but at ${at(original, value.place)}${where}`
    warn(translation.file, 'translation-value', place, reason)
  }
}

/** Normalizes blanks, since line breaks may differ. */
function spelling({ source }: InlineValue): string {
  return source.replace(/\s+/g, ' ').trim()
}

function distinct(values: readonly InlineValue[]): readonly InlineValue[] {
  return [...new Map(values.map((value) => [spelling(value), value])).values()]
}

/** Warns of works that only the original cites. Citation numbers may differ. */
function checkCitations(translation: Document, original: Document, place: Place): void {
  const cited = ({ citations }: Document) => citations.flatMap(({ items }) => items)
  const here = new Set(cited(translation).map(({ key }) => key))
  const missing = new Map(cited(original).map((item) => [item.key, item]))
  for (const [key, item] of missing) {
    if (here.has(key)) continue
    warn(
      translation.file,
      'translation-lacks',
      place,
      `[@${key}] of ${at(original, item.place)} is not cited here`,
    )
  }
}

function at({ file }: Document, { line, column }: Place): string {
  return `${file.path}:${line}:${column}`
}
