/**
 * A report as a document of Typst, with its drawings and pictures in a folder beside it:
 *
 *   report -> template (template.ts) -> title, banner, abstract -> text (nodes.ts) -> references, provenance, large tables
 */

import { Buffer } from 'node:buffer'
import { doiAddress, licenseAddress } from '../../../document/identifier.ts'
import type { Messages } from '../../../locale/en.ts'
import { messagesFor } from '../../../locale/languages.ts'
import type { FormatProblem, Printed, Report } from '../../model.ts'
import { referencesId } from '../../references.ts'
import { textOf } from '../../textof.ts'
import { eastAsian, isEastAsian } from '../fonts.ts'
import type { Chunk } from '../glyphs.ts'
import { measures } from '../measures.ts'
import { array, markup, string } from '../source.ts'
import { type Translator, translator } from './nodes.ts'
import { preamble } from './template.ts'

/** Bytes of a source: a book of two hundred pages. East Asian characters, of which each may end a line, have three. */
const long = 400_000

export interface TypstSource {
  /** In order; joined with blank lines they are the document. */
  readonly chunks: readonly Chunk[]
  /** By path from the document. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
  readonly problems: readonly FormatProblem[]
}

export function writeTypst(report: Report, folder: string): Printed {
  const { chunks, files, problems } = typstSource(report, { folder: decodeURI(folder), extension: '.typ' })
  const inFolder = new Map(
    [...files].map(([path, content]) => [path.slice(decodeURI(folder).length + 1), content]),
  )
  return { text: sourceOf(chunks), files: inFolder, problems }
}

export function sourceOf(chunks: readonly Chunk[]): string {
  return `${chunks.map(({ source }) => source).join('\n\n')}\n`
}

/** @param folder path of the folder for pictures, from the document */
export function typstSource(
  report: Report,
  { folder, extension }: { readonly folder: string; readonly extension: string },
): TypstSource {
  const { lang, title, authors, keywords, print = { columns: 2, paper: 'a4' }, abstract, body } = report
  const messages = messagesFor(lang)
  const files = new Map<string, string | Uint8Array>()
  const problems: FormatProblem[] = []
  const own = translator(
    {
      messages,
      lang,
      measures: measures(print),
      isTwoColumns: print.columns === 2,
      extension,
      addFile: (name, content) => {
        const path = `${folder}/typst/${name}`
        files.set(path, content)
        return path
      },
      tell: (problem) => problems.push(problem),
    },
    abstract ? [abstract, body] : [body],
  )
  const description = abstract && textOf(abstract).replace(/\s+/g, ' ').trim()
  const text: Chunk[] = [
    { source: titleSource(report, messages, print.columns) },
    ...bannerSource(report, own),
    ...(abstract
      ? [
          { source: `#heading(level: 1, numbering: none)[${markup(messages.page.abstract)}]` },
          ...own.chunks(abstract),
        ]
      : []),
    ...own.chunks(body),
    ...referencesSource(report, messages, own),
    ...provenanceSource(report, messages, own),
  ]
  const all = [...text, ...largeTables(own, print.columns)]
  const settings = {
    ...{ lang, keywords, print },
    // PDF/UA asks for a title, which a document with errors may lack.
    title: title.trim() === '' ? '–' : title,
    authors: authors.map(({ name }) => name),
    ...(description ? { description } : {}),
    isLong: all.reduce((sum, { source }) => sum + Buffer.byteLength(source), 0) > long,
    hasEastAsian: isEastAsian(lang) || all.some(({ source }) => eastAsian.test(source)),
  }
  return { chunks: [{ source: preamble(settings, messages) }, ...all], files, problems }
}

function titleSource(report: Report, messages: Messages, columns: number): string {
  const { title, subtitle, authors, date, keywords, license, doi } = report
  const { page } = messages
  const address = license === undefined ? undefined : licenseAddress(license)
  const fact = (term: string, content: string) => `[${markup(page.fact(term))}${content}]`
  const linked = (url: string, text: string) => `#link(${string(url)})[${markup(text)}]`
  const facts = [
    ...(keywords.length === 0 ? [] : [fact(page.keywords, markup(page.list(keywords)))]),
    ...(license === undefined
      ? []
      : [fact(page.license, address === undefined ? markup(license) : linked(address, license))]),
    ...(doi === undefined ? [] : [fact(page.doi, linked(doiAddress(doi), doi))]),
  ]
  const people = authors.map(
    ({ name, affiliation, orcid }) =>
      `author([${markup(name)}], ${affiliation === undefined ? 'none' : `[${markup(affiliation)}]`}, ${
        orcid === undefined ? 'none' : string(orcid)
      })`,
  )
  const given = [
    `[${markup(title.trim() === '' ? '–' : title)}]`,
    ...(subtitle === undefined ? [] : [`subtitle: [${markup(subtitle)}]`]),
    ...(people.length === 0 ? [] : [`authors: people(${people.join(', ')})`]),
    ...(date === undefined || date === '' ? [] : [`date: [${markup(date)}]`]),
    ...(facts.length === 0 ? [] : [`facts: ${array(facts)}`]),
  ]
  const block = `titled(${given.join(', ')})`
  return columns === 1
    ? `#${block}`
    : `#place(top + center, float: true, scope: "parent", clearance: 1.6em, block(width: 100%, ${block}))`
}

function bannerSource({ banner: { lines } }: Report, { phrasing }: Translator): readonly Chunk[] {
  if (lines.length === 0) return []
  const shown = lines.map(({ type, content }) => {
    const words = `[${phrasing(content)}]`
    return type === 'origin' || type === 'runs' ? words : `text(fill: ink.wrong)${words}`
  })
  return [{ source: `#banner(${shown.join(', ')})` }]
}

function referencesSource(
  { references }: Report,
  messages: Messages,
  { phrasing }: Translator,
): readonly Chunk[] {
  if (references.length === 0) return []
  const items = references.map(({ id, content }) => `  enum.item[#at(${string(id)})${phrasing(content)}],`)
  return [
    {
      source: [
        `#heading(level: 1)[${markup(messages.references.title)}] #label(${string(referencesId)})`,
        '#works(',
        ...items,
        ')',
      ].join('\n'),
    },
  ]
}

function provenanceSource({ provenance }: Report, messages: Messages, own: Translator): readonly Chunk[] {
  return [
    {
      source: [
        `#heading(level: 1)[${markup(messages.provenance.title)}]`,
        own.facts(provenance.facts),
        `#notes([${own.phrasing(provenance.howTo)}])`,
      ].join('\n'),
    },
  ]
}

/** Pages of their own, behind the text: within it they would leave the rest of a page empty. */
function largeTables({ large }: Translator, columns: number): readonly Chunk[] {
  const upright = large.filter(({ isSideways }) => !isSideways)
  const sideways = large.filter(({ isSideways }) => isSideways)
  const pages = (options: string, tables: typeof large) =>
    tables.length === 0 ? [] : [{ source: `#set page(${options})` }, ...tables]
  return [
    ...(columns === 1 && upright.length > 0 ? upright : pages('columns: 1', upright)),
    ...pages('columns: 1, flipped: true', sideways),
  ]
}
