/** Errors in expressions, tables and figures, for their author. */

import { hint } from '../text/spelling.ts'

/** An author's mistake in an expression, a table or a figure, or a missing result. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  /** Runs (experiment/environment/pattern) that would answer; empty if the query itself is wrong. */
  readonly missing: readonly string[]

  constructor(message: string, missing: readonly string[] = []) {
    super(message)
    this.missing = missing
  }
}

/** A wrong part of a path. */
export interface PathMistake {
  readonly ruleId: string
  /** Index of the part, and the offset of the wrong word in it. */
  readonly part: number
  readonly offset?: number
  readonly reason: string
}

/** Wrong parts of a path; the message is on the first. */
export class PathError extends QueryError {
  readonly mistakes: readonly PathMistake[]

  constructor(mistakes: readonly PathMistake[]) {
    super(mistakes[0]?.reason ?? '')
    this.mistakes = mistakes
  }
}

/** Converts an error in one part of a report, so that the others continue; keeps authors' mistakes. */
export function partError(error: unknown): QueryError {
  if (error instanceof QueryError) return error
  const isOurs = error instanceof Error && !/^(?:Error|RangeError|TypeError|ReferenceError)$/.test(error.name)
  return new QueryError(isOurs ? error.message : `cannot be evaluated: ${error}`)
}

/** Overflow, also in a difference or quotient of two overflows. */
export const notFinite = 'the result is too large for a number'

/** `unknown pattern: dom0-cpo (did you mean dom0-cpu?)`. */
export function unknown(what: string, name: string, known: readonly string[]): QueryError {
  return new QueryError(`unknown ${what}: ${name}${hint(name, known)}`)
}
