import { minimatch } from 'minimatch'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { checkScripts } from '../../src/engine/scripts.ts'
import { inputDigests, scriptDigests } from '../../src/engine/sources.ts'
import type { Files } from '../../src/files/tracked.ts'

type Texts = Readonly<Record<string, string>>

function filesOf(texts: Texts): Files {
  const paths = Object.keys(texts)
  const files: Files = {
    read: (path) => (texts[path] === undefined ? undefined : new TextEncoder().encode(texts[path])),
    text: (path) => texts[path],
    textOnce: (path) => texts[path],
    digest: (path) => texts[path] && `digest of ${texts[path]}`,
    list: (folder) => {
      const start = folder === '.' ? '' : `${folder}/`
      const below = paths.filter((path) => path.startsWith(start))
      return [...new Set(below.map((path) => path.slice(start.length).split('/')[0] ?? ''))].sort()
    },
    exists: (path) => paths.includes(path),
    problem: () => undefined,
    derived: (_, make) => make(files),
    match: (pattern) => paths.filter((path) => minimatch(path, pattern)).sort(),
    doubt: () => {},
    variable: () => undefined,
    fingerprints: () => ({}),
    areAs: () => false,
    beside: () => files,
  }
  return files
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

describe('what a script imports', () => {
  const imported = (code: string, more: Texts = {}) => {
    const files = filesOf({
      'lib/b.ts': 'export const b = 1',
      'lib x/b.ts': '',
      'lib/c.cjs': '',
      'lib/index.js': '',
      'lib/d.json': '{}',
      'package.json':
        '{"name": "study", "imports": {"#b": "./lib/b.ts", "#lib/*": "./lib/*"}, "exports": {"./b": "./lib/b.ts"}}',
      'node_modules/dice/package.json': '{"name": "dice", "version": "1.2.3"}',
      'node_modules/@a/b/package.json': '{"name": "@a/b", "version": "2.0.0"}',
      ...more,
    })
    const { script: _, ...found } = scriptDigests('paper/index.md', files, code)
    return Object.fromEntries(
      Object.entries(found).map(([name, value]) => [
        name,
        /^[0-9a-f]{64}$|^digest/.test(value) ? 'there' : value,
      ]),
    )
  }
  const there = (...paths: readonly string[]) =>
    Object.fromEntries(paths.map((path) => [`file ${path}`, 'there']))

  it.each([
    ["import { b } from /* helper */ '../lib/b.ts'", 'lib/b.ts'],
    ["import { b } from '../lib/b.ts?v=1'", 'lib/b.ts'],
    ["import { b } from '../lib/b.ts#fast'", 'lib/b.ts'],
    ["import { b } from '../lib%20x/b.ts'", 'lib x/b.ts'],
    ["import { b } from '..//lib/./b.ts'", 'lib/b.ts'],
    ['await import(`../lib/b.ts`)', 'lib/b.ts'],
    ["await import('../lib/' + 'b' + `.ts`)", 'lib/b.ts'],
    ["await import((('../lib/b.ts') as string))", 'lib/b.ts'],
    ["import\n  '../lib/b.ts'", 'lib/b.ts'],
    ["import d from '../lib/d.json' with { type: 'json' }", 'lib/d.json'],
    ["export { b as c } from '../lib/b.ts'; export const rows = []", 'lib/b.ts'],
    ["export * as all from '../lib/b.ts'", 'lib/b.ts'],
    ["import { type b } from '../lib/b.ts'", 'lib/b.ts'],
    ["import { b } from '#b'", 'lib/b.ts'],
    ["import { b } from '#lib/b.ts'", 'lib/b.ts'],
    ["import { b } from 'study/b'", 'lib/b.ts'],
    ["const load = createRequire(import.meta.url); load('../lib/c')", undefined],
    ["const load = createRequire(import.meta.url); load('../lib/c.cjs')", 'lib/c.cjs'],
    ["import m from 'node:module'; m.createRequire(import.meta.url)('../lib')", 'lib/index.js'],
    ["createRequire(import.meta.url).resolve('../lib/d')", 'lib/d.json'],
    ["await import(import.meta.resolve('../lib/b.ts'))", 'lib/b.ts'],
    ["new Worker(new URL('../lib/b.ts', import.meta.url))", 'lib/b.ts'],
    ["await import(new URL('../lib/b.ts', import.meta.url).href)", 'lib/b.ts'],
    ["/* import '../lib/b.ts' */ '../lib/b.ts'", undefined],
    ["import type { b } from '../lib/b.ts'", undefined],
    ["new URL('../lib/out.csv', import.meta.url)", undefined],
    ["import 'node:fs'; import 'zx/globals'; import { mean } from 'repro'; import 'fs/promises'", undefined],
  ])('%s', (code, path) => {
    const found = imported(code)
    if (path === undefined) expect(Object.values(found).filter((value) => value !== 'missing')).toEqual([])
    else expect(found).toEqual(there(path))
  })

  it('is all that a condition may choose', () => {
    expect(imported("await import(fast ? '../lib/b.ts' : '../lib/c.cjs')")).toEqual(
      there('lib/b.ts', 'lib/c.cjs'),
    )
  })

  it('is followed through files, each resolved from where it is', () => {
    const more = { 'lib/b.ts': "import './deep/e.ts'", 'lib/deep/e.ts': "export * from '../d.json'" }
    expect(imported("import '../lib/b.ts'", more)).toEqual(there('lib/b.ts', 'lib/deep/e.ts', 'lib/d.json'))
  })

  it('is followed from where a link leads', () => {
    const files = filesOf({
      'link.ts': "import './e.ts'",
      'lib/real.ts': "import './e.ts'",
      'lib/e.ts': '',
    })
    const real = (path: string) => (path === 'link.ts' ? 'lib/real.ts' : path)
    const found = scriptDigests('a.ts', files, "import './link.ts'", real)
    expect(Object.keys(found)).toEqual(['script', 'file lib/real.ts', 'file lib/e.ts'])
  })

  it('of a package counts by its version', () => {
    expect(imported("import dice from 'dice'; import b from '@a/b/deep.js'; import 'gone'")).toEqual({
      'package dice': '1.2.3',
      'package @a/b': '2.0.0',
      'package gone': 'missing',
    })
  })

  it('of a package that is linked from within the project counts file by file', () => {
    const files = filesOf({
      'node_modules/own/package.json': '{"name": "own", "exports": "./main.ts"}',
      'packages/own/main.ts': '',
    })
    const real = (path: string) => path.replace('node_modules/own', 'packages/own')
    const found = scriptDigests('a.ts', files, "import 'own'", real)
    expect(Object.keys(found)).toEqual(['script', 'file packages/own/main.ts'])
  })
})

describe('the check of scripts', () => {
  const check = (code: string, { texts = {}, inputs = '' }: { texts?: Texts; inputs?: string } = {}) => {
    const value = `---\ntitle: T\n---\n\n\`\`\`ts experiment id=e testbed=local trials=1${inputs}\n${code}\n\`\`\`\n`
    const document = parseDocument(new VFile({ path: 'paper/index.md', value }))
    checkScripts(document, 'paper/index.md', filesOf(texts), (path) => path)
    return document.file.messages.map(
      ({ line, column, fatal, reason }) => `${line}:${column} ${fatal ? 'error' : 'warning'} ${reason}`,
    )
  }

  it.each([
    ['const a = 1\nexport const rows = [{ x: a }', '7:30 error Unexpected token, expected ","'],
    [
      'const a = 1\nenum Kind { a }',
      '7:1 error Node only erases types, and cannot run an enum: write an object',
    ],
    ['let a = 1\nlet a = 2', "7:5 error Identifier 'a' has already been declared."],
    ["import '../gone.ts'", '6:1 error ../gone.ts: no file gone.ts'],
    ["import '../../outside.ts'", '6:1 error ../../outside.ts lies outside the project: copy it'],
    ["import '/etc/hosts'", '6:1 error /etc/hosts lies outside the project'],
    ["import '#none'", '6:1 error #none: no such name under imports in package.json'],
    [
      'const { b } = await import(name)',
      '6:21 warning this import is computed, so the files it loads are unknown: list them under inputs: (lib/**)',
    ],
    ['require(name)', '6:1 warning this import is computed'],
  ])('%j', (code, message) => {
    const found = check(code)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(message)
  })

  it('names the file and the place of what is wrong in an imported one', () => {
    const texts = { 'lib/b.ts': 'export const b = 1\nexport const c = {{' }
    expect(check("import '../lib/b.ts'", { texts })[0]).toMatch(/^5:1 error lib\/b\.ts:2:\d+: /)
  })

  it('is content with a computed import whose files are inputs', () => {
    const texts = { 'lib/b.ts': '', 'data.csv': '1' }
    const code = `await import('../lib/' + name + '.ts')`
    expect(check(code, { texts, inputs: ' inputs=lib/**' })).toEqual([])
    expect(check(code, { texts, inputs: ' inputs=data.csv' })).toHaveLength(1)
  })
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
  const odd = filesOf({
    'data/a[1].csv': '1',
    'data/a1.csv': '2',
    'results/r.csv': '',
    '_build/x': '',
    'x.csv': '',
  })
  expect(Object.keys(inputDigests(['data/a[1].csv'], odd))).toEqual(['file data/a[1].csv'])
  expect(Object.keys(inputDigests(['data/a[[]1].csv'], odd))).toEqual(['file data/a[1].csv'])
  expect(Object.keys(inputDigests(['**/*.csv'], odd))).toEqual([
    'file data/a1.csv',
    'file data/a[1].csv',
    'file x.csv',
  ])
  expect(inputDigests(['data/none.csv'], files)).toEqual({ 'file data/none.csv': 'missing' })
})
