/** Whether a claim can be tested with these runs at all, whatever their numbers are. */

import { type Claim, differences, expressionsOf, type Test } from '../document/claim.ts'
import type { Expression } from '../document/expression.ts'
import { origins } from '../results/quantity.ts'
import { evaluate, type Results } from '../results/query.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/series.ts'
import type { Reasons } from './reasons.ts'
import { runsOf } from './resample.ts'
import { isScaleFree } from './scale.ts'

/** What claims are judged against. */
export interface Evidence {
  readonly results: Results
  /** Runs that no longer are what the document describes: name (`latency/xen-4.14/baseline`) -> reason. */
  readonly stale: ReadonlyMap<string, string>
}

/** Why a claim cannot be tested; undefined if it can. Throws QueryError for names that are not known and runs that are not there. */
export function obstacleTo(claim: Claim, { results, stale }: Evidence, reasons: Reasons): string | undefined {
  if (claim.skip !== undefined) return reasons.skipped(claim.skip)
  const expressions = expressionsOf(claim.test)
  const runs = expressions.flatMap((one) => runsOf(one, results))
  for (const run of runs) {
    const reason = stale.get(runName(run))
    if (reason !== undefined) return reasons.stale(runName(run), reason)
  }
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
      const captured = run.captured[item]
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
