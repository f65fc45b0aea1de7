/** Checks across blocks and against the project. Effects are passed in. */

import { posix } from 'node:path'
import * as z from 'zod'
import { type Bibliography, checkCitations } from '../bibliography/bibliography.ts'
import type { DataFile } from '../data/run.ts'
import { dataEnvironment, wholePattern } from '../data/source.ts'
import type { ExperimentBlock, FigureBlock, Place } from '../document/block.ts'
import { meansIn } from '../document/claim.ts'
import { claimExpressions } from '../document/claimblock.ts'
import { type Document, floatIds, referenceIds } from '../document/document.ts'
import { patternNamesIn, wordsIn } from '../document/experiment.ts'
import type { Fence } from '../document/fence.ts'
import { writtenAt } from '../document/include.ts'
import type { Locate } from '../document/place.ts'
import { fail, failOnce, hasErrorAt, sortMessages, warn } from '../document/problem.ts'
import { isReference, warnOfNearMiss } from '../document/reference.ts'
import { kindOfId } from '../document/target.ts'
import { validate } from '../document/validation.ts'
import { type KeyPath, type Mapping, valueAt } from '../document/yaml.ts'
import { inputFiles, isPattern } from '../files/glob.ts'
import { FileError } from '../files/ordinary.ts'
import { PathError, QueryError } from '../query/error.ts'
import {
  type Expression,
  type Path,
  publishedRoot,
  readsPublished,
  references,
  unreducedPath,
} from '../query/expression.ts'
import { aggregates, functions } from '../query/functions.ts'
import { measuresIn } from '../query/invariant.ts'
import { groupsOf, lookUp, publishedNames } from '../query/lookup.ts'
import { type ExperimentSource, isSeveral, patternNames } from '../query/patterns.ts'
import type { PublishedTable } from '../query/published.ts'
import { probesOf } from '../query/query.ts'
import { resolveCells } from '../query/resolve.ts'
import { statistic, statistics } from '../query/statistics.ts'
import { folderOf } from '../results/name.ts'
import { isMapping, type Parameters } from '../results/parameters.ts'
import type { Column } from '../results/run.ts'
import { withId } from '../text/lists.ts'
import { hint, nearest } from '../text/spelling.ts'
import type { Typesetter } from '../text/tex.ts'
import { checkConditions } from './conditions.ts'
import { checkDrift } from './drift.ts'
import { warnOfForeign } from './foreign.ts'
import { checkLinks } from './links.ts'
import { checkLiterals } from './literal.ts'
import { checkMathematics } from './mathematics.ts'
import { checkOrigins, type Emulated } from './origin.ts'
import { pictureAt, type PictureFile, picturesOf, readPictures } from './picture.ts'
import { checkRounds } from './rounds.ts'
import { checkSectionNumbers } from './sectionnumbers.ts'
import { warnOfUnseen } from './unseen.ts'

/** Static description of a table kind. */
export interface TableOptions {
  /** Schema of keys other than id, kind, from and caption. */
  readonly options: () => z.ZodType
  /** Whether the kind shows an experiment and requires `from`. True by default. */
  readonly from?: boolean
  /** Options that hold file paths relative to the project, or lists of them. */
  readonly files?: readonly string[]
  /** Options that name an environment of the project, which the experiment need not have. */
  readonly environments?: readonly string[]
  /** Whether the kind can show data that nobody reruns, which has no machine and no parameters. True by default. */
  readonly data?: boolean
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
  /** Those whose boots share the clock of this host; none by default. */
  readonly shared?: readonly string[]
  /** The emulated ones, and how texts and claims name such machines; none by default. */
  readonly emulated?: Emulated
  readonly tableKinds: ReadonlyMap<string, TableOptions>
  /**
   * Returns what is wrong with the specification of a figure, as far as is known without runs. `data` has the
   * text of each dataset that is a file.
   */
  readonly figureMistake?: (
    spec: string,
    data: Readonly<Record<string, string | undefined>>,
  ) => string | undefined
  /** Content of the front matter's `bibliography`; optional if there is none or nothing is cited. */
  readonly bibliography?: Bibliography | undefined
  /** The existing files of the front matter's `published`; optional if it names none. */
  readonly published?: readonly PublishedTable[]
  /** Columns of an experiment's recorded runs; undefined if it has none. By default, nothing is recorded. */
  readonly columns?: (experiment: ExperimentBlock) => readonly Column[] | undefined
  /** Data blocks by id, as their files were read; none by default. */
  readonly data?: ReadonlyMap<string, readonly DataFile[]>
  /** Typesets formulas; optional if there is none. */
  readonly typeset?: Typesetter | undefined
  /** Languages of reports, as primary subtags. */
  readonly languages: readonly string[]
}

