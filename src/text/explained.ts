/**
 * An error whose message says all that its reader needs: it is shown without its name and without a stack. A plain Error
 * is a bug, here or in a script, and keeps both.
 */
export class ExplainedError extends Error {
  override readonly name: string = 'ExplainedError'
}
