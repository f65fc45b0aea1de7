/**
 * What a report would say is wrong, told by `repro check`, which makes none: values, tables, figures and claims are
 * evaluated over the runs that are there and up to date, and over data. What needs another run is left to the build.
 */

import type { VFile } from 'vfile'
import { type Block, type ExperimentBlock, sourcesIn } from '../document/block.ts'
import { claimExpressions } from '../document/claimblock.ts'
import type { InlineValue } from '../document/document.ts'
import { settlePlaces } from '../document/include.ts'
import { failOnce, hasErrors, sortMessages } from '../document/problem.ts'
import type { KeyPath, Mapping } from '../document/yaml.ts'
import { runNamesIn } from '../engine/cells.ts'
import type { Files } from '../files/tracked.ts'
import { messagesFor } from '../locale/languages.ts'
import { PathError, partError } from '../query/error.ts'
import { type Expression, references } from '../query/expression.ts'
import { evaluate, readSeries, type Results } from '../query/query.ts'
import { unitName } from '../query/units.ts'
import { displayNames } from '../report/context.ts'
import { openDrawer } from '../report/drawing/process.ts'
import { makeFloat } from '../report/floats.ts'
import { inlineValue } from '../report/value.ts'
import { type Inputs, type Run, runName } from '../results/run.ts'
import { statusesOf } from './build.ts'
import { dataRuns } from './data.ts'
import { knownRuns } from './knownruns.ts'
import { planWhatCan } from './live.ts'
import { programOf } from './program.ts'
import { openRehearsed } from './rehearsed.ts'
import { floatCache } from './rendercache.ts'
import { renderInputs } from './renderinputs.ts'
import type { Opened, Site } from './site.ts'

/** Adds what is wrong to the messages of the document, which must have no errors. */
export async function rehearse(site: Site, opened: Opened, files: Files): Promise<void> {
  const { document, published, translations } = opened
  const { file, fences, frontMatter } = document
  if (hasErrors(file)) return
  const program = programOf(site, files)
  const rehearsed = site.isForeign ? undefined : openRehearsed(site, document, program)
  if (rehearsed?.isRight()) return
  const before = file.messages.length
  const experiments = sourcesIn(document.blocks)
  const steps = await planWhatCan(site, opened, files)
  const shown = knownRuns(steps, new Map(), dataRuns(opened.data)).shown
  // A run of another version of the script may have other columns.
  const current = shown.filter(({ stale }) => stale === undefined)
  const runs: readonly Run[] = current.map(({ run }) => run)
  const results: Results<(typeof experiments)[number]> = { experiments, runs, published }
  const messages = messagesFor('en')
  const context = { messages, statuses: statusesOf(current), display: displayNames(frontMatter.texts) }
  const present = new Set(runs.map(runName))
  const isWhole = (id: string) =>
    runNamesIn(experiments.filter((one) => one.id === id)).every((name) => present.has(name))

  for (const { cell, status } of steps)
    if (status.type === 'damaged') rehearseInvariants(cell.block, status.reason, fences, file)
  for (const value of document.values) {
    const { error } = inlineValue(value, results, context)
    if (error !== undefined) failOnce(file, 'value', placeIn(value, results), error)
  }

  // As a build keys what it draws.
  const rendering = () => ({
    ...{ document, translations, published, files, program },
    runs: shown.map(({ run }) => run),
    statuses: statusesOf(shown),
  })
  let inputs: ReadonlyMap<string, Inputs> | undefined
  let cache: ReturnType<typeof floatCache> | undefined
  using drawer = openDrawer() // starts its process for the first figure
  const read = async (path: string) => {
    const content = files.read(path)
    if (content === undefined) throw new Error(`no file ${path}`)
    return content
  }
  const sources = {
    ...{ results, context, read, verifications: [], removed: [] },
    readText: async (path: string) => new TextDecoder().decode(await read(path)),
    drawer,
  }
  for (const { block, source } of fences) {
    if (source === undefined || block === undefined) continue
    if (block.type === 'claim') rehearseClaim(source, results)
    if (block.type !== 'table' && block.type !== 'figure') continue
    const read = readBy(block)
    if (read.length === 0 || !read.every(isWhole)) continue
    inputs ??= new Map(Object.entries(renderInputs(rendering())))
    cache ??= floatCache(site, inputs)
    const own = inputs.get(block.id) ?? {}
    const { error } = rehearsed?.isRightFloat(own)
      ? {}
      : (cache.find(block.id) ?? (await makeFloat(block, block.id, sources)))
    if (error === undefined) {
      rehearsed?.floatIsRight(own)
      continue
    }
    failOnce(file, block.type, placeOf(error, source) ?? block.place, error)
  }
  await rehearsed?.keep(files, file.messages.length > before)
  if (file.messages.length === before) return
  settlePlaces(file, before)
  if (file.data.includes === undefined) sortMessages(file)
}