interface Context {
  readonly document: Document
  readonly project: Project
  /** The document's experiments; invalid ones as far as readable. */
  readonly experiments: readonly ExperimentSource[]
}

const blockChecks: Readonly<Record<Fence['type'], (source: Mapping, context: Context) => void>> = {
  experiment: checkExperiment,
  data: checkData,
  table: checkTable,
  figure: checkFigure,
  claim: checkClaim,
}

/**
 * Reports errors between blocks (ids, references, paths in values) and against the project (files,
 * environments, table kinds) in the document's file. Call once per document.
 *
 * Checks keys as written, so that one error in a block does not hide the next.
 *
 * @param again runs a check by its name, which depends on nothing but the text of blocks, the front matter and the project;
 *   it may leave out one that said nothing of the same
 */
export function check(
  document: Document,
  project: Project,
  again: (name: string, check: () => void) => void = (_, check) => check(),
): void {
  const experiments = document.fences.flatMap((fence) => experimentIn(fence) ?? [])
  const context = { document, project, experiments }
  checkIds(document)
  for (const [index, { type, source, block }] of document.fences.entries())
    again(`block ${index}`, () => {
      if (source) blockChecks[type](source, context)
      if (source && block?.type === 'figure') checkSpecifications(block, source, context)
    })
  checkCycles(document)
  for (const { block, source } of document.fences) {
    if (block?.type !== 'experiment' || !source) continue
    again(`experiment ${block.id}`, () => {
      checkInvariants(block, source, context)
      if (!document.original) checkRounds(block, source, project.shared ?? [], project.columns?.(block))
    })
  }
  checkDrift(document)
  checkReferences(document, project)
  checkPictures(document, project)
  warnOfUnseen(document)
  warnOfForeign(document)
  checkLinks(document, {
    exists: (path) => {
      try {
        return project.exists(path) || project.list(path).length > 0
      } catch (error) {
        if (error instanceof FileError) return true // there, but not to be read
        throw error
      }
    },
    list: project.list,
  })
  checkMathematics(document, project.typeset)
  checkSectionNumbers(document)
  // If the front matter has errors, whatever depends on it would look wrong.
  if (document.frontMatter.title !== '') {
    checkProse(context)
    again('conditions', () => checkConditions(document))
  }
  for (const { source, ast, locate } of document.values)
    again(`value ${source}`, () => {
      checkExpression(ast, locate, context)
      checkStatistics(ast, locate, context)
    })
  sortMessages(document.file)
}

function experimentIn({ type, block, source, id = '' }: Fence): ExperimentSource | undefined {
  if (type !== 'experiment' && type !== 'data') return undefined
  if (block?.type === 'experiment' || block?.type === 'data') return block
  if (type === 'data') return dataIn(source, id)
  const environments = wordsIn(source?.data.environments).map(([, name]) => name)
  const { groups } = source?.data ?? {}
  const names = source ? patternNamesIn(source.data) : []
  if (environments.length === 0 || names.length === 0) return undefined
  const members = Object.entries(isMapping(groups) ? groups : {}).map(
    ([name, list]) => [name, wordsIn(list).map(([, word]) => word)] as const,
  )
  return {
    id,
    environments,
    patterns: names.map((name) => ({ name })),
    groups: Object.fromEntries(members),
  }
}

