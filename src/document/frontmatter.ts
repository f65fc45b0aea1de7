/** The document's front matter: title page and settings. */

import type { Yaml } from 'mdast'
import type { VFile } from 'vfile'
import type * as z from 'zod'
import type { Place } from './block.ts'
import { fenceText, type Locate, locateInFence, type SourceText, startOf } from './place.ts'
import { fail } from './problem.ts'
import { frontMatterSchema } from './schema.ts'
import { validate } from './validation.ts'
import { locateInValue, readMapping } from './yaml.ts'

export interface Author {
  readonly name: string
  readonly affiliation?: string
}

export interface FrontMatter {
  /** Empty only in a document with errors. */
  readonly title: string
  readonly subtitle?: string
  readonly authors: readonly Author[]
  /** As written; YAML 1.2 has no date type. */
  readonly date?: string
  /** BCP 47 tag. */
  readonly lang: string
  /** Place of `lang`, if given. */
  readonly langPlace?: Place
  readonly abstract?: string
  /** Locates the abstract's characters in the file. */
  readonly abstractLocate?: Locate
  readonly bibliography?: NamedFile
  /** CSV files of published tables, for use in expressions. */
  readonly published: readonly NamedFile[]
  /** Numbers that the prose may state without a run or published table: settings, and others' statements. */
  readonly nominal: readonly { readonly text: string; readonly place: Place }[]
  /** The document that this one translates. */
  readonly editionOf?: NamedFile
  /** Translations of this document. */
  readonly editions: readonly NamedFile[]
  /** Text in the data (a column's label, a captured item) -> its text in tables. */
  readonly texts: Readonly<Record<string, string>>
  /** Evidence shown below each claim. */
  readonly evidence?: Evidence
  /** The authors' estimate of human effort in minutes: for `setup`, and for experiments by id. */
  readonly humanMinutes: readonly { readonly of: string; readonly minutes: number; readonly place: Place }[]
}

export interface Evidence {
  /** Items captured from the machine. */
  readonly captured: readonly string[]
  /** Raw files of each boot that the command reads. */
  readonly files: readonly string[]
  /** Shows the recorded data of `{trial}` of `{boot}`; with a single boot, `{boot}` is the cell. */
  readonly command?: string
  /** Shown before the commands; `{rerun}` stands for the command that regenerates the raw files. */
  readonly text?: string
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
  published: [],
  nominal: [],
  editions: [],
  texts: {},
  humanMinutes: [],
}

/** Reads the front matter. If `node` is undefined, reports the missing title as an error. */
export function readFrontMatter(node: Yaml | undefined, text: SourceText, file: VFile): FrontMatter {
  if (node === undefined) {
    fail(
      file,
      'missing-key',
      { line: 1, column: 1 },
      'missing key: title; start the file with front matter (---, title: ..., ---)',
    )
    return nothing
  }
  const locate = locateInFence(text, node)
  const source = readMapping(fenceText(node), locate, { file, what: 'front matter', fence: startOf(node) })
  if (source === undefined) return nothing
  const data = validate(frontMatterSchema, source.data, { file, source })
  if (data === undefined) return nothing
  const {
    title,
    subtitle,
    authors = [],
    date,
    lang = 'en',
    abstract,
    bibliography,
    published,
    nominal,
  } = data
  const { artifact, editionOf, editions, evidence, texts } = data
  return {
    title,
    ...(subtitle === undefined ? {} : { subtitle }),
    authors: authors.map((author): Author => {
      if (typeof author === 'string') return { name: author }
      const { name, affiliation } = author
      return affiliation === undefined ? { name } : { name, affiliation }
    }),
    ...(date === undefined ? {} : { date }),
    lang,
    ...(data.lang === undefined ? {} : { langPlace: source.valuePlace(['lang']) }),
    ...(abstract === undefined
      ? {}
      : { abstract, abstractLocate: locateInValue(source, ['abstract'], file) }),
    ...(bibliography === undefined
      ? {}
      : { bibliography: { file: bibliography, place: source.valuePlace(['bibliography']) } }),
    published: published.map((file, index) => ({ file, place: source.valuePlace(['published', index]) })),
    nominal: nominal.map((text, index) => ({ text, place: source.valuePlace(['nominal', index]) })),
    ...(editionOf === undefined
      ? {}
      : { editionOf: { file: editionOf, place: source.valuePlace(['editionOf']) } }),
    editions: editions.map((file, index) => ({ file, place: source.valuePlace(['editions', index]) })),
    texts,
    ...(evidence === undefined ? {} : { evidence: evidenceOf(evidence) }),
    humanMinutes: Object.entries(artifact?.humanMinutes ?? {}).map(([of, minutes]) => ({
      of,
      minutes,
      place: source.keyPlace(['artifact', 'humanMinutes', of]),
    })),
  }
}

function evidenceOf({
  captured,
  files,
  command,
  text,
}: NonNullable<z.output<typeof frontMatterSchema>['evidence']>): Evidence {
  return {
    captured,
    files,
    ...(command === undefined ? {} : { command }),
    ...(text === undefined ? {} : { text }),
  }
}
