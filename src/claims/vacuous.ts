/** Refuses claims whose tests say nothing about the results: they hold, or fail, whatever the rows are. */

import { type ClaimBlock, type SourceBlock, sourcesIn } from '../document/block.ts'
import { expressionsOf, type Test } from '../document/claim.ts'
import type { Document } from '../document/document.ts'
import { hasErrors, warn } from '../document/problem.ts'
import type { Mapping } from '../document/yaml.ts'
import { readsPublished, references } from '../query/expression.ts'
import { significant } from '../query/format.ts'
import { cellsRead, type Results } from '../query/query.ts'
import { symbol } from '../query/units.ts'
import { digest } from '../results/key.ts'
import type { Inputs, Run } from '../results/run.ts'
import { resultDigest } from '../results/runfile.ts'
import { withId } from '../text/lists.ts'
import type { FrameOptions } from './artificial.ts'
import { examine, type Finding } from './search.ts'

/** Returns what `search` finds, or found before from the same inputs (digests by name). */
export type KeptSearch = (inputs: () => Inputs, search: () => Finding | undefined) => Finding | undefined

/**
 * Adds errors to the document's file. A skipped claim is not tested. `recorded` reads the record of a cell.
 * `kept` may spare a search, which takes up to seconds.
 */
export function checkVacuous(
  { blocks, values, fences, nodes, file }: Document,
  published: Results['published'],
  recorded: (cell: string) => Run | undefined,
  kept: KeptSearch = (_, search) => search(),
): void {
  // Whatever is wrong with an experiment would look wrong in the claims about it.
  if (hasErrors(file)) return
  const experiments = sourcesIn(blocks)
  const claims = fences.flatMap(({ node, source }) => {
    const block = nodes.get(node)
    return block?.type === 'claim' && source && block.skip === undefined ? [{ block, source }] : []
  })
  const known = [
    ...values.flatMap(({ ast }) => references(ast)),
    ...claims.flatMap(({ block }) =>
      testsOf(block).flatMap(({ test }) => expressionsOf(test).flatMap(references)),
    ),
  ]
  const options: FrameOptions = {
    known,
    recorded,
    trialsOf: (id) => trialsOf(withId(experiments, id), recorded),
    invariantsOf: (id) => withId(experiments, id)?.invariants ?? [],
    sameAs: twins(experiments),
  }
  const sources = { experiments, ...(published ? { published } : {}) }
  const digests = digestsOf(sources, options)
  for (const { block, source } of claims) {
    const examined = new Set<string>()
    let isRefused = false
    for (const { test, where } of testsOf(block)) {
      const shape = shapeOf(test, experiments)
      if (examined.has(shape)) continue
      examined.add(shape)
      const finding = kept(
        () => searchInputs(test, sources, options, digests),
        () => examine(test, sources, options),
      )
      if (finding === undefined) continue
      const place = where + twinText(test, experiments, options)
      if (isGuess(finding)) {
        warn(file, 'unmet-claim', source.keyPlace([testKey(source) ?? 'id']), unmetText(finding, place))
        continue
      }
      report(finding, place, block.test, source)
      isRefused = true
      break
    }
    const equal = isRefused ? undefined : equalCells(block.test, experiments, recorded)
    if (equal === undefined) continue
    const [one, other] = equal
    const reason = `the recorded rows of ${one} and ${other} are equal in every measure: if they should differ, look whether the script uses what sets them apart`
    warn(file, 'equal-cells', source.keyPlace([testKey(source) ?? 'id']), reason)
  }
}

/** Of data, the rows of the longest file. */
function trialsOf(source: SourceBlock | undefined, recorded: (cell: string) => Run | undefined): number {
  if (source?.type !== 'data') return source?.trials ?? 1
  const rows = runNamesOf(source).map((name) => recorded(name)?.rows.length ?? 0)
  return Math.max(1, ...rows)
}

function runNamesOf({ id, environments, patterns }: SourceBlock): readonly string[] {
  return environments.flatMap((environment) => patterns.map(({ name }) => `${id}/${environment}/${name}`))
}

/** Digests that many searches need; each is computed at its first use. */
interface SharedDigests {
  readonly experiments: () => string
  readonly published: () => string
  /** Of the paths that the document reads from these experiments. */
  readonly known: (ids: ReadonlySet<string | undefined>) => string
}

