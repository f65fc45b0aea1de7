import { expect, it } from 'vitest'
import { beginRecalling, endRecalling, isRecalled, recall, recalled } from '../../src/text/memory.ts'

const length = (made: string[]) =>
  recalled('length', (text: string) => {
    made.push(text)
    return { length: text.length }
  })

it('makes nothing that an earlier process left, and leaves what was asked for', () => {
  const made: string[] = []
  const first = length(made)
  beginRecalling(new Map())
  expect([first('a'), first('bb'), first('a')]).toEqual([{ length: 1 }, { length: 2 }, { length: 1 }])
  const left = endRecalling()
  expect(made).toEqual(['a', 'bb'])

  const second = length(made)
  beginRecalling(left ?? new Map())
  expect(isRecalled('length', 'bb')).toBe(true)
  expect(isRecalled('width', 'bb')).toBe(false)
  expect([second('bb'), second('ccc')]).toEqual([{ length: 2 }, { length: 3 }])
  expect(made).toEqual(['a', 'bb', 'ccc'])
  expect([...(endRecalling()?.values() ?? [])]).toEqual(['{"length":2}', '{"length":3}'])
})

it('leaves nothing new where all that was there was asked for again', () => {
  beginRecalling(new Map([['name text', '1']]))
  expect(recall('name', 'text', () => 2)).toBe(1)
  expect(endRecalling()).toBeUndefined()
  expect(isRecalled('name', 'text')).toBe(false)
  expect(recall('name', 'text', () => 2)).toBe(2)
})
