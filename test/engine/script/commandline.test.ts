import { expect, it } from 'vitest'
import { type CommandLine, readCommand } from '../../../src/engine/script/commandline.ts'

const line = (text: string) => readCommand(text, [], true)

it.each<[string, Partial<CommandLine>]>([
  ["cat $'data/with space.txt'", { words: expect.arrayContaining(['data/with space.txt']) }],
  ["tool --file=$'data/a b'", { words: expect.arrayContaining(['data/a b']) }],
  ['cat "a b" \'c d\' e\\ f', { words: expect.arrayContaining(['a b', 'c d', 'e f']) }],
  ['awk -fdata/prog.awk', { words: expect.arrayContaining(['data/prog.awk']), isFollowed: false }],
  ['sort --files0-from=x <y', { words: expect.arrayContaining(['x', 'y']) }],
  ['cd data && cat x', { folders: ['data'], words: expect.arrayContaining(['x']), isFollowed: true }],
  ['cat data/*.csv | wc -l', { patterns: ['data/*.csv'], isFollowed: true }],
  ['set -euo pipefail; true', { isFollowed: true }],
  ['A=1 /usr/bin/cat x 2>&1', { isFollowed: true }],
  ['cat `ls`', { isFollowed: false }],
  ['cat "$HOME/x"', { isFollowed: false }],
  ["cat '$HOME/x'", { isFollowed: true }],
  ['cat x | python3 y', { isFollowed: false }],
])('reads %s', (text, expected) => {
  expect(line(text)).toMatchObject(expected)
})

it('names no file that a line only writes, makes or deletes', () => {
  const { words } = line('mkdir -p made; rm -f old; echo 1 > out; echo 1 >> log')
  expect(words).not.toEqual(expect.arrayContaining(['made']))
  expect(words).not.toEqual(expect.arrayContaining(['old']))
  expect(words).not.toEqual(expect.arrayContaining(['out']))
  expect(words).toContain('log')
})

it('reads the line that a shell is given, and the words that other programs are', () => {
  expect(readCommand('/bin/bash', ['-ec', 'cat x', 'y'], false).words).toEqual(
    expect.arrayContaining(['cat', 'x', 'y']),
  )
  expect(readCommand('git', ['-C', 'data', 'log'], false)).toMatchObject({
    folders: ['data'],
    isFollowed: false,
  })
  expect(readCommand('cat', ['a b', '$x'], false)).toMatchObject({ isFollowed: true })
})
