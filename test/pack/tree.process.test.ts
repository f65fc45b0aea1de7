import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isSecret } from '../../src/pack/secrets.ts'
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
    expect(readTree(project, [])).toEqual({ paths: own, secrets: { left: [], packed: [] }, special: [] })
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
    expect(readTree(join(project, 'unpacked'), [])).toMatchObject({ paths: ['x.md'], secrets: { left: [] } })
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
    expect(readTree(project, [])).toMatchObject({ paths: ['x.md'], secrets: { left: [] } })
  })

  it('are without what looks like a secret, where there is no git, and without pipes', () => {
    write({
      'a.md': 'a',
      '.env': 'TOKEN=1',
      'deploy/id_ed25519': 'key',
      'id_ed25519.pub': '',
      '.aws/config': '',
    })
    execFileSync('mkfifo', [join(project, 'pipe')])
    expect(readTree(project, [])).toEqual({
      paths: ['a.md', 'id_ed25519.pub'],
      secrets: { left: ['.aws/config', '.env', 'deploy/id_ed25519'], packed: [] },
      special: ['pipe'],
    })
  })

  it('are with a secret that is committed, and without one that is not, which is no change', () => {
    write({ 'a.md': 'a', 'test/ca.pem': 'public' })
    commit(project)
    write({ '.npmrc': 'token' })
    const { paths, secrets, revision } = readTree(project, [])
    expect(paths).toEqual(['a.md', 'test/ca.pem'])
    expect(secrets).toEqual({ left: ['.npmrc'], packed: ['test/ca.pem'] })
    expect(revision?.changes).toEqual([])
  })

  it('are no files of a name that is not UTF-8', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${project}/na`), Buffer.from([0xef]), Buffer.from('.md')]), '')
    expect(() => readTree(project, [])).toThrow('the name is not UTF-8: rename the file')
  })

  it('do not need a .gitignore that cannot be read', () => {
    symlinkSync('/dev/zero', join(project, '.gitignore'))
    expect(() => readTree(project, [])).toThrow('.gitignore leads out of the project by a link, to /dev/zero')
  })
})

describe('a secret', () => {
  it.each([
    '.env',
    '.env.local',
    'app/.env.production',
    '.envrc',
    '.npmrc',
    '.netrc',
    '_netrc',
    '.pypirc',
    '.git-credentials',
    '.pgpass',
    'id_rsa',
    'keys/id_ecdsa',
    'id_ed25519.bak',
    'server.pem',
    'tls.key',
    'TLS.KEY',
    'store.kdbx',
    'a.p12',
    'a.pfx',
    'a.ppk',
    'x.jks',
    '.ssh/config',
    'home/.aws/credentials',
    '.gnupg/pubring.kbx',
    '.kube/config',
    '.docker/config.json',
    'credentials',
    'credentials.json',
    'client_secret_1.json',
    'service-account.json',
    'secrets.yaml',
    'terraform.tfstate',
    'x.tfvars',
    '.bash_history',
    'kubeconfig',
  ])('is %s', (path) => expect(isSecret(path)).toBe(true))

  it.each([
    '.env.example',
    '.env.sample',
    'env.md',
    'id_rsa.pub',
    'paper/keyboard.md',
    'figures/key.vl.json',
    'data/monkey.csv',
    'secrets.md',
    'src/credentials/index.ts',
    'idle_rsa.csv',
    'results/a/run.json',
    'package.json',
    '.gitignore',
  ])('is not %s', (path) => expect(isSecret(path)).toBe(false))
})
