/** Whether a claim can be tested with these runs at all, whatever their numbers are. */

import { type Claim, differences, expressionsOf, type Test } from '../document/claim.ts'
import type { Expression } from '../query/expression.ts'
import { origins } from '../query/quantity.ts'
import { cellsAt, evaluate, pathsToRuns, type Results } from '../query/query.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/run.ts'
import type { Reasons } from './reasons.ts'
import { runsOf } from './resample.ts'
import { isScaleFree } from './scale.ts'

/** What claims are judged against. */
export interface Evidence {
  readonly results: Results
  /** Runs that no longer are what the document describes: name (`latency/xen-4.14/baseline`) -> reason. */
  readonly stale: ReadonlyMap<string, string>
}

/** A run that is not there, or that is stale, and why. */
export interface Lack {
  readonly run: string
  readonly stale?: string
}

/** Runs that would have to be made before a claim can be tested, in the order of reading. Throws QueryError for unknown names. */
export function lackingRuns({ test, skip }: Claim, { results, stale }: Evidence): readonly Lack[] {
  if (skip !== undefined) return []
  const present = new Set(results.runs.map(runName))
  const names = expressionsOf(test)
    .flatMap(pathsToRuns)
    .flatMap((path) => cellsAt(path, results.experiments).names)
  return [...new Set(names)].flatMap((run): readonly Lack[] => {
    const reason = stale.get(run)
    if (!present.has(run)) return [{ run }]
    return reason === undefined ? [] : [{ run, stale: reason }]
  })
}

/** Why a claim cannot be tested with runs that are there; undefined if it can. Throws QueryError for names that are not known. */
export function obstacleTo(claim: Claim, { results }: Evidence, reasons: Reasons): string | undefined {
  if (claim.skip !== undefined) return reasons.skipped(claim.skip)
  const expressions = expressionsOf(claim.test)
  const runs = expressions.flatMap((one) => runsOf(one, results))
  switch (claim.scope) {
    case 'absolute':
      return foreignMachine(claim, runs, reasons)
    case 'shape':
      return isShape(claim.test, results) ? undefined : reasons.noShape
    case 'method':
      return undefined
  }
}

function foreignMachine({ machine }: Claim, runs: readonly Run[], reasons: Reasons): string | undefined {
  const others = origins(runs).filter((origin) => origin !== 'hardware')
  if (others.length > 0) return reasons.noHardware(others)
  const facts = Object.entries(machine ?? {})
  if (facts.length === 0) return reasons.noMachine
  for (const run of runs) {
    for (const [item, published] of facts) {
      const captured = Object.hasOwn(run.captured, item) ? run.captured[item] : undefined
      if (captured === undefined) return reasons.notCaptured(runName(run), item, published)
      if (!startsWithWord(captured, published))
        return reasons.otherMachine(runName(run), item, captured, published)
    }
  }
  return undefined
}

/** 'Xen 4.13' is the start of 'Xen 4.13.0', but not of 'Xen 4.130'. */
function startsWithWord(text: string, word: string): boolean {
  return text.startsWith(word) && !/^[\p{L}\p{N}]/u.test(text.slice(word.length))
}

function isShape(test: Test, results: Results): boolean {
  switch (test.type) {
    case 'direction':
      return true
    case 'all':
      return test.tests.every((one) => isShape(one, results))
    case 'ordering':
      return differences(test.expressions).every((one) => isScaleFree(one, results))
    case 'absolute':
    case 'relative':
      return isRatio(test.expression, results)
    case 'interval':
      // Zero is the same time on every board.
      return [test.low, test.high].every((end) => end === 0 || !Number.isFinite(end))
        ? isScaleFree(test.expression, results)
        : isRatio(test.expression, results)
  }
}

function isRatio(ast: Expression, results: Results): boolean {
  return evaluate({ ast }, results).unit === '' && isScaleFree(ast, results)
}
