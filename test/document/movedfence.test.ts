import { VFile } from 'vfile'
import { expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { readFence } from '../../src/document/fence.ts'
import { sourceText } from '../../src/document/place.ts'
import type { Parameter } from '../../src/results/parameters.ts'

const blocks = `
\`\`\`ts experiment id=inline testbed=local trials=2
export default async () => ({ columns: [], rows: [] })
\`\`\`

\`\`\`yaml experiment
id: own
script: own.ts
environments: [local]
trials: 4
patterns:
  one: {}
  two: {label: Two}
parameters: {load: 1}
\`\`\`

\`\`\`yaml table
id: tbl-own
kind: summary
from: own
measures: [timeUs]
caption: A caption of \`=own.local.one.timeUs.mean\`
\`\`\`

- In a list:

  \`\`\`yaml claim
  id: C1
  statement: It is slower
  scope: shape
  from: own.local.one.timeUs
  to: own.local.two.timeUs
  direction: up
  \`\`\`
`
const front = '---\ntitle: T\n---\n'
const parse = (text: string) => {
  const file = new VFile({ path: 'index.md', value: text })
  return { file, document: parseDocument(file) }
}

function pathsIn(value: Parameter, path: readonly PropertyKey[] = []): readonly (readonly PropertyKey[])[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [
    path,
    ...inner.flatMap(([key, part]) => pathsIn(part, [...path, Array.isArray(value) ? Number(key) : key])),
  ]
}

it.each([
  ['below', '\nWords.\n\nMore words.\n'],
  ['where they were', ''],
])('gives fences that stand further %s what reading them gives, at their places', (_, words) => {
  parse(front + blocks)
  const { file, document } = parse(`${front}${words}${blocks}`)
  expect(file.messages.map(String)).toEqual([])
  expect(document.fences.map(({ type }) => type)).toEqual(['experiment', 'experiment', 'table', 'claim'])
  const text = sourceText(file)
  for (const fence of document.fences) {
    const again = readFence(fence.node, text, new VFile({ path: 'index.md', value: String(file) }))
    expect({ ...fence, source: 0 }).toEqual({ ...again, source: 0 })
    const paths = pathsIn(fence.source?.data ?? {})
    expect(paths.length).toBeGreaterThan(3)
    for (const path of paths) {
      expect(fence.source?.keyPlace(path)).toEqual(again?.source?.keyPlace(path))
      expect(fence.source?.valuePlace(path)).toEqual(again?.source?.valuePlace(path))
      expect(fence.source?.written(path)).toEqual(again?.source?.written(path))
    }
  }
})

it('tells what is found later in the file of the text that it stands in', () => {
  const first = parse(front + blocks)
  const { file, document } = parse(`${front}\nWords.\n${blocks}`)
  document.fences[1]?.source?.valueError('rule', ['trials'], 'too few')
  expect(file.messages.map(String)).toEqual(['index.md:15:9: too few'])
  expect(first.file.messages).toEqual([])
})

it('reads again what had a mistake, and what means something else as another block came', () => {
  const wrong = blocks.replace('trials: 4', 'trials: many')
  for (const words of ['', '\nWords.\n']) {
    const { file } = parse(`${front}${words}${wrong}`)
    expect(file.messages.map(({ line, ruleId }) => [line, ruleId])).toEqual([
      [13 + (words === '' ? 0 : 2), 'invalid-value'],
    ])
  }
  const claim = `\n\`\`\`yaml claim\nid: C2\nstatement: Much\nscope: shape\nfrom: survey.seconds\nto: survey.minutes\ndirection: up\n\`\`\`\n`
  const data = '\n```yaml data\nid: survey\nfile: survey.csv\nsource: us\n```\n'
  const pathOf = (text: string) =>
    JSON.stringify(parse(front + text).document.blocks.find(({ id }) => id === 'C2'))
  expect(pathOf(claim) ?? '').not.toContain('"data","all"')
  expect(pathOf(claim + data)).toContain('"data","all"')
})
