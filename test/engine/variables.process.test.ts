/** Environment variables that a block names: a changed value makes its cells stale, and stands nowhere in clear. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, start, write } from '../project.ts'

const secret = 'correct-horse-battery'
const paper = `---
title: T
---

\`\`\`yaml experiment
id: e
script: code/e.sh
environments: [local]
trials: 1
env: [THREADS]
untrackedEnv: [PORT]
patterns: {only: {}}
\`\`\`

It takes \`=e.local.only.elapsedMs.mean | ms\`.
`
const script = 'echo elapsedMs\necho "${#THREADS}"\n'
const run = async (args: readonly string[], variables: Readonly<Record<string, string>>) =>
  await start(args, variables).ended

it('makes cells stale by values that count, and only by these', async () => {
  write({ 'paper/index.md': paper, 'code/e.sh': script })
  const first = await run(['build'], { THREADS: secret, PORT: '7' })
  expect(first.err).toContain('is given PORT: changes of their values are not noticed (untrackedEnv)')
  expect(first.exitCode).toBe(0)
  const same = await run(['build'], { THREADS: secret, PORT: '8' })
  expect(same.err + same.out).not.toContain('running')
  expect((await run(['status'], { THREADS: secret, PORT: '8' })).out).toMatch(/cached +e\/local\/only/)
  const stale = await run(['status'], { THREADS: '4', PORT: '7' })
  expect(stale.out).toMatch(/missing +e\/local\/only.*variable THREADS changed/)
  const explained = await run(['explain', 'e/local/only'], { THREADS: '4', PORT: '7' })
  expect(explained.out).toContain('THREADS')
  expect(explained.out).not.toContain(secret)
  // Nothing of the project changed: the manifest must notice.
  const rerun = await run(['build'], { THREADS: '4', PORT: '7' })
  expect(rerun.err).toContain('variable THREADS changed since it was run here')
  expect(rerun.exitCode).toBe(0)
  expect((await run(['status'], { THREADS: '4', PORT: '7' })).out).toMatch(/cached +e\/local\/only/)
})

it('leaves results up to date for those who have no such variable, who cannot run them', async () => {
  write({ 'paper/index.md': paper, 'code/e.sh': script })
  expect((await run(['build'], { THREADS: secret, PORT: '7' })).exitCode).toBe(0)
  expect((await run(['build'], {})).exitCode).toBe(0)
  expect((await run(['status'], {})).out).toMatch(/cached +e\/local\/only/)
  expect((await run(['explain', 'e/local/only'], {})).out).not.toContain('changed since')
  const again = await run(['build', '--rerun'], {})
  expect(again.err).toContain(
    'the experiment e needs environment variables that are not set: THREADS, PORT (env or untrackedEnv in its block)',
  )
  expect(again.exitCode).toBe(2)
})

it('writes no value in clear', async () => {
  write({ 'paper/index.md': paper, 'code/e.sh': script })
  expect((await run(['build', '--record'], { THREADS: secret, PORT: secret })).exitCode).toBe(0)
  const found = readdirSync(project, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  expect(found.map(({ name }) => name)).toContain('run.json')
  for (const { parentPath, name } of found)
    expect(readFileSync(join(parentPath, name), 'latin1'), `${parentPath}/${name}`).not.toContain(secret)
})
