/** Failures on a real board: one clear message, the right exit code, and files to inspect. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { baseline, makeProject, repro, start } from './project.ts'

const kept = '.repro/failed/latency/xen-4.17/baseline'

async function broken(program: string, content: string, deadline?: number): Promise<string> {
  const project = await makeProject(['experiments'], {
    'paper/index.md': baseline(['xen-4.17'], 1, deadline === undefined ? {} : { deadline }),
  })
  await writeFile(join(project, 'experiments/board', program), content)
  return project
}

test('a domU that does not start fails its cell with what it said last', async () => {
  const project = await broken('domu-init', '#!/bin/busybox sh\necho "no such luck"\nexit 1\n')
  const { err, exitCode } = await repro(project, 'run')
  expect(exitCode).toBe(1)
  expect(err).toMatch(/latency\/xen-4\.17\/baseline failed/)
  expect(err).toMatch(
    /: Error: the job failed on the board:\nrepro: active does not start; its console ends with: [\s\S]*no such luck\s+its kernel panicked/,
  )
  expect(err).not.toMatch(/^ +at /m)
  expect(await readdir(join(project, kept))).toContain('console.log')
})

test('a board that hangs is switched off at the deadline', async () => {
  const project = await broken(
    'pause-resume-domus',
    '#!/bin/sh\necho "now I hang"\nwhile :; do :; done\n',
    20,
  )
  const { err, exitCode } = await repro(project, 'run')
  expect(exitCode).toBe(5)
  expect(err).toMatch(/did not finish within 1\d s[\s\S]*\| now I hang/)
  expect(err).not.toMatch(/^ +at /m)
  expect(await readFile(join(project, kept, 'console.log'), 'latin1')).toContain('now I hang')
})

test('a kernel that panics ends its cell at once', async () => {
  const project = await broken('pause-resume-domus', '#!/bin/sh\necho c >/proc/sysrq-trigger\n')
  const { err, exitCode } = await repro(project, 'run')
  expect(exitCode).toBe(5)
  expect(err).toMatch(/the board panicked: Kernel panic - not syncing/)
})

test('an interrupted build leaves no board behind and says only that', async () => {
  const project = await broken('pause-resume-domus', '#!/bin/sh\nwhile :; do :; done\n')
  const { child, ended } = start(project, ['run'])
  child.stdin.end()
  const work = join(project, '.repro/work/latency/xen-4.17/baseline')
  await expect
    .poll(async () => readFile(join(work, 'console.log'), 'latin1').catch(() => ''), { timeout: 60_000 })
    .toContain('Xen')
  child.kill('SIGINT')
  const { err, exitCode } = await ended
  expect(exitCode).toBe(130)
  expect(err).toMatch(/interrupted\n$/)
  expect(err).not.toMatch(/^ +at /m)
  await expect(readdir(work)).rejects.toThrow('ENOENT')
})
