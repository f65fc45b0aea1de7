import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findProject, locate } from '../../src/project/root.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-root-'))
  vi.stubEnv('HOME', join(folder, 'home'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const make = (...paths: readonly string[]) => {
  for (const path of paths) mkdirSync(join(folder, path), { recursive: true })
}

describe('the project of a folder', () => {
  it.each([
    ['without any mark: the folder', ['a/b'], 'a/b', 'a/b'],
    ['with paper/', ['a/paper', 'a/b/c'], 'a/b/c', 'a'],
    ['with experiments/', ['a/experiments', 'a/b'], 'a/b', 'a'],
    ['the top of a repository', ['a/.git', 'a/b/c'], 'a/b/c', 'a'],
    ['the nearest of several', ['a/.git', 'a/b/paper', 'a/b/c'], 'a/b/c', 'a/b'],
    ['a repository in a project', ['a/paper', 'a/b/.git'], 'a/b', 'a/b'],
    ['in the home folder', ['home/paper'], 'home', 'home'],
    ['in paper/ of the home folder', ['home/paper'], 'home/paper', 'home'],
    ['below the home folder, which has paper/', ['home/paper', 'home/work/x'], 'home/work/x', 'home/work/x'],
    ['below a home folder in git', ['home/.git', 'home/x'], 'home/x', 'home/x'],
  ])('%s', (_, made, from, expected) => {
    make(...made)
    expect(findProject(join(folder, from))).toBe(join(folder, expected))
  })

  it('is also known by a file .git, as a worktree has one', () => {
    make('a/b')
    writeFileSync(join(folder, 'a/.git'), 'gitdir: elsewhere')
    expect(findProject(join(folder, 'a/b'))).toBe(join(folder, 'a'))
  })
})

describe('a document', () => {
  it('is in the same project wherever the command is run', () => {
    make('a/paper', 'a/notes', 'b')
    const expected = { project: join(folder, 'a'), document: 'notes/n.md' }
    for (const [cwd, given] of [
      ['a', 'notes/n.md'],
      ['a/notes', 'n.md'],
      ['b', '../a/notes/n.md'],
      ['b', join(folder, 'a/notes/n.md')],
    ] as const)
      expect(locate(given, join(folder, cwd))).toEqual(expected)
  })

  it('is paper/index.md of the working folder’s project unless named', () => {
    make('a/paper', 'a/b')
    expect(locate(undefined, join(folder, 'a/b'))).toEqual({
      project: join(folder, 'a'),
      document: 'paper/index.md',
    })
  })
})
