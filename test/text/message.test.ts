import { expect, it } from 'vitest'
import { abbreviated, counted, indentedList, present } from '../../src/text/message.ts'

it('leaves out what is absent, but not empty text', () => {
  expect(present(['a', undefined, false, ''])).toEqual(['a', ''])
})

it.each([
  [1, '1 cell'],
  [0, '0 cells'],
  [3, '3 cells'],
])('counts %d as %s', (count, text) => expect(counted(count, 'cell')).toBe(text))

it('names the first items, and says how many more there are', () => {
  expect(abbreviated(['a', 'b'], 2)).toBe('a, b')
  expect(abbreviated(['a', 'b', 'c', 'd'], 2, '; ')).toBe('a; b and 2 more')
  expect(indentedList(['a', 'b', 'c'], 3)).toBe('  a\n  b\n  c')
  expect(indentedList(['a', 'b', 'c'], 2)).toBe('  a\n  b\n  and 1 more')
})
