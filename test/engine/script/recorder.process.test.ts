import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Recorder, recordReads } from '../../../src/engine/script/recorder.ts'

const original = { ...fs }
const folders: string[] = []
let project: string
let recorder: Recorder
const at = (path: string) => join(project, path)
const folder = (parent: string) => {
  const made = original.mkdtempSync(join(parent, 'repro-recorder-'))
  folders.push(made)
  return made
}

beforeEach(() => {
  project = folder(tmpdir())
  for (const path of ['data/deep', 'cell', 'node_modules/a', '.repro'])
    original.mkdirSync(at(path), { recursive: true })
  for (const path of ['a.txt', 'data/b.csv', 'lib.ts', 'cell/own', 'node_modules/a/x', '.repro/x'])
    original.writeFileSync(at(path), `content of ${path} // with a comment`)
  recorder = recordReads(project, [at('cell')])
})
afterEach(() => {
  for (const one of folders.splice(0)) original.rmSync(one, { recursive: true })
})

const names = () => Object.keys(recorder.reads().reads)

it.each<[string, () => unknown, readonly string[]]>([
  ['reading at once', () => fs.readFileSync(at('a.txt')), ['file a.txt']],
  ['a promise', () => readFile(at('a.txt')), ['file a.txt']],
  ['a callback', () => new Promise((resolve) => fs.readFile(at('a.txt'), resolve)), ['file a.txt']],
  ['a stream', () => text(fs.createReadStream(at('data/b.csv'))), ['file data/b.csv']],
  ['a handle', () => fs.closeSync(fs.openSync(at('a.txt'), 'r')), ['file a.txt']],
  ['a URL', () => fs.readFileSync(pathToFileURL(at('a.txt'))), ['file a.txt']],
  ['a path of bytes', () => fs.readFileSync(Buffer.from(at('a.txt'))), ['file a.txt']],
  ['a listing', () => fs.readdirSync(at('data')), ['folder data']],
  ['a look at a folder', () => fs.statSync(at('data')), []],
  ['a look for a file', () => fs.existsSync(at('none')), ['file none']],
  ['a copy', () => fs.copyFileSync(at('a.txt'), at('cell/copy')), ['file a.txt']],
  ['a program that is given a file', () => execFileSync('cat', [at('data/b.csv')]), ['file data/b.csv']],
  ['a shell line', () => spawnSync('sh', ['-c', 'cat "a.txt" | wc -l'], { cwd: project }), ['file a.txt']],
  [
    'what the boot, packages and this program keep',
    () => ['cell/own', 'node_modules/a/x', '.repro/x'].map((path) => fs.readFileSync(at(path))),
    [],
  ],
  ['files of the system', () => fs.readFileSync('/etc/os-release'), []],
])('notes %s', async (_, read, expected) => {
  await read()
  expect(names()).toEqual(expected)
  expect(recorder.outside()).toEqual([])
})

it('notes no file that the script wrote itself', async () => {
  fs.writeFileSync(at('made.txt'), 'made')
  fs.readFileSync(at('made.txt'))
  fs.closeSync(fs.openSync(at('opened.txt'), 'w'))
  fs.readFileSync(at('opened.txt'))
  await fs.promises.rename(at('made.txt'), at('moved.txt'))
  fs.readFileSync(at('moved.txt'))
  expect(names()).toEqual([])
})

it('tells of what changed after it was read, and takes nothing of it', () => {
  fs.readFileSync(at('a.txt'))
  fs.existsSync(at('later.txt'))
  original.writeFileSync(at('a.txt'), 'changed')
  original.writeFileSync(at('later.txt'), 'made')
  expect(recorder.reads()).toEqual({ reads: {}, changed: ['file a.txt'] })
})

it('leaves comments of code out, and holds reads against the files as they are', () => {
  fs.readFileSync(at('lib.ts'))
  fs.readFileSync(at('a.txt'))
  const { reads } = recorder.reads()
  original.writeFileSync(at('lib.ts'), 'content of lib.ts // with another comment')
  expect(recorder.holds(reads)).toBe(true)
  original.writeFileSync(at('a.txt'), 'content of a.txt // with another comment')
  expect(recorder.holds(reads)).toBe(false)
})

it('notes nothing while it is paused', async () => {
  await recorder.pause(async () => fs.readFileSync(at('a.txt')))
  expect(names()).toEqual([])
})

it('names files that lie outside of the project', () => {
  const far = join(folder(homedir()), 'far.csv')
  original.writeFileSync(far, '1')
  fs.readFileSync(far)
  fs.existsSync(`${far}.none`)
  expect(recorder.outside()).toEqual([far])
  expect(names()).toEqual([])
})
