import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  isFolder,
  makeFolder,
  move,
  moveFile,
  openForAppending,
  remove,
  shareFile,
  WriteError,
  writeError,
} from '../../src/files/change.ts'

let around: string
let project: string
beforeEach(() => {
  around = mkdtempSync(join(tmpdir(), 'repro-change-'))
  project = join(around, 'project')
  mkdirSync(project)
  mkdirSync(join(around, 'victim'))
  writeFileSync(join(around, 'victim/thesis.tex'), 'x')
  symlinkSync('../victim', join(project, 'link'))
  writeFileSync(join(project, 'file'), '')
})
afterEach(async () => {
  expect(readdirSync(join(around, 'victim'))).toEqual(['thesis.tex'])
  expect(readFileSync(join(around, 'victim/thesis.tex'), 'utf8')).toBe('x')
  await rm(around, { recursive: true })
})

const link =
  'link is a link to ../victim: repro writes and deletes only in real folders of the project; remove it'
const file = 'file is not a folder: repro writes and deletes only in real folders of the project; remove it'

describe('what is written or deleted in a project', () => {
  it.each([
    ['a new folder', () => makeFolder(project, 'link/a/b'), link],
    ['a new folder in a file', () => makeFolder(project, 'file/a'), file],
    ['the folder itself', () => makeFolder(project, 'link'), link],
    ['something to delete', () => remove(project, 'link/thesis.tex'), link],
    ['something to move here', () => move(project, 'link/thesis.tex', 'a'), link],
    ['something to move there', () => move(project, 'file', 'link/file'), link],
    ['a file that grows', () => openForAppending(project, 'link/thesis.tex'), link],
    ['a folder that is asked for', () => isFolder(project, 'link/a'), link],
    ['what lies outside', () => remove(project, '../victim/thesis.tex'), '../victim/thesis.tex lies outside'],
    ['what lies in .git', () => remove(project, '.git/config'), '.git/config is in .git'],
  ])('is not behind a link: %s', async (_, act, reason) => {
    await expect((async () => act())()).rejects.toThrow(reason)
  })

  it('may be a link itself, which is deleted', async () => {
    await remove(project, 'link')
    await remove(project, 'nothing/at/all')
    expect(readdirSync(project)).toEqual(['file'])
  })

  it.each([
    ['a link', () => symlinkSync('../victim/thesis.tex', join(project, 'journal'))],
    ['a folder', () => mkdirSync(join(project, 'journal'))],
  ])('does not grow if it is %s', (_, make) => {
    make()
    expect(() => openForAppending(project, 'journal')).toThrow(WriteError)
  })

  it('is deleted also where a script took away the permission', async () => {
    mkdirSync(join(project, 'work/locked'), { recursive: true })
    writeFileSync(join(project, 'work/locked/a'), '')
    chmodSync(join(project, 'work/locked'), 0)
    await remove(project, 'work')
    expect(existsSync(join(project, 'work'))).toBe(false)
  })
})

// On Linux /dev/shm is a separate file system.
it.runIf(existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(tmpdir()).dev)(
  'files and folders move from another file system, with links as they are',
  async () => {
    const elsewhere = mkdtempSync('/dev/shm/repro-change-')
    try {
      mkdirSync(join(elsewhere, 'run/raw'), { recursive: true })
      writeFileSync(join(elsewhere, 'run/raw/a'), 'a')
      symlinkSync('raw/a', join(elsewhere, 'run/link'))
      await moveFile(join(elsewhere, 'run'), join(project, 'run'))
      expect(readFileSync(join(project, 'run/raw/a'), 'utf8')).toBe('a')
      expect(readlinkSync(join(project, 'run/link'))).toBe('raw/a')
      expect(readdirSync(project).sort()).toEqual(['file', 'link', 'run'])
      expect(readdirSync(elsewhere)).toEqual([])
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  },
)

it.runIf(existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(tmpdir()).dev)(
  'a file of another file system is shared by a copy',
  async () => {
    const elsewhere = mkdtempSync('/dev/shm/repro-change-')
    try {
      writeFileSync(join(elsewhere, 'a'), 'a')
      await shareFile(join(elsewhere, 'a'), join(project, 'a'))
      expect(readFileSync(join(project, 'a'), 'utf8')).toBe('a')
      expect(readdirSync(elsewhere)).toEqual(['a'])
      expect(readdirSync(project).sort()).toEqual(['a', 'file', 'link'])
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  },
)

it('nothing that is there is replaced by a file that is shared', async () => {
  writeFileSync(join(project, 'a'), 'a')
  await expect(shareFile(join(project, 'a'), join(project, 'file'))).rejects.toThrow(
    /cannot write .*\/file: something is in its place/,
  )
  expect(readFileSync(join(project, 'file'), 'utf8')).toBe('')
})

it.each([
  ['ENOSPC', 'cannot write a: the disk is full; make room and try again'],
  ['EROFS', 'cannot write a: the file system is read-only (EROFS)'],
  ['EMFILE', 'cannot write a: too many open files (EMFILE); raise the limit, see ulimit -n'],
])('%s is said in words', (code, words) => {
  expect(writeError(Object.assign(new Error(code), { code }), 'a')).toMatchObject({
    name: 'WriteError',
    message: words,
  })
})
