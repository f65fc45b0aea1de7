/**
 * Definition lists as in Pandoc and PHP Markdown Extra: a line with the term, and below it lines that start
 * with a colon. The parser reads both as a paragraph; that is taken apart here. A definition is one paragraph.
 */

import type { Node, Nodes, Paragraph, Parent, PhrasingContent, Text } from 'mdast'

export interface DefinitionList extends Parent {
  readonly type: 'definitionList'
  children: (DefinitionTerm | DefinitionText)[]
}

export interface DefinitionTerm extends Parent {
  readonly type: 'definitionTerm'
  children: PhrasingContent[]
}

export interface DefinitionText extends Parent {
  readonly type: 'definitionText'
  children: PhrasingContent[]
}

declare module 'mdast' {
  interface RootContentMap {
    definitionList: DefinitionList
    definitionTerm: DefinitionTerm
    definitionText: DefinitionText
  }
  interface BlockContentMap {
    definitionList: DefinitionList
  }
}

const colon = /^:[ \t]+(?=\S)/

/** Replaces paragraphs that are definition lists in a parent's children; joins neighbours. `source` is all Markdown. */
export function readDefinitionLists(parent: Extract<Nodes, Parent>, source: string): void {
  const children = parent.children as Nodes[]
  if (!children.some((child) => child.type === 'paragraph' && hasColon(child))) return
  const found: Nodes[] = []
  for (const child of children) {
    const before = found.at(-1)
    const list = child.type === 'paragraph' ? listIn(child, before, source) : undefined
    if (list === undefined) {
      found.push(child)
      continue
    }
    // A definition by itself belongs to the term in the paragraph above, or to the list.
    if (list.children[0]?.type === 'definitionText' && before?.type === 'paragraph') {
      found.pop()
      list.children.unshift({ ...before, type: 'definitionTerm' })
      Object.assign(list, { position: spanOf(before, list) })
    }
    const last = found.at(-1)
    if (last?.type === 'definitionList') {
      for (const one of list.children) last.children.push(one)
      Object.assign(last, { position: spanOf(last, list) })
    } else found.push(list)
  }
  parent.children = found as never
}

function hasColon({ children }: Paragraph): boolean {
  return children.some(
    (child, index) =>
      child.type === 'text' && (/\n:[ \t]+\S/.test(child.value) || (index === 0 && colon.test(child.value))),
  )
}

function listIn(paragraph: Paragraph, before: Nodes | undefined, source: string): DefinitionList | undefined {
  if (!hasColon(paragraph)) return undefined
  const lines = linesOf(paragraph.children, source)
  const startsWithColon = (line: readonly PhrasingContent[]) => {
    const [first] = line
    return first?.type === 'text' && colon.test(first.value)
  }
  const isLoose = startsWithColon(lines[0] ?? [])
  const takes = before?.type === 'definitionList' || (before?.type === 'paragraph' && isOneLine(before))
  if (isLoose && !takes) return undefined
  const children: DefinitionList['children'] = []
  for (const [index, line] of lines.entries()) {
    const last = children.at(-1)
    if (startsWithColon(line)) {
      const [first, ...others] = line as [Text, ...PhrasingContent[]]
      children.push({ type: 'definitionText', children: [withoutColon(first), ...others] })
    } else if (last?.type === 'definitionText') last.children.push({ type: 'text', value: '\n' }, ...line)
    // Only one term stands above its definitions.
    else if (index === 0) children.push({ type: 'definitionTerm', children: [...line] })
    else return undefined
  }
  const { position } = paragraph
  return { type: 'definitionList', children, ...(position && { position }) }
}

function isOneLine({ position }: Node): boolean {
  return position !== undefined && position.start.line === position.end.line
}

/** The inline content of a paragraph by lines. */
function linesOf(
  children: readonly PhrasingContent[],
  source: string,
): readonly (readonly PhrasingContent[])[] {
  const lines: PhrasingContent[][] = [[]]
  for (const child of children) {
    if (child.type !== 'text') {
      lines.at(-1)?.push(child)
      continue
    }
    for (const [index, line] of textLines(child, source).entries()) {
      if (index > 0) lines.push([])
      if (line.value !== '') lines.at(-1)?.push(line)
    }
  }
  return lines
}

/** The lines of a text, each with its place. The Markdown has the same lines, with blanks before some. */
function textLines(text: Text, source: string): readonly Text[] {
  const values = text.value.split('\n')
  const { position } = text
  if (values.length === 1 || position === undefined) return values.map((value) => ({ ...text, value }))
  const from = position.start.offset ?? 0
  const written = source.slice(from, position.end.offset ?? 0)
  const starts = [0, ...[...written.matchAll(/\r\n|\n|\r/g)].map(({ 0: end, index }) => index + end.length)]
  return values.map((value, index) => {
    const start = starts[index] ?? 0
    const end = starts[index + 1] ?? written.length
    const { line, column } = position.start
    return {
      type: 'text',
      value,
      position: {
        start: { line: line + index, column: index === 0 ? column : 1, offset: from + start },
        end:
          index === values.length - 1
            ? position.end
            : { line: line + index + 1, column: 1, offset: from + end },
      },
    }
  })
}

/** Cuts the colon off, and moves the start behind it. */
function withoutColon(text: Text): Text {
  const [sign = ''] = colon.exec(text.value) ?? []
  const value = text.value.slice(sign.length)
  const { position } = text
  if (position === undefined) return { ...text, value }
  const { line, column, offset = 0 } = position.start
  const start = { line, column: column + sign.length, offset: offset + sign.length }
  return { ...text, value, position: { start, end: position.end } }
}

function spanOf(first: Node, last: Node) {
  return first.position && last.position && { start: first.position.start, end: last.position.end }
}
