/** Environment variables of scripts: few, since a user's shell often holds secrets; never part of a run. */

import type { ExperimentBlock } from '../../document/block.ts'
import type { CellName } from '../../results/store.ts'

type Variables = Readonly<Record<string, string | undefined>>

const usual: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'TMP', 'TEMP'],
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

/** Thrown if a block names variables that are not set. */
export class VariableError extends Error {
  override readonly name = 'VariableError'
}

/** Throws a VariableError unless all variables named by the cells' blocks are set. */
export function requireVariables(
  cells: readonly (Pick<CellName, 'experiment'> & { readonly block: ExperimentBlock })[],
  all: Variables = process.env,
): void {
  for (const { experiment, block } of cells) {
    const missing = (block.variables ?? []).filter((name) => all[name] === undefined)
    if (missing.length === 0) continue
    throw new VariableError(
      `the experiment ${experiment} needs ${missing.join(' and ')} (env: in its block), which the environment does not have: set it and build again`,
    )
  }
}
