/** Thrown when a project cannot be packed; the message says what to do. */
export class PackError extends Error {
  override readonly name = 'PackError'
}

/** Lists the first names, one per indented line, and the number of the others. */
export function nameSome(names: readonly string[]): string {
  const most = 20
  const shown = names.slice(0, most).map((name) => `  ${name}`)
  return [...shown, ...(names.length > most ? [`  and ${names.length - most} more`] : [])].join('\n')
}
