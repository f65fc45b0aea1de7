/** Checks across blocks and against the project. Effects are passed in. */

import { posix } from 'node:path'
import * as z from 'zod'
import { type Bibliography, checkCitations } from '../bibliography/bibliography.ts'
import type { Place } from '../document/block.ts'
import { claimExpressions } from '../document/claimblock.ts'
import { type Document, floatIds } from '../document/document.ts'
import { wordsIn } from '../document/experiment.ts'
import type { Fence } from '../document/fence.ts'
import type { Locate } from '../document/place.ts'
import { fail, hasErrorAt, sortMessages, warn } from '../document/problem.ts'
import { warnOfNearMiss } from '../document/reference.ts'
import { validate } from '../document/validation.ts'
import type { Mapping } from '../document/yaml.ts'
import { inputFiles, isPattern } from '../files/glob.ts'
import { FileError } from '../files/ordinary.ts'
import {
  type Expression,
  leftList,
  type Path,
  publishedRoot,
  readsPublished,
  references,
} from '../query/expression.ts'
import { aggregates } from '../query/functions.ts'
import { groupsOf, lookUp, publishedOffer } from '../query/lookup.ts'
import { isSeveral, offerOf } from '../query/patterns.ts'
import type { PublishedTable } from '../query/published.ts'
import { type Cells, resolveCells } from '../query/resolve.ts'
import { isMapping, type Parameter, type Parameters } from '../results/parameters.ts'
import { hint, nearest } from '../text/spelling.ts'
import { checkDrift } from './drift.ts'
import { checkLiterals } from './literal.ts'
import { checkOrigins } from './origin.ts'
import { picturesOf, readPictures } from './picture.ts'
import { warnOfUnseen } from './unseen.ts'

/** Static description of a table kind. */
export interface TableOptions {
  /** Schema of keys other than id, kind, from and caption. */
  readonly options: z.ZodType
  /** Whether the kind shows an experiment and requires `from`. True by default. */
  readonly from?: boolean
  /** Options that hold file paths relative to the project, or lists of them. */
  readonly files?: readonly string[]
}

export interface Project {
  /** Whether a file exists; the path is relative to the project. */
  readonly exists: (path: string) => boolean
  /** Reason why a document may not name this file; undefined if it may, or if there is no such file. */
  readonly problem: (path: string) => string | undefined
  /** Files that match a pattern. Throws a FileError for links that lead out of the project. */
  readonly match: (pattern: string) => readonly string[]
  /** Content of a file; undefined if missing. Throws an Error with the reason if it is unreadable. */
  readonly read: (path: string) => Uint8Array | undefined
  /** Names in a folder, for suggestions; empty if there is no such folder. */
  readonly list: (folder: string) => readonly string[]
  /** Known environments. */
  readonly environments: readonly string[]
  /** The emulated ones; none by default. */
  readonly emulated?: readonly string[]
  readonly tableKinds: ReadonlyMap<string, TableOptions>
  /** Content of the front matter's `bibliography`; optional if there is none or nothing is cited. */
  readonly bibliography?: Bibliography | undefined
  /** The existing files of the front matter's `published`; optional if it names none. */
  readonly published?: readonly PublishedTable[]
  /** Languages of reports, as primary subtags. */
  readonly languages: readonly string[]
}

/**
 * Reports errors between blocks (ids, references, paths in values) and against the project (files,
 * environments, table kinds) in the document's file. Call once per document.
 *
 * Checks keys as written, so that one error in a block does not hide the next.
 */
export function check(document: Document, project: Project): void {
  checkIds(document)
  for (const { type, source } of document.fences) {
    if (source === undefined) continue
    switch (type) {
      case 'experiment':
        checkExperiment({ source, document, project })
        break
      case 'table':
        checkTable({ source, document, project })
        break
      case 'figure':
        checkFigure({ source, document, project })
        break
      case 'claim':
        checkClaim({ source, document, project })
        break
    }
  }
  checkCycles(document)
  checkDrift(document)
  checkReferences(document, project)
  checkPictures(document, project)
  warnOfUnseen(document)
  // If the front matter has errors, whatever depends on it would look wrong.
  if (document.frontMatter.title !== '') checkProse(document, project)
  for (const { ast, locate } of document.values) checkExpression(ast, locate, { document, project })
  sortMessages(document.file)
}

