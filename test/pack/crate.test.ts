/** Licence, DOI, ORCID and keywords of the front matter and of CITATION.cff, in the RO-Crate. */

import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import type { Files } from '../../src/files/tracked.ts'
import type { Artifact } from '../../src/pack/artifact.ts'
import { crateText } from '../../src/pack/crate.ts'
import { readMetadata } from '../../src/pack/metadata.ts'

type Entity = Readonly<Record<string, unknown>>

const front = `
authors:
  - {name: Ada Lovelace, affiliation: Analytical Society, orcid: 0000-0002-1825-0097}
  - Charles Babbage
keywords: [engines, tables]
license: CC-BY-4.0
doi: https://doi.org/10.5281/zenodo.1234567
`

/** Entities by id. */
function crate(
  frontMatter: string,
  files: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, Entity> {
  const file = new VFile(`---\ntitle: A paper\n${frontMatter}---\n`)
  const document = parseDocument(file)
  expect(file.messages.map(String)).toEqual([])
  const metadata = readMetadata(document.frontMatter, { text: (path) => files[path] } as Pick<
    Files,
    'text'
  > as Files)
  const artifact = {
    ...{
      metadata,
      abstract: [],
      date: '2026-11-29',
      revision: undefined,
      generator: 'repro 1.0.0',
      document,
    },
    ...{
      paper: 'paper/index.md',
      report: '_build/index.html',
      translations: [],
      paths: [],
      runs: [],
      data: [],
    },
    ...{
      environments: [],
      needs: [],
      definitions: [],
      setupMinutes: undefined,
      experiments: [],
      claims: [],
      removed: [],
    },
  } as unknown as Artifact
  const described = ['paper/index.md', '_build/index.html', 'other.txt'].map((path) => ({ path }))
  const graph = JSON.parse(crateText(artifact, described))['@graph'] as readonly (Entity & {
    '@id': string
  })[]
  return new Map(graph.map((entity) => [entity['@id'], entity]))
}

const doi = 'https://doi.org/10.5281/zenodo.1234567'
const license = { '@id': 'https://spdx.org/licenses/CC-BY-4.0' }

describe('the crate of a paper', () => {
  it('has licence and DOI of the front matter at the paper and its report, and no other file', () => {
    const entities = crate(front)
    for (const path of ['paper/index.md', '_build/index.html'])
      expect(entities.get(path)).toMatchObject({ license, identifier: doi })
    expect(entities.get('other.txt')).not.toHaveProperty('license')
    expect(entities.get('other.txt')).not.toHaveProperty('identifier')
    // An archive whose files state none has that of the paper, and no DOI of its own.
    expect(entities.get('./')).toMatchObject({ license, keywords: 'engines, tables' })
    expect(entities.get('./')).not.toHaveProperty('identifier')
    expect(entities.get('https://spdx.org/licenses/CC-BY-4.0')).toMatchObject({
      '@type': 'CreativeWork',
      name: 'CC-BY-4.0',
    })
  })

  it('has those of the files apart from those of the paper', () => {
    const cff = 'license: MIT\ndoi: 10.5281/zenodo.7654321\n'
    const entities = crate(front, { 'CITATION.cff': cff })
    expect(entities.get('./')).toMatchObject({
      license: { '@id': 'https://spdx.org/licenses/MIT' },
      identifier: 'https://doi.org/10.5281/zenodo.7654321',
    })
    expect(entities.get('paper/index.md')).toMatchObject({ license, identifier: doi })
    const described = (id: string) => String(entities.get(`https://spdx.org/licenses/${id}`)?.description)
    expect([described('MIT'), described('CC-BY-4.0')]).toEqual([
      'The license of the files, as SPDX writes it: MIT',
      'The license of the paper, as SPDX writes it: CC-BY-4.0',
    ])
  })

  it('does not mix up two licences that are expressions', () => {
    const entities = crate('license: CC-BY-4.0 OR CC0-1.0\n', {
      'package.json': '{"license": "MIT OR Apache-2.0"}',
    })
    const nameAt = (id: string) => {
      const { license } = entities.get(id) as { readonly license: { readonly '@id': string } }
      return entities.get(license['@id'])?.name
    }
    expect(nameAt('./')).toBe('MIT OR Apache-2.0')
    expect(nameAt('paper/index.md')).toBe('CC-BY-4.0 OR CC0-1.0')
  })

  it('names authors by ORCID, those without by number, and says where nothing is stated', () => {
    const entities = crate(front)
    expect(entities.get('./')).toMatchObject({
      author: [{ '@id': 'https://orcid.org/0000-0002-1825-0097' }, { '@id': '#creator-2' }],
    })
    expect(entities.get('https://orcid.org/0000-0002-1825-0097')).toMatchObject({ name: 'Ada Lovelace' })
    const none = crate('')
    expect(none.get('./')).toMatchObject({ license: 'not stated', author: [] })
    expect(none.get('paper/index.md')).not.toHaveProperty('license')
    expect(none.get('paper/index.md')).not.toHaveProperty('identifier')
  })
})
