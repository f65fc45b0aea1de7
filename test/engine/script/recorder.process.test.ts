import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runInThisContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { programUrl } from '../../../src/dist.ts'
import { areUnchanged } from '../../../src/engine/reads.ts'
import { type Recorder, recordReads } from '../../../src/engine/script/recorder.ts'
import { openFiles } from '../../../src/files/tracked.ts'

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
  for (const path of ['data/deep', 'tree/deep', 'cell', 'node_modules/a', '.repro', '_build'])
    original.mkdirSync(at(path), { recursive: true })
  for (const path of [
    ...['a.txt', 'data/b.csv', 'lib.ts', 'cell/own', 'node_modules/a/x', '.repro/x', '_build/x'],
    ...['with space.txt', 'tree/a.ts', 'tree/deep/b'],
  ])
    original.writeFileSync(at(path), `content of ${path} // with a comment`)
  original.symlinkSync('../a.txt', at('data/link'))
  original.writeFileSync(at('data/code.cjs'), 'exports.a = 1 // with a comment')
  original.writeFileSync(at('data/reads-itself.cjs'), "require('node:fs').readFileSync(__filename)")
  original.writeFileSync(at('node_modules/a/package.json'), '{"version": "1.0.0"}')
  original.writeFileSync(at('node_modules/a/index.js'), '')
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
  ['a listing of the project', () => fs.readdirSync(project), ['folder .']],
  [
    'a recursive listing',
    () => fs.readdirSync(at('data'), { recursive: true }),
    ['folder data', 'folder data/deep'],
  ],
  ['a look at a folder', () => fs.statSync(at('data')), []],
  ['a look for a file', () => fs.existsSync(at('none')), ['file none']],
  ['a look at a link', () => fs.lstatSync(at('a.txt')), ['file a.txt']],
  ['a copy', () => fs.copyFileSync(at('a.txt'), at('cell/copy')), ['file a.txt']],
  [
    'a copy of a folder',
    () => fs.cpSync(at('tree'), at('cell/data'), { recursive: true }),
    ['data tree/a.ts', 'file tree/deep/b', 'folder tree', 'folder tree/deep'],
  ],
  ['where a link leads', () => fs.realpathSync(at('data/link')), ['file data/link']],
  ['the same by the system', () => fs.realpathSync.native(at('data/link')), ['file data/link']],
  ['the same as a promise', () => fs.promises.realpath(at('data/link')), ['file data/link']],
  ['where a file is that is no link', () => fs.realpathSync(at('a.txt')), []],
  ['a link to a file', () => fs.symlinkSync('../a.txt', at('cell/link')), ['file a.txt']],
  ['code that is read', () => fs.readFileSync(at('lib.ts')), ['data lib.ts']],
  ['code that a program is given', () => execFileSync('cat', [at('lib.ts')]), ['data lib.ts']],
  ['code that is loaded', () => createRequire(at('x.js'))('./data/code.cjs'), ['file data/code.cjs']],
  [
    'code that is loaded and read',
    () => createRequire(at('x.js'))('./data/reads-itself.cjs'),
    ['data data/reads-itself.cjs'],
  ],
  ['the package of a module', () => createRequire(at('x.js'))('a'), ['file node_modules/a/package.json']],
  ['data in a package', () => fs.readFileSync(at('node_modules/a/x')), ['file node_modules/a/x']],
  ['data in _build', () => fs.existsSync(at('_build/x')), ['file _build/x']],
  ['a folder that was there', () => makeAndList('data'), ['folder data']],
  ['a program that is given a file', () => execFileSync('cat', [at('data/b.csv')]), ['file data/b.csv']],
  ['a folder of the URL', () => run('cat b.csv', pathToFileURL(at('data/'))), ['file data/b.csv']],
  ['a shell line', () => spawnSync('sh', ['-c', 'cat "a.txt" | wc -l'], { cwd: project }), ['file a.txt']],
  ['a quoted word', () => run("cat $'with space.txt'"), ['file with space.txt']],
  ['a word glued to a flag', () => spawnSync('awk', ['-fa.txt'], { cwd: project }), ['file a.txt']],
  ['a change of folder', () => run('cd data && cat b.csv'), ['file data/b.csv']],
  ['a pattern', () => run('cat data/*.csv'), ['file data/b.csv', 'folder data']],
  ['a folder', () => run('ls data'), ['folder data']],
  [
    'what the boot and this program keep',
    () => ['cell/own', '.repro/x'].map((path) => fs.readFileSync(at(path))),
    [],
  ],
  ['files of the system', () => fs.readFileSync('/etc/os-release'), []],
])('notes %s', async (_, read, expected) => {
  await read()
  expect(names()).toEqual(expected)
  expect(recorder.outside()).toEqual([])
})

