/** Where links of a printed report lead. */

import { isLinkable, schemeOf } from '../../text/markdown.ts'

export type Target =
  | { readonly type: 'place'; readonly id: string }
  | { readonly type: 'address'; readonly url: string }

/** Returns undefined for what is no link in print: a file of the project is not beside the page, but another report is. */
export function targetOf(url: string): Target | undefined {
  if (url.startsWith('#')) return { type: 'place', id: decoded(url.slice(1)) }
  const isReached = schemeOf(url) !== undefined || /^[^/]+$/.test(url)
  return isLinkable(url) && isReached ? { type: 'address', url } : undefined
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