/** A run whose rows violate an invariant of its block, which a build refuses. */
function rehearseInvariants(
  block: ExperimentBlock,
  reason: string,
  fences: Opened['document']['fences'],
  file: VFile,
): void {
  const index = (block.invariants ?? []).findIndex(({ text }) =>
    reason.includes(` violates the invariant ${text}`),
  )
  const source = fences.find((fence) => fence.block === block)?.source
  if (index >= 0 && source) failOnce(file, 'invariant', source.valuePlace(['invariants', index]), reason)
}

/** Experiments and data that a table or figure shows. A table of claims shows none of its own. */
function readBy(block: Extract<Block, { type: 'table' | 'figure' }>): readonly string[] {
  if (block.type === 'table') return block.from === undefined ? [] : [block.from]
  return [block, ...(block.parts ?? [])].flatMap(({ data }) => Object.values(data).map(({ from }) => from))
}

/** The path that is wrong, if one is; else the whole. */
function placeIn({ ast, locate }: InlineValue, results: Results) {
  return locate(wrongPart(ast, results) ?? 0)
}

/** Offset of the part of a path that names nothing. */
function wrongPart(ast: Expression, results: Results): number | undefined {
  for (const path of references(ast)) {
    try {
      evaluate({ ast: path }, results)
    } catch (error) {
      if (!(error instanceof PathError)) continue
      const [first] = error.mistakes
      if (first) return (path.offsets[first.part] ?? 0) + (first.offset ? first.offset + 1 : 0)
    }
  }
  return undefined
}

/** The claim's numbers, which its verdict is made of. */
function rehearseClaim(source: Mapping, results: Results): void {
  const units: string[] = []
  for (const { ast, locate, isSeries } of claimExpressions(source)) {
    try {
      const { unit } = isSeries && ast.type === 'path' ? readSeries(ast, results) : evaluate({ ast }, results)
      const other = isSeries || source.data.ascending !== undefined ? units[0] : undefined
      units.push(unit)
      if (other !== undefined && other !== unit)
        failOnce(
          source.file,
          'claim-value',
          locate(0),
          `units do not fit: ${unitName(other)} and ${unitName(unit)}`,
        )
    } catch (caught) {
      const { message, missing } = partError(caught)
      if (missing.length === 0)
        failOnce(source.file, 'claim-value', locate(wrongPart(ast, results) ?? 0), message)
    }
  }
}

/** Keys that may name what an error calls unknown. */
const namers: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^unknown (?:dataset)/, ['data', 'parts']],
  [/^unknown measure|^no ratio of/, ['measures', 'measure', 'data', 'parts']],
  [/^unknown (?:factor|value|parameter)/, ['where', 'operation', 'by', 'data', 'parts']],
  [/^unknown (?:environment|publishedEnvironment)/, ['environments', 'publishedEnvironment', 'reference']],
  [/^unknown pattern/, ['baseline', 'patterns', 'constant']],
  [/^columns: /, ['columns']],
]

/** Where a block names what an error is about: `unknown measure: nosuch`, `columns: the table has no column x`. */
function placeOf(error: string, source: Mapping) {
  const [, column] = /^columns: (?:the table has no column )?(.+?)(?: is in | is a | \(|$)/.exec(error) ?? []
  const [, name] = /^(?:unknown [^:]*:|no ratio of) ([^\s,;:]+)/.exec(error) ?? []
  const word = column ?? name
  const keys = namers.find(([pattern]) => pattern.test(error))?.[1] ?? ['data', 'parts', 'where']
  const own = Object.keys(source.data).filter((key) => keys.includes(key))
  for (const key of word === undefined ? [] : own.sort((a, b) => keys.indexOf(a) - keys.indexOf(b))) {
    if (word === key) return source.keyPlace([key])
    const path = pathTo(word as string, source.data[key], [key])
    if (path !== undefined) return path.isKey ? source.keyPlace(path.at) : source.valuePlace(path.at)
  }
  return Object.hasOwn(source.data, 'spec') ? source.valuePlace(['spec']) : undefined
}

/** The first key or value that is this word. */
function pathTo(
  word: string,
  value: unknown,
  at: KeyPath,
): { readonly at: KeyPath; readonly isKey: boolean } | undefined {
  if (typeof value !== 'object' || value === null)
    return String(value) === word ? { at, isKey: false } : undefined
  for (const [key, part] of Object.entries(value)) {
    const path = [...at, Array.isArray(value) ? Number(key) : key]
    if (key === word && !Array.isArray(value)) return { at: path, isKey: true }
    const found = pathTo(word, part, path)
    if (found) return found
  }
  return undefined
}
