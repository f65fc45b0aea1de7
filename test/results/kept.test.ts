import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openKept } from '../../src/results/kept.ts'

let cache = ''
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'repro-kept-'))
})
afterEach(() => rmSync(cache, { recursive: true }))

const text = (content: Uint8Array | undefined) => content && new TextDecoder().decode(content)

it('returns what it was given, under that name only', () => {
  openKept('code', cache).write('a', 'content')
  expect(text(openKept('code', cache).read('a'))).toBe('content')
  expect(openKept('code', cache).read('b')).toBeUndefined()
  expect(openKept('other', cache).read('a')).toBeUndefined()
})

it('returns nothing that is damaged, moved, or brought with another cache', () => {
  const kept = openKept('code', cache)
  kept.write('a', 'content')
  const file = join(cache, 'code/a')
  const content = readFileSync(file)
  writeFileSync(join(cache, 'code/b'), content)
  expect(kept.read('b')).toBeUndefined()
  const damaged = Buffer.from(content)
  damaged[damaged.length - 1] = 0
  writeFileSync(file, damaged)
  expect(kept.read('a')).toBeUndefined()
  writeFileSync(file, content)
  expect(text(kept.read('a'))).toBe('content')
  // A repository can bring a key and what was sealed with it, but not the inode of the key.
  const key = readFileSync(join(cache, 'machine.key'))
  rmSync(join(cache, 'machine.key'))
  writeFileSync(join(cache, 'taken'), '')
  writeFileSync(join(cache, 'machine.key'), key)
  expect(openKept('code', cache).read('a')).toBeUndefined()
})

it('leaves no draft, and forgets what is useless', () => {
  const kept = openKept('code', cache)
  kept.write('a', '1')
  kept.write('b', '2')
  kept.forget((name) => name === 'a')
  expect(readdirSync(join(cache, 'code'))).toEqual(['b'])
})

it('keeps nothing, and says nothing, where it cannot write', () => {
  writeFileSync(join(cache, 'file'), '')
  const kept = openKept('code', join(cache, 'file'))
  kept.write('a', '1')
  kept.forget(() => true)
  expect(kept.read('a')).toBeUndefined()
})
