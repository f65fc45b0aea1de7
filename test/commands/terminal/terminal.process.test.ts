/** What reaches the terminal: no control characters of others, and an error where output is lost. */

import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { visible } from '../../../src/commands/terminal/terminal.ts'
import { project, repro, write } from '../../project.ts'
import { source } from '../../source.ts'

describe('control characters', () => {
  it.each([
    ['an escape sequence', '\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['line ends of a console are those of a file', 'a\r\n\r\r\nb\r', 'a\n\nb'],
    ['a backspace', 'a\bb', 'a\\u0008b'],
    ['the 8-bit CSI', '\u009b2J', '\\u009b2J'],
    ['a reversal of text', '\u202egpj.exe', '\\u202egpj.exe'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['line feeds and tabs stay', 'a\n\tb', 'a\n\tb'],
    ['other scripts and emoji stay', '鈴木 \u{1f469}\u200d\u{1f52c} µ', '鈴木 \u{1f469}\u200d\u{1f52c} µ'],
  ])('%s', (_, text, shown) => {
    expect(visible(text)).toBe(shown)
    expect(JSON.parse(visible(JSON.stringify(text)))).toBe(text)
  })

  it('of a document are shown, not obeyed, in messages and in JUnit', async () => {
    const evil = '\u001b[2J\u009b1m'
    write({ 'paper/index.md': `---\ntitle: T\n---\n\n\`=nap.${evil}\`\n` })
    const { err, out, exitCode } = await repro('check')
    expect(exitCode).toBe(2)
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(err + out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })
})

describe('output that cannot be written', () => {
  const documents = { 'paper/index.md': '---\ntitle: T\n---\n\nText.\n' }
  const redirected = (args: string, to: string) =>
    spawnSync('/bin/sh', ['-c', `"$0" "$1" ${args} ${to}`, process.execPath, source('dist/cli.cjs')], {
      cwd: project,
      encoding: 'utf8',
    })

  it.each(['status --json', 'check', 'explain page', 'help', '--version'])(
    'repro %s says so and fails',
    (args) => {
      write(documents)
      const { status, stderr } = redirected(args, '>/dev/full')
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: 'error: cannot write to standard output: no space left on device\n',
      })
    },
  )

  it('the build that has nothing to do says so, too', async () => {
    write(documents)
    await repro('build')
    expect(redirected('build', '>/dev/full').status).toBe(1)
  })

  it('a reader that has enough is no error', () => {
    write(documents)
    expect(redirected('help', '| head -1 && true')).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('what the operating system refuses', () => {
  it.each([
    [['check', ''], 'repro: the document has an empty name'],
    [['check', 'paper'], 'repro: no document: paper is a folder'],
    [['build', 'paper/none.md'], 'repro: no document paper/none.md'],
    [['verify', '--junit', 'paper'], 'error: cannot open paper: illegal operation on a directory'],
  ])('%j has a message and no stack', async (args, message) => {
    const claim =
      '```yaml claim\nid: C1\nstatement: S\nscope: shape\nvalue: a.local.default.x.mean\nbetween: [0, 2]\npublished: 1\n```\n'
    const block = '```ts experiment id=a testbed=local trials=1\nexport const rows = [{ x: 1 }]\n```\n'
    write({ 'paper/index.md': `---\ntitle: T\n---\n\n${block}\n${args.includes('--junit') ? claim : ''}` })
    const { err, exitCode } = await repro(...args)
    expect(err).toContain(message)
    expect(err).not.toMatch(/^ +at /m)
    expect(exitCode).toBeGreaterThan(0)
  })
})
