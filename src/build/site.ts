/** Where a build takes place, and the document that it is about. */

import { join } from 'node:path'
import { VFile } from 'vfile'
import { parseBibliography } from '../document/bibliography.ts'
import type { Block } from '../document/block.ts'
import { check } from '../document/check.ts'
import { type Document, parseDocument } from '../document/document.ts'
import { tableKinds } from '../report/tables/kinds.ts'
import { languages } from '../report/words/languages.ts'
import { type Files, openFiles } from '../results/files.ts'
import { type Environment, readEnvironments } from '../testbed/environment.ts'
import type { BuildEvent } from './event.ts'

export interface Site {
  /** Absolute path of the project. */
  readonly project: string
  /** The document, relative to the project. */
  readonly document: string
  /** Folder of what can be made again, see testbed/cache.ts. */
  readonly cache: string
  /** Value of REPRO_DEBIAN_MIRROR. */
  readonly mirror: string | undefined
  /** Name and version of this program. */
  readonly generator: string
}

/** What the command line may lay over the document. */
export interface Overrides {
  readonly trials?: number | undefined
  readonly deadlineSeconds?: number | undefined
}

/** The document has errors; they are in its file's messages. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
  readonly file: VFile

  constructor(file: VFile) {
    super(`${file.path} has errors`)
    this.file = file
  }
}

/** A document that was read and checked, and where it is. */
export interface Opened {
  readonly document: Document
  readonly environments: ReadonlyMap<string, Environment>
}

const environmentsFile = 'experiments/environments.yaml'

export function lockFile({ project }: Site): string {
  return join(project, 'experiments/packages.lock.json')
}

/** Reads and checks the document: everything that is wrong with it is in its file's messages. */
export async function openDocument(site: Site, files: Files = openFiles(site.project)): Promise<Opened> {
  const { project, document: path } = site
  const document = parseDocument(new VFile({ path, value: files.text(path) ?? '' }))
  // A document whose experiments all run on this host needs no such file.
  const environments = files.exists(environmentsFile)
    ? await readEnvironments(join(project, environmentsFile))
    : new Map<string, Environment>()
  const { bibliography } = document.frontMatter
  const entries = bibliography && document.citations.length > 0 ? files.text(bibliography.file) : undefined
  check(document, {
    exists: files.exists,
    list: files.list,
    environments: [...environments.keys(), 'local'],
    tableKinds,
    languages: [...languages.keys()],
    bibliography: entries === undefined ? undefined : await parseBibliography(entries),
  })
  return { document, environments }
}

/** The document as if it had been written with the command line's values; says where they differ. */
export function override(
  document: Document,
  { trials, deadlineSeconds }: Overrides,
  tell: (event: BuildEvent) => void = () => {},
): Document {
  if (trials === undefined && deadlineSeconds === undefined) return document
  const changed = (block: Block): Block => {
    if (block.type !== 'experiment') return block
    if (trials !== undefined && trials !== block.trials)
      tell({
        type: 'note',
        text: `--trials ${trials} overrides the document's ${block.trials} for ${block.id}`,
      })
    if (deadlineSeconds !== undefined && deadlineSeconds !== block.deadlineSeconds)
      tell({
        type: 'note',
        text: `--deadline ${deadlineSeconds} overrides the document's ${block.deadlineSeconds} s for ${block.id}`,
      })
    return {
      ...block,
      ...(trials === undefined ? {} : { trials }),
      ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
    }
  }
  const blocks = new Map(document.blocks.map((block) => [block, changed(block)]))
  const nodes = [...document.nodes].map(
    ([node, part]) => [node, part.type === 'value' ? part : (blocks.get(part) ?? part)] as const,
  )
  return { ...document, blocks: [...blocks.values()], nodes: new Map(nodes) }
}
