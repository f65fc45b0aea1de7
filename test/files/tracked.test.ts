import { execFileSync } from 'node:child_process'
import {
  type BigIntStats,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDerived } from '../../src/files/derived.ts'
import { stampOf, unchanged } from '../../src/files/fingerprint.ts'
import { FileError } from '../../src/files/ordinary.ts'
import { openFiles } from '../../src/files/tracked.ts'

/** A project next to a file outside of it. */
const around = mkdtempSync(join(tmpdir(), 'repro-files-'))
const project = join(around, 'project')
const socket = createServer()

beforeAll(async () => {
  const files = {
    '../secret.csv': 'a\n1\n',
    'data/a.csv': 'a\n1\n',
    'data/deep/b.csv': 'b\n',
    'data/.hidden/c.csv': 'c\n',
    '.git/config': '[core]',
    'sub/.GIT/config': '[core]',
    '.repro/render-cache/x': 'x',
    '_build/index.html': 'x',
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(project, path, '..'), { recursive: true })
    writeFileSync(join(project, path), content)
  }
  const links = {
    'data/inside.csv': 'a.csv',
    'data/nowhere.csv': 'none.csv',
    'out.csv': '../secret.csv',
    'again.csv': 'out.csv',
    up: '..',
    zero: '/dev/zero',
    'loop.csv': 'loop.csv',
    kept: '.repro/render-cache/x',
    config: '.git/config',
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(project, path))
  execFileSync('mkfifo', [join(project, 'pipe')])
  await new Promise<void>((done) => socket.listen(join(project, 'socket'), done))
  writeFileSync(join(project, 'huge.csv'), '')
  truncateSync(join(project, 'huge.csv'), 2 ** 40)
})
afterAll(() => {
  socket.close()
  rmSync(around, { recursive: true })
})

describe('files of a project', () => {
  it.each(['data/a.csv', './data//a.csv', 'data/deep/../a.csv', 'data/inside.csv'])('%s is read', (path) => {
    const files = openFiles(project)
    expect(files.problem(path)).toBeUndefined()
    expect(files.text(path)).toBe('a\n1\n')
    expect(files.exists(path)).toBe(true)
  })

  it.each(['data/none.csv', 'data/a.csv/x', 'none/a.csv', 'data/nowhere.csv'])('at %s is nothing', (path) => {
    const files = openFiles(project)
    expect(files.problem(path)).toBeUndefined()
    expect(files.read(path)).toBeUndefined()
    expect(files.digest(path)).toBeUndefined()
  })

  it.each([
    ['../secret.csv', '../secret.csv lies outside of the project'],
    ['..', '.. lies outside of the project'],
    ['data/../../secret.csv', 'lies outside of the project: name a file by its path in the project'],
    ['/etc/passwd', '/etc/passwd lies outside of the project'],
    ['/dev/zero', '/dev/zero lies outside of the project'],
    ['data/a.csv\0.png', 'data/a.csv\\0.png: a path cannot contain a NUL character'],
    ['out.csv', `out.csv leads out of the project by a link, to ${around}/secret.csv`],
    ['again.csv', 'again.csv leads out of the project by a link'],
    ['up/secret.csv', 'up/secret.csv leads out of the project by a link'],
    ['zero', 'zero leads out of the project by a link, to /dev/zero'],
    ['loop.csv', 'cannot read loop.csv: it is a link, or its links lead in a circle (ELOOP)'],
    ['pipe', 'pipe is a named pipe, not an ordinary file'],
    ['socket', 'socket is a socket, not an ordinary file'],
    ['huge.csv', 'huge.csv is too large: 1048576 MB, but a file may have at most 256 MB'],
    ['.git/config', '.git/config is in .git'],
    ['sub/.GIT/config', 'sub/.GIT/config is in .git'],
    ['config', 'config is in .git'],
    ['d'.repeat(300), 'the path is too long (ENAMETOOLONG)'],
  ])('%s is refused, whatever is asked of it', (path, reason) => {
    const files = openFiles(project)
    expect(files.problem(path)).toContain(reason)
    for (const ask of [files.read, files.text, files.exists])
      expect(() => ask(path)).toThrow(
        expect.objectContaining({ name: 'FileError', message: expect.stringContaining(reason) }),
      )
  })

  it.each([
    ['data', 'data is a folder, not a file'],
    ['.', '. is a folder, not a file'],
    ['.repro/render-cache/x', '.repro/render-cache/x is in .repro; a document cannot use files from there'],
    ['_build/index.html', 'is in _build'],
    ['kept', 'kept is in .repro'],
  ])('a document cannot name %s', (path, reason) => {
    expect(openFiles(project).problem(path)).toContain(reason)
  })

  it.each([['up'], ['..'], ['/etc']])('the folder %s is not listed', (folder) => {
    expect(() => openFiles(project).list(folder)).toThrow(FileError)
  })

  it('a doubtful file is digested, and makes the next build look again', () => {
    const files = openFiles(project)
    files.doubt('data/a.csv')
    expect(files.digest('data/a.csv')).toMatch(/^[0-9a-f]{64}$/)
    expect(unchanged(project, files.fingerprints())).toBe(false)
  })

  it('a path through a file is as nothing, also to a manifest', () => {
    const note = { type: 'file', stamp: '1', sha256: '' } as const
    expect(openFiles(project, { 'data/a.csv/x': note }).digest('data/a.csv/x')).toBeUndefined()
    expect(unchanged(project, { 'data/a.csv/x': { type: 'nothing' } })).toBe(true)
  })

  it('a manifest that notes a file elsewhere, or a pipe, is not up to date, and none of them is read', () => {
    for (const path of ['../secret.csv', 'out.csv', 'pipe'])
      expect(unchanged(project, { [path]: { type: 'file', stamp: '', sha256: '' } })).toBe(false)
  })
})

