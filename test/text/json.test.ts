import fc from 'fast-check'
import { expect, it } from 'vitest'
import { repeatedKey } from '../../src/text/json.ts'

it.each([
  ['{"a": 1, "a": 2}', 'a', 9],
  ['[{"a": 1}, {"b": {"c": 1, "c": 1}}]', 'c', 26],
  ['{"a": {"a": 1}, "b": [{"a": 2}], "a": 3}', 'a', 33],
  [String.raw`{"\u0061": 1, "a": 2}`, 'a', 14],
  [String.raw`{"x\"": 1, "y": "x\":", "x\"" : 2}`, 'x"', 24],
  ['{"": 1,\n"" \n: 2}', '', 8],
  ['{"__proto__": 1, "__proto__": 2}', '__proto__', 17],
])('%s has a key twice', (text, key, offset) => {
  JSON.parse(text)
  expect(repeatedKey(text)).toEqual({ key, offset })
})

it.each([
  '{"a": "a", "b": ["a", "a"]}',
  '[{"a": 1}, {"a": 1}]',
  '{"a": {"a": {"a": []}}}',
  String.raw`{"a": "\\", "b": "a\",\"a\":"}`,
  '"a"',
  '[]',
  '1',
])('%s has none', (text) => {
  JSON.parse(text)
  expect(repeatedKey(text)).toBeUndefined()
})

it('is never found in what JSON.stringify writes, and always once a key is written again', () => {
  fc.assert(
    fc.property(fc.json(), fc.string(), fc.nat(8), (json, key, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent)
      expect(repeatedKey(text)).toBeUndefined()
      const name = JSON.stringify(key)
      expect(repeatedKey(`[${text}, {${name}: ${text}, ${name}: 0}]`)?.key).toBe(key)
    }),
  )
})
