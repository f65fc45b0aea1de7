import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderDigests, inputDigests, scriptDigests } from '../../src/plan/sources.ts'
import type { Files } from '../../src/results/files.ts'

type Texts = Readonly<Record<string, string>>

function filesOf(texts: Texts): Files {
  const paths = Object.keys(texts)
  return {
    read: (path) => (texts[path] === undefined ? undefined : new TextEncoder().encode(texts[path])),
    text: (path) => texts[path],
    digest: (path) => texts[path] && `digest of ${texts[path]}`,
    list: (folder) => {
      const start = folder === '.' ? '' : `${folder}/`
      const below = paths.filter((path) => path.startsWith(start))
      return [...new Set(below.map((path) => path.slice(start.length).split('/')[0] ?? ''))].sort()
    },
    exists: (path) => paths.includes(path),
    problem: () => undefined,
    match: (pattern) => paths.filter((path) => posix.matchesGlob(path, pattern)).sort(),
    notes: () => ({}),
  }
}

const texts: Texts = {
  'experiments/a.ts': `import { b } from './lib/b.ts'\nexport * from "../shared.ts"\nawait import('./data.json')`,
  'experiments/lib/b.ts': `import '../a.ts'\nimport fs from 'node:fs'`,
  'experiments/data.json': '{}',
  'shared.ts': 'export {}',
  'other.ts': '',
}
const of = (changed: Texts) => scriptDigests('experiments/a.ts', filesOf({ ...texts, ...changed }))
const changes = (one: Texts, other: Texts) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => one[name] !== other[name])

describe('the digests of a script', () => {
  it.each([
    ['experiments/a.ts', 'script'],
    ['experiments/lib/b.ts', 'file experiments/lib/b.ts'],
    ['experiments/data.json', 'file experiments/data.json'],
    ['shared.ts', 'file shared.ts'],
  ])('change with %s, and name it', (file, name) => {
    expect(changes(of({}), of({ [file]: `${texts[file]};` }))).toEqual([name])
  })

  it('do not change with a file that it does not import, or with a comment', () => {
    expect(of({ 'other.ts': 'new' })).toEqual(of({}))
    const commented = `// new\n${texts['experiments/a.ts']} /* newer */`
    expect(of({ 'experiments/a.ts': commented })).toEqual(of({}))
  })

  it('tell an imported file that is missing', () => {
    const { 'shared.ts': _, ...without } = texts
    expect(scriptDigests('experiments/a.ts', filesOf(without))['file shared.ts']).toBe('missing')
  })

  it('of a script in a document follow imports from the folder of the document, whatever else that says', () => {
    const digests = (changed: Texts) =>
      scriptDigests('paper/index.md', filesOf({ ...texts, ...changed }), `import { b } from '../shared.ts'`)
    expect(digests({ 'paper/index.md': 'prose' })).toEqual(digests({}))
    expect(changes(digests({}), digests({ 'shared.ts': 'new' }))).toEqual(['file shared.ts'])
  })
})

it('the files of a folder have a digest each, those below it none', () => {
  const digests = folderDigests('experiments', filesOf(texts))
  expect(Object.keys(digests)).toEqual(['file experiments/a.ts', 'file experiments/data.json'])
})

it('inputs are files by name, or all that fit a pattern', () => {
  const files = filesOf({ 'data/a.csv': '1', 'data/b.csv': '2', 'data/deep/c.csv': '3', 'data/d.txt': '4' })
  const names = (...patterns: readonly string[]) => Object.keys(inputDigests(patterns, files))
  expect(names('data/*.csv')).toEqual(['file data/a.csv', 'file data/b.csv'])
  expect(names('data/**/*.csv', 'data/d.txt')).toEqual([
    'file data/a.csv',
    'file data/b.csv',
    'file data/d.txt',
    'file data/deep/c.csv',
  ])
  expect(inputDigests(['data/none.csv'], files)).toEqual({ 'file data/none.csv': 'missing' })
})