/** Invalid data, as far as it can be read. */
function dataIn(source: Mapping | undefined, id: string): ExperimentSource {
  const { files } = source?.data ?? {}
  const names = isMapping(files) ? Object.keys(files) : [wholePattern]
  return { id, environments: [dataEnvironment], patterns: names.map((name) => ({ name })) }
}

function checkProse(context: Context): void {
  const { document, project } = context
  const { bibliography, lang, langPlace, published } = document.frontMatter
  if (langPlace && !project.languages.includes(lang.toLowerCase().split('-')[0] ?? '')) {
    const reason =
      `the report has no words in ${lang} and uses English for its own (known: ` +
      `${project.languages.join(', ')})`
    warn(document.file, 'unknown-language', langPlace, reason)
  }
  if (bibliography) checkExists('bibliography', bibliography.file, bibliography.place, context)
  for (const { file, place } of published) {
    const table = project.published?.find((one) => one.file === file)
    if (table === undefined) checkExists(publishedRoot, file, place, context)
    else if (table.problem !== undefined)
      fail(document.file, 'published-tables', place, `published: ${file}: ${table.problem}`)
  }
  checkHumanMinutes(document)
  checkCitations(document, project.bibliography)
  if (isAboutResults(document)) checkLiterals(document)
  checkOrigins(document, project.emulated)
}

/** A guide or a note has no results that a typed number could fall behind. */
function isAboutResults({ fences, values, frontMatter }: Document): boolean {
  const { published, nominal } = frontMatter
  return [fences, values, published, nominal].some(({ length }) => length > 0)
}

/** A translation may give minutes for an experiment that it does not show. */
function checkHumanMinutes({ frontMatter, fences, original, file }: Document): void {
  const known = ['setup', ...experimentIds([...fences, ...(original?.fences ?? [])])]
  for (const { of, place } of frontMatter.humanMinutes) {
    if (known.includes(of)) continue
    fail(file, 'unknown-experiment', place, `unknown experiment: ${of}${hint(of, known)}`)
  }
}

function experimentIds(fences: readonly Fence[]): readonly string[] {
  return fences.flatMap(({ type, id }) => (type === 'experiment' && id ? [id] : []))
}

/** Of experiments and data. */
function sourceIds(fences: readonly Fence[]): readonly string[] {
  return fences.flatMap(({ type, id }) => ((type === 'experiment' || type === 'data') && id ? [id] : []))
}

/** Reports ids that are used twice in the document. */
function checkIds({ fences, targets, file }: Document): void {
  const first = new Map<string, Place>()
  const parts = fences.flatMap(({ block, source }) =>
    ((block?.type === 'figure' && block.parts) || []).flatMap(({ id }, index) =>
      id === undefined || source === undefined
        ? []
        : [{ id, idPlace: source.valuePlace(['parts', index, 'id']), type: 'figure' }],
    ),
  )
  const named = [
    ...fences,
    ...parts,
    ...targets.map(({ id, place }) => ({ id, idPlace: place, type: 'target' })),
  ]
  // Folders of results may not tell case apart.
  const folders = new Map<string, string>()
  for (const { id, idPlace, type } of named) {
    if (id === undefined) continue
    const earlier = first.get(id)
    if (earlier === undefined) first.set(id, idPlace)
    else fail(file, 'duplicate-id', idPlace, `id ${id} is taken at line ${writtenAt(file, earlier).line}`)
    if (type !== 'experiment') continue
    const other = folders.get(folderOf(id))
    folders.set(folderOf(id), id)
    if (other === undefined || other === id) continue
    const reason = `id ${id} differs only in case from ${other}: on some computers they would be one folder`
    fail(file, 'duplicate-id', idPlace, reason)
  }
}

function checkExperiment(source: Mapping, context: Context): void {
  const { document } = context
  checkFile(['script'], source, context)
  for (const [index, environment] of wordsIn(source.data.environments))
    checkEnvironment(environment, source.valuePlace(['environments', index]), context)
  for (const [needed, place] of listOf('needs', source)) checkExperimentId(needed, place, document)
  for (const [path, place] of listOf('inputs', source)) checkInput(path, place, context)
}

