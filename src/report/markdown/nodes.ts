/** Translates a report's nodes to GitHub's Markdown, with HTML only for what Markdown lacks. */

import { Buffer } from 'node:buffer'
import type { ListItem, Nodes, PhrasingContent, Root, RootContent } from 'mdast'
import type { Messages } from '../../locale/en.ts'
import {
  code,
  type Inline,
  inlines,
  isLinkable,
  link,
  list,
  paragraph,
  shell,
  strong,
  table,
} from '../../text/markdown.ts'
import { addressIn } from '../addresses.ts'
import { distributionSvg } from '../distribution.ts'
import type {
  Callout,
  Claim,
  ClaimDetail,
  Drawing,
  Equation,
  Experiment,
  Fact,
  Float,
  Formula,
  Listing,
  Picture,
  PictureContent,
  Value,
} from '../model.ts'
import { textOf } from '../textof.ts'
import { anchor, badgeNodes, escaped, html, raised } from './parts.ts'
import { tableNode } from './table.ts'

export interface Translator {
  readonly phrasing: (content: readonly Inline[]) => readonly PhrasingContent[]
  readonly blocks: (tree: Root) => readonly RootContent[]
}

/** Keeps a file beside the document; returns its address. */
export type AddFile = (name: string, content: string | Uint8Array) => string

export function translator(messages: Messages, addFile: AddFile): Translator {
  const addresses = new Map<string, string>()
  const translate = (node: Nodes): readonly Nodes[] => {
    switch (node.type) {
      case 'value':
        return valueNodes(node)
      case 'missing':
        return [{ type: 'emphasis', children: inlines([node.text]) }]
      case 'picture':
        return [pictureNode(node, addresses, addFile)]
      case 'float':
        return floatNodes(node, messages, phrasing, addFile)
      case 'formula':
        return formulaNodes(node)
      case 'equation':
        return equationNodes(node)
      case 'listing':
        return listingNodes(node, messages, phrasing)
      case 'claim':
        return claimNodes(node, messages, phrasing, addFile)
      case 'experiment':
        return experimentNodes(node, messages)
      case 'html':
      case 'imageReference':
        return []
      case 'footnoteDefinition':
        if (!/^\d+$/.test(node.identifier)) return []
        break
    }
    if (!('children' in node)) return [node]
    const children = node.children.flatMap(translate)
    switch (node.type) {
      case 'heading': {
        const number = node.data?.number === undefined ? [] : inlines([`${node.data.number} `])
        return [{ ...node, children: [...number, ...trimmed(children)] } as Nodes]
      }
      case 'callout':
        return [{ type: 'blockquote', children: alert(node, children) } as Nodes]
      case 'definitionList':
        return [definitionNodes(children)]
      case 'paragraph':
        return [{ ...node, children: trimmed(children) } as Nodes]
      case 'link':
        if (!isLinkable(node.url)) return children
        return [{ ...node, url: addressIn(node, '.md'), children } as Nodes]
      case 'linkReference':
      case 'citation':
        return children
      case 'subscript':
        return [html('<sub>'), ...children, html('</sub>')]
      case 'superscript':
        return [html('<sup>'), ...children, html('</sup>')]
      case 'monospace':
        return [html('<code>'), ...children, html('</code>')]
      case 'workTitle':
        return [{ type: 'emphasis', children: children as PhrasingContent[] }]
    }
    return [{ ...node, children } as Nodes]
  }
  const phrasing: Translator['phrasing'] = (content) =>
    inlines(content).flatMap(translate) as PhrasingContent[]
  return { phrasing, blocks: (tree) => tree.children.flatMap(translate) as RootContent[] }
}

/** Drops blanks at both ends, where HTML was left out. */
function trimmed(children: readonly Nodes[]): readonly Nodes[] {
  const last = children.length - 1
  return children.flatMap((node, index) => {
    if (node.type !== 'text' || (index > 0 && index < last)) return [node]
    const start = index === 0 ? node.value.trimStart() : node.value
    const value = index === last ? start.trimEnd() : start
    return value === '' ? [] : [{ ...node, value }]
  })
}

/** GitHub's alert: its sign in the first line, which must not be escaped. */
function alert({ kind }: Callout, children: readonly Nodes[]): readonly Nodes[] {
  const sign = html(`[!${kind.toUpperCase()}]`)
  const [first, ...others] = children
  if (first?.type !== 'paragraph') return [{ type: 'paragraph', children: [sign] }, ...children]
  const content: PhrasingContent[] = [sign, { type: 'text', value: '\n' }, ...first.children]
  return [{ ...first, children: content }, ...others]
}

