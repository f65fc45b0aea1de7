/**
 * Translations of a document. A translation takes every block from its original and adds only language
 * (captions, labels, statements), so that nothing that affects results is written twice.
 */

import type { VFile } from 'vfile'
import type * as z from 'zod'
import type { Parameters } from '../results/parameters.ts'
import { hint } from '../text/spelling.ts'
import type { Block, ClaimBlock, ExperimentBlock, Place } from './block.ts'
import type { FrontMatter } from './frontmatter.ts'
import { fail } from './problem.ts'
import { translationSchemas } from './schema.ts'
import { validate } from './validation.ts'
import type { Mapping } from './yaml.ts'

/** The translated document, reduced to what its blocks need. */
export interface Original {
  readonly path: string
  readonly fences: readonly { readonly block?: Block; readonly source?: Mapping }[]
}

interface Noted {
  readonly source: Mapping
  readonly file: VFile
  readonly original: Original
  /** Keys and values of the original's block. */
  readonly theirs: Parameters
}

/** Returns the original's block with translated text; undefined after adding its errors to the file. */
export function translateBlock(
  type: Block['type'],
  source: Mapping,
  place: Place,
  { file, original }: { readonly file: VFile; readonly original: Original },
): Block | undefined {
  const { id } = source.data
  const fence = original.fences.find(({ block }) => block !== undefined && block.id === id)
  const block = fence?.block
  if (block?.type !== type) {
    const blocks = original.fences.flatMap((one) => one.block ?? [])
    const ids = blocks.filter((one) => one.type === type).map((one) => one.id)
    const what =
      block === undefined
        ? `${original.path} has no ${type} ${id ?? 'without an id'}`
        : `${id} is a ${block.type} in ${original.path}`
    fail(file, 'edition-id', source.valuePlace(['id']), `${what}${hint(String(id), ids)}`)
    return undefined
  }
  const noted = { source, file, original, theirs: fence?.source?.data ?? {} }
  switch (block.type) {
    case 'experiment':
      return experiment(block, place, noted)
    case 'table': {
      const words = own(translationSchemas.table, noted)
      return words && { ...block, place, caption: words.caption }
    }
    case 'figure': {
      const words = own(translationSchemas.figure, noted)
      return words && { ...block, place, ...words }
    }
    case 'claim':
      return claim(block, place, noted)
  }
}

/** Validates the translation's block. A key that belongs in the original's block is an error. */
function own<Schema extends z.ZodObject>(
  schema: Schema,
  { source, file, original, theirs }: Noted,
): z.output<Schema> | undefined {
  const foreign = Object.keys(source.data).filter(
    (key) => !Object.hasOwn(schema.shape, key) && Object.hasOwn(theirs, key),
  )
  for (const key of foreign) {
    const reason = `${key} comes from ${original.path}: leave it out here`
    fail(file, 'edition-key', source.keyPlace([key]), reason)
  }
  const data = Object.fromEntries(Object.entries(source.data).filter(([key]) => !foreign.includes(key)))
  const words = validate(schema, data, { file, source })
  return foreign.length > 0 ? undefined : words
}

function experiment(block: ExperimentBlock, place: Place, noted: Noted): ExperimentBlock | undefined {
  const words = own(translationSchemas.experiment, noted)
  if (words === undefined) return undefined
  const { source, file, original } = noted
  const names = block.patterns.map(({ name }) => name)
  const unknown = Object.keys(words.labels).filter((name) => !names.includes(name))
  for (const name of unknown) {
    const reason = `unknown pattern of ${block.id} in ${original.path}: ${name}${hint(name, names)}`
    fail(file, 'unknown-pattern', source.keyPlace(['labels', name]), reason)
  }
  if (unknown.length > 0) return undefined
  const patterns = block.patterns.map((pattern) => ({
    ...pattern,
    label: words.labels[pattern.name] ?? pattern.label,
  }))
  return { ...block, place, patterns }
}

function claim(block: ClaimBlock, place: Place, noted: Noted): ClaimBlock | undefined {
  const words = own(translationSchemas.claim, noted)
  if (words === undefined) return undefined
  const { source, file, original } = noted
  const misplaced = (['source', 'published', 'skip'] as const).filter(
    (key) => words[key] !== undefined && typeof block[key] !== 'string',
  )
  for (const key of misplaced) {
    const reason = `${key}: ${block.id} has no words for it in ${original.path}: leave it out here`
    fail(file, 'edition-key', source.keyPlace([key]), reason)
  }
  const { statement, source: from, published, skip } = words
  if (misplaced.length > 0) return undefined
  return {
    ...block,
    place,
    statement,
    ...(from === undefined ? {} : { source: from }),
    ...(published === undefined ? {} : { published }),
    ...(skip === undefined ? {} : { skip }),
  }
}

/** Front matter of a translation: fills missing values from the original, except for language. */
export function translateFrontMatter(edition: FrontMatter, original: FrontMatter): FrontMatter {
  const { bibliography, date, evidence, published, nominal, authors, humanMinutes } = original
  const place = edition.editionOf?.place ?? { line: 1, column: 1 }
  return {
    ...(date === undefined ? {} : { date }),
    ...(bibliography === undefined ? {} : { bibliography: { ...bibliography, place } }),
    ...edition,
    // Only the text is translated.
    ...(evidence === undefined
      ? {}
      : { evidence: { ...evidence, text: edition.evidence?.text ?? evidence.text ?? '' } }),
    authors: edition.authors.length > 0 ? edition.authors : authors,
    humanMinutes:
      edition.humanMinutes.length > 0 ? edition.humanMinutes : humanMinutes.map((one) => ({ ...one, place })),
    published:
      edition.published.length > 0 ? edition.published : published.map(({ file }) => ({ file, place })),
    nominal: edition.nominal.length > 0 ? edition.nominal : nominal.map(({ text }) => ({ text, place })),
  }
}
