/**
 * Blocks of a document that is parsed again and again. A new text gives new blocks, even where only lines moved; what
 * was made of a block is found again by the first one that is equal to it but for its place.
 */

import type { Block } from './block.ts'

const firsts = new WeakMap<Block, Block>()

/** The first block that was equal to this one but for its place; the block itself if none was noted. */
export function firstAlike<AnyBlock extends Block>(block: AnyBlock): AnyBlock {
  return (firsts.get(block) ?? block) as AnyBlock
}

/** Returns a function that is told the blocks of each text in turn, so that `firstAlike` knows them. */
export function openAlike(): (blocks: readonly Block[]) => void {
  let before: ReadonlyMap<string, Block> = new Map()
  return (blocks) => {
    const now = new Map<string, Block>()
    for (const block of blocks) {
      const name = `${block.type} ${block.id}`
      const known = before.get(name)
      const first = known !== undefined && isAlike(known, block) ? known : block
      firsts.set(block, first)
      now.set(name, first)
    }
    before = now
  }
}

/** Calls `make` once for blocks that are alike. */
export function perBlock<AnyBlock extends Block, T>(make: (block: AnyBlock) => T): (block: AnyBlock) => T {
  const known = new WeakMap<AnyBlock, { readonly made: T }>()
  return (block) => {
    const first = firstAlike(block)
    const found = known.get(first) ?? { made: make(block) }
    known.set(first, found)
    return found.made
  }
}

/** Equal in all that they say. A place moves with each line that is written above, and decides nothing. */
function isAlike(one: Block, other: Block): boolean {
  return one.type === other.type && isEqual(placeless(one), placeless(other))
}

function placeless({ place: _, ...block }: Block): object {
  if (block.type === 'experiment' || block.type === 'data') {
    const patterns = block.patterns.map(({ place: _, ...pattern }) => pattern)
    if (block.type === 'data' || !('source' in block.script)) return { ...block, patterns }
    const { firstLine: _, ...script } = block.script
    return { ...block, patterns, script }
  }
  return block
}

/** Of data without cycles and functions. The order of keys counts: tables may have the order of their columns from it. */
function isEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other)
  if (one === other) return true
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [names, others] = [Object.keys(one), Object.keys(other)]
  return (
    names.length === others.length &&
    names.every(
      (name, index) =>
        name === others[index] &&
        isEqual((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
    )
  )
}
