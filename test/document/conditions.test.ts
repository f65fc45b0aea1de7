import { VFile } from 'vfile'
import { expect, it } from 'vitest'
import { checkConditions } from '../../src/check/conditions.ts'
import { expressionsOf } from '../../src/document/claim.ts'
import { type Document, parseDocument } from '../../src/document/document.ts'
import { references } from '../../src/query/expression.ts'

const paper = (conditions: string, claim: string) =>
  parseDocument(
    new VFile({
      path: 'paper/index.md',
      value: `---
title: T
conditions:
${conditions}
---

\`\`\`yaml experiment
id: naps
script: experiments/naps.ts
environments: [old, new]
trials: 5
patterns: {base: {}, loaded: {}}
\`\`\`

\`\`\`yaml claim
id: C1
statement: Something holds
scope: shape
${claim}
\`\`\`
`,
    }),
  )
const newer = '  newer: {label: the newer one, cells: {naps/old: naps/new}}'
const claimIn = ({ blocks }: Document) =>
  blocks.flatMap((block) => (block.type === 'claim' ? [block] : []))[0]
const messages = (document: Document) => {
  checkConditions(document)
  return document.file.messages.map(({ line, reason }) => `${line}: ${reason}`)
}

it.each([
  ['value: naps.old.loaded.us.mean / naps.old.base.us.mean\nbetween: [1, null]'],
  ['value: [min(naps.old.base.us.mean), -naps.old.loaded.us.mean]\nbetween: [1, null]'],
  ['ascending: [naps.old.base.us.mean, naps.old.loaded.us.mean]'],
  ['from: naps.old.base.us\nto: naps.old.loaded.us\ndirection: up'],
  ['value: naps.old.loaded.us.mean\npublished: 3\ntolerance: 5 %'],
])('reads the same test over the cells of a condition: %s', (test) => {
  const document = paper(newer, test)
  const [condition] = claimIn(document)?.conditions ?? []
  expect(condition).toMatchObject({ name: 'newer', label: 'the newer one' })
  const read = condition ? expressionsOf(condition.test).flatMap(references) : []
  expect(read.length).toBeGreaterThan(0)
  expect(new Set(read.map(({ parts }) => parts[1]))).toEqual(new Set(['new']))
  expect(messages(document)).toEqual([])
})

it('leaves out a condition that replaces nothing that the claim reads', () => {
  const document = paper(newer, 'value: naps.new.base.us.mean / naps.new.loaded.us.mean\nbetween: [1, null]')
  expect(claimIn(document)?.conditions).toBeUndefined()
})

it.each([
  ['[newer]', ['newer']],
  ['[]', []],
])('takes the conditions that a claim names: %s', (names, expected) => {
  const both = `${newer}\n  other: {label: another, cells: {naps/old: naps/new}}`
  const test = `value: naps.old.base.us.mean / naps.old.loaded.us.mean\nbetween: [1, null]\nconditions: ${names}`
  expect((claimIn(paper(both, test))?.conditions ?? []).map(({ name }) => name)).toEqual(expected)
})

it('refuses unknown cells and unknown conditions at their places', () => {
  const test = 'ascending: [naps.old.base.us.mean, naps.old.loaded.us.mean]\nconditions: [never]'
  expect(messages(paper('  newer: {label: x, cells: {naps/old: naps/newest}}', test))).toEqual([
    '4: the condition newer names naps/newest, which the document does not run (did you mean naps/new?)',
    '20: unknown condition: never (did you mean newer?)',
  ])
})

it.each([
  ['cells: {naps: naps/new}', /write an experiment and an environment/],
  ['cells: {}', /name at least one cell/],
])('refuses %s', (cells, reason) => {
  const { file } = paper(
    `  newer: {label: x, ${cells}}`,
    'ascending: [naps.old.base.us.mean, naps.old.loaded.us.mean]',
  )
  expect(file.messages.map((message) => message.reason).join()).toMatch(reason)
})
