/** What is wrong with the input of a trace analysis: a capture, a stamp file or their alignment. Never a bug. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
}
