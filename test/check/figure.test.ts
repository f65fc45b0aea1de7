/** Mistakes of a figure that are told before anything runs. */

import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/check.ts'
import { parseDocument } from '../../src/document/document.ts'
import { specificationMistake } from '../../src/report/drawing/mistake.ts'

const bars = {
  data: { name: 'rows' },
  mark: 'bar',
  encoding: { x: { field: 'name' }, y: { field: 'mean', type: 'quantitative' } },
}
const csv = 'name,mean\na,1\nb,2\n'

/** Messages of a document with this figure, whose specification is in a file unless it is `written`. */
function told(
  spec: object | string,
  data: string,
  written: number | string = 'figures/f.vl.json',
): readonly string[] {
  const files: Readonly<Record<string, string>> = {
    'figures/f.vl.json': typeof spec === 'string' ? spec : JSON.stringify(spec),
    'data/f.csv': csv,
  }
  const value = `---
title: T
---

\`\`\`ts experiment id=naps testbed=local trials=2
export const rows = [{ ms: 1 }]
\`\`\`

\`\`\`yaml figure
id: fig-f
spec: ${written}
caption: Bars
alt: Bars
data: ${data}
\`\`\`
`
  const document = parseDocument(new VFile({ path: 'paper/index.md', value }))
  check(document, {
    exists: (path) => path in files,
    problem: () => undefined,
    match: () => [],
    read: (path) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
    list: () => [],
    environments: ['local'],
    languages: ['en'],
    tableKinds: new Map(),
    figureMistake: specificationMistake,
  })
  return document.file.messages.map(({ line, column, reason }) => `${line}:${column} ${reason}`)
}

const file = '{rows: data/f.csv}'

describe('a figure is checked without runs', () => {
  it.each<[string, object | string, string, string]>([
    ['text that is no JSON', '{', file, 'the specification is not valid JSON: '],
    [
      'a key twice',
      '{"mark": "point",\n "mark": "bar"}',
      file,
      'the specification has two values for mark in one object, at line 2, column 2: leave one',
    ],
    ['an unknown mark', { ...bars, mark: 'lien' }, '{rows: naps}', 'unknown mark: lien, at mark (did you'],
    [
      'an unknown channel',
      { data: bars.data, layer: [{ mark: 'bar', encoding: { x: {}, colour: {} } }] },
      '{rows: naps}',
      'unknown channel: colour (did you mean color?), at layer[0].encoding',
    ],
    ['an unknown dataset', bars, '{row: naps}', 'the specification reads an unknown dataset: rows (did you'],
    ['data from a URL', { ...bars, data: { url: 'x' } }, file, 'data cannot be read from a URL: x'],
    [
      'a field that the file does not have',
      { ...bars, encoding: { ...bars.encoding, color: { field: 'nam' } } },
      file,
      'the data has no field nam (did you mean name?), at encoding.color.field',
    ],
  ])('%s', (_, spec, data, reason) => {
    const [message, ...others] = told(spec, data)
    expect(message).toContain(`11:7 spec: figures/f.vl.json: ${reason}`)
    expect(others).toEqual([])
  })

  it.each<[string, object, string]>([
    ['no data', { ...bars, data: undefined }, file],
    ['a field of runs, which nobody knows before', bars, '{rows: naps}'],
    ['a field of the file', bars, file],
    [
      'a field that a transform writes',
      { ...bars, transform: [{ calculate: 'datum.mean * 2', as: 'nam' }], encoding: { x: { field: 'nam' } } },
      file,
    ],
    [
      'a field that a fold writes',
      { ...bars, transform: [{ fold: ['mean'] }], encoding: { x: { field: 'key' }, y: { field: 'value' } } },
      file,
    ],
    ['a nested field', { ...bars, encoding: { x: { field: 'name\\.x' }, y: { field: 'a.b' } } }, file],
    ['a repeated field', { ...bars, encoding: { x: { field: { repeat: 'column' } } } }, file],
  ])('%s is no mistake', (_, spec, data) => {
    expect(told(spec, data)).toEqual([])
  })

  it.each<[string, object, string, string]>([
    [
      'is checked as one of a file',
      { ...bars, mark: 'lien' },
      file,
      '11:7 spec: unknown mark: lien, at mark',
    ],
    [
      'reads the datasets of the block',
      bars,
      '{one: data/f.csv, rows: naps}',
      '11:7 spec: the specification does not read the dataset one',
    ],
    [
      'says which of several it reads',
      { ...bars, data: undefined },
      '{one: data/f.csv, rows: naps}',
      '11:7 spec: the specification does not read the dataset one',
    ],
  ])('a specification in the block %s', (_, spec, data, reason) => {
    expect(told({}, data, JSON.stringify(spec))).toEqual([expect.stringContaining(reason)])
  })

  it('a specification in the block may be right, and leave out the only dataset', () => {
    expect(told({}, file, JSON.stringify(bars))).toEqual([])
    expect(told({}, file, '{mark: bar, encoding: {x: {field: name}}}')).toEqual([])
  })

  it('a specification is neither a number nor a list', () => {
    for (const wrong of [7, '[a]', 'true'])
      expect(told({}, file, wrong)).toEqual([expect.stringMatching(/^11:7 .*spec/)])
  })
})
