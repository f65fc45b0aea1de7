/** Decides whether runs can test a claim, before any number is looked at. */

import { type Claim, differences, expressionsOf, type Test } from '../document/claim.ts'
import type { Expression } from '../query/expression.ts'
import type { Reading } from '../query/interpret.ts'
import { origins } from '../query/quantity.ts'
import { evaluate, pathsToRuns, type Results } from '../query/query.ts'
import { resolveCells } from '../query/resolve.ts'
import { microseconds, root } from '../query/units.ts'
import { repeatedRows } from '../results/repeats.ts'
import { runName, type Run } from '../results/run.ts'
import type { Reasons } from './reasons.ts'
import { runsOf } from './resample.ts'

/** Runs and their staleness, for judging claims. */
export interface Evidence {
  readonly results: Results
  /** Stale runs: name (`latency/xen-4.14/baseline`) -> reason. */
  readonly stale: ReadonlyMap<string, string>
}

/** A missing or stale run, and the reason. */
export interface LackingRun {
  readonly run: string
  readonly stale?: string
}

/** Missing and stale runs of a claim, in reading order. Throws a QueryError for unknown names. */
export function lackingRuns({ test, skip }: Claim, { results, stale }: Evidence): readonly LackingRun[] {
  if (skip !== undefined) return []
  const present = new Set(results.runs.map(runName))
  const names = expressionsOf(test)
    .flatMap(pathsToRuns)
    .flatMap((path) => resolveCells(path, results.experiments).names)
  return [...new Set(names)].flatMap((run): readonly LackingRun[] => {
    const reason = stale.get(run)
    if (!present.has(run)) return [{ run }]
    return reason === undefined ? [] : [{ run, stale: reason }]
  })
}

/**
 * Reason why a claim's runs are no independent observations: they repeat rows. Throws a QueryError for
 * unknown names.
 */
export function repetitionIn(
  { test, skip }: Claim,
  { results }: Evidence,
  reasons: Reasons,
): string | undefined {
  if (skip !== undefined) return undefined
  const runs = new Set(expressionsOf(test).flatMap((one) => runsOf(one, results)))
  const texts = [...runs].flatMap((run) => {
    const isDiscrete = results.experiments.some(({ id, discrete }) => id === run.experiment && discrete)
    return isDiscrete ? [] : repeatedRows(run).map((found) => reasons.repeated(runName(run), found))
  })
  return texts.length === 0 ? undefined : texts.join('; ')
}

/** Reason why existing runs cannot test a claim, if any. Throws a QueryError for unknown names. */
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
  const facts = Object.entries(machine ?? {})
  // Data are what somebody else says; which machine that was, they do not.
  if (facts.length === 0 && runs.every(({ origin }) => origin === 'data')) return undefined
  const others = origins(runs).filter((origin) => origin !== 'hardware')
  if (others.length > 0) return reasons.noHardware(others)
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

/** Matches whole words: 'Xen 4.13' starts 'Xen 4.13.0', but not 'Xen 4.130'. */
function startsWithWord(text: string, word: string): boolean {
  return text.startsWith(word) && !/^[\p{L}\p{N}]/u.test(text.slice(word.length))
}

/** Whether a test also holds on a board that is uniformly twice as slow. */
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
    case 'agreement':
      return isRatio(test.expression, results)
    case 'interval':
      // Zero is the same on every board.
      return [test.low, test.high].every((end) => end === 0 || !Number.isFinite(end))
        ? isScaleFree(test.expression, results)
        : isRatio(test.expression, results)
  }
}

function isRatio(ast: Expression, results: Results): boolean {
  return evaluate({ ast }, results).unit === '' && isScaleFree(ast, results)
}

/** Powers of two, to avoid rounding; far apart, so that any constant shows. */
const slowdowns = [2 ** 20, 2 ** -20]

/**
 * Whether the value scales with all times as its unit implies: times proportionally, ratios not at all.
 * Adding or comparing a time with a literal breaks this. Throws a QueryError if the expression cannot be
 * evaluated.
 */
function isScaleFree(ast: Expression, results: Results): boolean {
  const { value, unit } = evaluate({ ast }, results)
  const power = microseconds(unit) !== undefined ? 1 : microseconds(root(unit) ?? '') !== undefined ? 2 : 0
  return slowdowns.every((factor) => {
    const scaled = evaluate({ ast }, results, (reading) => slower(reading, factor)).value
    return Math.abs(scaled - value * factor ** power) <= 1e-9 * Math.abs(value * factor ** power)
  })
}

/** What a path reads is scaled, not the rows of its runs: these are many. Parameters stay what they are. */
function slower(reading: Reading, factor: number): Reading {
  if (reading.measure === undefined || microseconds(reading.unit) === undefined) return reading
  return { ...reading, values: reading.values.map((value) => (value === null ? null : value * factor)) }
}
