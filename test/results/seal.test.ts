import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Item, openSeal, type Seal } from '../../src/results/seal.ts'

let folder: string
let project: string
let cache: string
let seal: Seal
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-seal-'))
  project = join(folder, 'project')
  cache = join(folder, 'cache/repro')
  mkdirSync(project)
  seal = openSeal(project, cache)
})
afterEach(() => rm(folder, { recursive: true }))

const item: Item = { kind: 'manifest', path: '.repro/manifests/paper+index.md.json' }
const closed = () => seal.close(item, 'content') ?? new Uint8Array()
const opened = (by: Seal, of: Item, file: Uint8Array) => {
  const content = by.open(of, file)
  return content && new TextDecoder().decode(content)
}

describe('a seal', () => {
  it('opens what this machine closed, in another process and in a checkout that was moved', () => {
    mkdirSync(join(folder, 'elsewhere'))
    expect(opened(openSeal(join(folder, 'elsewhere'), cache), item, closed())).toBe('content')
    expect(seal.note()).toBeUndefined()
  })

  it.each<[string, (file: Uint8Array) => readonly [Item, Uint8Array]]>([
    ['of another kind', (file) => [{ ...item, kind: 'rendered' }, file]],
    ['at another place', (file) => [{ ...item, path: '.repro/manifests/other.md.json' }, file]],
    [
      'with other content',
      (file) => [item, Buffer.from(Buffer.from(file).toString().replace('content', 'CONTENT'))],
    ],
    ['with another seal', (file) => [item, Buffer.concat([Buffer.from('0'.repeat(64)), file.subarray(64)])]],
    ['cut short', (file) => [item, file.subarray(0, 20)]],
    ['without a seal', () => [item, Buffer.from('{"complete":true}')]],
    ['that is empty', () => [item, new Uint8Array()]],
  ])('does not open a thing %s, and says so once', (_, change) => {
    const [other, file] = change(closed())
    expect(seal.open(other, file)).toBeUndefined()
    expect(seal.open(other, file)).toBeUndefined()
    const note = seal.note()
    expect(seal.note()).toBeUndefined()
    expect(note).toMatch(
      /^ignored 1 file under \.repro\/ that was not sealed on this machine: \.repro\/manifests\//,
    )
  })

  it('of another user or machine does not count here', () => {
    const theirs = openSeal(project, join(folder, 'theirs'))
    expect(opened(theirs, item, closed())).toBeUndefined()
    expect(opened(seal, item, theirs.close(item, 'content') ?? new Uint8Array())).toBeUndefined()
  })

  it('has a key that is made once, whole, and for its user alone', () => {
    expect(readdirSync(folder)).toEqual(['project']) // reading creates nothing
    seal.open(item, Buffer.from('x'))
    expect(readdirSync(folder)).toEqual(['project'])
    closed()
    expect(readdirSync(cache)).toEqual(['machine.key'])
    const found = statSync(join(cache, 'machine.key'))
    expect([found.size, found.mode & 0o777]).toEqual([32, 0o600])
    const bytes = readFileSync(join(cache, 'machine.key'))
    openSeal(project, cache).close(item, '')
    expect(readFileSync(join(cache, 'machine.key'))).toEqual(bytes)
  })

  it('replaces a key that a full disk cut short', () => {
    mkdirSync(cache, { recursive: true })
    writeFileSync(join(cache, 'machine.key'), 'short')
    expect(opened(openSeal(project, cache), item, closed())).toBe('content')
  })

  it.each<[string, () => void]>([
    ['the cache cannot be written', () => writeFileSync(join(folder, 'cache'), '')],
    ['the key is no file', () => mkdirSync(join(cache, 'machine.key'), { recursive: true })],
    [
      'the key is a link',
      () => {
        mkdirSync(cache, { recursive: true })
        symlinkSync('/dev/zero', join(cache, 'machine.key'))
      },
    ],
  ])('is not there when %s, and nothing is trusted', (_, spoil) => {
    spoil()
    expect(seal.close(item, 'content')).toBeUndefined()
    expect(seal.open(item, Buffer.from(`${'0'.repeat(64)}content`))).toBeUndefined()
    expect(seal.note()).toMatch(
      /machine\.key \(.*\): nothing that is kept in \.repro\/ is trusted.*Set REPRO_CACHE/,
    )
  })

  it.runIf(process.getuid?.() !== 0)('is not made of a key that this user cannot read', () => {
    closed()
    chmodSync(join(cache, 'machine.key'), 0)
    const mine = openSeal(project, cache)
    expect(mine.close(item, 'content')).toBeUndefined()
    expect(mine.note()).toContain('EACCES')
  })

  it('does not trust a key that a repository brought with the cache folder in it', () => {
    const inside = join(project, 'cache')
    const theirs = openSeal(project, inside)
    const file = theirs.close(item, 'content') ?? new Uint8Array()
    expect(opened(openSeal(project, inside), item, file)).toBe('content')
    // A clone has the same bytes in another inode.
    const clone = join(folder, 'clone')
    mkdirSync(join(clone, 'cache'), { recursive: true })
    copyFileSync(join(inside, 'machine.key'), join(clone, 'cache/machine.key'))
    expect(opened(openSeal(clone, join(clone, 'cache')), item, file)).toBeUndefined()
  })
})