/** Reports files that cannot be read, and rows that break an invariant. */
function checkData(source: Mapping, context: Context): void {
  const { document, project } = context
  const { id, file, files } = source.data
  const paths: readonly (readonly [KeyPath, string])[] =
    typeof file === 'string'
      ? [[['file'], wholePattern]]
      : Object.entries(isMapping(files) ? files : {}).map(([name, one]) => [
          isMapping(one) ? ['files', name, 'file'] : ['files', name],
          name,
        ])
  const found = (typeof id === 'string' ? project.data?.get(id) : undefined) ?? []
  for (const [at, pattern] of paths) {
    checkFile(at, source, context)
    const { problem, doubt } = found.find((one) => one.pattern === pattern) ?? {}
    if (problem !== undefined) failOnce(document.file, 'data', source.valuePlace(at), problem)
    if (doubt !== undefined) warn(document.file, 'data-unit', source.valuePlace(at), doubt)
  }
}

function checkEnvironment(name: string, place: Place, { document, project }: Context): void {
  if (project.environments.includes(name)) return
  const reason = `unknown environment: ${name}${hint(name, project.environments)}`
  failOnce(document.file, 'unknown-environment', place, reason)
}

/** Warns of columns that the recorded runs lack: those of a new version of the script may have them. */
function checkInvariants(block: ExperimentBlock, source: Mapping, { document, project }: Context): void {
  const { invariants = [] } = block
  const columns = invariants.length === 0 ? undefined : project.columns?.(block)
  if (columns === undefined) return
  const ofRole = (role: Column['role']) => columns.flatMap((one) => (one.role === role ? [one.name] : []))
  for (const [index, invariant] of invariants.entries()) {
    const named = [
      ...measuresIn(invariant).map((name) => ['measure', name] as const),
      ...Object.keys(invariant.where).map((name) => ['factor', name] as const),
    ]
    for (const [role, name] of named) {
      const known = ofRole(role)
      if (known.includes(name)) continue
      const reason = `unknown ${role} of the recorded runs: ${name}${hint(name, known)}`
      warn(document.file, 'invariant', source.valuePlace(['invariants', index]), reason)
    }
  }
}

/** Reports inputs that match no file: such an input would never change. */
function checkInput(written: string, place: Place, context: Context): void {
  const { project, document } = context
  const { file } = document
  if (hasErrorAt(file, place)) return
  const path = posix.normalize(written)
  try {
    const found = inputFiles(path, project)
    for (const problem of found.flatMap((one) => project.problem(one) ?? []))
      fail(file, 'refused-file', place, `inputs: ${written}: ${problem}`)
    if (found.length > 0) return
    if (isPattern(path)) fail(file, 'missing-file', place, `inputs: no file matches ${path}`)
    else if (project.list(path).length > 0) {
      const reason = `inputs: ${path} is a folder: write ${posix.join(path, '**')} for all files in it`
      fail(file, 'missing-file', place, reason)
    } else checkExists('inputs', path, place, context)
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
        fail(file, 'circular-needs', place, `circular needs: ${[...circle, needed].join(' -> ')}`)
      }
    }
    done.add(id)
  }
  for (const id of needs.keys()) visit(id, [])
}

