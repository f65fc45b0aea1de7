/** Returns the source of a regular expression, with or without the flag `u`, that matches a text as it stands. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}
