import fc from 'fast-check'
import { expect, it } from 'vitest'
import { filesFolder, reportFile } from '../../../../src/project/manifest.ts'
import { fileName } from '../../../../src/report/print/latex/filename.ts'

it.each([
  ['index.ja', 'index.ja'],
  ['a b', 'a@20@b'],
  ['a#b', 'a@23@b'],
  ['a{b', 'a@7b@b'],
  ['a%25b', 'a@25@25b'],
  ['日本', '@65e5@@672c@'],
  ['-x', '@2d@x'],
  ['x}\\input{y', 'x@7d@@5c@input@7b@y'],
])('%s is %s', (name, expected) => {
  expect(fileName(name)).toBe(expected)
})

it('keeps names apart', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(fileName(a)).toMatch(/^[\w.+@-]*$/)
      if (a !== b) expect(fileName(a)).not.toBe(fileName(b))
    }),
  )
})

it('is that of a report in LaTeX and of its files, and of no other format', () => {
  expect(reportFile('paper/a b.md', 'latex')).toBe('_build/a@20@b.tex')
  expect(filesFolder('paper/a b.md', 'latex')).toBe('a@20@b')
  expect(reportFile('paper/a b.md', 'pdf')).toBe('_build/a b.pdf')
  expect(filesFolder('paper/a b.md')).toBe('a b')
})
