/** Where relative links of a document lead from its report, which lies in another folder. */

import { posix } from 'node:path'
import type { Link } from 'mdast'
import { schemeOf } from '../text/markdown.ts'

export interface Address {
  readonly url: string
  /** Of a document that has a report of its own beside this one; formats give it their extension. */
  readonly data?: { readonly report: string }
}

declare module 'mdast' {
  interface LinkData {
    /** What follows the extension in the address of another report. */
    readonly report?: string
  }
}

/**
 * Returns the addresses of a document's links, as seen from a folder of reports in the project. Links to other
 * documents in its folder, or below, lead to their reports, all other relative links to the files themselves.
 *
 * @param document path in the project
 * @param nameOf name of a document's report, without its extension
 */
export function addressesFrom(
  document: string,
  nameOf: (document: string) => string,
): (url: string) => Address {
  const folder = posix.dirname(document)
  return (url) => {
    const [, written = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? []
    if (written === '' || written.startsWith('/') || schemeOf(url) !== undefined) return { url }
    const path = posix.join(folder, decoded(written))
    const isBelow = folder === '.' ? !path.startsWith('../') : path.startsWith(`${folder}/`)
    if (!isBelow || !path.endsWith('.md')) return { url: `../${posix.join(folder, written)}${rest}` }
    return { url: encodeURI(nameOf(path)), data: { report: rest } }
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** The address in a format, such as `.html`. */
export function addressIn({ url, data }: Pick<Link, 'url' | 'data'>, extension: string): string {
  return data?.report === undefined ? url : `${url}${extension}${data.report}`
}
