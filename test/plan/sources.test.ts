import { describe, expect, it } from 'vitest'
import { filesDigest, scriptDigest } from '../../src/plan/sources.ts'

type Files = Readonly<Record<string, string>>
const read = (files: Files) => async (path: string) => {
  const text = files[path]
  return text === undefined ? undefined : new TextEncoder().encode(text)
}
const files: Files = {
  'experiments/a.ts': `import { b } from './lib/b.ts'\nexport * from "../shared.ts"\nawait import('./data.json')`,
  'experiments/lib/b.ts': `import '../a.ts'\nimport fs from 'node:fs'`,
  'experiments/data.json': '{}',
  'shared.ts': '',
  'other.ts': '',
}
const of = (changed: Files) => scriptDigest('experiments/a.ts', read({ ...files, ...changed }))

describe('the digest of a script', () => {
  it.each(Object.keys(files).filter((file) => file !== 'other.ts'))('changes with %s', async (file) => {
    expect(await of({ [file]: `${files[file]} ` })).not.toBe(await of({}))
  })

  it('does not change with a file that it does not import', async () => {
    expect(await of({ 'other.ts': 'new' })).toBe(await of({}))
  })

  it('changes when an imported file appears', async () => {
    const { 'shared.ts': _, ...without } = files
    expect(await scriptDigest('experiments/a.ts', read(without))).not.toBe(await of({}))
  })

  it('of a script in a document follows imports from the folder of the document, whatever else that says', async () => {
    const source = `import { b } from '../shared.ts'`
    const digest = (changed: Files) => scriptDigest('paper/index.md', read({ ...files, ...changed }), source)
    expect(await digest({ 'paper/index.md': 'prose' })).toBe(await digest({}))
    expect(await digest({ 'shared.ts': 'new' })).not.toBe(await digest({}))
  })
})

it('the digest of files sees names and contents, not the order', async () => {
  const digest = (paths: readonly string[], changed: Files = {}) =>
    filesDigest(paths, read({ ...files, ...changed }))
  const both = await digest(['shared.ts', 'other.ts'])
  expect(await digest(['other.ts', 'shared.ts'])).toBe(both)
  expect(await digest(['other.ts', 'shared.ts'], { 'other.ts': 'new' })).not.toBe(both)
  expect(await digest(['other.ts'])).not.toBe(both)
})
