/** Pictures of the text: which files they are, and whether these are what their names say. */

import { posix } from 'node:path'
import type { Image } from 'mdast'
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes'
import type { Place } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import { descend } from '../document/markdown.ts'

export interface Picture {
  readonly node: Image
  readonly place: Place
  /** As the author wrote it. */
  readonly source: string
  /** Of the file, relative to the project; absent if the source is none. */
  readonly path?: string
  readonly type?: string
  /** Why it cannot be shown. */
  readonly problem?: string
}

/** A picture with its content, or with the reason why it cannot be shown. */
export interface ReadPicture extends Picture {
  readonly bytes?: Uint8Array
  /** Whether the problem is that there is no such file. */
  readonly isMissing?: boolean
  /** Why it shows as broken, though it can be put into the page: a harmless file that is not what its name says. */
  readonly warning?: string
}

const types: ReadonlyMap<string, string> = new Map([
  ['.gif', 'image/gif'],
  ['.jpeg', 'image/jpeg'],
  ['.jpg', 'image/jpeg'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.webp', 'image/webp'],
])

/** Of one picture, and of all in a page, which holds each as often as it is shown. */
const mostBytes = 10_000_000
const mostBytesInPage = 50_000_000

/** All pictures of a document, in the order of the text, by their names alone. */
export function picturesOf({
  tree,
  abstract,
  file,
}: Pick<Document, 'tree' | 'abstract' | 'file'>): readonly Picture[] {
  const folder = posix.dirname(file.path ?? 'document')
  return [abstract ?? [], tree].flat().flatMap((root) =>
    [...descend(root)].flatMap(({ node, near }): readonly Picture[] => {
      if (node.type !== 'image') return []
      const common = { node, place: { line: near.line, column: near.column }, source: node.url }
      if (/^[a-z][a-z0-9+.-]*:|^[\\/]{2}/i.test(node.url.trim()))
        return [{ ...common, problem: 'the page makes no requests; put the picture into the project' }]
      const path = posix.normalize(posix.join(folder, decoded(node.url)))
      const type = types.get(posix.extname(path).toLowerCase())
      if (type === undefined)
        return [{ ...common, problem: `no picture of a known type (${[...types.keys()].join(', ')})` }]
      const problem = /^\.\.(?:\/|$)/.test(path)
        ? 'the path leaves the project'
        : /\p{Cc}/u.test(path)
          ? 'the path has a control character'
          : undefined
      return [problem === undefined ? { ...common, path, type } : { ...common, problem }]
    }),
  )
}

/** `a%20b.png` is the file `a b.png`; `100%.png` is no such address and taken as it is written. */
function decoded(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

/**
 * Pictures with their content. `read` gives that of a file by its path relative to the project, undefined if there is none, and throws
 * an error that says why a file cannot be read.
 */
export function readPictures(
  pictures: readonly Picture[],
  read: (path: string) => Uint8Array | undefined,
): readonly ReadPicture[] {
  let total = 0
  return pictures.map((picture): ReadPicture => {
    const { path, type } = picture
    if (path === undefined || type === undefined) return picture
    let bytes: Uint8Array | undefined
    try {
      bytes = read(path)
    } catch (error) {
      return { ...picture, problem: error instanceof Error ? error.message : String(error) }
    }
    if (bytes === undefined) return { ...picture, problem: `no file ${path}`, isMissing: true }
    const problem = contentProblem(bytes, type)
    if (problem !== undefined) return { ...picture, problem }
    total += bytes.length
    if (total > mostBytesInPage)
      return {
        ...picture,
        problem: `with it the pictures of the page have more than ${mostBytesInPage} bytes`,
      }
    const warning = contentWarning(bytes, type)
    return { ...picture, bytes, ...(warning === undefined ? {} : { warning }) }
  })
}

function contentProblem(bytes: Uint8Array, type: string): string | undefined {
  if (bytes.length > mostBytes) return `${bytes.length} bytes are more than ${mostBytes}: make it smaller`
  return type === 'image/svg+xml' ? svgProblem(bytes) : undefined
}

/** A browser decodes pixels or shows nothing: such a file does no harm. */
function contentWarning(bytes: Uint8Array, type: string): string | undefined {
  if (type === 'image/svg+xml') return undefined
  const found = typeOf(bytes)
  return found === type ? undefined : `the file is ${found ? `of type ${found}` : 'no picture'}, not ${type}`
}

function typeOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  if (/^RIFF.{4}WEBP/s.test(start)) return 'image/webp'
  return undefined
}

const svgNamespace = 'http://www.w3.org/2000/svg'
const htmlNamespace = 'http://www.w3.org/1999/xhtml'

/**
 * A page shows an SVG file as a picture, in which nothing runs and nothing is loaded; a reader may open it by itself, where both
 * would happen. So one that could do either is refused.
 */
function svgProblem(bytes: Uint8Array): string | undefined {
  const problems: string[] = []
  const parser = new SaxesParser({ xmlns: true })
  let root: SaxesTagNS | undefined
  parser.on('error', (error) => problems.push(`the file is no SVG: ${error.message}`))
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) problems.push('the SVG file declares entities')
  })
  parser.on('processinginstruction', ({ target }) => problems.push(`the SVG file has <?${target}?>`))
  let inStyle = false
  const readText = (text: string) => inStyle && problems.push(...stylesheetProblem(text))
  parser.on('text', readText)
  parser.on('cdata', readText)
  parser.on('opentag', (tag) => {
    root ??= tag
    inStyle = tag.local.toLowerCase() === 'style'
    problems.push(...tagProblems(tag))
  })
  parser.on('closetag', () => {
    inStyle = false
  })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return 'the file is no SVG: it is not UTF-8'
  }
  // In pieces, so that a file with many faults is not read to its end.
  for (let at = 0; at < text.length && problems.length === 0; at += 65_536) {
    parser.write(text.slice(at, at + 65_536))
  }
  if (problems.length === 0) parser.close()
  if (problems.length === 0 && (root?.local !== 'svg' || root.uri !== svgNamespace))
    return 'the file is no SVG: its root is no svg element'
  return problems[0]
}

const active = /^(?:script|foreignobject|iframe|object|embed|audio|video|handler|listener)$/i

function tagProblems(tag: SaxesTagNS): readonly string[] {
  const attributes = Object.values(tag.attributes)
  const animated = attributes.find(({ local }) => /^attributename$/i.test(local))?.value ?? ''
  if (tag.uri === htmlNamespace || active.test(tag.local) || /href|^on/i.test(animated))
    return [`the SVG file has the element ${tag.name}, which can do more than show something`]
  return attributes.flatMap(attributeProblems)
}

const address = /^(?:href|base|src|data|action|formaction|srcdoc|poster)$/i

function attributeProblems({ name, local, uri, value }: SaxesAttributeNS): readonly string[] {
  if (/^on/i.test(local)) return [`the SVG file has the attribute ${name}, which can run something`]
  const isOwn = /^\s*(?:#|data:image\/(?:png|jpeg|gif|webp);|$)/i.test(value)
  if (address.test(local) && !isOwn) return [`the SVG file leads elsewhere: ${name}="${value.slice(0, 80)}"`]
  return uri === '' ? stylesheetProblem(value) : []
}

/** What CSS loads; its escapes could hide that. */
function stylesheetProblem(text: string): readonly string[] {
  const loads = /@import|\\[0-9a-f]|url\(\s*(?!['"]?\s*(?:#|data:image\/(?:png|jpeg|gif|webp);))/i.exec(text)
  return loads ? [`the SVG file loads something: ${text.slice(loads.index, loads.index + 40)}`] : []
}
