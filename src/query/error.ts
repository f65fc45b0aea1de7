/** What is wrong with an expression, a table or a figure, for its author. */

import { hint } from '../text/spelling.ts'

/** The author's mistake in an expression, a table or a figure, or a result that is not there. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  /** Names of the runs (experiment/environment/pattern) that would answer; empty if the question itself is wrong. */
  readonly missing: readonly string[]

  constructor(message: string, missing: readonly string[] = []) {
    super(message)
    this.missing = missing
  }
}

/**
 * An error in one part of a report, so that the other parts can go on: an author's mistake as it is, and what nobody foresaw in words.
 */
export function partError(error: unknown): QueryError {
  if (error instanceof QueryError) return error
  const isOurs = error instanceof Error && !/^(?:Error|RangeError|TypeError|ReferenceError)$/.test(error.name)
  return new QueryError(isOurs ? error.message : `cannot be worked out: ${error}`)
}

/** Of an overflow, or of a difference or quotient of two. */
export const notFinite = 'the result is too large for a number'

/** `unknown pattern: dom0-cpo (did you mean dom0-cpu?)`. */
export function unknown(what: string, name: string, known: readonly string[]): QueryError {
  return new QueryError(`unknown ${what}: ${name}${hint(name, known)}`)
}