function checkProse(document: Document, project: Project): void {
  const { bibliography, lang, langPlace } = document.frontMatter
  if (langPlace && !project.languages.includes(lang.toLowerCase().split('-')[0] ?? '')) {
    const reason = `the report has no words in ${lang}, and says its own in English (known: ${project.languages.join(', ')})`
    warn(document.file, 'unknown-language', langPlace, reason)
  }
  if (bibliography)
    checkExists(bibliography.file, bibliography.place, { what: 'bibliography', document, project })
  checkPublished(document, project)
  checkHumanMinutes(document)
  checkCitations(document, project.bibliography)
  checkLiterals(document)
  checkOrigins(document, project.emulated ?? [])
}

function checkPublished(document: Document, project: Project): void {
  for (const { file, place } of document.frontMatter.published) {
    const table = project.published?.find((one) => one.file === file)
    if (table === undefined) checkExists(file, place, { what: publishedRoot, document, project })
    else if (table.problem !== undefined)
      fail(document.file, 'published-tables', place, `published: ${file}: ${table.problem}`)
  }
}

/** A translation may give minutes for an experiment that it does not show. */
function checkHumanMinutes({ frontMatter, fences, original, file }: Document): void {
  const ids = [...fences, ...(original?.fences ?? [])].flatMap(({ type, id }) =>
    type === 'experiment' && id !== undefined ? [id] : [],
  )
  const known = ['setup', ...ids]
  for (const { of, place } of frontMatter.humanMinutes) {
    if (known.includes(of)) continue
    fail(file, 'unknown-experiment', place, `unknown experiment: ${of}${hint(of, known)}`)
  }
}

interface Context {
  readonly source: Mapping
  readonly document: Document
  readonly project: Project
}

/** Reports ids that are used twice in the document. */
function checkIds({ fences, file }: Document): void {
  const first = new Map<string, Place>()
  for (const { id, idPlace } of fences) {
    if (id === undefined) continue
    const earlier = first.get(id)
    if (earlier === undefined) first.set(id, idPlace)
    else fail(file, 'duplicate-id', idPlace, `id ${id} is taken at line ${earlier.line}`)
  }
}

function checkExperiment(context: Context): void {
  const { source, document, project } = context
  checkFile(['script'], context)
  for (const [index, environment] of wordsIn(source.data.environments)) {
    const place = source.valuePlace(['environments', index])
    if (project.environments.includes(environment) || hasErrorAt(document.file, place)) continue
    const reason = `unknown environment: ${environment}${hint(environment, project.environments)}`
    fail(document.file, 'unknown-environment', place, reason)
  }
  for (const [needed, place] of listOf('needs', source)) {
    if (!hasErrorAt(document.file, place)) checkExperimentId(needed, place, document)
  }
  for (const [path, place] of listOf('inputs', source)) checkInput(path, place, context)
}

/** Reports inputs that match no file: such an input would never change. */
function checkInput(written: string, place: Place, { document, project }: Context): void {
  const { file } = document
  if (hasErrorAt(file, place)) return
  const path = posix.normalize(written)
  try {
    const found = inputFiles(path, project)
    for (const problem of found.flatMap((one) => project.problem(one) ?? []))
      fail(file, 'refused-file', place, `inputs: ${written}: ${problem}`)
    if (found.length > 0) return
    if (isPattern(path)) fail(file, 'missing-file', place, `inputs: no file fits ${path}`)
    else if (project.list(path).length > 0) {
      const reason = `inputs: ${path} is a folder: write ${posix.join(path, '**')} for all files in it`
      fail(file, 'missing-file', place, reason)
    } else checkExists(path, place, { what: 'inputs', document, project })
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    fail(file, 'refused-file', place, `inputs: ${written}: ${error.message}`)
  }
}

