/** Pictures in the text: resolves their files and checks the content against the file type. */

import { posix } from 'node:path'
import type { Image } from 'mdast'
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes'
import type { FigureBlock, Place } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import { descend } from '../document/markdown.ts'

export interface Picture extends PictureFile {
  readonly node: Image
}

/** A picture that a text or a figure names. */
export interface PictureFile {
  readonly place: Place
  /** As the author wrote it. */
  readonly source: string
  /** Relative to the project; absent if the source is not a file. */
  readonly path?: string
  readonly type?: string
  /** Reason why it cannot be shown. */
  readonly problem?: string
}

/** A picture with its content, or the reason why it cannot be shown. */
export type ReadPicture<Named extends PictureFile = Picture> = Named & Content

interface Content {
  readonly bytes?: Uint8Array
  /** Whether the file is missing. */
  readonly isMissing?: boolean
  /** Reason why it will look broken: a harmless file whose content does not match its extension. */
  readonly warning?: string
  readonly problem?: string
}

const svgType = 'image/svg+xml'
const types: ReadonlyMap<string, string> = new Map([
  ['.gif', 'image/gif'],
  ['.jpeg', 'image/jpeg'],
  ['.jpg', 'image/jpeg'],
  ['.png', 'image/png'],
  ['.svg', svgType],
  ['.webp', 'image/webp'],
])

/** Limits per picture, and per page, which embeds a picture each time it is shown. */
const mostBytes = 10_000_000
const mostBytesInPage = 50_000_000

/** Pictures of a document, in text order, judged by name only. */
export function picturesOf({
  tree,
  abstract,
  file,
}: Pick<Document, 'tree' | 'abstract' | 'file'>): readonly Picture[] {
  const folder = posix.dirname(file.path ?? 'document')
  return [...(abstract ? descend(abstract) : []), ...descend(tree)].flatMap(({ node, near }) => {
    if (node.type !== 'image') return []
    const place = { line: near.line, column: near.column }
    return [{ node, place, source: node.url, ...fileOf(node.url, folder) }]
  })
}

/** Pictures of figures, whose paths are relative to the project. */
export function figurePictures({ blocks }: Pick<Document, 'blocks'>): readonly PictureFile[] {
  return blocks.flatMap((block) =>
    block.type === 'figure' ? picturesIn(block).map((src) => pictureAt(src, block.place)) : [],
  )
}

/** Paths of a figure's pictures, in the order of its parts. */
export function picturesIn({ src, parts = [] }: FigureBlock): readonly string[] {
  return [src, ...parts.map((part) => part.src)].filter((path) => path !== undefined)
}

export function pictureAt(src: string, place: Place): PictureFile {
  return { place, source: src, ...fileOf(encodeURI(src.toWellFormed()), '') }
}

function fileOf(url: string, folder: string): Pick<PictureFile, 'path' | 'type' | 'problem'> {
  if (/^[a-z][a-z0-9+.-]*:|^[\\/]{2}/i.test(url.trim()))
    return { problem: 'the page makes no requests; put the picture into the project' }
  const path = posix.normalize(posix.join(folder, decoded(url)))
  const type = types.get(posix.extname(path).toLowerCase())
  if (type === undefined) return { problem: `no picture of a known type (${[...types.keys()].join(', ')})` }
  if (/^\.\.(?:\/|$)/.test(path)) return { problem: 'the path leaves the project' }
  return /\p{Cc}/u.test(path) ? { problem: 'the path has a control character' } : { path, type }
}

