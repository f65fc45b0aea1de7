/** How many of its rows a claim uses, and what was excluded: the ones left out may be those that refute it. */

import { type Claim, expressionsOfClaim } from '../document/claim.ts'
import { QueryError } from '../query/error.ts'
import { whatIsRead } from '../query/interpret.ts'
import { neededBy } from '../query/patterns.ts'
import { cellsRead, pathsToRuns, type Probe, probesOf, type Results } from '../query/query.ts'
import type { Factors } from '../query/series.ts'
import { excludedColumn, type Exclusion, type Run, runName } from '../results/run.ts'
import { exclusionsIn } from '../results/runfile.ts'

/**
 * Share of a series' rows from which on exclusions leave a claim undecided. Beyond a fifth, losses put the
 * validity of a trial in serious doubt: K. F. Schulz and D. A. Grimes, "Sample size slippages in randomised
 * trials", Lancet 359 (2002), 781-785. With five boots, a fifth is one of them.
 */
export const mostExcluded = 0.2

/** What a claim uses of a series, as stated, under its conditions or for its control. */
export interface Use {
  readonly run: Run
  /** `pause.total`; `pause` where rows are counted. */
  readonly what: string
  /** Values that it uses. */
  readonly n: number
  /** Rows of the series, also without a value, or excluded. */
  readonly rows: number
  readonly excluded: readonly Exclusion[]
}

/** In reading order, without duplicates; without what cannot be read. */
export function usesOf(
  claim: Pick<Claim, 'test' | 'conditions' | 'control'>,
  results: Results,
): readonly Use[] {
  const found = new Map<string, Use>()
  for (const path of expressionsOfClaim(claim).flatMap(pathsToRuns)) {
    for (const { run, read } of probesAt(path, results)) {
      const { values, ...reading } = read(run.rows)
      const what = whatIsRead(reading)
      const name = `${what} ${runName(run)}`
      if (found.has(name)) continue
      const excluded = exclusionsFrom(run, reading.factors)
      const n = values.filter((value) => value !== null).length
      found.set(name, { run, what, n, rows: values.length + totalOf(excluded), excluded })
    }
  }
  return [...found.values()]
}

/** The runs that a claim reads, as stated, under a condition or for its control, and those that these needed. */
export function runsBehind(
  claim: Pick<Claim, 'test' | 'conditions' | 'control'>,
  { experiments, runs }: Results,
): readonly Run[] {
  const { names } = cellsRead(expressionsOfClaim(claim), experiments)
  const needed = neededBy(
    names.map((name) => name.split('/')[0] ?? ''),
    experiments,
  )
  return runs.filter((run) => names.includes(runName(run)) || needed.has(run.experiment))
}

function probesAt(path: Parameters<typeof probesOf>[0], results: Results): readonly Probe[] {
  try {
    return probesOf(path, results).probes
  } catch (error) {
    if (error instanceof QueryError) return []
    throw error
  }
}

/** Excluded rows of a series; one without a factor's value, as a trial that failed as a whole, is of each. */
function exclusionsFrom(run: Run, factors: Factors): readonly Exclusion[] {
  const wanted = Object.entries(factors)
  const rows = run.rows.filter(
    (row) =>
      row[excludedColumn] && wanted.every(([name, value]) => row[name] === value || (row[name] ?? '') === ''),
  )
  return exclusionsIn({ columns: run.columns, rows }) ?? run.exclusions
}

export function totalOf(exclusions: readonly Exclusion[]): number {
  return exclusions.reduce((sum, { count }) => sum + count, 0)
}

/** Whether a claim cannot rest on the series. */
export function lostTooMany({ rows, excluded }: Use): boolean {
  return excluded.length > 0 && totalOf(excluded) >= mostExcluded * rows
}