function checkTable(source: Mapping, context: Context): void {
  const { document, project } = context
  const { id: _id, caption: _caption, columns: _columns, kind: name, from, ...options } = source.data
  if (typeof from === 'string') checkSourceId(from, source.valuePlace(['from']), document)
  if (typeof name !== 'string') return
  const kind = project.tableKinds.get(name)
  if (kind === undefined) {
    const reason = `unknown kind of table: ${name}${hint(name, project.tableKinds.keys())}`
    failOnce(document.file, 'unknown-table-kind', source.valuePlace(['kind']), reason)
    return
  }
  if (kind.data === false && document.fences.some(({ id, type }) => id === from && type === 'data')) {
    const reason = `${from} is data that nobody reruns, without machines and parameters, which a table of kind ${name} shows`
    fail(document.file, 'data-table', source.valuePlace(['kind']), reason)
  }
  if (from === undefined && kind.from !== false) {
    const reason = `missing key: from; a table of kind ${name} shows an experiment`
    source.valueError('missing-key', [], reason)
  }
  validate(`table ${name}`, () => closed(kind.options()), source, {
    data: options,
    known: ['id', 'kind', 'from', 'caption', 'columns'],
  })
  for (const option of kind.environments ?? []) {
    const environment = options[option]
    if (typeof environment === 'string') checkEnvironment(environment, source.valuePlace([option]), context)
  }
  const experiment = typeof from === 'string' ? withId(context.experiments, from) : undefined
  if (experiment !== undefined) {
    const known = [...experiment.patterns.map(({ name }) => name), ...Object.keys(experiment.groups ?? {})]
    for (const [index, word] of wordsIn(options.patterns)) {
      if (known.includes(word)) continue
      const reason = `unknown pattern or group of ${from}: ${word}${hint(word, known)}`
      source.valueError('unknown-pattern', ['patterns', index], reason)
    }
    for (const [index, word] of wordsIn(options.environments)) {
      if (experiment.environments.includes(word)) continue
      const reason = `unknown environment of ${from}: ${word}${hint(word, experiment.environments)}`
      source.valueError('unknown-environment', ['environments', index], reason)
    }
  }
  checkPublishedOptions(options, source)
  for (const option of kind.files ?? []) {
    checkFile([option], source, context)
    for (const [index] of wordsIn(options[option])) checkFile([option, index], source, context)
  }
}

/** Reports options that speak of published numbers where none are named: they would do nothing. */
function checkPublishedOptions(options: Parameters, source: Mapping): void {
  if (options.published !== undefined) return
  const { patterns, compare } = options
  const lacking = 'no published numbers are named (published: a CSV file)'
  if (compare === true) source.keyError('table-published', ['compare'], `compare: ${lacking}`)
  if (typeof options.publishedEnvironment === 'string')
    source.keyError('table-published', ['publishedEnvironment'], `publishedEnvironment: ${lacking}`)
  if (patterns === 'published' || patterns === 'unpublished')
    source.valueError('table-published', ['patterns'], `patterns: ${patterns}: ${lacking}`)
}

/** Makes unknown options errors where a schema would drop them; schemas with a catchall keep it. */
function closed(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema
}

function checkFigure(source: Mapping, context: Context): void {
  const { data, parts } = source.data
  checkDrawing([], data, source, context)
  for (const [index, part] of Array.isArray(parts) ? parts.entries() : [])
    if (isMapping(part)) checkDrawing(['parts', index], part.data, source, context)
}

function checkDrawing(
  base: KeyPath,
  data: Parameters[string] | undefined,
  source: Mapping,
  context: Context,
): void {
  checkFile([...base, 'spec'], source, context)
  for (const [name, dataset] of isMapping(data) ? Object.entries(data) : []) {
    const at = [...base, 'data', name]
    const from = isMapping(dataset) ? dataset.from : dataset
    if (typeof from !== 'string') continue
    if (!isMapping(dataset) && isFile(from)) checkFile(at, source, context)
    else {
      const place = source.valuePlace(isMapping(dataset) ? [...at, 'from'] : at)
      checkSourceId(from, place, context.document)
    }
    if (isMapping(dataset)) checkWhere(dataset, [...at, 'where'], source, context)
  }
}

/** A translated figure has the specification of its original, where it is checked. */
function checkSpecifications(block: FigureBlock, source: Mapping, context: Context): void {
  if (context.document.original) return
  checkSpecification(block, ['spec'], source, context)
  for (const [index, part] of (block.parts ?? []).entries())
    checkSpecification(part, ['parts', index, 'spec'], source, context)
}

