import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { ownCache, project, repro, start, write } from '../project.ts'

const nap =
  '---\ntitle: T\n---\n```ts experiment id=nap testbed=local trials=1\nexport const rows = [{ a: 1 }]\n```\n'
const old = (path: string) => utimesSync(join(project, path), 1, 1)

/** Somebody's documents, which a repository leads to by a link. */
beforeEach(() => {
  write({ 'paper/index.md': nap, 'victim/Documents/thesis.tex': 'x' })
  old('victim/Documents')
})
const untouched = () => expect(readdirSync(join(project, 'victim/Documents'))).toEqual(['thesis.tex'])

function link(path: string): void {
  mkdirSync(join(project, path, '..'), { recursive: true })
  symlinkSync(join(project, 'victim'), join(project, path))
}

describe('clean', () => {
  it.each(['.repro', '.repro/failed', '.repro/boots'])(
    'deletes nothing behind %s as a link',
    async (path) => {
      link(path)
      const { exitCode, err } = await repro('clean')
      expect(err).toContain(
        `error: ${path} is a link to ${join(project, 'victim')}: repro writes and deletes only in real folders`,
      )
      expect(exitCode).toBe(1)
      untouched()
    },
  )

  it('deletes what is old, a link itself but not what it leads to, and nothing else', async () => {
    write({ '.repro/failed/old/output': '', '.repro/failed/new/output': '', '.repro/journals/a.jsonl': '' })
    write({ '.repro/boots/a/raw/trace': '', '.repro/boots/b/boot': '' })
    link('.repro/failed/link')
    execFileSync('touch', ['-h', '-d', '2020-01-01', join(project, '.repro/failed/link')])
    for (const path of [
      '.repro/failed/old',
      '.repro/journals/a.jsonl',
      '.repro/boots/a/raw',
      '.repro/boots/a',
    ])
      old(path)
    const { exitCode, out } = await repro('clean')
    expect(out.split('\n').filter(Boolean).sort()).toEqual([
      'deleted .repro/boots/a',
      'deleted .repro/failed/link',
      'deleted .repro/failed/old',
      'deleted .repro/journals/a.jsonl',
    ])
    expect(exitCode).toBe(0)
    expect(readdirSync(join(project, '.repro/failed'))).toEqual(['new'])
    untouched()
  })

  it('deletes the render cache of earlier versions at any age', async () => {
    write({ '.repro/made/a': '', '.repro/render-cache/b': '' })
    expect((await repro('clean')).out).toBe('deleted .repro/made\n')
    expect(readdirSync(join(project, '.repro')).sort()).toEqual(['render-cache'])
  })

  it('deletes saved boards that nobody used for long, and says how many', async () => {
    write({ 'cache/testbed/stages/old.stage/ram': 'x', 'cache/testbed/stages/new.stage/ram': 'x' })
    old('cache/testbed/stages/old.stage')
    expect((await start(['clean', '--dry-run'], ownCache()).ended).out).toContain(
      'would delete 1 saved boards',
    )
    expect((await start(['clean'], ownCache()).ended).out).toContain('deleted 1 saved boards')
    expect(readdirSync(join(project, 'cache/testbed/stages'))).toEqual(['new.stage'])
  })

  it('waits for a build, and says for which', async () => {
    const { pid } = process
    write({
      '.repro/failed/old/output': '',
      '.repro/lock': JSON.stringify({ pid, startTicks: '1', host: 'a1b2c3' }),
    })
    old('.repro/failed/old')
    const { child, ended } = start(['clean'])
    child.stderr.once('data', () => child.kill('SIGINT'))
    const { exitCode, err } = await ended
    expect(err).toMatch(
      /^waiting for another build: process \d+ on a1b2c3 holds .*\.repro\/lock \(if that process is gone, delete the file/,
    )
    expect(exitCode).toBe(130)
    expect(existsSync(join(project, '.repro/failed/old'))).toBe(true)
  })
})

describe('a build', () => {
  it.each(['.repro/work', '_build'])('writes and deletes nothing behind %s as a link', async (path) => {
    link(path)
    const { exitCode, err } = await repro('build')
    expect(err).toContain(
      `${path} is a link to ${join(project, 'victim')}: repro writes and deletes only in real folders`,
    )
    expect(err).not.toMatch(/^ +at /m)
    expect(exitCode).toBe(1)
    untouched()
    expect(readdirSync(join(project, 'victim'))).toEqual(['Documents'])
  })

  it.each(['_build'])('says so when %s is a file', async (path) => {
    writeFileSync(join(project, path), '')
    const { exitCode, err } = await repro('build')
    expect(err).toContain(`error: ${path} is not a folder: repro writes and deletes only in real folders`)
    expect(exitCode).toBe(1)
  })

  it('reads no pipe, wherever a repository lays one', async () => {
    for (const path of [
      '.repro/manifests/index.md.json',
      '.repro/render-cache/x',
      '_build/index.html',
      '.repro/lock',
    ]) {
      mkdirSync(join(project, path, '..'), { recursive: true })
      execFileSync('mkfifo', [join(project, path)])
    }
    const { exitCode, err } = await repro('build')
    expect(err).toContain('.repro/lock is not a file, where a lock must be: delete it and try again')
    expect(exitCode).toBe(2)
  })
})
