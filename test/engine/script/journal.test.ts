import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openJournal } from '../../../src/engine/script/journal.ts'
import { openSeal, type Seal } from '../../../src/results/seal.ts'

const path = '.repro/journals/key.jsonl'
let folder: string
let seal: Seal
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-journal-'))
  mkdirSync(join(folder, dirname(path)), { recursive: true })
  seal = openSeal(folder, join(folder, 'cache'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const open = (most?: number) => openJournal(folder, path, seal, path, most)
const reads = { 'file lib/a.ts': 'a'.repeat(64) }
const more = { 'folder data': 'b'.repeat(64), 'file data/new.csv': 'missing' }
const read = () => readFileSync(join(folder, path), 'utf8')

it('gives back what was written, and cuts off half a line', () => {
  const { append } = open()
  append(0, [{ x: 1, how: 'a\u2028b', none: null }], reads)
  append(
    2,
    Array.from({ length: 25_000 }, (_, x) => ({ x })),
    more,
  )
  const text = read()
  appendFileSync(join(folder, path), 'seal {"trial":3,"ro')
  const { finished, foreign, reads: found } = open()
  expect(found).toEqual({ ...reads, ...more })
  expect([...finished.keys()]).toEqual([0, 2])
  expect(foreign).toBe(0)
  expect(finished.get(0)).toEqual([{ x: 1, how: 'a\u2028b', none: null }])
  expect(finished.get(2)?.at(-1)).toEqual({ x: 24_999 })
  expect(read()).toBe(text)
})

it.each([
  '{"trial":0,"rows":[{"x":true}],"reads":{}}',
  '{"trial":0,"rows":[{"x":{"y":1}}],"reads":{}}',
  '{"trial":0,"rows":[{"x":1},{"x":"a"}],"reads":{}}',
  '{"trial":0,"rows":[1],"reads":{}}',
  '{"trial":0,"rows":[{"x":1e999}],"reads":{}}',
  '{"trial":0,"rows":[{"__proto__":1}],"reads":{}}',
  '{"trial":0.5,"rows":[],"reads":{}}',
  '{"trial":-1,"rows":[],"reads":{}}',
  '{"trial":0,"rows":{},"reads":{}}',
  '{"trial":0}',
  '{"trial":0,"rows":[],"reads":{"file a":1}}',
  '{"trial":0,"rows":[],"reads":{"device a":"missing"}}',
  '[]',
])('does not take the line %s, whoever wrote it', (json) => {
  open().append(1, [{ x: 1 }], reads)
  appendFileSync(join(folder, path), `${seal.sign({ kind: 'trial', path }, json)} ${json}\n`)
  const { finished, foreign } = open()
  expect([...finished.keys()]).toEqual([1])
  expect(foreign).toBe(1)
})

it('takes no more than can be read again, and says so', () => {
  const { append } = open(2000)
  append(0, [{ x: 'x'.repeat(1500) }], {})
  expect(() => append(1, [{ x: 'x'.repeat(500) }], {})).toThrow(
    'trial 1: the rows of this cell exceed 0.002 MB: return fewer',
  )
  expect([...open(2000).finished.keys()]).toEqual([0])
  expect(() => open(500)).toThrow('MB; delete the file')
})

it('forgets everything when it is cleared', () => {
  const journal = open()
  journal.append(0, [{ x: 1 }], reads)
  journal.clear()
  journal.append(3, [{ x: 2 }], more)
  const { finished, reads: found } = open()
  expect([...finished.keys()]).toEqual([3])
  expect(found).toEqual(more)
})

it('does not come back after its folder was deleted', () => {
  const { append } = open()
  append(0, [{ x: 1 }], reads)
  rmSync(join(folder, '.repro'), { recursive: true })
  expect(() => append(1, [{ x: 2 }], reads)).toThrow('.repro/journals/key.jsonl: its folder has been deleted')
  expect(existsSync(join(folder, '.repro'))).toBe(false)
})