function digestsOf(
  { experiments, published }: Omit<Results, 'runs'>,
  { known }: FrameOptions,
): SharedDigests {
  const made = new Map<string, string>()
  const once = (name: string, value: () => unknown): string => {
    const found = made.get(name) ?? digest(value())
    made.set(name, found)
    return found
  }
  return {
    experiments: () =>
      once('experiments', () =>
        experiments.map(({ id, environments, patterns, groups }) => [
          ...[id, environments],
          // A pattern's place moves with each line that is written above.
          ...[patterns.map((pattern) => ({ ...pattern, place: undefined })), groups],
        ]),
      ),
    published: () => once('published', () => published?.map(({ cells }) => cells) ?? []),
    known: (ids) =>
      once(`known ${[...ids].join(' ')}`, () =>
        known.flatMap(({ parts }) => (ids.has(parts[0]) ? [parts] : [])),
      ),
  }
}

/** Everything that decides what a search finds, but for the program. */
function searchInputs(
  test: Test,
  sources: Omit<Results, 'runs'>,
  options: FrameOptions,
  digests: SharedDigests,
): Inputs {
  const paths = expressionsOf(test).flatMap(references)
  const { names } = cellsRead(paths, sources.experiments)
  const ids = new Set(names.map((name) => name.split('/')[0]))
  const templates = sources.experiments
    .filter(({ id }) => ids.has(id))
    .flatMap(({ id, environments, patterns }) =>
      environments.flatMap((environment) => patterns.map(({ name }) => `${id}/${environment}/${name}`)),
    )
  const { recorded, trialsOf, invariantsOf, sameAs } = options
  return {
    test: digest(test),
    experiments: digests.experiments(),
    known: digests.known(ids),
    trials: digest([...ids].map((id) => [id, trialsOf(id ?? ''), invariantsOf(id ?? '')])),
    twins: digest(names.map(sameAs)),
    ...Object.fromEntries(
      templates.flatMap((name) => {
        const run = recorded(name)
        return run === undefined ? [] : [[`run ${name}`, resultDigest(run)] as const]
      }),
    ),
    ...(paths.some(readsPublished) ? { published: digests.published() } : {}),
  }
}

/**
 * That no rows met several numbers at once may be the fault of the search, where no record says what rows look
 * like: not a reason to run nothing.
 */
function isGuess({ type, part, isRecorded }: Finding): boolean {
  return type === 'never' && part < 0 && !isRecorded
}

function unmetText({ tried }: Finding, where: string): string {
  return `${where}none of ${tried} sets of rows made up for the test met all of its numbers at once: look whether they contradict each other`
}

/**
 * Returns the first of the cells that have the same script, parameters, environment, seed, trials and boots:
 * another name gives no other observations.
 */
function twins(sources: readonly SourceBlock[]): (cell: string) => string {
  const firsts = new Map<string, string>()
  const found = new Map<string, string>()
  for (const block of sources) {
    // Two files are two files.
    if (block.type === 'data') continue
    const { script, environments, trials, boots, needs, inputs, interpreter } = block
    for (const environment of environments) {
      for (const { name, parameters, seed = block.seed } of block.patterns) {
        const cell = `${block.id}/${environment}/${name}`
        const what = canonicalText([
          [environment, trials, boots, seed],
          [
            'file' in script ? script.file : script.source,
            parameters,
            needs,
            inputs,
            [...(block.variables ?? []), ...(block.untrackedVariables ?? [])],
            interpreter,
          ],
        ])
        found.set(cell, firsts.get(what) ?? cell)
        if (!firsts.has(what)) firsts.set(what, cell)
      }
    }
  }
  return (cell) => found.get(cell) ?? cell
}

/** JSON with keys in order. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

function cellsIn(test: Test, experiments: Results['experiments']): readonly string[] {
  return [...new Set(cellsRead(expressionsOf(test).flatMap(references), experiments).names)]
}

/** `demo/local/copy has the parameters of demo/local/base; `, if the test reads both. */
function twinText(test: Test, experiments: Results['experiments'], { sameAs }: FrameOptions): string {
  const names = cellsIn(test, experiments)
  const twin = names.find((name) => sameAs(name) !== name && names.includes(sameAs(name)))
  return twin === undefined ? '' : `${twin} has the script and parameters of ${sameAs(twin)}: `
}