function run(command: string, cwd: string | URL = project) {
  return spawnSync(command, { shell: true, cwd })
}

function makeAndList(folder: string) {
  fs.mkdirSync(at(folder), { recursive: true })
  fs.readdirSync(at(folder))
}

it('notes no file that the script wrote itself', async () => {
  fs.writeFileSync(at('made.txt'), 'made')
  fs.readFileSync(at('made.txt'))
  fs.closeSync(fs.openSync(at('opened.txt'), 'w'))
  fs.readFileSync(at('opened.txt'))
  await fs.promises.rename(at('made.txt'), at('moved.txt'))
  fs.readFileSync(at('moved.txt'))
  makeAndList('new')
  expect(names()).toEqual([])
})

it('notes what decides the content of a file that is written to', () => {
  fs.appendFileSync(at('a.txt'), 'more')
  fs.writeFileSync(at('data/b.csv'), 'more', { flag: 'a' })
  fs.closeSync(fs.openSync(at('lib.ts'), 'r+'))
  expect(recorder.reads()).toMatchObject({ changed: ['file a.txt', 'file data/b.csv'] })
  expect(names()).toEqual(['data lib.ts'])
})

it('tells of what changed after it was read, and takes nothing of it', () => {
  fs.readFileSync(at('a.txt'))
  fs.existsSync(at('later.txt'))
  original.writeFileSync(at('a.txt'), 'changed')
  original.writeFileSync(at('later.txt'), 'made')
  expect(recorder.reads()).toEqual({ reads: {}, changed: ['file a.txt'] })
})

it('leaves comments of loaded code out, but not of code that is read, as a later plan does', () => {
  createRequire(at('x.js'))('./data/code.cjs')
  fs.readFileSync(at('lib.ts'))
  fs.readdirSync(project)
  fs.existsSync(at('none'))
  const { reads } = recorder.reads()
  const isSame = () => {
    expect(recorder.holds(reads)).toBe(areUnchanged(reads, openFiles(project)))
    return recorder.holds(reads)
  }
  expect(isSame()).toBe(true)
  original.writeFileSync(at('data/code.cjs'), 'exports.a = 1 // with another comment')
  expect(isSame()).toBe(true)
  original.writeFileSync(at('lib.ts'), 'content of lib.ts // with another comment')
  expect(isSame()).toBe(false)
})

it.each<[string, () => unknown, boolean]>([
  ['a program that opens only what it names', () => run('cat a.txt | wc -l; sleep 0'), false],
  ['another program', () => spawnSync(process.execPath, ['--version']), true],
  ['a variable of the shell', () => run('cat $FILE'), true],
  ['a loop of the shell', () => run('for f in a b; do cat $f; done'), true],
  ['a worker thread', () => new Worker('', { eval: true }), true],
])('tells whether %s may open files unseen', (_, start, expected) => {
  start()
  expect(recorder.hasUnseen()).toBe(expected)
})

it.each(['runner.cjs', new URL('runner.cjs', programUrl('.')).href])(
  'takes what the testbed reads or compiles for code, in %s',
  (filename) => {
    const by = filename.startsWith('file:') ? filename : fileURLToPath(programUrl(filename))
    const testbed = runInThisContext('(action, ...given) => action(...given)', { filename: by })
    testbed(fs.readFileSync, at('lib.ts'))
    testbed(execFileSync, process.execPath, ['-p', '1', at('data/code.cjs')])
    expect(names()).toEqual(['file data/code.cjs', 'file lib.ts'])
    expect(recorder.hasUnseen()).toBe(false)
  },
)

it('notes nothing while it is paused', async () => {
  await recorder.pause(async () => fs.readFileSync(at('a.txt')))
  expect(names()).toEqual([])
})

it('names files that lie outside of the project', () => {
  const far = join(folder(homedir()), 'far.csv')
  original.writeFileSync(far, '1')
  fs.readFileSync(far)
  fs.existsSync(`${far}.none`)
  original.symlinkSync(far, at('led-out'))
  fs.readFileSync(at('led-out'))
  expect(recorder.outside()).toEqual([far, at('led-out')].sort())
  expect(names()).toEqual([])
})
