/** Bibliographic metadata, from the paper's front matter, CITATION.cff and package.json, in this order. */

import * as z from 'zod'
import type { FrontMatter } from '../document/frontmatter.ts'
import type { Files } from '../files/tracked.ts'
import { ExplainedError, present } from '../text/message.ts'
import { valueOfYaml } from '../text/yaml.ts'

export interface Creator {
  readonly type: 'Person' | 'Organization'
  readonly name: string
  readonly affiliation?: string | undefined
  /** Without the URL: 0000-0002-1825-0097. */
  readonly orcid?: string | undefined
}

export interface Metadata {
  /** For use in file names. */
  readonly name: string
  /** Absent if nothing states one. */
  readonly version: string | undefined
  readonly title: string
  readonly description: string
  readonly creators: readonly Creator[]
  /** SPDX identifier; absent if nothing states one. */
  readonly license: string | undefined
  readonly keywords: readonly string[]
  readonly repository: string | undefined
  readonly doi: string | undefined
  /** Of the paper itself, by its front matter; the others are of the whole archive. */
  readonly paper: { readonly license: string | undefined; readonly doi: string | undefined }
  /** Range of Node versions: `>=20`. */
  readonly node: string | undefined
}

const words = z.coerce.string().min(1)

/**
 * Keys used here of Citation File Format 1.2: https://github.com/citation-file-format/citation-file-format
 */
const citation = z.looseObject({
  title: words.optional(),
  version: words.optional(),
  license: z.union([words, z.array(words)]).optional(),
  doi: words.optional(),
  'repository-code': words.optional(),
  keywords: z.array(words).optional(),
  authors: z
    .array(
      z.looseObject({
        name: words.optional(),
        'given-names': words.optional(),
        'family-names': words.optional(),
        affiliation: words.optional(),
        orcid: words.optional(),
      }),
    )
    .optional(),
})

const manifest = z.looseObject({
  name: words.optional(),
  version: words.optional(),
  license: words.optional(),
  repository: z.union([words, z.looseObject({ url: words })]).optional(),
  engines: z.looseObject({ node: words.optional() }).optional(),
})

/** Throws an ExplainedError for a file that cannot be read. */
export function readMetadata(front: FrontMatter, files: Files): Metadata {
  const cff = readYaml(citation, 'CITATION.cff', files)
  const json = readYaml(manifest, 'package.json', files)
  const cited = (cff.authors ?? []).flatMap((author): readonly Creator[] => {
    const { name, affiliation, orcid } = author
    const full = present([author['given-names'], author['family-names']]).join(' ')
    if (full === '' && name === undefined) return []
    const id = orcid?.replace(/^https?:\/\/orcid\.org\//, '')
    return [
      { type: full === '' ? 'Organization' : 'Person', name: full || (name ?? ''), affiliation, orcid: id },
    ]
  })
  const written = front.authors.map((author): Creator => {
    const known = cited.find(({ name }) => name === author.name)
    return { type: 'Person', ...known, ...author }
  })
  const license = [cff.license ?? json.license ?? []].flat()
  const repository =
    cff['repository-code'] ??
    (typeof json.repository === 'string' ? json.repository : json.repository?.url.replace(/^git\+/, ''))
  return {
    name: slug(json.name ?? front.title),
    version: cff.version ?? json.version,
    title: front.title,
    description: front.subtitle ?? front.title,
    creators: written.length > 0 ? written : cited,
    license: license.join(' OR ') || front.license,
    paper: { license: front.license, doi: front.doi },
    keywords: front.keywords.length > 0 ? front.keywords : (cff.keywords ?? []),
    repository,
    doi: cff.doi,
    node: json.engines?.node,
  }
}

/** Characters of a file. */
const longest = 200_000

/** Reads YAML or JSON; a missing file is empty. Throws an ExplainedError if it does not fit the schema. */
export function readYaml<Schema extends z.ZodType>(
  schema: Schema,
  path: string,
  files: Files,
): z.infer<Schema> {
  const text = files.text(path)
  let data: unknown
  try {
    // The parser compares each key with all others.
    if (text !== undefined && text.length > longest) throw new Error(`it has more than ${longest} characters`)
    data = text === undefined ? {} : valueOfYaml(text)
  } catch (cause) {
    throw new ExplainedError(`cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
  const parsed = schema.safeParse(data ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ExplainedError(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`)
}

/** `How long does it take?` -> `how-long-does-it-take`; the scope of an npm package is part of it. */
function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return plain.slice(0, 80) || 'artifact'
}
