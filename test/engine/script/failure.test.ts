import { describe, expect, it } from 'vitest'
import { ExperimentError } from '../../../src/engine/script/cell.ts'
import { failureOf } from '../../../src/engine/script/failure.ts'
import { TestbedError } from '../../../src/testbed/board.ts'

const project = '/home/a b/study'
const inline = {
  type: 'inline',
  document: `${project}/paper/index.md`,
  source: '',
  firstLine: 9,
  indentation: 2,
} as const
const failure = (error: unknown) => failureOf(error, { script: inline, project })
const thrown = (stack: string) => Object.assign(new Error('broken'), { stack })

describe('the place of an error', () => {
  it.each([
    ['    at file:///home/a%20b/study/paper/index.md?experiment=e&trial=0:12:5', 'paper/index.md:12:7'],
    [
      '    at measure (file:///home/a%20b/study/lib/b.ts:3:7)\n    at file:///home/a%20b/study/paper/index.md:9:1',
      'lib/b.ts:3:7',
    ],
    [
      '    at file:///home/a%20b/study/node_modules/dice/main.js:1:1\n    at file:///home/a%20b/study/lib/b.ts:3:7',
      'lib/b.ts:3:7',
    ],
    ['    at Object.<anonymous> (/home/a b/study/lib/c.cjs:2:9)', 'lib/c.cjs:2:9'],
    ['file:///home/a%20b/study/lib/broken.ts:4\nlet a = [\n\nSyntaxError: no', 'lib/broken.ts:4'],
    ['/home/a b/study/lib/broken.ts:4\nlet a = [\n\nSyntaxError: no', 'lib/broken.ts:4'],
    ['    at node:internal/modules/run:1:2\n    at file:///usr/lib/other.js:1:1', undefined],
    ['    at file:///%E0%A4%A:1:2', undefined],
  ])('%j', (stack, place) => expect(failure(thrown(`Error: broken\n${stack}`)).place).toBe(place))
})

describe('what a script throws', () => {
  const hostile = (key: string) =>
    Object.defineProperty(new Error('x'), key, {
      get() {
        throw new Error('again')
      },
    })
  it.each<[string, unknown, string]>([
    ['an error', new TypeError('no'), 'TypeError: no'],
    ['one of ours', new ExperimentError('no'), 'no'],
    ['a frozen error', Object.freeze(new Error('cold')), 'Error: cold'],
    ['null', null, 'the script threw null, which is not an Error'],
    ['undefined', undefined, 'the script threw undefined, which is not an Error'],
    ['words', 'no luck', "the script threw 'no luck', which is not an Error"],
    ['a symbol', Symbol('x'), 'the script threw a symbol, which is not an Error'],
    [
      'an object without a prototype',
      Object.create(null),
      'the script threw [Object: null prototype] {}, which is not an Error',
    ],
    ['an error whose message throws', hostile('message'), 'the script threw an error that cannot be shown'],
    ['an error whose stack throws', hostile('stack'), 'Error: x'],
  ])('%s, is told in words', (_, error, message) => {
    expect(failure(error)).toMatchObject({ fault: 'experiment', message })
  })

  it("is the testbed's fault if that says so", () => {
    const error = new TestbedError('no board', { advice: 'find one' })
    expect(failure(error)).toEqual({ fault: 'testbed', message: 'no board', advice: 'find one' })
  })
})
