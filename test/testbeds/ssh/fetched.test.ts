import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { sha256 } from '../../../src/files/fingerprint.ts'
import { parseAnswer } from '../../../src/testbeds/ssh/connection.ts'
import { listedFiles, writeFiles } from '../../../src/testbeds/ssh/fetched.ts'

const digest = 'a'.repeat(64)
const listed = (...lines: readonly string[]) =>
  listedFiles('pi4', parseAnswer(lines.map((line) => `repro: file ${line}`).join('\n')))

it('files are listed with their sizes and digests', () => {
  expect(listed(`${digest} 12 trials.csv`, `${digest} 0 guest-a.log`)).toEqual([
    { name: 'trials.csv', bytes: 12, digest },
    { name: 'guest-a.log', bytes: 0, digest },
  ])
  expect(listedFiles('pi4', parseAnswer(''))).toEqual([])
})

it.each<[string, readonly string[], string]>([
  ['a path upwards', [`${digest} 1 ../x`], '../x'],
  ['two dots', [`${digest} 1 ..`], '..'],
  ['an absolute path', [`${digest} 1 /etc/passwd`], '/etc/passwd'],
  ['a folder', [`${digest} 1 a/b`], 'a/b'],
  ['an option', [`${digest} 1 -rf`], '-rf'],
  ['a hidden file', [`${digest} 1 .ssh`], '.ssh'],
  ['a command', [`${digest} 1 a;reboot`], 'a;reboot'],
  ['a blank', [`${digest} 1 a b`], 'a b'],
  ['no name', [`${digest} 1`], digest],
  ['a long name', [`${digest} 1 ${'a'.repeat(101)}`], 'aaa'],
  ['a short digest', ['abc 1 a'], 'abc 1 a'],
  ['a negative size', [`${digest} -1 a`], '-1 a'],
  ['a huge size', [`${digest} 9999999999999 a`], '9999999999999'],
  ['a name twice', [`${digest} 1 a`, `${digest} 2 a`], 'a name twice'],
  ['too much', [`${digest} 600000000 a`, `${digest} 400000001 b`], '1000000001 bytes'],
  ['too many', Array.from({ length: 201 }, (_, index) => `${digest} 1 file-${index}`), '201 files'],
])('%s is refused', (_, lines, reason) => {
  expect(() => listed(...lines)).toThrow(
    expect.objectContaining({
      name: 'TestbedError',
      message: expect.stringContaining(`pi4 lists results that cannot be: `),
    }),
  )
  expect(() => listed(...lines)).toThrow(reason)
})

it('as many, and as much, as is allowed is taken', () => {
  const lines = Array.from({ length: 200 }, (_, index) => `${digest} 5000000 file-${index}`)
  expect(listed(...lines)).toHaveLength(200)
})

function target(): string {
  const folder = mkdtempSync(join(tmpdir(), 'repro-fetched-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'job')
}

const one = { name: 'one', bytes: 3, digest: sha256(Buffer.from('abc')) }
const two = { name: 'two', bytes: 2, digest: sha256(Buffer.from('de')) }

it('files are written as they were listed', async () => {
  const folder = target()
  const none = { name: 'none', bytes: 0, digest: sha256(Buffer.from('')) }
  await writeFiles(folder, [one, none, two], Buffer.from('abcde'))
  const content = (name: string) => readFileSync(join(folder, name), 'utf8')
  expect(['one', 'none', 'two'].map(content)).toEqual(['abc', '', 'de'])
})

it.each([
  ['cut short', 'abcd', '4 of 5 bytes arrived'],
  ['too long', 'abcdef', '6 of 5 bytes arrived'],
  ['empty', '', '0 of 5 bytes arrived'],
  ['damaged in the first file', 'Xbcde', 'one is damaged'],
  ['damaged in the second file', 'abcdX', 'two is damaged'],
])('what arrives %s is refused', async (_, received, message) => {
  const folder = target()
  await expect(writeFiles(folder, [one, two], Buffer.from(received))).rejects.toThrow(message)
  expect(existsSync(join(folder, 'two'))).toBe(false)
})
