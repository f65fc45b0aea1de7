/**
 * Translations of a document. A translation takes every block from its original and adds only language
 * (captions, labels, statements), so that nothing that affects results is written twice.
 */

import type * as z from 'zod'
import { wholePattern } from '../data/source.ts'
import type { Parameters } from '../results/parameters.ts'
import { hint } from '../text/spelling.ts'
import type { Block, DataBlock, FigureBlock, Place, SourceBlock } from './block.ts'
import type { FrontMatter } from './frontmatter.ts'
import { translationSchemas } from './schema.ts'
import { validate } from './validation.ts'
import type { Mapping } from './yaml.ts'

/** The translated document, reduced to what its blocks need. */
export interface Original {
  readonly path: string
  readonly fences: readonly { readonly block?: Block; readonly source?: Mapping }[]
}

/** Returns the original's block with translated text; undefined after adding its errors to the file. */
export function translateBlock(
  type: Block['type'],
  source: Mapping,
  place: Place,
  original: Original,
): Block | undefined {
  const { id } = source.data
  const fence = original.fences.find(({ block }) => block !== undefined && block.id === id)
  const block = fence?.block
  // Its errors are told in the original.
  if (block === undefined && isBroken(original, id)) return undefined
  if (block?.type !== type) {
    const ids = original.fences.flatMap((other) => (other.block?.type === type ? [other.block.id] : []))
    const what =
      block === undefined
        ? `${original.path} has no ${type} ${id ?? 'without an id'}`
        : `${id} is a ${block.type} in ${original.path}`
    source.valueError('translation-id', ['id'], `${what}${hint(String(id), ids)}`)
    return undefined
  }
  const read = <Name extends keyof typeof translationSchemas>(name: Name) =>
    readTexts(name, translationSchemas[name], source, {
      path: original.path,
      keys: fence?.source?.data ?? {},
    })
  switch (block.type) {
    case 'experiment':
      return translateLabels(block, read('experiment')?.labels, { place, source, original })
    case 'data': {
      const texts = read('data')
      return translateData(block, texts, { place, source, original })
    }
    case 'table': {
      const texts = read('table')
      return texts && { ...block, place, ...texts }
    }
    case 'figure': {
      if (block.parts !== undefined) return translateParts(block, read('parts'), { place, source })
      const texts = read('figure')
      return texts && { ...block, place, ...texts }
    }
    case 'claim': {
      const texts = read('claim')
      const misplaced = (['source', 'published', 'skip'] as const).filter(
        (key) => texts?.[key] !== undefined && typeof block[key] !== 'string',
      )
      for (const key of misplaced) {
        const reason = `${key}: ${block.id} has no words for it in ${original.path}: leave it out here`
        source.keyError('translation-key', [key], reason)
      }
      return texts && misplaced.length === 0 ? { ...block, place, ...texts } : undefined
    }
  }
}

function isBroken({ fences }: Original, id: unknown): boolean {
  return fences.some(({ block, source }) => block === undefined && source?.data.id === id)
}

/** Validates the translation's block. A key that belongs in the original's block is an error. */
function readTexts<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  source: Mapping,
  original: { readonly path: string; readonly keys: Parameters },
): z.output<Schema> | undefined {
  const foreign = Object.keys(source.data).filter(
    (key) => !Object.hasOwn(schema.shape, key) && Object.hasOwn(original.keys, key),
  )
  for (const key of foreign)
    source.keyError('translation-key', [key], `${key} comes from ${original.path}: leave it out here`)
  const data = Object.fromEntries(Object.entries(source.data).filter(([key]) => !foreign.includes(key)))
  const texts = validate(`translated ${name}`, () => schema, source, { data })
  return foreign.length > 0 ? undefined : texts
}

type DataTexts = z.output<typeof translationSchemas.data>

function translateData(
  block: DataBlock,
  texts: DataTexts | undefined,
  context: { place: Place; source: Mapping; original: Original },
): DataBlock | undefined {
  const labelled = translateLabels(block, texts?.labels, context)
  if (texts === undefined || labelled === undefined) return undefined
  const { label, source = block.source } = texts
  const isWhole = block.patterns.length === 1 && block.patterns[0]?.name === wholePattern
  return {
    ...labelled,
    ...(source === undefined ? {} : { source }),
    patterns: labelled.patterns.map((one) => (isWhole && label !== undefined ? { ...one, label } : one)),
  }
}

function translateParts(
  block: FigureBlock,
  written: z.output<typeof translationSchemas.parts> | undefined,
  { place, source }: { place: Place; source: Mapping },
): FigureBlock | undefined {
  if (written === undefined) return undefined
  const { parts: own, ...texts } = written
  const { parts = [] } = block
  if (parts.length !== own.length) {
    const reason = `parts: ${block.id} has ${parts.length} in the original, and ${own.length} here`
    source.valueError('translation-key', ['parts'], reason)
    return undefined
  }
  return { ...block, place, ...texts, parts: parts.map((part, index) => ({ ...part, ...own[index] })) }
}

function translateLabels<Block extends SourceBlock>(
  block: Block,
  labels: Readonly<Record<string, string>> | undefined,
  { place, source, original }: { place: Place; source: Mapping; original: Original },
): Block | undefined {
  if (labels === undefined) return undefined
  const names = block.patterns.map(({ name }) => name)
  const unknown = Object.keys(labels).filter((name) => !names.includes(name))
  for (const name of unknown) {
    const reason = `unknown pattern of ${block.id} in ${original.path}: ${name}${hint(name, names)}`
    source.keyError('unknown-pattern', ['labels', name], reason)
  }
  if (unknown.length > 0) return undefined
  const patterns = block.patterns.map((pattern) => ({
    ...pattern,
    label: labels[pattern.name] ?? pattern.label,
  }))
  return { ...block, place, patterns }
}

/** Front matter of a translation: fills missing values from the original, except for language. */
export function translateFrontMatter(translation: FrontMatter, original: FrontMatter): FrontMatter {
  const {
    bibliography,
    conditions,
    date,
    doi,
    evidence,
    license,
    print,
    published,
    nominal,
    authors,
    humanMinutes,
  } = original
  const place = translation.translationOf?.place ?? { line: 1, column: 1 }
  const placedHere = <T extends object>(items: readonly T[]) => items.map((item) => ({ ...item, place }))
  const filled = <T>(own: readonly T[], others: readonly T[]) => (own.length > 0 ? own : others)
  return {
    ...(date === undefined ? {} : { date }),
    ...(doi === undefined ? {} : { doi }),
    ...(license === undefined ? {} : { license }),
    ...(print === undefined ? {} : { print }),
    ...(bibliography && { bibliography: { ...bibliography, place } }),
    ...translation,
    conditions: placedHere(conditions).map((one) => ({
      ...one,
      label: translation.texts[one.label] ?? one.label,
    })),
    // Only the text is translated.
    ...(evidence && { evidence: { ...evidence, text: translation.evidence?.text ?? evidence.text ?? '' } }),
    numberSections: translation.numberSections || original.numberSections,
    authors: filled(translation.authors, authors),
    humanMinutes: filled(translation.humanMinutes, placedHere(humanMinutes)),
    published: filled(translation.published, placedHere(published)),
    nominal: filled(translation.nominal, placedHere(nominal)),
  }
}