/** Items of a list with their places: a YAML list, or comma-separated words in an attribute. */
function listOf(
  key: 'needs' | 'inputs',
  source: Mapping,
): readonly (readonly [word: string, place: Place])[] {
  const list = source.data[key]
  if (typeof list === 'string') return list.split(',').map((word) => [word, source.valuePlace([key])])
  return wordsIn(list).map(([index, word]) => [word, source.valuePlace([key, index])])
}

/** Reports cycles of `needs`. */
function checkCycles({ fences, file }: Document): void {
  const needs = new Map(
    fences.flatMap(({ type, id, source }) =>
      type === 'experiment' && id !== undefined && source ? [[id, listOf('needs', source)] as const] : [],
    ),
  )
  const done = new Set<string>()
  const visit = (id: string, path: readonly string[]): void => {
    if (done.has(id)) return
    for (const [needed, place] of needs.get(id) ?? []) {
      const start = [...path, id].indexOf(needed)
      if (start < 0) visit(needed, [...path, id])
      else {
        const circle = [...path, id].slice(start)
        fail(file, 'circular-needs', place, `a circle of needs: ${[...circle, needed].join(' -> ')}`)
      }
    }
    done.add(id)
  }
  for (const id of needs.keys()) visit(id, [])
}

function checkTable(context: Context): void {
  const { source, document, project } = context
  const { file } = document
  const { id: _id, caption: _caption, kind: name, from, ...options } = source.data
  if (typeof from === 'string') checkExperimentId(from, source.valuePlace(['from']), document)
  if (typeof name !== 'string') return
  const kind = project.tableKinds.get(name)
  if (kind === undefined) {
    const place = source.valuePlace(['kind'])
    const reason = `unknown kind of table: ${name}${hint(name, project.tableKinds.keys())}`
    if (!hasErrorAt(file, place)) fail(file, 'unknown-table-kind', place, reason)
    return
  }
  if (from === undefined && kind.from !== false) {
    const reason = `missing key: from; a table of kind ${name} shows an experiment`
    fail(file, 'missing-key', source.valuePlace([]), reason)
  }
  validate(closed(kind.options), options, { file, source, known: ['id', 'kind', 'from', 'caption'] })
  for (const option of kind.files ?? []) {
    checkFile([option], context)
    for (const [index] of wordsIn(options[option])) checkFile([option, index], context)
  }
}

/** Makes unknown options errors where a schema would drop them; schemas with a catchall keep it. */
function closed(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema
}

function checkFigure(context: Context): void {
  const { source, document } = context
  checkFile(['spec'], context)
  const { data } = source.data
  for (const [dataset, given] of isMapping(data) ? Object.entries(data) : []) {
    const at = ['data', dataset] as const
    if (typeof given === 'string' && isFile(given)) checkFile(at, context)
    else if (typeof given === 'string') checkExperimentId(given, source.valuePlace(at), document)
    else if (isMapping(given) && typeof given.from === 'string') {
      checkExperimentId(given.from, source.valuePlace([...at, 'from']), document)
      checkWhere(given, [...at, 'where'], context)
    }
  }
}

/** Checks the environments and patterns of `where`; other columns are unknown before a run. */
function checkWhere(
  { from, where }: Parameters,
  at: readonly [string, ...string[]],
  { source, document }: Context,
): void {
  const { fences, file } = document
  const fence = fences.find(({ id, type }) => id === from && type === 'experiment')
  const cells = fence && cellsOf(fence)
  if (cells === undefined || !isMapping(where)) return
  const known = { environment: cells.environments, pattern: [...cells.patterns.keys()] }
  for (const [column, names] of Object.entries(known)) {
    const given = where[column]
    const single = typeof given === 'string' ? [[[column], given] as const] : []
    for (const [path, value] of [
      ...single,
      ...wordsIn(given).map(([i, one]) => [[column, i], one] as const),
    ]) {
      const reason = `unknown ${column} of ${from}: ${value}${hint(value, names)}`
      if (!names.includes(value)) fail(file, `unknown-${column}`, source.valuePlace([...at, ...path]), reason)
    }
  }
}

