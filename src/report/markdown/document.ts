/**
 * A report as GitHub-flavoured Markdown, with its drawings and pictures as files beside it:
 *
 *   report -> plain Markdown (nodes.ts) -> addresses of headings as GitHub makes them -> text
 */

import GithubSlugger from 'github-slugger'
import type { BlockContent, Heading, List, Root, RootContent } from 'mdast'
import { visit } from 'unist-util-visit'
import { control } from '../../document/encoding.ts'
import { doiAddress, licenseAddress, orcidAddress } from '../../document/identifier.ts'
import type { Messages } from '../../locale/en.ts'
import { languageName, messagesFor } from '../../locale/languages.ts'
import { heading, type Inline, inlines, link, list, markdownText, paragraph } from '../../text/markdown.ts'
import type { Entry, Report, Written } from '../model.ts'
import { referencesId } from '../references.ts'
import { textOf } from '../textof.ts'
import { definitions, type Translator, translator } from './nodes.ts'
import { anchor } from './parts.ts'

export function writeMarkdown(report: Report, folder: string): Written {
  const files = new Map<string, string | Uint8Array>()
  const addFile = (name: string, content: string | Uint8Array) => {
    files.set(name, content)
    return `${folder}/${name}`
  }
  const messages = messagesFor(report.lang)
  const root: Root = { type: 'root', children: [...parts(report, messages, translator(messages, addFile))] }
  useGithubAddresses(root)
  return { text: markdownText(root).replace(control, '\uFFFD'), files }
}

function parts(report: Report, messages: Messages, translator: Translator): readonly RootContent[] {
  const { page, references, provenance } = messages
  const { phrasing, blocks } = translator
  return [
    ...titleMatter(report, messages),
    ...(report.banner.lines.length === 0
      ? []
      : [
          {
            type: 'blockquote' as const,
            children: report.banner.lines.map(({ content }) =>
              paragraph(phrasing(content)),
            ) as BlockContent[],
          },
        ]),
    ...(report.abstract ? [heading(2, page.abstract), ...blocks(report.abstract)] : []),
    ...(report.contents.length === 0 ? [] : [heading(2, page.contents), contents(report.contents)]),
    ...blocks(report.body),
    ...(report.references.length === 0
      ? []
      : [
          { ...heading(2, references.title), data: { id: referencesId } } as Heading,
          ordered(report.references.map(({ id, content }) => [anchor(id), phrasing(content)])),
        ]),
    heading(2, provenance.title),
    ...definitions(report.provenance.facts, phrasing),
    paragraph(phrasing(report.provenance.howTo)),
  ]
}

function titleMatter(report: Report, { page }: Messages): readonly RootContent[] {
  const { title, subtitle, authors, date, keywords, license, doi, translations } = report
  const people = authors.map(({ name, affiliation, orcid }, index): Inline => [
    index === 0 ? '' : page.authors,
    name,
    orcid === undefined ? '' : [' (', link(orcidAddress(orcid), 'ORCID'), ')'],
    affiliation === undefined ? '' : page.affiliation(affiliation),
  ])
  const address = license === undefined ? undefined : licenseAddress(license)
  const facts: readonly Inline[] = [
    ...(keywords.length === 0 ? [] : [[page.fact(page.keywords), page.list(keywords)]]),
    ...(license === undefined
      ? []
      : [[page.fact(page.license), address === undefined ? license : link(address, license)]]),
    ...(doi === undefined ? [] : [[page.fact(page.doi), link(doiAddress(doi), doi)]]),
  ]
  const languages = translations.map(({ lang, name }, index): Inline => [
    index === 0 ? '' : ' · ',
    link(encodeURI(`${name}.md`), languageName(lang)),
  ])
  return [
    heading(1, title),
    ...(subtitle === undefined ? [] : [paragraph({ type: 'emphasis', children: inlines([subtitle]) })]),
    ...(people.length === 0 ? [] : [paragraph(people)]),
    ...(date === undefined || date === '' ? [] : [paragraph(date)]),
    ...(facts.length === 0 ? [] : [list(...facts)]),
    ...(languages.length === 0 ? [] : [paragraph(languages)]),
  ]
}

/** Lists sections with their subsections. */
function contents(entries: readonly Entry[]): RootContent {
  const all: List = { type: 'list', spread: false, children: [] }
  for (const { id, text, depth } of entries) {
    const item = list(link(`#${id}`, text)) as List
    const section = all.children.at(-1)
    if (depth === 2 || section === undefined) all.children.push(...item.children)
    else {
      const below = section.children.find((one) => one.type === 'list')
      if (below) below.children.push(...item.children)
      else section.children.push(item)
    }
  }
  return all
}

function ordered(items: readonly Inline[]): RootContent {
  return { ...(list(...items) as List), ordered: true, start: 1 }
}

/** Points links to headings at GitHub's ids; all other places have anchors of their own. */
function useGithubAddresses(root: Root): void {
  const slugger = new GithubSlugger()
  const slugs = new Map<string, string>()
  visit(root, 'heading', (node) => {
    const slug = slugger.slug(textOf(node))
    if (node.data?.id !== undefined) slugs.set(`#${node.data.id}`, `#${slug}`)
  })
  visit(root, 'link', (node) => {
    node.url = slugs.get(node.url) ?? node.url
  })
}
