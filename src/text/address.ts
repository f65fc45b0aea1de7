/** URLs that a report may link to. */

export const linkSchemes: readonly string[] = ['http', 'https', 'mailto', 'doi']

/** Returns a URL's scheme; undefined if it is relative. */
export function schemeOf(url: string): string | undefined {
  return /^([^/?#:]*):/.exec(url)?.[1]
}

/** True if a URL is relative, or has one of these schemes. */
export function isLinkable(url: string): boolean {
  const scheme = schemeOf(url.trim())
  return scheme === undefined || linkSchemes.includes(scheme.toLowerCase())
}
