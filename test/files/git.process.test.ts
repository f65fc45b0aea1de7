/** Reading a repository whose configuration names programs runs none of them. */

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openGit } from '../../src/files/git.ts'
import { readTree } from '../../src/pack/tree.ts'

let around: string
let project: string
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-C', project, ...args], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })

beforeEach(() => {
  around = mkdtempSync(join(tmpdir(), 'repro-git-'))
  project = join(around, 'project')
  mkdirSync(project)
  writeFileSync(join(around, 'evil'), `#!/bin/sh\necho "$0 $*" >> ${around}/ran\ncat\n`)
  chmodSync(join(around, 'evil'), 0o755)
  git('init', '-q')
  for (const [name, value] of [
    ['user.name', 'a'],
    ['user.email', 'a@b'],
  ] as const)
    git('config', name, value)
  writeFileSync(join(project, 'a.txt'), 'one')
  writeFileSync(join(project, '.gitattributes'), '*.txt filter=x diff=x\n')
  git('add', '.')
  git('commit', '-qm', 'first')
  // Another time, the same size: git must read the file to compare.
  writeFileSync(join(project, 'a.txt'), 'two')
  utimesSync(join(project, 'a.txt'), 1, 1)
})
afterEach(() => {
  rmSync(around, { recursive: true })
  vi.unstubAllEnvs()
})

const evil = () => join(around, 'evil')

it.each([
  ['a monitor', () => git('config', 'core.fsmonitor', evil())],
  ['a filter', () => git('config', 'filter.x.clean', evil())],
  [
    'a filter that must not fail',
    () => {
      git('config', 'filter.x.process', evil())
      git('config', 'filter.x.required', 'true')
    },
  ],
  [
    'a filter with a name like a setting',
    () => {
      writeFileSync(join(project, '.gitattributes'), '*.txt filter=y=z\n')
      git('config', 'filter.y=z.clean', evil())
    },
  ],
  [
    'a filter in an included file',
    () => {
      writeFileSync(join(project, '.git/more'), `[filter "x"]\nclean = ${evil()}\n`)
      git('config', 'include.path', 'more')
    },
  ],
  [
    'a filter of the working tree',
    () => {
      git('config', 'extensions.worktreeConfig', 'true')
      git('config', '--worktree', 'filter.x.clean', evil())
    },
  ],
  ['a diff of its own', () => git('config', 'diff.external', evil())],
  [
    'a driver of diffs',
    () => {
      git('config', 'diff.x.command', evil())
      git('config', 'diff.x.textconv', evil())
    },
  ],
  [
    'a pager',
    () => {
      git('config', 'core.pager', evil())
      git('config', 'pager.show', evil())
    },
  ],
  [
    'signatures',
    () => {
      git('config', 'log.showSignature', 'true')
      git('config', 'gpg.program', evil())
    },
  ],
  [
    'hooks',
    () => {
      for (const hook of ['post-index-change', 'pre-commit'])
        execFileSync('cp', [evil(), join(project, '.git/hooks', hook)])
    },
  ],
  [
    'hooks elsewhere',
    () => {
      mkdirSync(join(project, 'hooks'))
      execFileSync('cp', [evil(), join(project, 'hooks/post-index-change')])
      git('config', 'core.hooksPath', 'hooks')
    },
  ],
  ['aliases of the commands', () => git('config', 'alias.ls-files', `!${evil()}`)],
])('%s of a repository runs nothing', (_, configure) => {
  configure()
  rmSync(join(around, 'ran'), { force: true })
  const { revision } = readTree(project, [])
  openGit(project)('cat-file', 'blob', 'HEAD:./a.txt')
  expect(revision?.changes).toContain('a.txt')
  expect(existsSync(join(around, 'ran'))).toBe(false)
})

it('a partial clone fetches nothing', () => {
  const blob = git('rev-parse', 'HEAD:a.txt').trim()
  rmSync(join(project, '.git/objects', blob.slice(0, 2)), { recursive: true })
  for (const [name, value] of [
    ['core.repositoryformatversion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.url', `ext::${evil()} %S`],
    ['remote.origin.uploadpack', evil()],
    ['protocol.ext.allow', 'always'],
  ] as const)
    git('config', name, value)
  expect(openGit(project)('cat-file', 'blob', 'HEAD:./a.txt')).toBeUndefined()
  expect(existsSync(join(around, 'ran'))).toBe(false)
})

it('variables of git lead nowhere else', () => {
  vi.stubEnv('GIT_DIR', join(around, 'none'))
  vi.stubEnv('GIT_EXTERNAL_DIFF', evil())
  expect(readTree(project, []).revision?.changes).toEqual(['a.txt'])
  expect(readdirSync(around).sort()).toEqual(['evil', 'project'])
})

it('of the canary itself: without care it runs', () => {
  git('config', 'filter.x.clean', evil())
  git('diff', '--name-only', 'HEAD')
  expect(existsSync(join(around, 'ran'))).toBe(true)
})
