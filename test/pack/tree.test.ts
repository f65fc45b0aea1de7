import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTree } from '../../src/pack/tree.ts'
import { project, write } from '../project.ts'
import { commit, git } from './git.ts'

const files = {
  'a.md': 'a',
  'dir/b c.txt': 'b',
  'dir/ignored.log': 'log',
  'kept.log': 'log',
  'node_modules/x/index.js': 'x',
  '_build/index.html': 'page',
  '.repro/lock': '',
  '.gitignore': '*.log\n!kept.log\n/only-here\n',
  'only-here': '',
  'dir/.gitignore': 'private/\n',
  'dir/private/key': 'secret',
  'dir/only-here': 'not the same',
}
const own = ['.gitignore', 'a.md', 'dir/.gitignore', 'dir/b c.txt', 'dir/only-here', 'kept.log']

describe('the files of a project', () => {
  it('are those that no .gitignore leaves out, where there is no git', () => {
    write(files)
    expect(readTree(project, [])).toEqual({ paths: own })
  })

  it('are those of the commit, where there is one', () => {
    write(files)
    commit(project)
    const { paths, revision } = readTree(project, [])
    expect(paths).toEqual(own)
    expect(revision).toEqual({
      commit: git(project, 'rev-parse', 'HEAD').trim(),
      date: '2026-11-01T10:00:00.000Z',
      changes: [],
    })
  })

  it('are also those that git ignores but was told to keep', () => {
    write(files)
    git(project, 'init', '-q')
    git(project, 'add', '--force', 'dir/ignored.log')
    commit(project)
    expect(readTree(project, []).paths).toContain('dir/ignored.log')
  })

  it('differ from the commit in what was changed, staged, added or deleted', () => {
    write(files)
    commit(project)
    write({ 'a.md': 'other', 'new file': '', 'kept.log': 'staged', 'dir/ignored.log': 'changed' })
    git(project, 'add', 'kept.log')
    git(project, 'rm', '-q', 'dir/b c.txt')
    const { paths, revision } = readTree(project, [])
    expect(revision?.changes).toEqual(['a.md', 'dir/b c.txt', 'kept.log', 'new file'])
    expect(paths).toEqual(['.gitignore', 'a.md', 'dir/.gitignore', 'dir/only-here', 'kept.log', 'new file'])
  })

  it('are without those that are to be left out, which then are no changes', () => {
    write(files)
    commit(project)
    write({ 'out.zip': 'archive', 'a.md': 'other' })
    const { paths, revision } = readTree(project, ['out.zip', 'a.md'])
    expect(paths).toEqual(own.filter((path) => path !== 'a.md'))
    expect(revision?.changes).toEqual([])
  })

  it('are not those of a repository around it', () => {
    write({ 'README.md': 'around', 'unpacked/x.md': 'x', '.gitignore': 'unpacked\n' })
    commit(project)
    expect(readTree(join(project, 'unpacked'), [])).toEqual({ paths: ['x.md'] })
  })

  it('are those of its folder, named from there, where the repository is larger', () => {
    write({ 'README.md': 'around', 'study/x.md': 'x' })
    commit(project)
    write({ 'README.md': 'changed', 'study/x.md': 'changed', 'study/y.md': 'y' })
    const { paths, revision } = readTree(join(project, 'study'), [])
    expect(paths).toEqual(['x.md', 'y.md'])
    expect(revision?.changes).toEqual(['x.md', 'y.md'])
  })

  it('are read without git in a repository that has no commit', () => {
    write({ 'x.md': 'x' })
    git(project, 'init', '-q')
    mkdirSync(join(project, 'empty'))
    expect(readTree(project, [])).toEqual({ paths: ['x.md'] })
  })
})
