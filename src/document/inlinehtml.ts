/**
 * The HTML tags in Markdown that a report shows, in every format: pairs without attributes that stand for nodes which
 * Markdown, or this program, has anyway. All other HTML is left out.
 */

/** A node without its children. */
export type Shown =
  | { readonly type: 'emphasis' | 'strong' | 'delete' }
  | { readonly type: 'subscript' | 'superscript' | 'monospace' }

const shown: ReadonlyMap<string, Shown['type']> = new Map([
  ...['em', 'i', 'var', 'dfn'].map((name) => [name, 'emphasis'] as const),
  ...['strong', 'b'].map((name) => [name, 'strong'] as const),
  ...['s', 'del'].map((name) => [name, 'delete'] as const),
  ...['code', 'kbd', 'samp', 'tt'].map((name) => [name, 'monospace'] as const),
  ['sub', 'subscript'],
  ['sup', 'superscript'],
])

export interface Tag {
  readonly name: string
  readonly isEnd: boolean
  /** Absent for a line break, which has no end. */
  readonly type?: Shown['type']
}

/** Reads a tag that is shown; undefined for any other HTML, also with attributes. */
export function shownTag(html: string): Tag | undefined {
  const [, slash = '', written = ''] = /^<(\/?)([a-z]{1,6})[ \t]*\/?>$/i.exec(html.trim()) ?? []
  const name = written.toLowerCase()
  if (name === 'br') return { name, isEnd: false }
  const type = shown.get(name)
  return type && { name, isEnd: slash !== '', type }
}

/** Pairs deeper than these are left out, as later stages recurse. */
const deepest = 20

/**
 * Puts what stands between two tags of a pair into a node. Tags without a partner, and pairs that overlap, are left out,
 * and what they enclose stays.
 */
export function pairedTags<Node extends { readonly type: string }>(
  children: readonly (Node | { readonly type: 'html'; readonly value: string })[],
  copy: (node: Node) => readonly Node[],
  make: (type: Shown['type'] | 'break', children: readonly Node[]) => Node,
): readonly Node[] {
  const open: { readonly tag?: Tag; readonly children: Node[] }[] = [{ children: [] }]
  const close = () => {
    const last = open.pop()
    for (const child of last?.children ?? []) open.at(-1)?.children.push(child)
  }
  for (const child of children) {
    const tag = child.type === 'html' ? shownTag((child as { readonly value: string }).value) : undefined
    if (tag === undefined) {
      if (child.type !== 'html') open.at(-1)?.children.push(...copy(child as Node))
    } else if (tag.type === undefined) open.at(-1)?.children.push(make('break', []))
    else if (!tag.isEnd) {
      if (open.length <= deepest) open.push({ tag, children: [] })
    } else if (open.some((one) => one.tag?.name === tag.name)) {
      while (open.at(-1)?.tag?.name !== tag.name) close()
      const found = open.pop()?.children ?? []
      open.at(-1)?.children.push(make(tag.type, found))
    }
  }
  while (open.length > 1) close()
  return open[0]?.children ?? []
}
