/**
 * The pattern part of a path, which may name several: `baseline`, `dom0-cpu, dom0-net`, a group of the
 * experiment, `*`, or those with some values of parameters (`sizeKb=64 & threads=2`). Such a path reads one
 * number from each, and aggregates such as `min` reduce them.
 */

import { flatParameters, type Parameters } from '../results/parameters.ts'
import { withId } from '../text/lists.ts'
import type { Invariant } from './invariant.ts'
import { type Condition, conditionsIn, fits, misfit } from './parameters.ts'

/** The cells of an experiment, as its block names them. */
export interface ExperimentSource {
  readonly id: string
  readonly environments: readonly string[]
  readonly patterns: readonly {
    readonly name: string
    readonly only?: readonly string[]
    /** Absent if the block has errors. */
    readonly parameters?: Parameters
  }[]
  readonly groups?: Readonly<Record<string, readonly string[]>>
  /** Experiments whose rows its own are made from. */
  readonly needs?: readonly string[]
  /** Rows may repeat others in every measure, as there are only a few outcomes; false by default. */
  readonly discrete?: boolean
  /** How the rows of data are read from its files, in one canonical text; absent for experiments. */
  readonly reading?: string
  /** What its rows must satisfy. */
  readonly invariants?: readonly Pick<Invariant, 'text' | 'where' | 'tolerance'>[]
}

/** The names that the pattern part of a path may use. */
export interface PatternNames {
  /** Pattern -> the environments that it is restricted to, in the block's order. */
  readonly patterns: ReadonlyMap<string, readonly string[] | undefined>
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Pattern -> its parameters; `unknown` of a block with errors. Absent for published tables. */
  readonly parameters?: ReadonlyMap<string, Parameters> | 'unknown'
}

/** By the block, which is not changed once read: every path asks for the names of its experiment. */
const namesOfSources = new WeakMap<ExperimentSource, PatternNames>()

export function patternNames(source: ExperimentSource): PatternNames {
  const names = namesOfSources.get(source) ?? namesIn(source)
  namesOfSources.set(source, names)
  return names
}

function namesIn({ patterns, groups = {} }: ExperimentSource): PatternNames {
  const parameters = patterns.flatMap((one) => (one.parameters ? [[one.name, one.parameters] as const] : []))
  return {
    parameters: parameters.length < patterns.length ? 'unknown' : new Map(parameters),
    patterns: new Map(patterns.map(({ name, only }) => [name, only])),
    groups: new Map(Object.entries(groups)),
  }
}

/** The experiments that others need, and those that these need, by id. */
export function neededBy(
  ids: readonly string[],
  experiments: readonly Pick<ExperimentSource, 'id' | 'needs'>[],
): ReadonlySet<string> {
  const needs = (id: string) => withId(experiments, id)?.needs ?? []
  const found = new Set(ids.flatMap(needs))
  // A set that grows is visited to its end.
  for (const id of found) for (const other of needs(id)) found.add(other)
  return found
}

export type PatternChoice =
  /** `several` is syntactic: a list may have a single pattern. */
  | {
      readonly type: 'chosen'
      readonly names: readonly string[]
      readonly several: boolean
      /**
       * Describes each by the parameters in which they differ, so that those of two lists can be put side by side:
       * `threads=1` and `threads=2`, size by size. Absent where parameters are not known.
       */
      readonly alike?: () => readonly string[]
    }
  /** `at` is the offset of the name in the word. */
  | {
      readonly type: 'unknown'
      /** What there is none of: `pattern`, unless said. */
      readonly what?: string
      readonly name: string
      readonly at: number
      readonly known: readonly string[]
    }
  /** The pattern, or every pattern of the group, does not run in this environment. */
  | { readonly type: 'elsewhere'; readonly name: string; readonly only: readonly string[] }

/**
 * Resolves a word to patterns in an environment, in the order written. Groups and `*` skip patterns that do
 * not run there; a pattern named by itself must run there.
 */
export function choosePatterns(word: string, environment: string, names: PatternNames): PatternChoice {
  const { patterns, groups } = names
  const runs = (name: string) => patterns.get(name)?.includes(environment) ?? true
  const chosen: string[] = []
  for (const { 0: one, index: at } of word.matchAll(/[^,\s](?:[^,]*[^,\s])?/g)) {
    if (patterns.has(one)) {
      if (!runs(one)) return { type: 'elsewhere', name: one, only: patterns.get(one) ?? [] }
      chosen.push(one)
      continue
    }
    const members = one === all ? [...patterns.keys()] : (groups.get(one) ?? fitting(one, at, names))
    if (members !== undefined && 'type' in members) return members
    if (members === undefined)
      return { type: 'unknown', name: one, at, known: [...patterns.keys(), ...groups.keys()] }
    const running = members.filter(runs)
    if (running.length === 0) {
      return { type: 'elsewhere', name: one, only: members.flatMap((name) => patterns.get(name) ?? []) }
    }
    chosen.push(...running)
  }
  const found = [...new Set(chosen)]
  const { parameters } = names
  const alike = parameters instanceof Map ? () => differencesOf(found, parameters) : undefined
  return { type: 'chosen', names: found, several: isSeveral(word, names), ...(alike && { alike }) }
}

function differencesOf(
  chosen: readonly string[],
  parameters: ReadonlyMap<string, Parameters>,
): readonly string[] {
  const own = chosen.map((pattern) => flatParameters(parameters.get(pattern) ?? {}))
  const differing = differingIn(own)
  return own.map((one) => JSON.stringify(differing.map((name) => [name, one.get(name) ?? null])))
}

function differingIn(all: readonly ReadonlyMap<string, unknown>[]): readonly string[] {
  const names = new Set(all.flatMap((one) => [...one.keys()]))
  return [...names].filter((name) => new Set(all.map((one) => one.get(name))).size > 1).toSorted()
}

/** The patterns that fit conditions on parameters; undefined for a word that has none. */
function fitting(
  word: string,
  at: number,
  { patterns, parameters }: PatternNames,
): readonly string[] | Extract<PatternChoice, { type: 'unknown' }> | undefined {
  const conditions = conditionsIn(word)
  if (conditions === undefined) return undefined
  if (parameters === undefined) return undefined
  if (parameters === 'unknown') return [...patterns.keys()]
  const found = [...parameters].flatMap(([name, own]) => (fits(conditions, own) ? [name] : []))
  if (found.length > 0) return found
  const { at: inWord = 0, ...wrong } = misfit(conditions, parameters.values()) ?? {
    what: 'combination',
    name: word,
    known: [],
  }
  return { type: 'unknown', ...wrong, at: at + inWord }
}

/** True if a word is written for several patterns, so that it reads a list. */
export function isSeveral(word: string, names: PatternNames): boolean {
  const { patterns, groups } = names
  const conditions = conditionsIn(word)
  return (
    word.includes(',') ||
    (conditions !== undefined && !fixAll(conditions, names)) ||
    (!patterns.has(word) && (word === all || groups.has(word)))
  )
}

/** Whether conditions name a value of every parameter in which patterns differ: that is one pattern, as its name is. */
function fixAll(conditions: readonly Condition[], { parameters }: PatternNames): boolean {
  if (!(parameters instanceof Map)) return false
  const own = [...parameters.values()]
  const isFixed = (name: string) => conditions.some(({ parameter }) => parameter === name)
  return (
    differingIn(own.map(flatParameters)).every(isFixed) &&
    own.filter((one) => fits(conditions, one)).length === 1
  )
}

const all = '*'
