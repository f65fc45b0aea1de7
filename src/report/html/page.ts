/**
 * A report as one self-contained HTML page:
 *
 *   report -> elements (nodes.ts) -> allow-list (sanitize.ts) -> HTML text
 */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Root } from 'mdast'
import { doiAddress, licenseAddress, orcidAddress } from '../../document/identifier.ts'
import type { Messages } from '../../locale/en.ts'
import { languageName, messagesFor } from '../../locale/languages.ts'
import type { Banner, Entry, Report, Translation, Written } from '../model.ts'
import { referencesId } from '../references.ts'
import { citationElements, citationText } from './citation.ts'
import { htmlPage, type Shown } from './frame.ts'
import { type Translator, translator } from './nodes.ts'
import { definitions, type Phrasing, pageId } from './parts.ts'
import { readerScript } from './reader.ts'
import { style } from './style.ts'

export function writeHtml(report: Report): Written {
  const messages = messagesFor(report.lang)
  return { text: pageAround(bodyElement(report, messages, translator(messages)), report) }
}

/** Wraps a body into a page. `further` describes content that the caller puts in place of marks later. */
export function pageAround(body: Element, report: Report, further: readonly Shown[] = []): string {
  const { lang, title, authors, generator } = report
  return htmlPage({
    lang,
    title,
    authors: authors.map(({ name }) => name),
    keywords: report.keywords,
    metadata: citationElements(report),
    generator,
    style,
    script: readerScript(messagesFor(lang)),
    body,
    further,
  })
}

export function bodyElement(report: Report, messages: Messages, { phrasing, prose }: Translator): Element {
  const { page } = messages
  // Wraps the abstract in a quote while footnotes are numbered across both, then unwraps it.
  const quote = report.abstract && [{ type: 'blockquote', children: report.abstract.children } as const]
  const [first, ...others] = prose({
    type: 'root',
    children: [...(quote ?? []), ...report.body.children],
  } as Root)
  const abstract = report.abstract && first?.type === 'element' ? first : undefined
  return h(
    'body',
    h('a.skip', { href: `#${pageId('text')}` }, page.skip),
    contentsElement(report.contents, page),
    h(
      'main',
      { id: pageId('text') },
      translationsElement(report.translations, page),
      titleElement(report, page),
      bannerElement(report.banner, messages, phrasing),
      abstract && abstractElement(abstract, page),
      h('article', [
        ...(abstract ? others : [first, ...others]),
        referencesElement(report, messages, phrasing),
      ]),
      provenanceElement(report, messages, phrasing),
    ),
  )
}

/** The language switch; each language is named in itself. */
function translationsElement(
  translations: readonly Translation[],
  messages: Messages['page'],
): Element | undefined {
  if (translations.length === 0) return undefined
  const links = translations.map(({ lang, name }) =>
    h('a', { href: encodeURI(`${name}.html`), hrefLang: lang, lang, rel: ['alternate'] }, languageName(lang)),
  )
  return h(
    'nav.translations',
    { ariaLabel: messages.translations },
    links.flatMap((one, index) => (index === 0 ? [one] : [' · ', one])),
  )
}

function titleElement(report: Report, messages: Messages['page']): Element {
  const { title, subtitle, authors, date, keywords, license, doi } = report
  const names = authors.flatMap(({ name, affiliation, orcid }, index) => [
    index === 0 ? '' : messages.authors,
    name,
    orcid === undefined
      ? ''
      : h('a.orcid', { href: orcidAddress(orcid), ariaLabel: messages.orcid(name), title: orcid }, 'iD'),
    affiliation === undefined ? '' : h('span.affiliation', messages.affiliation(affiliation)),
  ])
  const address = license === undefined ? undefined : licenseAddress(license)
  const facts = [
    ...(keywords.length === 0 ? [] : [[messages.keywords, messages.list(keywords)] as const]),
    ...(license === undefined
      ? []
      : [[messages.license, address === undefined ? license : h('a', { href: address }, license)] as const]),
    ...(doi === undefined ? [] : [[messages.doi, h('a', { href: doiAddress(doi) }, doi)] as const]),
  ]
  return h(
    'header.title',
    h('h1', title),
    subtitle === undefined ? undefined : h('p.subtitle', subtitle),
    names.length === 0 ? undefined : h('p.authors', names),
    date === undefined ? undefined : h('p.date', h('time', date)),
    ...facts.map(([term, content]) => h('p.fact', messages.fact(term), content)),
    citeElement(citationText(report), messages),
  )
}

function citeElement(text: string | undefined, messages: Messages['page']): Element | undefined {
  if (text === undefined) return undefined
  const label = { tabIndex: 0, role: 'region', ariaLabel: messages.code('BibTeX') }
  return h('details.cite', h('summary', messages.cite), h('pre', label, h('code', text)))
}

function bannerElement(
  { origins, lines }: Banner,
  messages: Messages,
  phrasing: Phrasing,
): Element | undefined {
  if (lines.length === 0) return undefined
  const isProblem = (type: Banner['lines'][number]['type']) =>
    ['missing', 'stale', 'excluded', 'edited', 'changed', 'concern'].includes(type)
  return h(
    'aside.banner',
    {
      className: lines.some(({ type }) => isProblem(type)) ? ['unsound'] : [],
      ariaLabel: messages.banner.title,
      dataOrigin: origins.join(' '),
    },
    ...lines.map(({ type, content }) =>
      h('p', { className: isProblem(type) ? [type] : undefined }, ...phrasing(content)),
    ),
  )
}

function abstractElement({ children }: Element, messages: Messages['page']): Element {
  const id = pageId('abstract')
  return h('section.abstract', { ariaLabelledBy: [id] }, h('h2', { id }, messages.abstract), children)
}

function contentsElement(entries: readonly Entry[], messages: Messages['page']): Element | undefined {
  if (entries.length === 0) return undefined
  const id = pageId('contents')
  const items = entries.map(({ id, text, depth }) => h(`li.depth-${depth}`, h('a', { href: `#${id}` }, text)))
  return h('nav.contents', { ariaLabelledBy: [id] }, h('h2', { id }, messages.contents), h('ol', ...items))
}

function referencesElement(
  { references }: Report,
  messages: Messages,
  phrasing: Phrasing,
): Element | undefined {
  if (references.length === 0) return undefined
  const id = referencesId
  const items = references.map(({ id, content }) => h('li', { id }, ...phrasing(content)))
  return h(
    'section.references',
    { ariaLabelledBy: [id] },
    h('h2', { id }, messages.references.title),
    h('ol', ...items),
  )
}

function provenanceElement({ provenance }: Report, messages: Messages, phrasing: Phrasing): Element {
  return h(
    'footer',
    h('h2', { id: pageId('provenance') }, messages.provenance.title),
    definitions(provenance.facts, phrasing),
    h('p', [...phrasing(provenance.howTo)]),
  )
}
