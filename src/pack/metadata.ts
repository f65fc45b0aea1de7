/** Bibliographic metadata, from the paper's front matter, CITATION.cff and package.json, in this order. */

import { parse } from 'yaml'
import { z } from 'zod'
import type { FrontMatter } from '../document/frontmatter.ts'
import type { Files } from '../files/tracked.ts'
import { PackError } from './error.ts'

export interface Creator {
  readonly type: 'Person' | 'Organization'
  readonly name: string
  readonly affiliation?: string
  /** Without the URL: 0000-0002-1825-0097. */
  readonly orcid?: string
}

export interface Metadata {
  /** For use in file names. */
  readonly name: string
  /** Absent if nothing states one. */
  readonly version?: string
  readonly title: string
  readonly description: string
  readonly creators: readonly Creator[]
  /** SPDX identifier; absent if nothing states one. */
  readonly license?: string
  readonly keywords: readonly string[]
  readonly repository?: string
  readonly doi?: string
  /** Range of Node versions: `>=20`. */
  readonly node?: string
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

/** Throws a PackError for a file that cannot be read. */
export function readMetadata(front: FrontMatter, files: Files): Metadata {
  const cff = readAs(citation, 'CITATION.cff', files)
  const json = readAs(manifest, 'package.json', files)
  const cited = (cff.authors ?? []).flatMap((author): readonly Creator[] => {
    const { name, affiliation, orcid } = author
    const full = [author['given-names'], author['family-names']].filter((part) => part !== undefined)
    if (full.length === 0 && name === undefined) return []
    return [
      {
        type: full.length > 0 ? 'Person' : 'Organization',
        name: full.length > 0 ? full.join(' ') : (name ?? ''),
        ...(affiliation === undefined ? {} : { affiliation }),
        ...(orcid === undefined ? {} : { orcid: orcid.replace(/^https?:\/\/orcid\.org\//, '') }),
      },
    ]
  })
  const written = front.authors.map((author): Creator => {
    const known = cited.find(({ name }) => name === author.name)
    return { type: 'Person', ...known, ...author }
  })
  const version = cff.version ?? json.version
  const license = [cff.license ?? json.license ?? []].flat()
  const repository =
    cff['repository-code'] ??
    (typeof json.repository === 'string' ? json.repository : json.repository?.url.replace(/^git\+/, ''))
  return {
    name: slug(json.name ?? front.title),
    ...(version === undefined ? {} : { version }),
    title: front.title,
    description: front.subtitle ?? front.title,
    creators: written.length > 0 ? written : cited,
    ...(license.length === 0 ? {} : { license: license.join(' OR ') }),
    keywords: cff.keywords ?? [],
    ...(repository === undefined ? {} : { repository }),
    ...(cff.doi === undefined ? {} : { doi: cff.doi }),
    ...(json.engines?.node === undefined ? {} : { node: json.engines.node }),
  }
}

function readAs<Schema extends z.ZodType>(schema: Schema, path: string, files: Files): z.infer<Schema> {
  const text = files.text(path)
  let data: unknown
  try {
    data = text === undefined ? {} : parse(text)
  } catch (cause) {
    throw new PackError(`cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
  const parsed = schema.safeParse(data ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new PackError(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`)
}

/** `How long does it take?` -> `how-long-does-it-take`; the scope of an npm package is part of it. */
function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return plain.slice(0, 80) || 'artifact'
}
