import { describe, expect, it } from 'vitest'
import { codeDigest } from '../../src/files/code.ts'

const same = (file: string, one: string, other: string) => codeDigest(file, one) === codeDigest(file, other)

describe('the digest of code', () => {
  it.each([
    ['a.ts', 'f(1)', 'f(1) // why'],
    ['a.ts', 'f(1)\ng()', '/* all\nof it */\nf(1)\n\n\ng()\n'],
    ['a.ts', 'const  a = 1', 'const a = 1'],
    ['a.c', 'int a;\nint b;', 'int a; /* one */\n// two\nint b;'],
  ])('%s: %j and %j are the same', (file, one, other) => expect(same(file, one, other)).toBe(true))

  it.each([
    ['a.ts', 'f("//a")', 'f("//b")'],
    ['a.ts', 'f(`a\n\nb`)', 'f(`a\nb`)'],
    ['a.ts', "f(/'/, 'x//y')", "f(/'/, 'x//z')"],
    ['a.ts', 'return 1', 'return\n1'],
    ['a.ts', 'a b', 'ab'],
    ['a.c', 'puts("/* a */");', 'puts("/* b */");'],
    ['a.c', `c = '"'; /* x */ d = "//1";`, `c = '"'; /* x */ d = "//2";`],
    ['a.sh', 'true # a', 'true # b'], // unknown language: every byte counts
  ])('%s: %j and %j are not', (file, one, other) => expect(same(file, one, other)).toBe(false))
})