describe('the stamp of a file', () => {
  const written = (ageNs: bigint, fraction: bigint) => {
    const nowNs = BigInt(Date.now()) * 1_000_000n
    const timeNs = ((nowNs - ageNs) / 1_000_000_000n) * 1_000_000_000n + fraction
    return stampOf({ size: 1n, ino: 1n, mtimeNs: timeNs, ctimeNs: timeNs } as BigIntStats)
  }

  it('is none where it could change again within its time, in nanoseconds or whole seconds', () => {
    expect(written(60_000_000_000n, 1n)).not.toBe('')
    expect(written(60_000_000_000n, 0n)).not.toBe('')
    expect(written(1_000_000_000n, 0n)).toBe('')
    expect(written(-60_000_000_000n, 1n)).toBe('')
    // Of a second ago or more, by a clock that is finer than that.
    expect(written(2_000_000_000n, 1n)).not.toBe('')
  })
})

describe('patterns', () => {
  it.each([
    ['data/*.csv', ['data/a.csv', 'data/inside.csv']],
    ['data/**/*.csv', ['data/a.csv', 'data/deep/b.csv', 'data/inside.csv']],
    ['data/.hidden/*.csv', ['data/.hidden/c.csv']],
    ['data/{deep/b,a}.csv', ['data/a.csv', 'data/deep/b.csv']],
    ['none/*.csv', []],
  ])('%s gives files, and folders are searched', (pattern, paths) => {
    expect(openFiles(project).match(pattern)).toEqual(paths)
  })

  it.each([
    ['../*.csv', '.. lies outside of the project'],
    ['/etc/*', '/etc lies outside of the project'],
    ['*.csv', 'again.csv leads out of the project by a link'],
    ['up/*', 'up leads out of the project by a link'],
    ['u*/secret.csv', 'up leads out of the project by a link'],
  ])('%s leads nowhere else', (pattern, reason) => {
    expect(() => openFiles(project).match(pattern)).toThrow(reason)
  })

  it('links back to a folder on the way end the search', () => {
    const deep = join(project, 'data/deep')
    symlinkSync('..', join(deep, 'back'))
    symlinkSync('../../sub', join(deep, 'aside'))
    symlinkSync('../data/deep', join(project, 'sub/round'))
    expect(openFiles(project).match('data/**/b.csv')).toEqual(['data/deep/b.csv'])
  })

  it('names that are not UTF-8 are refused in words', () => {
    mkdirSync(join(project, 'latin'))
    writeFileSync(
      Buffer.concat([Buffer.from(join(project, 'latin/na')), Buffer.from([0xef]), Buffer.from('.csv')]),
      '',
    )
    expect(() => openFiles(project).match('latin/*.csv')).toThrow('the name is not UTF-8: rename the file')
  })
})

describe('what was seen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'repro-seen-'))
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const changes: readonly (readonly [string, () => void])[] = [
    ['a file', () => put('a.csv', '2')],
    ['a folder', () => put('data/new.csv', '1')],
    ['a file where there was nothing', () => put('none.csv', '1')],
    ['a folder where there was nothing', () => put('none/a.csv', '1')],
    ['a variable', () => (process.env.REPRO_TEST_SEEN = 'other')],
  ]
  const start = () => {
    rmSync(folder, { recursive: true, force: true })
    delete process.env.REPRO_TEST_SEEN
    put('a.csv', '1')
    put('data/b.csv', '1')
  }
  afterAll(start)

  it.each(changes)('is no longer so after a change of %s', (_, change) => {
    start()
    const files = openFiles(folder)
    const own = files.beside()
    own.text('a.csv')
    own.list('data')
    for (const path of ['none.csv', 'none']) expect(own.digest(path)).toBeUndefined()
    expect(own.variable('REPRO_TEST_SEEN')).toBeUndefined()
    const seen = own.fingerprints()
    expect(openFiles(folder, seen).areAs(seen)).toBe(true)
    change()
    expect(openFiles(folder, seen).areAs(seen)).toBe(false)
  })

  it('is not what the files beside it saw', () => {
    start()
    const files = openFiles(folder)
    files.text('a.csv')
    const own = files.beside()
    own.text('data/b.csv')
    expect(Object.keys(own.fingerprints())).toEqual(['data/b.csv'])
  })
})

it('a file of which it is known that nothing happened to it is not looked at, unless its stamp says nothing', () => {
  const [path, sha256] = ['data/a.csv', 'of before']
  const digest = (stamp: string, isQuiet: boolean) => {
    const remembered = { [path]: { type: 'file', stamp, sha256 } } as const
    return openFiles(project, remembered, { kept: openDerived(), isQuiet: () => isQuiet }).digest(path)
  }
  expect(digest('a stamp', true)).toBe(sha256)
  expect(digest('a stamp', false)).toMatch(/^[0-9a-f]{64}$/)
  expect(digest('', true)).toMatch(/^[0-9a-f]{64}$/)
})
