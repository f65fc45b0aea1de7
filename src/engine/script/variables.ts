/** Environment variables of scripts: few, since a user's shell often holds secrets; never part of a run. */

import type { ExperimentBlock } from '../../document/block.ts'
import { RequestError } from '../cells.ts'

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

/** Throws a RequestError unless all variables named by the experiments are set. */
export function requireVariables(
  experiments: readonly Pick<ExperimentBlock, 'id' | 'variables'>[],
  all: Variables = process.env,
): void {
  for (const { id, variables = [] } of experiments) {
    const missing = variables.filter((name) => all[name] === undefined)
    if (missing.length > 0)
      throw new RequestError(
        `the experiment ${id} needs environment variables that are not set: ` +
          `${missing.join(', ')} (env: in its block)`,
      )
  }
}
