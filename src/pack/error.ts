/** What keeps a project from being packed, and what to do about it. */
export class PackError extends Error {
  override readonly name = 'PackError'
}

/** Of many names the first ones, one a line, indented: a message stays readable. */
export function nameSome(names: readonly string[]): string {
  const most = 20
  const shown = names.slice(0, most).map((name) => `  ${name}`)
  return [...shown, ...(names.length > most ? [`  and ${names.length - most} more`] : [])].join('\n')
}