/** Decodes `a%20b.png` to `a b.png`; keeps invalid escapes, as in `100%.png`. */
function decoded(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

/**
 * Reads and checks pictures. `read` returns the content of a path relative to the project, undefined if
 * missing, and throws with the reason if unreadable.
 */
export function readPictures<Named extends PictureFile>(
  pictures: readonly Named[],
  read: (path: string) => Uint8Array | undefined,
): readonly ReadPicture<Named>[] {
  let total = 0
  return pictures.map((picture): ReadPicture<Named> => {
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
    if (total > mostBytesInPage) {
      const reason = `with it the pictures of the page have more than ${mostBytesInPage} bytes`
      return { ...picture, problem: reason }
    }
    return { ...picture, bytes, ...contentWarning(bytes, type) }
  })
}

function contentProblem(bytes: Uint8Array, type: string): string | undefined {
  if (bytes.length > mostBytes) return `${bytes.length} bytes are more than ${mostBytes}: make it smaller`
  return type === svgType ? svgProblem(bytes) : undefined
}

/** Only a warning: a browser decodes pixels or shows nothing, so a mismatch is harmless. */
function contentWarning(bytes: Uint8Array, type: string): Pick<Content, 'warning'> {
  const found = type === svgType ? svgType : typeOf(bytes)
  if (found === type) return {}
  return { warning: `the file is ${found ? `of type ${found}` : 'no picture'}, not ${type}` }
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
 * An SVG in an <img> cannot run scripts or load resources, but it can if a reader opens it directly. So an
 * SVG that could do either is refused.
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
  const drawn = new DrawnElements()
  parser.on('opentag', (tag) => {
    root ??= tag
    drawn.open(tag)
    if (drawn.depth > deepest) problems.push(`the SVG file nests elements more than ${deepest} deep`)
    inStyle = tag.local.toLowerCase() === 'style'
    problems.push(...tagProblems(tag))
  })
  parser.on('closetag', () => {
    drawn.close()
    inStyle = false
  })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return 'the file is no SVG: it is not UTF-8'
  }
  // Feed chunks, to stop early in a file with many errors.
  for (let at = 0; at < text.length && problems.length === 0; at += chunk) {
    parser.write(text.slice(at, at + chunk))
  }
  if (problems.length === 0) parser.close()
  if (problems.length === 0 && drawn.count() > mostDrawn)
    problems.push(`the SVG file draws more than ${mostDrawn} elements, as <use> repeats them`)
  if (problems.length === 0 && (root?.local !== 'svg' || root.uri !== svgNamespace))
    return 'the file is no SVG: its root is no svg element'
  return problems[0]
}

/** The parser looks a name up in all elements around it, which takes time that grows with the square of the depth. */
const deepest = 500
const chunk = 8192

/** A few hundred bytes of <use> can draw millions of elements, at which browsers hang. */
const mostDrawn = 200_000

interface Part {
  readonly id: string | undefined
  /** Id of what it repeats, if it does. */
  readonly used: string | undefined
  readonly inner: Part[]
}

/** Uses in uses, deeper than which is too much. */
const deepestUse = 3000

/** Counts the elements that an SVG draws: one that `<use>` repeats counts each time. */
class DrawnElements {
  readonly #open: Part[] = [{ id: undefined, used: undefined, inner: [] }]
  readonly #known = new Map<string, Part>()

  get depth(): number {
    return this.#open.length - 1
  }

  open({ local, attributes }: SaxesTagNS): void {
    const named = (name: string) => Object.values(attributes).find((one) => one.local === name)?.value
    const used = local === 'use' ? /^\s*#(.*)$/s.exec(named('href') ?? '')?.[1] : undefined
    const part: Part = { id: named('id'), used, inner: [] }
    this.#open.at(-1)?.inner.push(part)
    this.#open.push(part)
    if (part.id !== undefined && !this.#known.has(part.id)) this.#known.set(part.id, part)
  }

  close(): void {
    this.#open.pop()
  }

  count(): number {
    const counts = new Map<Part, number>()
    const countOf = (part: Part, depth: number): number => {
      const known = counts.get(part)
      if (known !== undefined) return known
      if (depth > deepestUse) return Number.POSITIVE_INFINITY
      counts.set(part, 0) // what uses itself is not drawn
      const target = part.used === undefined ? undefined : this.#known.get(part.used)
      let sum = 1 + (target === undefined ? 0 : countOf(target, depth + 1))
      for (const one of part.inner) sum += countOf(one, depth + 1)
      counts.set(part, sum)
      return sum
    }
    return this.#open[0] === undefined ? 0 : countOf(this.#open[0], 0)
  }
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

/** Detects loading from CSS, or escapes that could hide it. */
function stylesheetProblem(text: string): readonly string[] {
  const loads = /@import|\\[0-9a-f]|url\(\s*(?!['"]?\s*(?:#|data:image\/(?:png|jpeg|gif|webp);))/i.exec(text)
  return loads ? [`the SVG file loads something: ${text.slice(loads.index, loads.index + 40)}`] : []
}
