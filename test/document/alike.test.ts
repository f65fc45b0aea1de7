import { VFile } from 'vfile'
import { expect, it } from 'vitest'
import { firstAlike, openAlike, perBlock } from '../../src/document/alike.ts'
import type { Block } from '../../src/document/block.ts'
import { parseDocument } from '../../src/document/document.ts'

const text = `---
title: T
---

\`\`\`ts experiment id=own testbed=local trials=2
export default async () => ({ columns: [], rows: [] })
\`\`\`

\`\`\`yaml table
id: tbl-own
kind: summary
from: own
measures: [a, b]
columns: {a: {decimals: 1}, b: {decimals: 2}}
caption: One
\`\`\`
`

function blocksOf(text: string): readonly Block[] {
  const file = new VFile({ path: 'index.md', value: text })
  const { blocks } = parseDocument(file)
  expect(file.messages.map(String)).toEqual([])
  expect(blocks.map(({ type }) => type)).toEqual(['experiment', 'table'])
  return blocks
}

const change = (from: string, to: string) => {
  expect(text).toContain(from)
  return text.replace(from, to)
}

it('knows blocks that only moved, whose script moved with them', () => {
  const note = openAlike()
  const [before, after] = [blocksOf(text), blocksOf(change('\n\n```ts', '\n\nMore.\n\n```ts'))]
  note(before)
  note(after)
  expect(after.map(({ place }) => place)).not.toEqual(before.map(({ place }) => place))
  expect(after.map(firstAlike)).toEqual(before)
  for (const [index, block] of after.entries()) expect(firstAlike(block)).toBe(before[index])
})

it.each([
  ['a caption', change('One', 'Two'), 1],
  [
    'the order of keys, as tables have their columns in it',
    change('a: {decimals: 1}, b: {decimals: 2}', 'b: {decimals: 2}, a: {decimals: 1}'),
    1,
  ],
  ['a number of trials', change('trials=2', 'trials=3'), 0],
  ['the code of a script', change('rows: []', 'rows: [1]'), 0],
])('takes a block for another one after a change of %s', (_, changed, index) => {
  const note = openAlike()
  const [before, after] = [blocksOf(text), blocksOf(changed)]
  note(before)
  note(after)
  expect(after.map((block, at) => firstAlike(block) === before[at])).toEqual([index !== 0, index !== 1])
})

it('makes once what is made of blocks that are alike', () => {
  const note = openAlike()
  let count = 0
  const made = perBlock((_: Block) => (count += 1))
  for (const blocks of [blocksOf(text), blocksOf(`${text}\nMore.\n`)]) {
    note(blocks)
    for (const block of blocks) made(block)
  }
  expect(count).toBe(2)
})