function checkSpecification(
  { spec, data }: Pick<FigureBlock, 'spec' | 'data'>,
  at: KeyPath,
  source: Mapping,
  { document, project }: Context,
): void {
  const text = (path: string) => {
    const bytes = project.problem(path) === undefined ? project.read(path) : undefined
    return bytes && new TextDecoder().decode(bytes)
  }
  const specification = typeof spec === 'object' ? JSON.stringify(spec) : spec && text(posix.normalize(spec))
  if (specification === undefined) return
  const files = Object.entries(data).map(([name, { from }]) => [
    name,
    isFile(from) ? text(posix.normalize(from)) : undefined,
  ])
  const mistake = project.figureMistake?.(specification, Object.fromEntries(files))
  if (mistake === undefined) return
  const where = typeof spec === 'object' ? 'spec' : `spec: ${spec}`
  fail(document.file, 'figure', source.valuePlace(at), `${where}: ${mistake}`)
}

/** Checks the environments and patterns of `where`; other columns are unknown before a run. */
function checkWhere(
  { from, where }: Parameters,
  at: KeyPath,
  source: Mapping,
  { experiments }: Context,
): void {
  const experiment = typeof from === 'string' ? withId(experiments, from) : undefined
  if (experiment === undefined || !isMapping(where)) return
  const patterns = experiment.patterns.map(({ name }) => name)
  const known = { environment: experiment.environments, pattern: patterns }
  for (const [column, names] of Object.entries(known)) {
    const value = where[column]
    const written: readonly unknown[] = Array.isArray(value) ? value : [value]
    const words = written.flatMap((one, index) =>
      // A number is no name, but may be written for one.
      ['string', 'number', 'boolean'].includes(typeof one)
        ? [[Array.isArray(value) ? index : undefined, String(one)] as const]
        : [],
    )
    for (const [index, word] of words) {
      if (names.includes(word)) continue
      const path = [...at, column, ...(index === undefined ? [] : [index])]
      source.valueError(
        `unknown-${column}`,
        path,
        `unknown ${column} of ${from}: ${word}${hint(word, names)}`,
      )
    }
  }
}

function checkClaim(source: Mapping, context: Context): void {
  for (const { ast, locate, isSeries } of claimExpressions(source)) {
    checkExpression(ast, locate, context)
    if (!isSeries) checkStatistics(ast, locate, context)
    if (source.data.agrees === undefined) continue
    // A prediction interval needs n and the spread of each published mean.
    for (const path of meansIn(ast).filter(readsPublished)) {
      const of = (statistic: string): Path => ({ ...path, parts: path.parts.with(-1, statistic) })
      checkPath(of('n'), locate, context)
      checkPath(of(isPublished(of('sd'), context) ? 'sd' : 'variance'), locate, context)
    }
  }
  const { shows } = source.data
  if (typeof shows !== 'string') return
  const ids = floatIds(context.document.fences)
  if (ids.includes(shows)) return
  const reason = `no table or figure of this id: ${shows}${hint(shows, ids)}`
  source.valueError('unknown-reference', ['shows'], reason)
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
  const translates = document.original !== undefined
  const named = [...picturesOf(document), ...(translates ? [] : placedPictures(document))]
  for (const picture of readPictures<PictureFile>(named, read)) {
    const { path = '', source, place, problem, warning, isMissing } = picture
    if (warning !== undefined) warn(document.file, 'picture', place, `image ${source}: ${warning}`)
    if (problem === undefined) continue
    const advice = isMissing ? similarFile(path, project) : ''
    fail(document.file, 'picture', place, `image ${source}: ${problem}${advice}`)
  }
}

/** Pictures of figures, at the keys that name them. A translation has those of its original. */
function placedPictures({ fences }: Document): readonly PictureFile[] {
  return fences.flatMap(({ block, source }) => {
    if (block?.type !== 'figure' || source === undefined) return []
    const keys: readonly (readonly [string | undefined, KeyPath])[] = [
      [block.src, ['src']],
      ...(block.parts ?? []).map(({ src }, index) => [src, ['parts', index, 'src']] as const),
    ]
    return keys.flatMap(([src, at]) => (src === undefined ? [] : [pictureAt(src, source.valuePlace(at))]))
  })
}

function checkFile(at: KeyPath, source: Mapping, context: Context): void {
  const written = valueAt(source.data, at)
  const place = source.valuePlace(at)
  if (typeof written !== 'string' || hasErrorAt(source.file, place)) return
  checkExists(at.join('.'), written, place, context)
}

