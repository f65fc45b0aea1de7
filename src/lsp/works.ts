/** The works of a document's bibliography, as an editor names them. */

import { type BibtexEntry, readBibtex } from '../bibliography/bibtex.ts'
import type { Place } from '../document/block.ts'
import type { Look } from '../project/live.ts'

export interface NamedWork {
  /** `Barham et al.: Xen and the Art of Virtualization`. */
  readonly title: string
  /** Of its key in the file. */
  readonly place: Place
}

/** By key. */
export type Works = ReadonlyMap<string, NamedWork>

export function worksIn({ opened: { document }, files }: Look): Works {
  const path = document.frontMatter.bibliography?.file
  if (path === undefined || files.problem(path) !== undefined) return new Map()
  return files.derived(`works ${path}`, (source) => {
    const { entries } = readBibtex((source.text(path) ?? '').replace(/^\uFEFF/, ''))
    return new Map(entries.map((entry) => [entry.key, { title: titleOf(entry), place: entry.keyPlace }]))
  })
}

function titleOf({ type, fields }: BibtexEntry): string {
  const field = (name: string) => fields.get(name)?.value.replaceAll(/[{}]/g, '')
  const people = (field('author') ?? field('editor'))?.split(/\s+and\s+/) ?? []
  const [first = ''] = people
  const name = first.includes(',') ? (first.split(',')[0] ?? '') : (first.split(' ').at(-1) ?? '')
  const who = name === '' ? '' : `${name}${people.length > 1 ? ' et al.' : ''}: `
  return `${who}${field('title') ?? type}`
}