/** Two cells of a test whose recorded rows agree in all measures. */
function equalCells(
  test: Test,
  experiments: Results['experiments'],
  recorded: (cell: string) => Run | undefined,
): readonly [string, string] | undefined {
  const seen = new Map<string, string>()
  for (const name of cellsIn(test, experiments)) {
    const run = recorded(name)
    if (run === undefined || run.rows.length === 0) continue
    const measures = run.columns.flatMap((one) => (one.role === 'measure' ? [one.name] : [])).sort()
    const rows = JSON.stringify(run.rows.map((row) => measures.map((measure) => row[measure])))
    const other = seen.get(rows)
    // Rows without any spread, such as counts, may well be equal.
    const isVaried = run.rows.some((row) => measures.some((one) => row[one] !== run.rows[0]?.[one]))
    if (other !== undefined && isVaried) return [other, name]
    seen.set(rows, name)
  }
  return undefined
}

function testKey({ data }: Mapping): 'value' | 'ascending' | 'from' | undefined {
  return (['value', 'ascending', 'from'] as const).find((one) => data[one] !== undefined)
}

/**
 * What a test reads, with cells numbered in reading order. A test that other cells stand in for is the same
 * question of made-up rows, unless two of them become one.
 */
function shapeOf(test: Test, experiments: Results['experiments']): string {
  const numbers = new Map<string, number>()
  const numberOf = (cell: string) => {
    if (!numbers.has(cell)) numbers.set(cell, numbers.size)
    return numbers.get(cell)
  }
  const paths = expressionsOf(test).flatMap(references)
  return JSON.stringify(
    paths.map((path) => [
      readsPublished(path) ? path.parts : path.parts.slice(3),
      cellsRead([path], experiments).names.map(numberOf),
    ]),
  )
}

/** The tests of a claim, and what they are said to be in a message. */
function testsOf({
  test,
  conditions = [],
  control,
}: ClaimBlock): readonly { readonly test: Test; readonly where: string }[] {
  return [
    { test, where: '' },
    ...conditions.map(({ name, test: under }) => ({ test: under, where: `under the condition ${name}, ` })),
    ...(control ? [{ test: control.test, where: 'over its control, ' }] : []),
  ]
}

function report(finding: Finding, where: string, test: Test, source: Mapping): void {
  const { part, parts, tried } = finding
  const key = testKey(source)
  const place = key === undefined ? [] : [key]
  const isList = parts > 1 && part >= 0
  const at = isList && key === 'value' ? [...place, part] : place
  const what = !isList
    ? 'the test'
    : key === 'value'
      ? `value ${part + 1} of ${parts}`
      : `step ${part + 1} of ${parts}`
  switch (finding.type) {
    case 'always': {
      const reason = `${where}${what} holds whatever the runs say: it held for all of ${tried} sets of rows made up at random (${rangeText(finding, test)}); test something that the runs could contradict`
      return source.valueError('vacuous-claim', at, reason)
    }
    case 'never': {
      const reason = `${where}${what} fails whatever the runs say: none of ${tried} sets of rows made up for it met it (${rangeText(finding, test)}); ask for something that runs could show`
      return source.valueError('impossible-claim', at, reason)
    }
    case 'one-sided': {
      const side = finding.side === 'low' ? 'small' : 'large'
      const reason = `${where}the tolerance is so wide that no value is too ${side} for ${what}, by ${tried} sets of rows made up at random: choose a smaller one, or say with between or direction which side is meant`
      const wide = source.data.tolerance === undefined ? at : ['tolerance']
      return source.valueError('vacuous-claim', wide, reason)
    }
  }
}

/** `its value is 1 each time`, `values from 0 to 1`. */
function rangeText({ low, high, unit, part }: Finding, { type }: Test): string {
  if (part < 0) return 'its numbers contradict each other'
  const what = type === 'direction' ? 'shift' : type === 'ordering' ? 'difference' : 'value'
  const text = (value: number) =>
    value === 0 ? '0' : `${significant(value, 3)}${unit === '' ? '' : ` ${symbol(unit)}`}`
  const [from, to] = [text(low), text(high)]
  return from === to ? `the ${what} is ${from} each time` : `${what}s from ${from} to ${to}`
}