/** GitHub's form of a formula whose TeX is code to readers without mathematics. */
function formulaNodes({ tex, isDisplay }: Formula): readonly PhrasingContent[] {
  const written = isDisplay ? `\\displaystyle ${tex}` : tex
  return [html('$'), code(written.replace(/\s+/g, ' ').trim()), html('$')]
}

/** GitHub draws a fence `math`, and the number in its tag. */
function equationNodes({ id, number, formula }: Equation): readonly RootContent[] {
  if (formula.type === 'missing') return [paragraph({ type: 'emphasis', children: inlines([formula.text]) })]
  const tag = number === undefined ? '' : `\n\\tag{${number}}`
  return [
    ...(id === undefined ? [] : [paragraph(anchor(id))]),
    { type: 'code', lang: 'math', value: `${formula.tex.trim()}${tag}` },
  ]
}

function listingNodes(
  { id, label, caption = '', language, code: parts }: Listing,
  messages: Messages,
  phrasing: Phrasing,
): readonly RootContent[] {
  const value = parts.map((part) => (typeof part === 'string' ? part : part.text)).join('')
  const block: RootContent = { type: 'code', lang: language ?? null, value }
  if (id === undefined || label === undefined) return [block]
  return [paragraph(anchor(id), lead(messages.caption(label)), phrasing([caption])), block]
}

/** A list of terms, each with a list of its definitions. */
function definitionNodes(children: readonly Nodes[]): RootContent {
  const items: ListItem[] = []
  for (const child of children) {
    if (child.type !== 'definitionTerm' && child.type !== 'definitionText') continue
    const last = items.at(-1)
    if (child.type === 'definitionTerm' || last === undefined) {
      items.push({ type: 'listItem', spread: false, children: [paragraph(strong(...child.children))] })
      continue
    }
    const item: ListItem = { type: 'listItem', spread: false, children: [paragraph(...child.children)] }
    const below = last.children.find((one) => one.type === 'list')
    if (below) below.children.push(item)
    else last.children.push({ type: 'list', spread: false, children: [item] })
  }
  return { type: 'list', spread: false, children: items }
}

function valueNodes({ text, mark, state }: Value): readonly PhrasingContent[] {
  const content = inlines([text])
  if (state === 'missing') return [{ type: 'emphasis', children: content }]
  return [...content, ...(mark === undefined ? [] : raised(mark))]
}

function pictureNode(
  { mime, content, alt, title }: Pick<Picture, 'mime' | 'content' | 'alt' | 'title'>,
  /** By content, so that a picture shown twice is one file. */
  addresses: Map<string, string>,
  addFile: AddFile,
): PhrasingContent {
  const type = /^image\/([a-z]+)/.exec(mime)?.[1] ?? ''
  const name = `picture-${addresses.size + 1}.${type}`
  const url = addresses.get(content) ?? addFile(name, Buffer.from(content, 'base64'))
  addresses.set(content, url)
  return { type: 'image', url, alt, ...(title === undefined ? {} : { title }) }
}

/** Emphasizes the first words of a caption or a claim, without the blank after them. */
function lead(text: string): Inline {
  return [strong(text.trimEnd()), text.slice(text.trimEnd().length)]
}

function floatNodes(
  float: Float,
  messages: Messages,
  phrasing: Phrasing,
  addFile: AddFile,
): readonly RootContent[] {
  const { id, label, caption, badge, content, notes } = float
  const title = paragraph(anchor(id), lead(messages.caption(label)), phrasing([caption]), badgeNodes(badge))
  const after = notes.length === 0 ? [] : [list(...notes)]
  switch (content.type) {
    case 'table':
      return [title, tableNode(content), ...after]
    case 'figure':
    case 'picture':
      return [paragraph(drawingNode(content, id, addFile)), title, ...after]
    case 'parts': {
      const parts = content.parts.map((part, index): RootContent => {
        const { id: own, letter, caption: text = '' } = part
        const name = own ?? `${id}-${index + 1}`
        const drawing =
          part.content.type === 'failed'
            ? ({ type: 'emphasis', children: inlines([part.content.message]) } as const)
            : drawingNode(part.content, name, addFile)
        const target = own === undefined ? [] : [anchor(own)]
        return paragraph(...target, drawing, '\n', strong(letter), ' ', phrasing([text]))
      })
      return [...parts, title, ...after]
    }
    case 'failed':
      return [title, paragraph({ type: 'emphasis', children: inlines([content.message]) })]
  }
}

