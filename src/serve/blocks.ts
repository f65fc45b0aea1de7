/**
 * What a browser that shows one version of a page needs to show another: the blocks that it lacks. It keeps
 * the long elements (drawings, and the rows behind them) that a block shares with the one that it replaces.
 * If one element of a drawing changed, it gets only that element.
 */

import type { PageBlock } from '../report/model.ts'

/** A block of a page, without what a follower has. */
export type SentBlock =
  | { readonly into: string; readonly holder: string }
  | {
      readonly into: string
      readonly hash: string
      /** With a hole in place of each of `pieces`. Absent if the version before has the block. */
      readonly html?: string
      /** Index of the block of the version before that has `pieces`. */
      readonly of?: number
      readonly pieces?: readonly SentPiece[]
    }

/** A piece of a block (see PageBlock) of the version before, and what changes in it. */
export interface SentPiece {
  /** Its index among the pieces of that block. */
  readonly index: number
  readonly change?: ElementChange
}

/** An element by the indexes of elements from the root to it, and the HTML that takes its place. */
export interface ElementChange {
  readonly path: readonly number[]
  readonly html: string
}

type Block = Extract<PageBlock, { type: 'block' }>

const hole = '<template data-piece></template>'

/** Returns all blocks of a page, with the HTML of those that the page before had not. */
export function changesOf(before: readonly PageBlock[], now: readonly PageBlock[]): readonly SentBlock[] {
  const had = new Map<string, number>()
  for (const block of before) if (block.type === 'block') had.set(block.hash, (had.get(block.hash) ?? 0) + 1)
  const stays = new Set(now.flatMap((block) => (block.type === 'block' ? [block.hash] : [])))
  const gone = new Map(
    before.flatMap((block, index) =>
      block.type === 'block' && !stays.has(block.hash) ? [[index, block] as const] : [],
    ),
  )
  return now.map((block, index) => {
    if (block.type === 'holder') return { into: block.into, holder: block.name }
    const { into, hash, html } = block
    const left = had.get(hash) ?? 0
    had.set(hash, left - 1)
    if (left > 0) return { into, hash }
    const id = idOf(block)
    // By its id, or else by its place, counted from either end.
    const places = id === undefined ? [index, before.length - now.length + index] : [...gone.keys()]
    const of = places.find((at) => {
      const one = gone.get(at)
      return one !== undefined && idOf(one) === id
    })
    const old = of === undefined ? undefined : gone.get(of)
    const changed = old && withHoles(old, block)
    if (of === undefined || changed === undefined) return { into, hash, html }
    gone.delete(of)
    return { into, hash, of, ...changed }
  })
}

/** The first id in a block; that of a drawing's own parts starts with it. */
function idOf({ html, pieces: [first] }: Block): string | undefined {
  return / id="([^"]*)"/.exec(html.slice(0, first?.[0]))?.[1]
}

/**
 * Returns a block with holes for the pieces that `old` has at the same index; undefined if there are none.
 */
function withHoles(old: Block, now: Block): { html: string; pieces: readonly SentPiece[] } | undefined {
  const pieces: SentPiece[] = []
  let html = ''
  let at = 0
  for (const [index, [start, end]] of now.pieces.entries()) {
    const [before, text] = [old.html.slice(...(old.pieces[index] ?? [0, 0])), now.html.slice(start, end)]
    const change = before === text ? undefined : changedElement(before, text)
    if (before !== text && change === undefined) continue
    pieces.push({ index, ...(change && { change }) })
    html += now.html.slice(at, start) + hole
    at = end
  }
  return pieces.length === 0 ? undefined : { html: html + now.html.slice(at), pieces }
}

/** As drawing/svg.ts writes it: no `>` is in an attribute. */
const tag = /<(\/?)[^>]*?(\/?)>/g

/**
 * Returns the smallest element that contains all differences between two drawings; undefined if that is most
 * of the drawing, or if these are no drawings.
 *
 * @param old SVG as drawing/svg.ts writes it, and so is `now`
 */
export function changedElement(old: string, now: string): ElementChange | undefined {
  if (!old.startsWith('<svg') || !now.startsWith('<svg')) return undefined
  const start = commonLength(old, now, (text, from, to) => text.slice(from, to))
  const rest = Math.min(old.length, now.length) - start
  const end = Math.min(
    rest,
    commonLength(old, now, (text, from, to) => text.slice(-to, text.length - from)),
  )
  /** The element at a place of both, if all that differs is in it. */
  const elementAt = (at: number, after: number): string | undefined => {
    if (at >= start || after < old.length - end) return undefined
    const text = now.slice(at, now.length - old.length + after)
    return isElement(text) ? text : undefined
  }
  const open: { readonly at: number; readonly index: number; children: number }[] = []
  for (const found of old.matchAll(tag)) {
    const [{ length }, isClosing, isEmpty] = found
    const after = found.index + length
    const parent = open.at(-1)
    if (isClosing || isEmpty) {
      const element = isClosing ? open.pop() : { at: found.index, index: parent ? parent.children++ : 0 }
      if (element === undefined) return undefined
      const html = elementAt(element.at, after)
      const path = [...open, element].slice(1).map(({ index }) => index)
      if (html !== undefined)
        return path.length > 0 && html.length < now.length / 2 ? { path, html } : undefined
    } else open.push({ at: found.index, index: parent ? parent.children++ : 0, children: 0 })
  }
  return undefined
}

/** Returns how many characters two texts have in common, as `part` returns them from one of their ends. */
function commonLength(
  a: string,
  b: string,
  part: (text: string, from: number, to: number) => string,
): number {
  const shortest = Math.min(a.length, b.length)
  let length = 0
  // Long parts are compared at once, each followed by shorter ones.
  for (let step = 4096; step >= 1; step /= 4)
    while (length + step <= shortest && part(a, length, length + step) === part(b, length, length + step))
      length += step
  return length
}

/** Whether a part of a drawing is one element, and not two or a part of one. */
function isElement(text: string): boolean {
  let depth = 0
  let end = 0
  for (const found of text.matchAll(tag)) {
    const [{ length }, isClosing, isEmpty] = found
    if (depth === 0 && end > 0) return false
    if (isClosing) depth -= 1
    else if (!isEmpty) depth += 1
    if (depth < 0) return false
    end = found.index + length
  }
  return depth === 0 && end > 0 && end === text.length
}
