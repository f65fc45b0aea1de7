/** Warns of links that lead nowhere, in the document or in the project, and of links that show nothing. */

import { posix } from 'node:path'
import type { Heading, Nodes } from 'mdast'
import type { Place } from '../document/block.ts'
import { type Document, referenceIds } from '../document/document.ts'
import { headingIds, slugOf } from '../document/headings.ts'
import { descend, plainText } from '../document/markdown.ts'
import { sourceText, sliceOf } from '../document/place.ts'
import { warn } from '../document/problem.ts'
import { schemeOf } from '../text/markdown.ts'
import { hint, nearest } from '../text/spelling.ts'

/** What a relative link may lead to. */
export interface Destinations {
  /** Whether there is a file or a folder; the path is relative to the project. */
  readonly exists: (path: string) => boolean
  /** Names in a folder, for suggestions. */
  readonly list: (folder: string) => readonly string[]
}

/** Without `destinations`, links to files are not looked at. */
export function checkLinks(document: Document, destinations?: Destinations): void {
  const { tree, abstract, captions, file } = document
  const roots = [...(abstract ? [abstract] : []), tree, ...captions.values()]
  const all = roots.flatMap((root) => [...descend(root)])
  const linked = linkedIds(document)
  const ids = linked.map(({ id }) => id)
  const headings = linked.flatMap(({ node }) => node ?? [])
  // The words of a heading with a value or a reference are known only when the page is made.
  const open = headings.filter(isOpen).map((node) => slugOf(plainText(node).trim().split(/\s/)[0] ?? ''))
  const source = sourceText(file)
  for (const { node, near } of all) {
    if (node.type !== 'link') continue
    const place: Place = { line: near.line, column: near.column }
    const id = /^#(.*)$/s.exec(node.url)?.[1]
    if (plainText(node).trim() === '' && !hasPicture(node)) {
      const advice =
        id === undefined ? 'write [words](...)' : `write [words](#${id}), or @${id} for a table or figure`
      warn(file, 'empty-link', place, `the link ${sliceOf(source, node)} shows nothing: ${advice}`)
    }
    if (id === undefined) {
      const reason = destinations && lostFile(node.url, file.path ?? '', destinations)
      if (reason !== undefined) warn(file, 'lost-link', place, reason)
      continue
    }
    const name = decoded(id)
    if (name === '' || ids.includes(name) || /^(?:page|cite|note|experiment):/.test(name)) continue
    if (open.some((start) => name.startsWith(start))) continue
    warn(file, 'unknown-link', place, `nothing here has the id ${name}${hint(name, ids)}`)
  }
}

/** Ids that links may lead to: of blocks, of what references lead to, and of headings, with these. */
export function linkedIds({
  tree,
  abstract,
  fences,
  targets,
  blocks,
}: Document): readonly { readonly id: string; readonly node?: Heading }[] {
  const headings = [...(abstract ? [abstract] : []), tree].flatMap((root) =>
    [...descend(root)].flatMap(({ node }) => (node.type === 'heading' ? [node] : [])),
  )
  const made = headingIds(
    headings.map((node) => ({ text: plainText(node), id: node.data?.id })),
    blocks.map(({ id }) => id),
  )
  const ofHeadings = headings.map((node, index) => ({ id: made[index] ?? '', node }))
  const known = new Set(made)
  const others = [...fences.flatMap(({ id }) => id ?? []), ...referenceIds({ fences, targets })]
  return [...[...new Set(others)].filter((id) => !known.has(id)).map((id) => ({ id })), ...ofHeadings]
}

/**
 * Reason why a relative link leads to no file of the project; what leads out of it, or to reports, is not
 * looked at.
 */
function lostFile(url: string, document: string, { exists, list }: Destinations): string | undefined {
  const written = /^[^?#]*/.exec(url)?.[0] ?? ''
  if (written === '' || written.startsWith('/') || schemeOf(url) !== undefined) return undefined
  const path = posix.join(posix.dirname(document), decoded(written)).replace(/\/$/, '')
  if (/^(?:\.\.|\.repro|_build)(?:\/|$)/.test(path) || path === '.' || exists(path)) return undefined
  const near = nearest(posix.basename(path), list(posix.dirname(path)))
  const advice = near === undefined ? '' : ` (did you mean ${posix.join(posix.dirname(path), near)}?)`
  return `the link leads to ${path}, and there is no such file${advice}`
}

function hasPicture(node: Nodes): boolean {
  return [...descend(node)].some((visit) => visit.node.type === 'image' || visit.node.type === 'inlineMath')
}

function isOpen(heading: Heading): boolean {
  return [...descend(heading)].some(
    ({ node }) =>
      (node.type === 'inlineCode' && node.value.startsWith('=')) ||
      node.type === 'inlineMath' ||
      (node.type === 'text' && node.value.includes('@')),
  )
}

/** As it is written in a link: an id may have letters that URLs have not. */
export function decoded(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}
