/** The document's front matter: title page and settings. */

import type { Yaml } from 'mdast'
import type { VFile } from 'vfile'
import type * as z from 'zod'
import type { Place } from './block.ts'
import { fenceText, type Locate, locateInFence, type SourceText, startOf } from './place.ts'
import { warnOfPlainText } from './plaintext.ts'
import { fail } from './problem.ts'
import { type Author, frontMatterSchema } from './schema.ts'
import { validate } from './validation.ts'
import { type KeyPath, locateInValue, readMapping } from './yaml.ts'

type Written = Omit<
  z.output<typeof frontMatterSchema>,
  | 'artifact'
  | 'authors'
  | 'bibliography'
  | 'conditions'
  | 'translationOf'
  | 'translations'
  | 'nominal'
  | 'published'
>

/** Other keys are described in schema.ts. The title is empty only in a document with errors. */
export interface FrontMatter extends Readonly<Written> {
  readonly authors: readonly Author[]
  /** Place of `lang`, if given. */
  readonly langPlace?: Place
  /** Locates the abstract's characters in the file. */
  readonly abstractLocate?: Locate
  readonly bibliography?: NamedFile
  /** CSV files of published tables, for use in expressions. */
  readonly published: readonly NamedFile[]
  /** What claims must hold under as well. `cells` maps experiment/environment to what replaces it. */
  readonly conditions: readonly {
    readonly name: string
    readonly label: string
    readonly cells: Readonly<Record<string, string>>
    readonly place: Place
  }[]
  /** Numbers that the prose may state without a run or published table: settings, and others' statements. */
  readonly nominal: readonly { readonly text: string; readonly place: Place }[]
  /** The document that this one translates. */
  readonly translationOf?: NamedFile
  /** Translations of this document. */
  readonly translations: readonly NamedFile[]
  /** The authors' estimate of human effort in minutes: for `setup`, and for experiments by id. */
  readonly humanMinutes: readonly { readonly of: string; readonly minutes: number; readonly place: Place }[]
}

/** A file, relative to the project, and the place that names it. */
export interface NamedFile {
  readonly file: string
  readonly place: Place
}

const nothing: FrontMatter = {
  title: '',
  authors: [],
  lang: 'en',
  keywords: [],
  numberSections: false,
  published: [],
  nominal: [],
  translations: [],
  texts: {},
  conditions: [],
  humanMinutes: [],
}

const renamed = new Map([
  ['editionOf', 'translationOf'],
  ['editions', 'translations'],
  // Of Quarto, MyST and Pandoc.
  ['author', 'authors'],
  ['licence', 'license'],
  ['number-sections', 'numberSections'],
  ['numbering', 'numberSections'],
  ['tags', 'keywords'],
  ['categories', 'keywords'],
  ['language', 'lang'],
  ['description', 'subtitle'],
])

/**
 * Reads the front matter. If `node` is undefined, the document's first heading is its title; if there is none,
 * reports that as an error.
 */
export function readFrontMatter(
  node: Yaml | undefined,
  text: SourceText,
  { file, heading }: { readonly file: VFile; readonly heading: string | undefined },
): FrontMatter {
  if (node === undefined) {
    if (heading !== undefined) return { ...nothing, title: heading }
    const reason =
      'missing key: title; start the file with front matter (---, title: ..., ---) or a heading (# ...)'
    fail(file, 'missing-key', { line: 1, column: 1 }, reason)
    return nothing
  }
  const locate = locateInFence(text, node)
  const source = readMapping(fenceText(node), locate, { file, what: 'front matter', fence: startOf(node) })
  if (source === undefined) return nothing
  const data = validate('front matter', () => frontMatterSchema, source, { renamed })
  if (data === undefined) return nothing
  warnOfPlainText(source, [['title'], ['subtitle'], ...data.keywords.map((_, index) => ['keywords', index])])
  const { artifact, bibliography, conditions, translationOf, translations, nominal, published, ...rest } =
    data
  const named = (file: string, ...path: KeyPath): NamedFile => ({ file, place: source.valuePlace(path) })
  return {
    ...rest,
    ...(source.data.lang === undefined ? {} : { langPlace: source.valuePlace(['lang']) }),
    ...(rest.abstract === undefined ? {} : { abstractLocate: locateInValue(source, ['abstract']) }),
    ...(bibliography === undefined ? {} : { bibliography: named(bibliography, 'bibliography') }),
    ...(translationOf === undefined ? {} : { translationOf: named(translationOf, 'translationOf') }),
    published: published.map((file, index) => named(file, 'published', index)),
    translations: translations.map((file, index) => named(file, 'translations', index)),
    nominal: nominal.map((text, index) => ({ text, place: source.valuePlace(['nominal', index]) })),
    conditions: Object.entries(conditions).map(([name, one]) => ({
      ...{ name, ...one },
      place: source.keyPlace(['conditions', name]),
    })),
    humanMinutes: Object.entries(artifact?.humanMinutes ?? {}).map(([of, minutes]) => ({
      of,
      minutes,
      place: source.keyPlace(['artifact', 'humanMinutes', of]),
    })),
  }
}
