/** Resolves the parts of a path that are known before any run: experiment, environment and patterns. */

import { runName } from '../results/run.ts'
import { hint } from '../text/spelling.ts'
import { choosePatterns, type Offer } from './patterns.ts'

/** The names of an experiment that a path may use. */
export interface Cells extends Offer {
  readonly id: string
  readonly environments: readonly string[]
}

/** A wrong part of a path. */
export interface Wrong {
  readonly ruleId: string
  /** Index of the part, and the offset of the wrong word in it. */
  readonly part: number
  readonly offset: number
  readonly reason: string
}

export interface Resolved {
  /** Cells that the path reads, run or not. */
  readonly names: readonly string[]
  /** The patterns, if the path covers several. */
  readonly over?: readonly string[]
}

/** Returns the cells that a path reads, or everything wrong with it. */
export function resolveCells(
  parts: readonly string[],
  experiments: readonly Cells[],
): Resolved | { readonly wrong: readonly [Wrong, ...Wrong[]] } {
  const [id = '', environment = '', word = ''] = parts
  const experiment = experiments.find((one) => one.id === id)
  if (experiment === undefined) {
    const known = experiments.map((one) => one.id)
    return { wrong: [wrongPart('unknown-experiment', 0, `unknown experiment: ${id}${hint(id, known)}`)] }
  }
  const isKnown = experiment.environments.includes(environment)
  const unknown = wrongPart(
    'unknown-environment',
    1,
    `unknown environment of ${id}: ${environment}${hint(environment, experiment.environments)}`,
  )
  const choice = choosePatterns(word, environment, experiment)
  switch (choice.type) {
    case 'unknown': {
      const reason = `unknown pattern of ${id}: ${choice.name}${hint(choice.name, choice.known)}`
      const wrong = wrongPart('unknown-pattern', 2, reason, choice.at)
      return { wrong: isKnown ? [wrong] : [unknown, wrong] }
    }
    case 'elsewhere': {
      const reason = `${choice.name} does not run in ${environment}, only in ${choice.only.join(', ')}`
      return { wrong: [isKnown ? wrongPart('unknown-environment', 1, reason) : unknown] }
    }
    case 'chosen': {
      if (!isKnown) return { wrong: [unknown] }
      const names = choice.names.map((pattern) => runName({ experiment: id, environment, pattern }))
      return { names, ...(choice.several ? { over: choice.names } : {}) }
    }
  }
}

function wrongPart(ruleId: string, part: number, reason: string, offset = 0): Wrong {
  return { ruleId, part, offset, reason }
}
