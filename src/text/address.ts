/** Addresses that a report's links may have. */

export const linkSchemes: readonly string[] = ['http', 'https', 'mailto', 'doi']

/** What stands before the first colon of an address; undefined of a relative one. */
export function schemeOf(url: string): string | undefined {
  return /^([^/?#:]*):/.exec(url)?.[1]
}

/** Whether an address is relative, or has one of the schemes. */
export function isLinkable(url: string): boolean {
  const scheme = schemeOf(url.trim())
  return scheme === undefined || linkSchemes.includes(scheme.toLowerCase())
}
