/** Completion as shells do it: bash runs its script; zsh and fish, where they are installed, at least read theirs. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { registry } from '../../src/commands/registry.ts'
import { shells } from '../../src/commands/work/completion.ts'
import { project, repro, write } from '../project.ts'
import { source } from '../source.ts'

const script = (shell: string) => shells.get(shell)?.(registry) ?? ''

/** A document with two cells and a claim. */
const paper = (experiment: string, claim: string) => `---
title: T
---
\`\`\`yaml experiment
id: ${experiment}
script: experiments/a.ts
environments: [local]
trials: 1
parameters: {threads: 1, same: 3}
patterns: {fast: {}, slow: {threads: 2}}
\`\`\`

\`\`\`yaml claim
id: ${claim}
statement: S
scope: method
value: ${experiment}.local.fast.a.mean
between: [0, null]
\`\`\`
`

/** What bash offers where the last word ends. It divides words at =. */
function completed(...words: readonly string[]): readonly string[] {
  const ask = `eval "$SCRIPT"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    complete -p repro >/dev/null || exit
    _repro repro "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`
  // The script asks repro for names of the document.
  const PATH = `${join(project, 'bin')}:${process.env.PATH}`
  const env = { ...process.env, PATH, SCRIPT: script('bash') }
  const { stdout, stderr, status } = spawnSync('bash', ['-c', ask, 'bash', 'repro', ...words], {
    cwd: project,
    env,
    encoding: 'utf8',
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.split('\n').filter((line) => line !== '')
}

describe('bash', () => {
  it('offers every command and the general options', () => {
    expect(completed('')).toEqual([...registry.keys(), 'help', '--help', '--version'])
  })

  it.each([
    [['bu'], ['build']],
    [
      ['trace', ''],
      ['info', 'summary', 'phases', 'dump', 'export'],
    ],
    [
      ['help', 'testbed', 's'],
      ['setup', 'shell'],
    ],
    [
      ['build', '--r'],
      ['--rerun', '--record'],
    ],
    [['run', 'paper/index.md', '--only', 'x', '--kee'], ['--keep-going']],
    [
      ['trace', 'export', 'trace.bin', '--to', ''],
      ['perfetto', 'csv', 'parquet'],
    ],
    [['trace', 'export', '--to', '=', 'c'], ['csv']],
    [
      ['trace', 'export', '--to', '='],
      ['perfetto', 'csv', 'parquet'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['diff', 'l'], ['latest']],
    // Numbers are the user's to know.
    [['build', '--trials', ''], []],
    [['build', '-j', ''], []],
    [['testbed', 'list', ''], []],
    [['none', ''], []],
  ])('%j -> %j', (words, expected) => {
    expect(completed(...words)).toEqual(expected)
  })

  describe('in a project', () => {
    beforeEach(() => {
      mkdirSync(join(project, 'bin'))
      symlinkSync(source('dist/cli.cjs'), join(project, 'bin/repro'))
      write({ 'paper/index.md': paper('nap', 'C1'), 'notes/b.md': paper('walk', 'C2') })
    })

    it.each([
      [
        ['build', '--only', ''],
        ['nap', 'fast', 'nap/local/fast', 'slow', 'nap/local/slow', 'threads=1', 'threads=2'],
      ],
      [['build', '--only', 'fast,s'], ['fast,slow']],
      [
        ['build', '--only', 't'],
        ['threads=1', 'threads=2'],
      ],
      // What bash replaces begins behind the sign.
      [
        ['build', '--only', 'threads', '='],
        ['1', '2'],
      ],
      [['build', '--only', 'threads', '=', '2'], ['2']],
      [['build', '--only', '=', 'fast,threads', '=', '2'], ['2']],
      [
        ['build', '--rerun', '=', 'threads', '='],
        ['1', '2'],
      ],
      [['build', '--only', '=', 'fast,nap/local/s'], ['fast,nap/local/slow']],
      [
        ['run', '--rerun', '=', 'nap/'],
        ['nap/local/fast', 'nap/local/slow'],
      ],
      [
        ['run', '--rerun', '='],
        ['nap', 'fast', 'nap/local/fast', 'slow', 'nap/local/slow', 'threads=1', 'threads=2'],
      ],
      [
        ['build', 'notes/b.md', '--only', 'w'],
        ['walk', 'walk/local/fast', 'walk/local/slow'],
      ],
      [['verify', '--claim', ''], ['C1']],
      [['testbed', 'shell', ''], ['local']],
      [['accept', 'nap/local/f'], ['nap/local/fast']],
      [
        ['explain', ''],
        ['nap/local/fast', 'nap/local/slow', 'C1', 'page'],
      ],
      [['explain', 'page', 'notes/b.m'], ['notes/b.md']],
      [
        ['build', '--to', 'html,'],
        ['html,markdown', 'html,pdf', 'html,latex', 'html,typst'],
      ],
      [['build', '--to', '=', 'html,m'], ['html,markdown']],
    ])('%j -> %j', (words, expected) => {
      expect(completed(...words)).toEqual(expected)
    })

    it('offers no name that a shell would expand, and none where the document is missing', () => {
      write({ 'paper/index.md': paper('nap', '"$(touch owned)"') })
      expect(completed('verify', '--claim', '')).toEqual([])
      expect(completed('build', 'none.md', '--only', '')).toEqual([])
      expect(existsSync(join(project, 'owned'))).toBe(false)
    })
  })

  it('offers documents where a document is meant, and any file where a file is', () => {
    mkdirSync(join(project, 'notes'))
    for (const name of ['a paper.md', 'data.csv']) writeFileSync(join(project, name), '')
    expect([...completed('build', '')].sort()).toEqual(['a paper.md', 'notes'])
    expect(completed('accept', '--document', 'a')).toEqual(['a paper.md'])
    expect([...completed('audit', '')].sort()).toEqual(['a paper.md', 'data.csv', 'notes'])
    expect(completed('pack', '-o', 'd')).toEqual(['data.csv'])
  })
})

describe.each(['zsh', 'fish'])('%s', (shell) => {
  const isThere = spawnSync(shell, ['--version']).status === 0

  it.skipIf(!isThere)('reads its script (skipped where the shell is not installed)', () => {
    const path = join(project, 'script')
    writeFileSync(path, script(shell))
    expect(spawnSync(shell, ['-n', path], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })

  it('has every command and option', () => {
    const text = script(shell)
    for (const name of registry.keys()) expect(text).toMatch(new RegExp(`'${name}:|-a ${name} `))
    expect(text).toMatch(/--keep-going\[|-l keep-going /)
    expect(text).toContain('perfetto csv parquet')
  })
})

it.skipIf(spawnSync('fish', ['--version']).status !== 0)(
  'fish offers commands, options and values (skipped where it is not installed)',
  () => {
    const offered = (line: string) => {
      const command = `${script('fish')}\ncomplete -C '${line}'`
      const { stdout } = spawnSync('fish', ['--no-config', '-c', command], { encoding: 'utf8' })
      return stdout.split('\n').flatMap((one) => one.split('\t')[0] || [])
    }
    expect(offered('repro trace ex')).toEqual(['export'])
    expect(offered('repro build --r')).toEqual(['--record', '--rerun'])
    expect(offered('repro trace export --to ')).toEqual(['csv', 'parquet', 'perfetto'])
  },
)

it('repro completion prints the script', async () => {
  expect(await repro('completion', 'bash')).toEqual({ exitCode: 0, out: `${script('bash')}\n`, err: '' })
})
