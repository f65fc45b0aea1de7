/** Environment variables of scripts: few, since a user's shell often holds secrets. A run has only digests of them. */

import type { ExperimentBlock } from '../../document/block.ts'
import { variableDigest } from '../../files/variable.ts'
import type { Inputs, Run } from '../../results/run.ts'
import { RequestError } from '../cells.ts'

type Named = Pick<ExperimentBlock, 'id' | 'variables' | 'untrackedVariables'>
type Variables = Readonly<Record<string, string | undefined>>

const usual: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'TMP', 'TEMP'],
  // Boards are reached with the keys of an agent; those without one lie in HOME.
  'SSH_AUTH_SOCK',
  ...['TERM', 'COLORTERM', 'NO_COLOR', 'XDG_RUNTIME_DIR', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME'],
])

/** Variables for a script: the usual ones, this program's, and those that its block names. */
export function scriptVariables(named: readonly string[] = [], all: Variables = process.env): Variables {
  return Object.fromEntries(
    Object.entries(all).filter(
      ([name]) => usual.has(name) || /^(?:LC|REPRO)_/.test(name) || named.includes(name),
    ),
  )
}

/** All names that a block lets through. */
export function namedVariables({
  variables = [],
  untrackedVariables = [],
}: Omit<Named, 'id'>): readonly string[] {
  return [...variables, ...untrackedVariables]
}

const prefix = 'variable '
const notSet = 'not set'

/** Inputs of the variables whose values count; `digestOf` is undefined for one that is not set. */
export function variableInputs(
  { variables = [] }: Omit<Named, 'id'>,
  digestOf: (name: string) => string | undefined,
): Inputs {
  return Object.fromEntries(variables.map((name) => [`${prefix}${name}`, digestOf(name) ?? notSet]))
}

/**
 * Where a variable is not set, nothing says that a run with any value of it is stale: it counts as it is, since
 * no run can be made without one. So a recorded result stays one for readers who have no such variable.
 */
export function withItsVariables(inputs: Inputs, run: Pick<Run, 'inputs'>): Inputs {
  const own = Object.entries(run.inputs).filter(
    ([name]) => name.startsWith(prefix) && inputs[name] === notSet,
  )
  return own.length === 0 ? inputs : { ...inputs, ...Object.fromEntries(own) }
}

/** Names of variables whose values are not those that the inputs say. */
export function otherVariables(inputs: Inputs, all: Variables = process.env): readonly string[] {
  return Object.entries(inputs).flatMap(([input, digest]) => {
    if (!input.startsWith(prefix)) return []
    const name = input.slice(prefix.length)
    return variableDigest(name, all) === digest ? [] : [name]
  })
}

/** Throws a RequestError unless all variables named by the experiments are set. */
export function requireVariables(experiments: readonly Named[], all: Variables = process.env): void {
  for (const block of experiments) {
    const missing = namedVariables(block).filter((name) => all[name] === undefined)
    if (missing.length > 0)
      throw new RequestError(
        `the experiment ${block.id} needs environment variables that are not set: ` +
          `${missing.join(', ')} (env or untrackedEnv in its block)`,
      )
  }
}