function checkExists(what: string, written: string, place: Place, { document, project }: Context): void {
  const path = posix.normalize(written)
  const problem = project.problem(path)
  if (problem !== undefined) fail(document.file, 'refused-file', place, `${what}: ${problem}`)
  else if (!project.exists(path))
    fail(document.file, 'missing-file', place, `${what}: no file ${path}${similarFile(path, project)}`)
}

/** ` (did you mean figures/phases.vl.json?)`, or nothing. */
function similarFile(path: string, project: Project): string {
  const folder = posix.dirname(path)
  const near = nearest(posix.basename(path), project.list(folder))
  return near === undefined ? '' : ` (did you mean ${posix.join(folder, near)}?)`
}

/** Of a script that needs it: data are files, which need no script. */
function checkExperimentId(id: string, place: Place, document: Document): void {
  const isData = document.fences.some((fence) => fence.id === id && fence.type === 'data')
  if (!isData) return checkSourceId(id, place, document)
  const reason = `${id} is data, not an experiment: name its file under inputs, and read it in the script`
  failOnce(document.file, 'unknown-experiment', place, reason)
}

const fencesByIds = new WeakMap<readonly Fence[], ReadonlyMap<string | undefined, readonly Fence[]>>()

/** Each path of each claim and value asks. */
function fencesNamed(id: string, fences: readonly Fence[]): readonly Fence[] {
  const byId = fencesByIds.get(fences) ?? Map.groupBy(fences, (fence) => fence.id)
  fencesByIds.set(fences, byId)
  return byId.get(id) ?? []
}

/** Of an experiment, or of data. */
function checkSourceId(id: string, place: Place, { fences, file, original }: Document): void {
  const named = fencesNamed(id, fences)
  if (named.some(({ type }) => type === 'experiment' || type === 'data')) return
  const [other] = named
  const unshown = original?.fences.find((fence) => fence.id === id && sourceIds([fence]).length > 0)
  if (!other && original && unshown) {
    const what = unshown.type === 'data' ? 'data' : 'an experiment'
    const reason =
      `${id} is ${what} of ${original.file.path} that is not shown here: add its block ` +
      `(yaml ${unshown.type}, id: ${id})`
    return failOnce(file, 'unshown-experiment', place, reason)
  }
  const reason = other
    ? `${id} is a ${other.type}, not an experiment${hint('', sourceIds(fences))}`
    : `unknown experiment: ${id}${hint(id, sourceIds(fences))}`
  failOnce(file, 'unknown-experiment', place, reason)
}

function checkReferences(document: Document, project: Project): void {
  const { references: found, mentions, file } = document
  const ids = referenceIds(document)
  const keys = project.bibliography?.keys ?? []
  const claims = document.fences.flatMap(({ type, id }) => (type === 'claim' && id !== undefined ? [id] : []))
  for (const mention of mentions) warnOfNearMiss(mention, { ids, claims, keys, file })
  const defined = new Set(ids)
  const named = ids.filter((one) => isReference({ id: one }))
  for (const { id, place } of found) {
    if (defined.has(id)) continue
    const what = kindOfId(id) ?? 'figure'
    const alike = named.filter((one) => kindOfId(one) === what)
    const isNear = nearest(id, named) !== undefined
    const advice = isNear ? hint(id, named) : (howToName(what, id) ?? hint(id, alike))
    fail(file, 'unknown-reference', place, `unknown ${what}: @${id}${advice}`)
  }
}

/** How an author gives an id to something that is no block. */
function howToName(kind: ReturnType<typeof kindOfId>, id: string): string | undefined {
  if (kind === 'section') return `: write its id behind the heading, ## Title {#${id}}`
  if (kind === 'equation') return `: write its id behind the closing $$, $$ {#${id}}`
  if (kind === 'listing') return `: write its id behind the language, \`\`\`python id=${id} caption="..."`
  return undefined
}

