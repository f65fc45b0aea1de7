/**
 * An error with a self-explanatory message, shown without its name and stack. A plain Error is a bug, here or
 * in a script, and keeps both.
 */
export class ExplainedError extends Error {
  override readonly name: string = 'ExplainedError'
}