/** A drawing or picture as a file beside the document. */
function drawingNode(content: Drawing | PictureContent, name: string, addFile: AddFile): PhrasingContent {
  if (content.type === 'picture') {
    const extension = /^image\/([a-z]+)/.exec(content.mime)?.[1] ?? ''
    const url = addFile(`${name}.${extension}`, Buffer.from(content.content, 'base64'))
    return { type: 'image', url, alt: content.alt }
  }
  return { type: 'image', url: addFile(`${name}.svg`, content.svg), alt: content.alt }
}

type Phrasing = Translator['phrasing']

export function definitions(facts: readonly Fact[], phrasing: Phrasing): readonly RootContent[] {
  if (facts.length === 0) return []
  return [list(...facts.map(([term, content]): Inline => [`${term}: `, phrasing([content])]))]
}

/** Content that the reader can unfold. */
function folded(summary: string, content: readonly RootContent[]): readonly RootContent[] {
  return [
    { type: 'html', value: `<details>\n<summary>${escaped(summary)}</summary>` },
    ...content,
    { type: 'html', value: '</details>' },
  ]
}

function claimNodes(
  claim: Claim,
  messages: Messages,
  phrasing: Phrasing,
  addFile: AddFile,
): readonly RootContent[] {
  const { id, statement, verdictText, facts, detail } = claim
  const own = messages.claim
  const { source, inputs, toTheRecord } = detail
  return [
    paragraph(anchor(id), lead(own.name(id)), statement, ' — ', strong(verdictText)),
    ...definitions(facts, phrasing),
    ...folded(own.detail.summary(id), [
      { type: 'code', lang: 'yaml', value: source },
      ...definitions(detail.facts, phrasing),
      ...(inputs.length === 0 ? [] : [inputsTable(inputs, messages)]),
      ...distributions(claim, messages, addFile),
      ...(toTheRecord === undefined
        ? []
        : [
            paragraph(phrasing(toTheRecord.text)),
            shell(...toTheRecord.commands),
            ...(toTheRecord.others === undefined ? [] : [paragraph(toTheRecord.others)]),
          ]),
    ]),
  ]
}

function inputsTable(inputs: ClaimDetail['inputs'], messages: Messages): RootContent {
  const own = messages.claim.detail
  const rows = inputs.map(({ run, badge, counts, key, rows }): readonly Inline[] => [
    [run, badgeNodes(badge)],
    counts,
    code(key.slice(0, 12)),
    // The report lies in _build/, beside results/.
    rows === undefined ? own.madeHere : link(`../${rows}`, 'rows.csv'),
  ])
  return table([Object.values(own.heads), ...rows])
}

function distributions(
  { id, detail: { distributions: data } }: Claim,
  messages: Messages,
  addFile: AddFile,
): readonly RootContent[] {
  if (data === undefined) return []
  if (typeof data === 'string') return [paragraph(data)]
  const url = addFile(`${id}-distributions.svg`, distributionSvg(data, messages.distribution))
  return [paragraph({ type: 'image', url, alt: data.title })]
}

function experimentNodes(
  { id, summary, source, cells }: Experiment,
  messages: Messages,
): readonly RootContent[] {
  const { environment, pattern, trials, excluded, origin, key, files } = messages.experiment.heads
  const hasExclusions = cells.some(({ run }) => 'excluded' in run)
  const where = hasExclusions ? [excluded] : []
  const rows = cells.map(({ environment, pattern, run }): readonly Inline[] => {
    if ('missing' in run)
      return [environment, pattern, run.missing, ...(hasExclusions ? [''] : []), '', '', '']
    const digests = run.files.map(({ name, sha256 }, index): Inline => [
      index === 0 ? '' : ', ',
      `${name} `,
      code(sha256.slice(0, 12)),
    ])
    return [
      environment,
      pattern,
      String(run.trials),
      ...(hasExclusions ? [run.excluded ?? ''] : []),
      run.badge?.text ?? '',
      code(run.key.slice(0, 12)),
      digests,
    ]
  })
  return [
    paragraph(anchor(`experiment:${id}`)),
    ...folded(inlines(summary).map(textOf).join(''), [
      { type: 'code', value: source },
      table([[environment, pattern, trials, ...where, origin, key, files], ...rows], [2]),
    ]),
  ]
}
