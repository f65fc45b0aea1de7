/** Resolves the parts of a path: experiment, environment and patterns; then factor values and a measure. */

import { runName } from '../results/run.ts'
import { withId } from '../text/lists.ts'
import { hint } from '../text/spelling.ts'
import { PathError, type PathMistake } from './error.ts'
import type { Path } from './expression.ts'
import { choosePatterns, type ExperimentSource, patternNames } from './patterns.ts'

export interface Resolved {
  /** Cells that the path reads, run or not. */
  readonly names: readonly string[]
  /** The patterns, if the path covers several. */
  readonly over?: readonly string[]
  /** What tells these apart (patterns.ts). */
  readonly alike?: () => readonly string[]
}

/** Returns the cells that a path reads. Throws a PathError with everything wrong with it. */
export function resolveCells(
  { parts }: Pick<Path, 'parts'>,
  experiments: readonly ExperimentSource[],
): Resolved {
  const [id = '', environment = '', word = ''] = parts
  const experiment = withId(experiments, id)
  if (experiment === undefined) {
    const known = experiments.map((one) => one.id)
    const reason = `unknown experiment: ${id}${hint(id, known)}`
    throw new PathError([{ ruleId: 'unknown-experiment', part: 0, reason }])
  }
  const mistakes: PathMistake[] = []
  const { environments } = experiment
  if (!environments.includes(environment)) {
    const reason = `unknown environment of ${id}: ${environment}${hint(environment, environments)}`
    mistakes.push({ ruleId: 'unknown-environment', part: 1, reason })
  }
  const choice = choosePatterns(word, environment, patternNames(experiment))
  if (choice.type === 'unknown') {
    const known =
      choice.what === 'combination' ? '; no pattern has all of these' : hint(choice.name, choice.known)
    const reason = `unknown ${choice.what ?? 'pattern'} of ${id}: ${choice.name}${known}`
    mistakes.push({ ruleId: 'unknown-pattern', part: 2, offset: choice.at, reason })
  } else if (choice.type === 'elsewhere' && mistakes.length === 0 && choice.only.length > 0) {
    const reason = `${choice.name} does not run in ${environment}, only in ${choice.only.join(', ')}`
    mistakes.push({ ruleId: 'unknown-environment', part: 1, reason })
  }
  if (choice.type !== 'chosen' || mistakes.length > 0) throw new PathError(mistakes)
  const names = choice.names.map((pattern) => runName({ experiment: id, environment, pattern }))
  if (!choice.several) return { names }
  return { names, over: choice.names, ...(choice.alike && { alike: choice.alike }) }
}

/** Index of a path's first part after the pattern. */
export const afterPattern = 3

export interface Narrowing {
  readonly factors: Readonly<Record<string, string>>
  readonly measure?: string
}

/** Tells factor values from the measure in the parts after the pattern. Throws a PathError. */
export function narrow(
  parts: readonly string[],
  measures: readonly string[],
  factorValues: ReadonlyMap<string, ReadonlySet<string>>,
): Narrowing {
  const factors = new Map<string, string>()
  let measure: string | undefined
  for (const [index, part] of parts.entries()) {
    const refuse = (reason: string) =>
      new PathError([{ ruleId: 'published-number', part: afterPattern + index, reason }])
    if (measures.includes(part)) {
      if (measure !== undefined) throw refuse(`two measures in one path: ${measure} and ${part}`)
      measure = part
      continue
    }
    const [owners, value] = ownersOf(part, factorValues)
    const [owner] = owners
    if (owner === undefined) {
      const values = [...factorValues.values()].flatMap((some) => [...some]).filter((value) => value !== '')
      const own = [...(factorValues.get(part) ?? [])].filter((value) => value !== '')
      if (own.length > 0)
        throw refuse(`${part} is a factor, whose values are words: name one of them${hint(part, own)}`)
      throw refuse(`unknown measure or factor value: ${part}${hint(part, [...measures, ...values])}`)
    }
    if (owners.length > 1)
      throw refuse(
        `ambiguous value: ${part} is one of ${owners.join(' and of ')}: write which, ['${owner}=${part}']`,
      )
    if (factors.has(owner))
      throw refuse(`two values of ${owner} in one path: ${factors.get(owner)} and ${value}`)
    factors.set(owner, value)
  }
  return { factors: Object.fromEntries(factors), ...(measure === undefined ? {} : { measure }) }
}

/** Factors with this value, and the value; `before=yes` names its factor, unless it is a value itself. */
function ownersOf(
  part: string,
  factorValues: ReadonlyMap<string, ReadonlySet<string>>,
): readonly [owners: readonly string[], value: string] {
  const owners = [...factorValues].filter(([, values]) => values.has(part)).map(([name]) => name)
  if (owners.length > 0) return [owners, part]
  for (const { index } of part.matchAll(/=/g)) {
    const [name, value] = [part.slice(0, index).trim(), part.slice(index + 1).trim()]
    if (factorValues.get(name)?.has(value)) return [[name], value]
  }
  return [[], part]
}
