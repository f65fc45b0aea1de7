import { expect, it } from 'vitest'
import {
  isNodeScript,
  languageOfFile,
  languageOfInterpreter,
  languages,
} from '../../src/languages/languages.ts'

it('no ending, fence or name of an interpreter means two languages', () => {
  const all = [...languages.values()]
  const words = [...all.flatMap(({ extensions }) => extensions), ...all.flatMap(({ fences }) => fences)]
  expect(new Set(words).size).toBe(words.length)
  expect(words.filter((word) => isNodeScript(`a${word}`) || ['ts', 'yaml'].includes(word))).toEqual([])
  for (const [name, { command, names }] of languages) {
    expect(names.test(command)).toBe(true)
    expect(languageOfInterpreter(`/usr/bin/${command}`)).toBe(name)
  }
})

it.each([
  ['a/b.py', 'python'],
  ['b.R', 'R'],
  ['b.r', 'R'],
  ['b.sh', 'sh'],
  ['b.jl', 'julia'],
  ['b.ts', undefined],
  ['b', undefined],
  ['py', undefined],
])('the language of the file %s is %s', (path, name) => {
  expect(languageOfFile(path)).toBe(name)
})

it.each([
  ['python3.12', 'python'],
  ['/opt/bin/pypy3', 'python'],
  ['dash', 'sh'],
  ['bash', 'bash'],
  ['pythonista', undefined],
  ['env', undefined],
])('the language of the interpreter %s is %s', (command, name) => {
  expect(languageOfInterpreter(command)).toBe(name)
})
