/** The document's front matter: what a title page says. */

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
  /** As written; YAML 1.2 has no dates. */
  readonly date?: string
  /** BCP 47 tag. */
  readonly lang: string
  /** Where it is said, if it is. */
  readonly langPlace?: Place
  readonly abstract?: string
  /** Places in the file of the abstract's characters. */
  readonly abstractLocate?: Locate
  readonly bibliography?: NamedFile
  /** CSV files of published tables, for expressions. */
  readonly published: readonly NamedFile[]
  /** Numbers that the prose may say although no run and no published table has them: what is set, what others say in words. */
  readonly nominal: readonly { readonly text: string; readonly place: Place }[]
  /** The document that this one is an edition of: the same in another language. */
  readonly editionOf?: NamedFile
  /** Editions of this document. */
  readonly editions: readonly NamedFile[]
  /** A text of the data, such as a column's label or a captured item -> what tables call it. */
  readonly texts: Readonly<Record<string, string>>
  /** What the report shows below each claim. */
  readonly evidence?: Evidence
  /** What the authors say a person needs, in minutes: for `setup`, and for experiments by id. */
  readonly humanMinutes: readonly { readonly of: string; readonly minutes: number; readonly place: Place }[]
}

export interface Evidence {
  /** Captured items of the machine. */
  readonly captured: readonly string[]
  /** Raw files of each boot that the command reads. */
  readonly files: readonly string[]
  /** Shows what was recorded: of `{trial}` of `{boot}`, which is the cell where that has one boot. */
  readonly command?: string
  /** Before the commands; `{rerun}` stands for the one that makes the raw files again. */
  readonly text?: string
}

/** A file, relative to the project, and where the document names it. */
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

/** Reads the front matter; `node` is undefined when the document has none, which is an error for want of a title. */
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
