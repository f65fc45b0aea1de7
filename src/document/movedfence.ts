/**
 * Fences that a live document reads again and again: one whose text is as it was, and that had no mistake, is the
 * fence of before, at another line.
 */

import type { Code } from 'mdast'
import type { VFile } from 'vfile'
import type { Block, Place } from './block.ts'
import { dataRootsName } from './datablock.ts'
import { type Fence, readFence } from './fence.ts'
import { type SourceText, sliceOf, startOf } from './place.ts'
import { fail } from './problem.ts'
import type { Mapping } from './yaml.ts'

const known = new Map<string, { readonly fence: Fence; readonly line: number }>()
const most = 2000

/** As `readFence`, of a document that is no translation. What it returns is shared but for places. */
export function readFenceAgain(node: Code, text: SourceText, file: VFile): Fence | undefined {
  const { line, column } = startOf(node)
  const { lang, meta, value } = node
  const name = JSON.stringify([column, lang, meta, value, sliceOf(text, node), dataRootsName(file)])
  const before = known.get(name)
  if (before) return moved(before.fence, line - before.line, node, file)
  const count = file.messages.length
  const fence = readFence(node, text, file)
  if (fence === undefined || file.messages.length > count) return fence
  if (known.size >= most) known.clear()
  known.set(name, { fence, line })
  return fence
}

function moved(fence: Fence, lines: number, node: Code, file: VFile): Fence {
  const shift = ({ line, column }: Place): Place => ({ line: line + lines, column })
  const { source, block } = fence
  return {
    ...{ ...fence, node, idPlace: shift(fence.idPlace) },
    ...(source && { source: movedMapping(source, shift, file) }),
    ...(block && { block: movedBlock(block, shift) }),
  }
}

function movedMapping(source: Mapping, shift: (place: Place) => Place, file: VFile): Mapping {
  const keyPlace: Mapping['keyPlace'] = (path) => shift(source.keyPlace(path))
  const valuePlace: Mapping['valuePlace'] = (path) => shift(source.valuePlace(path))
  return {
    ...{ ...source, file, keyPlace, valuePlace },
    keyError: (ruleId, path, reason) => fail(file, ruleId, keyPlace(path), reason),
    valueError: (ruleId, path, reason) => fail(file, ruleId, valuePlace(path), reason),
  }
}

function movedBlock(block: Block, shift: (place: Place) => Place): Block {
  const place = shift(block.place)
  if (block.type !== 'experiment' && block.type !== 'data') return { ...block, place }
  const patterns = block.patterns.map((pattern) => ({ ...pattern, place: shift(pattern.place) }))
  if (block.type === 'data' || !('source' in block.script)) return { ...block, place, patterns }
  const { line: firstLine } = shift({ line: block.script.firstLine, column: 1 })
  return { ...block, place, patterns, script: { ...block.script, firstLine } }
}
