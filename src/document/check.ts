/** Checks across blocks, and against the project around the document. Effects are passed in. */

import { posix } from 'node:path'
import * as z from 'zod'
import type { Block, ExperimentBlock, FigureBlock, Place, TableBlock } from './block.ts'
import type { Document, InlineValue } from './document.ts'
import { type Path, references } from './expression.ts'
import { fail, sortMessages } from './problem.ts'
import { validate } from './schema.ts'
import { hint, nearest } from './spelling.ts'
import type { Mapping } from './yaml.ts'

/** What a kind of table tells about itself. */
export interface TableOptions {
  /** Of the keys beside id, kind, from and caption. */
  readonly options: z.ZodType
  /** Whether such a table shows an experiment, so that `from` is required. True unless said. */
  readonly from?: boolean
  /** Which of the options are paths of files, relative to the project. */
  readonly files?: readonly string[]
}

export interface Project {
  /** Whether a file of this path, relative to the project, exists. */
  readonly exists: (path: string) => boolean
  /** Names in a folder, for suggestions; none when there is no such folder. */
  readonly list: (folder: string) => readonly string[]
  /** Names of environments that exist. */
  readonly environments: readonly string[]
  readonly tableKinds: ReadonlyMap<string, TableOptions>
}

/**
 * Adds what is wrong between blocks (ids, references, paths in values) and with the project (files, environments,
 * kinds of tables) to the messages of the document's file. Call once a document.
 */
export function check(document: Document, project: Project): void {
  checkIds(document)
  for (const block of document.blocks) {
    const source = document.sources.get(block)
    if (source === undefined) continue
    switch (block.type) {
      case 'experiment':
        checkExperiment(block, { source, document, project })
        break
      case 'table':
        checkTable(block, { source, document, project })
        break
      case 'figure':
        checkFigure(block, { source, document, project })
        break
    }
  }
  checkReferences(document)
  for (const value of document.values) {
    for (const path of references(value.ast)) checkPath(path, value, document)
  }
  sortMessages(document.file)
}

interface Context {
  readonly source: Mapping
  readonly document: Document
  readonly project: Project
}

/** An id names one thing in the whole document. */
function checkIds({ declarations, file }: Document): void {
  const first = new Map<string, Place>()
  for (const { id, place } of declarations) {
    const earlier = first.get(id)
    if (earlier === undefined) first.set(id, place)
    else fail(file, 'duplicate-id', place, `id ${id} is taken by the block at line ${earlier.line}`)
  }
}

function checkExperiment(block: ExperimentBlock, { source, document: { file }, project }: Context): void {
  if (!('file' in block.script)) return
  checkFile('script', block.script.file, source.valuePlace(['script']), { document: { file }, project })
  for (const [index, environment] of block.environments.entries()) {
    if (project.environments.includes(environment)) continue
    const reason = `unknown environment: ${environment}${hint(environment, project.environments)}`
    fail(file, 'unknown-environment', source.valuePlace(['environments', index]), reason)
  }
}

function checkTable(block: TableBlock, { source, document, project }: Context): void {
  const { file } = document
  if (block.from !== undefined) checkExperimentId(block.from, source.valuePlace(['from']), document)
  const kind = project.tableKinds.get(block.kind)
  if (kind === undefined) {
    const reason = `unknown kind of table: ${block.kind}${hint(block.kind, project.tableKinds.keys())}`
    fail(file, 'unknown-table-kind', source.valuePlace(['kind']), reason)
    return
  }
  if (block.from === undefined && kind.from !== false) {
    fail(
      file,
      'missing-key',
      source.valuePlace([]),
      `missing key: from; a table of kind ${block.kind} shows an experiment`,
    )
  }
  validate(closed(kind.options), block.options, { file, source })
  for (const option of kind.files ?? []) {
    const path = block.options[option]
    if (typeof path === 'string') checkFile(option, path, source.valuePlace([option]), { document, project })
  }
}

/** Unknown options are errors, also where a kind's schema would only drop them; one made to take any key keeps that. */
function closed(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema
}

function checkFigure(block: FigureBlock, { source, document, project }: Context): void {
  checkFile('spec', block.spec, source.valuePlace(['spec']), { document, project })
  for (const [dataset, from] of Object.entries(block.data)) {
    const place = source.valuePlace(['data', dataset])
    if (isFile(from)) checkFile(`data.${dataset}`, from, place, { document, project })
    else checkExperimentId(from, place, document)
  }
}

/** A dataset is a file when it looks like one; ids have neither slash nor dot. */
export function isFile(from: string): boolean {
  return /[/\\.]/.test(from)
}

function checkFile(
  key: string,
  path: string,
  place: Place,
  { document: { file }, project }: { document: Pick<Document, 'file'>; project: Project },
): void {
  if (project.exists(path)) return
  const folder = posix.dirname(path)
  const near = nearest(posix.basename(path), project.list(folder))
  const advice = near === undefined ? '' : ` (did you mean ${posix.join(folder, near)}?)`
  fail(file, 'missing-file', place, `${key}: no file ${path}${advice}`)
}

function checkExperimentId(id: string, place: Place, { declarations, file }: Document): void {
  const named = declarations.filter((declaration) => declaration.id === id)
  if (named.some(({ type }) => type === 'experiment')) return
  const other = named[0]
  const experiments = declarations
    .filter(({ type }) => type === 'experiment')
    .map((declaration) => declaration.id)
  const reason = other
    ? `${id} is a ${other.type}, not an experiment${hint('', experiments)}`
    : `unknown experiment: ${id}${hint(id, experiments)}`
  fail(file, 'unknown-experiment', place, reason)
}

function checkReferences({ references: found, declarations, file }: Document): void {
  const shown = declarations.filter(({ type }) => type !== 'experiment').map(({ id }) => id)
  for (const { id, place } of found) {
    if (shown.includes(id)) continue
    const what = id.startsWith('tbl-') ? 'table' : 'figure'
    fail(file, 'unknown-reference', place, `unknown ${what}: @${id}${hint(id, shown)}`)
  }
}

/** The parts of a path that are known before any run: experiment, environment and pattern. */
function checkPath({ parts, offsets }: Path, value: InlineValue, document: Document): void {
  const [id = '', environment = '', patternName = ''] = parts
  const place = (index: number) => value.locate(offsets[index] ?? 0)
  const { declarations, file } = document
  checkExperimentId(id, place(0), document)
  const block: Block | undefined = declarations.find(
    (one) => one.id === id && one.type === 'experiment',
  )?.block
  if (block?.type !== 'experiment') return
  if (!block.environments.includes(environment)) {
    const reason = `unknown environment of ${id}: ${environment}${hint(environment, block.environments)}`
    fail(file, 'unknown-environment', place(1), reason)
  }
  const names = block.patterns.map(({ name }) => name)
  const pattern = block.patterns.find(({ name }) => name === patternName)
  if (pattern === undefined) {
    fail(
      file,
      'unknown-pattern',
      place(2),
      `unknown pattern of ${id}: ${patternName}${hint(patternName, names)}`,
    )
  } else if (
    pattern.only &&
    block.environments.includes(environment) &&
    !pattern.only.includes(environment)
  ) {
    const reason = `${patternName} does not run in ${environment}, only in ${pattern.only.join(', ')}`
    fail(file, 'unknown-environment', place(1), reason)
  }
}