function checkClaim({ source, document, project }: Context): void {
  const { fences, file } = document
  for (const { ast, locate } of claimExpressions(source, file))
    checkExpression(ast, locate, { document, project })
  const { shows } = source.data
  if (typeof shows !== 'string' || floatIds(fences).includes(shows)) return
  const reason = `no table or figure of this id: ${shows}${hint(shows, floatIds(fences))}`
  fail(file, 'unknown-reference', source.valuePlace(['shows']), reason)
}

/** Tells a file from an experiment id, which has no slash or dot. */
export function isFile(from: string): boolean {
  return /[/\\.]/.test(from)
}

function checkPictures(document: Document, project: Project): void {
  const read = (path: string) => {
    const problem = project.problem(path)
    if (problem !== undefined) throw new Error(problem)
    return project.read(path)
  }
  for (const one of readPictures(picturesOf(document), read)) {
    const { path = '', source, place, problem, warning, isMissing } = one
    if (warning !== undefined) warn(document.file, 'picture', place, `image ${source}: ${warning}`)
    if (problem === undefined) continue
    const folder = posix.dirname(path)
    const near = isMissing ? nearest(posix.basename(path), project.list(folder)) : undefined
    const advice = near === undefined ? '' : ` (did you mean ${posix.join(folder, near)}?)`
    fail(document.file, 'picture', place, `image ${source}: ${problem}${advice}`)
  }
}

function checkFile(
  at: readonly [string, ...(string | number)[]],
  { source, document, project }: Context,
): void {
  const written = at.reduce<Parameter | undefined>(
    (value, key) =>
      isMapping(value)
        ? value[key]
        : Array.isArray(value)
          ? (value as readonly Parameter[])[Number(key)]
          : undefined,
    source.data,
  )
  const place = source.valuePlace(at)
  if (typeof written !== 'string' || hasErrorAt(document.file, place)) return
  checkExists(written, place, { what: at.join('.'), document, project })
}

function checkExists(
  written: string,
  place: Place,
  {
    what,
    document,
    project,
  }: { readonly what: string; readonly document: Document; readonly project: Project },
): void {
  const path = posix.normalize(written)
  const problem = project.problem(path)
  if (problem !== undefined) {
    fail(document.file, 'refused-file', place, `${what}: ${problem}`)
    return
  }
  if (project.exists(path)) return
  const folder = posix.dirname(path)
  const near = nearest(posix.basename(path), project.list(folder))
  const advice = near === undefined ? '' : ` (did you mean ${posix.join(folder, near)}?)`
  fail(document.file, 'missing-file', place, `${what}: no file ${path}${advice}`)
}

function checkExperimentId(id: string, place: Place, { fences, file }: Document): void {
  const named = fences.filter((fence) => fence.id === id)
  if (named.some(({ type }) => type === 'experiment') || hasErrorAt(file, place)) return
  const other = named[0]
  const experiments = fences.flatMap((fence) => (fence.type === 'experiment' && fence.id ? [fence.id] : []))
  const reason = other
    ? `${id} is a ${other.type}, not an experiment${hint('', experiments)}`
    : `unknown experiment: ${id}${hint(id, experiments)}`
  fail(file, 'unknown-experiment', place, reason)
}

function checkReferences({ references: found, mentions, fences, file }: Document, project: Project): void {
  const shown = floatIds(fences)
  const keys = project.bibliography?.keys ?? []
  for (const one of mentions) warnOfNearMiss(one, { ids: shown, keys, file })
  const known = new Set(shown)
  for (const { id, place } of found) {
    if (known.has(id)) continue
    const what = id.startsWith('tbl-') ? 'table' : 'figure'
    fail(file, 'unknown-reference', place, `unknown ${what}: @${id}${hint(id, shown)}`)
  }
}

