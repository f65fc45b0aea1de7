import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runSet } from '../../src/project/diff.ts'
import { openSeal } from '../../src/results/seal.ts'

let project: string
const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: project, stdio: 'pipe' })
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-diff-'))
  git('init', '-q')
  git('config', 'user.email', 'a@example.org')
  git('config', 'user.name', 'a')
})
afterEach(() => rmSync(project, { recursive: true }))

it.each([
  ['of an older format', '{"schema": 1}', 'was written by an older version of repro: name another revision'],
  ['damaged', '{', /is damaged: .*: name another revision/],
])(
  'runs of a revision that are %s are told as such, and nobody is to delete what is not in the checkout',
  (_, text, reason) => {
    const folder = 'results/nap/local/default'
    mkdirSync(join(project, folder), { recursive: true })
    writeFileSync(join(project, folder, 'run.json'), text)
    git('add', '.')
    git('commit', '-qm', 'first')
    const read = () => runSet('HEAD', [], { project, seal: openSeal(project) })
    expect(read).toThrow(`HEAD:${folder}`)
    expect(read).toThrow(reason)
    expect(read).not.toThrow(/delete|Restore/)
  },
)
