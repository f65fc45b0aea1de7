/** A disk that fills up during a build. Needs root, to mount a small file system. */

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeProject, repro } from './project.ts'

const paper = `---
title: Full
---

\`\`\`ts experiment id=large testbed=local trials=40
export const rows = [{ word: String(cell.trial).repeat(10_000), value: cell.random() }]
\`\`\`
`

/** Checks whether this process may mount: in containers root often may not. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.skipIf(!canMount())(
  'a full disk ends a build with a message, and the next one ends with the same rows',
  async () => {
    const project = await makeProject([], { 'paper/index.md': paper })
    const store = join(project, '.repro/journals')
    mkdirSync(store, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'none', store])
    onTestFinished(() => void execFileSync('umount', ['--lazy', store]))
    const { exitCode, err } = await repro(project, 'run', '--record')
    expect(exitCode).toBe(1)
    expect(err).toMatch(/cannot write .*\.jsonl: the disk is full; make room and build again/)
    expect(err).not.toMatch(/^ +at /m)
    execFileSync('mount', ['-o', 'remount,size=64m', store])
    const again = await repro(project, 'run', '--record')
    expect(again.exitCode, again.err).toBe(0)
    expect(again.err).toMatch(/\d+ of 40 trials are kept from before/)

    const undisturbed = await makeProject([], { 'paper/index.md': paper })
    expect(await repro(undisturbed, 'run', '--record')).toMatchObject({ exitCode: 0 })
    const rows = (folder: string) =>
      readFileSync(join(folder, 'results/large/local/default/rows.csv'), 'utf8')
    expect(rows(project)).toBe(rows(undisturbed))
  },
)

test.skipIf(!canMount())(
  'a full disk ends a pack with a message, and the archive of before is whole',
  async () => {
    const short = paper.replace('trials=40', 'trials=2')
    const project = await makeProject([], { 'paper/index.md': short, '.gitignore': 'small/\n' })
    expect(await repro(project, 'run', '--record')).toMatchObject({ exitCode: 0 })
    const small = join(project, 'small')
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', small])
    onTestFinished(() => void execFileSync('umount', ['--lazy', small]))
    writeFileSync(join(small, 'study.zip'), 'of before')
    const { exitCode, err } = await repro(project, 'pack', '-o', 'small/study.zip')
    expect(exitCode).toBe(1)
    expect(err).toMatch(
      /cannot write .*small\/study\.zip: the disk is full; make room, or name another place with -o/,
    )
    expect(readdirSync(small)).toEqual(['study.zip'])
    expect(readFileSync(join(small, 'study.zip'), 'utf8')).toBe('of before')
  },
)

const small = paper.replace('trials=40', 'trials=2')

test.skipIf(!canMount())('a full disk ends a report with a message, and leaves no half of it', async () => {
  const project = await makeProject([], { 'paper/index.md': small })
  const folder = join(project, '_build')
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'none', folder])
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]))
  const { exitCode, err } = await repro(project, 'build')
  expect(err).toContain('error: cannot write _build/index.html: the disk is full; make room and try again')
  expect(err).not.toMatch(/^ +at /m)
  expect(exitCode).toBe(1)
  expect(readdirSync(folder)).toEqual([])
})

test.skipIf(!canMount())('what is made may lie on several file systems', async () => {
  const project = await makeProject([], { 'paper/index.md': small })
  const folders = ['.repro', '.repro/runs', '.repro/failed', 'results', 'results/large'].map((one) =>
    join(project, one),
  )
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', folder])
    onTestFinished(() => void execFileSync('umount', ['--lazy', folder]))
  }
  for (const again of ['first', 'second'])
    expect((await repro(project, 'build', '--rerun', '--record')).exitCode, again).toBe(0)
  expect(readdirSync(join(project, 'results/large/local/default')).sort()).toEqual(['rows.csv', 'run.json'])
  expect(readdirSync(join(project, '.repro/runs/large/local/default'))).toHaveLength(2)
  expect(await repro(project, 'build', '--frozen')).toMatchObject({ exitCode: 0 })
  writeFileSync(join(project, 'paper/index.md'), small.replace('value:', 'value: no ||'))
  expect((await repro(project, 'build')).err).toContain('.repro/failed/large')
})

test.skipIf(process.getuid?.() !== 0)('folders of somebody else are named, without a stack', async () => {
  const project = await makeProject([], { 'paper/index.md': small })
  const program = join(import.meta.dirname, '../../dist/cli.cjs')
  const asNobody = (...args: readonly string[]) =>
    spawnSync('setpriv', ['--reuid=nobody', '--clear-groups', process.execPath, program, ...args], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, HOME: join(project, 'home'), REPRO_CACHE: join(project, 'home/cache') },
    })
  for (const folder of ['home', '.repro', 'results', '_build']) mkdirSync(join(project, folder))
  chmodSync(project, 0o755)
  for (const folder of ['home', '.repro']) chmodSync(join(project, folder), 0o777)
  for (const [args, reason] of [
    [['build'], 'error: cannot write _build/index.html: no permission (EACCES)'],
    [['run', '--record'], 'error: cannot write results/.scratch: no permission (EACCES)'],
  ] as const) {
    const { status, stderr } = asNobody(...args)
    expect(stderr).toContain(reason)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(status).toBe(1)
  }
})