/** Cells of an experiment; of an invalid one, as far as readable, or undefined. */
function cellsOf(fence: Fence): Cells | undefined {
  const { block, source } = fence
  const id = fence.id ?? ''
  if (block?.type === 'experiment') return { id, environments: block.environments, ...offerOf(block) }
  const environments = wordsIn(source?.data.environments).map(([, name]) => name)
  const { patterns, groups } = source?.data ?? {}
  if (environments.length === 0 || !isMapping(patterns)) return undefined
  const members = Object.entries(isMapping(groups) ? groups : {}).map(
    ([name, list]) => [name, wordsIn(list).map(([, word]) => word)] as const,
  )
  return {
    id,
    environments,
    patterns: new Map(Object.keys(patterns).map((name) => [name, undefined])),
    groups: new Map(members),
  }
}

type Around = Pick<Context, 'document' | 'project'>

function checkExpression(ast: Expression, locate: Locate, around: Around): void {
  for (const path of references(ast)) {
    if (readsPublished(path)) checkPublishedPath(path, locate, around)
    else checkPath(path, locate, around.document)
  }
  checkLists(ast, locate, around)
}

/** Checks all parts, since published tables exist before any run. */
function checkPublishedPath(path: Path, locate: Locate, { document, project }: Around): void {
  const { frontMatter, file } = document
  const tables = project.published ?? []
  const valid = tables.filter(({ problem }) => problem === undefined)
  // If a table is missing or invalid, lookups in it would look wrong.
  if (frontMatter.title === '' || valid.length < frontMatter.published.length) return
  const found = lookUp(path, tables, groupsIn(document))
  if (found.type === 'wrong') fail(file, found.ruleId, locate(placeInPath(path, found)), found.reason)
}

/** Offset of a word in a part; any but the first follow an opening quote. */
function placeInPath(
  { offsets }: Pick<Path, 'offsets'>,
  { part, offset }: { part: number; offset: number },
): number {
  return (offsets[part] ?? 0) + (offset > 0 ? offset + 1 : 0)
}

function groupsIn({ fences }: Document): ReturnType<typeof groupsOf> {
  return groupsOf(fences.flatMap((fence) => (fence.type === 'experiment' ? (cellsOf(fence) ?? []) : [])))
}

/** Checks the parts of a path that are known before a run. */
function checkPath({ parts, offsets }: Path, locate: Locate, document: Document): void {
  const [id = ''] = parts
  const { fences, file } = document
  checkExperimentId(id, locate(offsets[0] ?? 0), document)
  const fence = fences.find((one) => one.id === id && one.type === 'experiment')
  const cells = fence && cellsOf(fence)
  if (cells === undefined) return
  const found = resolveCells(parts, [cells])
  if ('wrong' in found)
    for (const one of found.wrong) fail(file, one.ruleId, locate(placeInPath({ offsets }, one)), one.reason)
}

/** A path with several patterns yields a list, which must be reduced to one number. */
function checkLists(ast: Expression, locate: Locate, { document, project }: Around): void {
  const path = leftList(ast, ({ parts: [id, environment = '', word = ''] }) => {
    if (id === publishedRoot)
      return isSeveral(word, publishedOffer(environment, project.published ?? [], groupsIn(document)))
    const fence = document.fences.find((one) => one.id === id && one.type === 'experiment')
    const cells = fence && cellsOf(fence)
    return cells !== undefined && isSeveral(word, cells)
  })
  if (path === undefined) return
  const reason = `${path.parts[2]} stands for several patterns: put it into ${aggregates.join(', ')}, or name one pattern`
  fail(document.file, 'expression-list', locate(path.offsets[2] ?? 0), reason)
}
