/** `repro __names`: prints names of a document, for completion scripts (work/completion.ts). Not in help. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VFile } from 'vfile'
import type { Block } from '../document/block.ts'
import { parseDocument } from '../document/document.ts'
import { cellsOf } from '../engine/cells.ts'
import { openFiles } from '../files/tracked.ts'
import { flatParameters } from '../results/parameters.ts'
import { runName } from '../results/run.ts'
import { projectEnvironments } from '../testbeds/environments.ts'
import { siteOf } from './site.ts'

type Names = (blocks: readonly Block[], project: string) => readonly string[]

const kinds: ReadonlyMap<string, Names> = new Map<string, Names>([
  ['selectors', selectorsIn],
  ['cells', (blocks) => cellsOf(blocks).map(runName)],
  ['experiments', (blocks) => blocks.flatMap(({ type, id }) => (type === 'experiment' ? [id] : []))],
  ['claims', (blocks) => blocks.flatMap(({ type, id }) => (type === 'claim' ? [id] : []))],
  ['environments', (_, project) => [...projectEnvironments(project, openFiles(project)).keys()]],
  [
    'steps',
    (blocks) => [
      ...cellsOf(blocks).map(runName),
      ...blocks.flatMap(({ type, id }) => (type === 'experiment' ? [] : [id])),
      'page',
    ],
  ],
])

/** Names are a document's, and shells expand what they are given. */
const harmless = /^[\p{L}\p{N}_][\p{L}\p{N}_./+-]*(?:=[\p{L}\p{N}_.+-]+)?$/u

/** Returns the names of a kind in the document; none if anything is wrong. Does not check the document. */
export function namesOf(kind: string, document: string | undefined): readonly string[] {
  try {
    const { project, document: path } = siteOf(document, '')
    const found = kinds.get(kind)?.(blocksOf(project, path), project) ?? []
    return [...new Set(found)].filter((name) => harmless.test(name))
  } catch {
    return []
  }
}

/** Names of cells, then the parameters that tell patterns apart: `threads=2`. */
function selectorsIn(blocks: readonly Block[]): readonly string[] {
  const cells = cellsOf(blocks)
  const names = cells.flatMap((one) => [one.experiment, one.pattern, runName(one)])
  const parameters = [...Map.groupBy(cells, ({ experiment }) => experiment).values()].flatMap((own) => {
    const all = own.flatMap(({ definition }) => [...flatParameters(definition.parameters)])
    return [...Map.groupBy(all, ([name]) => name)].flatMap(([name, pairs]) => {
      const values = new Set(pairs.map(([, value]) => String(value)))
      return values.size > 1 ? [...values].map((value) => `${name}=${value}`) : []
    })
  })
  return [...names, ...parameters]
}

/** Returns the blocks of a document; a translation has those of its original. */
function blocksOf(project: string, path: string): readonly Block[] {
  const parsed = (file: string) =>
    parseDocument(new VFile({ path: file, value: readFileSync(join(project, file)) }))
  const document = parsed(path)
  const { translationOf } = document.frontMatter
  return (translationOf ? parsed(translationOf.file) : document).blocks
}