function checkExpression(ast: Expression, locate: Locate, context: Context): void {
  const { document, project, experiments } = context
  for (const path of references(ast)) checkPath(path, locate, context)
  // A path with several patterns yields a list, which must be reduced to one number.
  const list = unreducedPath(ast, ({ parts: [id, environment = '', word = ''] }) => {
    if (id === publishedRoot)
      return isSeveral(word, publishedNames(environment, project.published ?? [], groupsOf(experiments)))
    const experiment = withId(experiments, id ?? '')
    return experiment !== undefined && isSeveral(word, patternNames(experiment))
  })
  if (list === undefined) return
  const reason =
    `${list.parts[2]} stands for several patterns: ` +
    `put it into ${aggregates.join(', ')}, or name one pattern`
  fail(document.file, 'expression-list', locate(list.offsets[2] ?? 0), reason)
}

/** Reports paths to runs that should end in a statistic and do not; measures are known only from runs. */
function checkStatistics(ast: Expression, locate: Locate, { document }: Context): void {
  for (const path of pathsToNumbers(ast)) {
    const last = path.parts.length - 1
    const name = path.parts[last] ?? ''
    if (readsPublished(path) || statistic(name) !== undefined) continue
    const names = [...statistics.keys(), 'p95']
    const reason = `${name} is no statistic, and a number ends in one: ${names.join(', ')}${hint(name, names)}`
    failOnce(document.file, 'unknown-statistic', locate(path.offsets[last] ?? 0), reason)
  }
}

/** Paths that stand for numbers: all but the series that `correlation` takes. */
function pathsToNumbers(ast: Expression): readonly Path[] {
  switch (ast.type) {
    case 'number':
    case 'text':
      return []
    case 'path':
      return [ast]
    case 'negation':
      return pathsToNumbers(ast.argument)
    case 'operation':
      return [ast.left, ast.right].flatMap(pathsToNumbers)
    case 'call': {
      const takesSeries = functions.get(ast.name)?.type === 'pairs'
      return ast.arguments.flatMap((one) => (takesSeries && one.type === 'path' ? [] : pathsToNumbers(one)))
    }
  }
}

/** Of data all is known: also factors, measures and how a path ends. */
function checkDataPath(path: Path, locate: Locate, { document, project, experiments }: Context): void {
  const files = project.data?.get(path.parts[0] ?? '')
  if (files === undefined || files.some(({ run }) => run === undefined)) return
  const runs = files.flatMap(({ run }) => run ?? [])
  const last = path.parts.length - 1
  try {
    probesOf(path, { experiments, runs })
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    const mistakes = error instanceof PathError ? error.mistakes : [{ part: last, reason: error.message }]
    for (const { part, reason } of mistakes)
      failOnce(document.file, 'data-path', locate(path.offsets[part] ?? 0), reason)
  }
}

function isPublished(path: Path, { project, experiments }: Context): boolean {
  try {
    lookUp(path, project.published ?? [], groupsOf(experiments))
    return true
  } catch (error) {
    if (error instanceof PathError) return false
    throw error
  }
}

/** Checks what is known before a run: cells, and all of a path into published tables. */
function checkPath(path: Path, locate: Locate, context: Context): void {
  const { document, project, experiments } = context
  const { frontMatter, file } = document
  const [id = ''] = path.parts
  try {
    if (readsPublished(path)) {
      const tables = project.published ?? []
      const valid = tables.filter(({ problem }) => problem === undefined)
      // If a table is missing or invalid, lookups in it would look wrong.
      if (frontMatter.title === '' || valid.length < frontMatter.published.length) return
      lookUp(path, tables, groupsOf(experiments))
    } else {
      checkSourceId(id, locate(path.offsets[0] ?? 0), document)
      if (experiments.some((one) => one.id === id)) resolveCells(path, experiments)
      checkDataPath(path, locate, context)
    }
  } catch (error) {
    if (!(error instanceof PathError)) throw error
    for (const { ruleId, part, offset = 0, reason } of error.mistakes) {
      // Any word of a part but the first follows an opening quote.
      const inPart = offset > 0 ? offset + 1 : 0
      fail(file, ruleId, locate((path.offsets[part] ?? 0) + inPart), reason)
    }
  }
}
