import { expect, it } from 'vitest'
import { connect, parseAnswer } from '../../../src/testbeds/ssh/connection.ts'

it('an answer is its lines, by name, in their order', () => {
  const text = 'repro: state ended 0\nrepro: file a 1\nrepro: file b 2\nrepro: domains \nrepro: end\n'
  expect(parseAnswer(text)).toEqual(
    new Map([
      ['state', ['ended 0']],
      ['file', ['a 1', 'b 2']],
      ['domains', ['']],
      ['end', ['']],
    ]),
  )
})

it('what a shell prints at its start is left out', () => {
  const text = `Linux pi4 6.1.0
  repro: not ours
# repro: nor this
repro:neither
Welcome! repro: state ended 0
repro: boot-id 5d2c\r
repro: end\r
`
  expect(parseAnswer(text)).toEqual(
    new Map([
      ['boot-id', ['5d2c']],
      ['end', ['']],
    ]),
  )
})

it.each([
  ['before its last line', 'repro: state ended 0\nrepro: fi'],
  ['in its last line', 'repro: state ended 0\nrepro: en'],
  ['before anything', ''],
])('an answer that is cut off %s has no end', (_, text) => {
  expect(parseAnswer(text).has('end')).toBe(false)
})

it('names of an answer are no names of objects', () => {
  expect(parseAnswer('repro: __proto__ x\nrepro: constructor y').get('constructor')).toEqual(['y'])
  expect(parseAnswer('').get('constructor')).toBeUndefined()
})

it.each(['a b', 'a;reboot', '$(reboot)', "'", '', 'a\nb', '../x'])(
  '"%s" is no word for a board',
  async (word) => {
    await expect(connect('pi4').call('state', [word])).rejects.toThrow('not a word for a board')
  },
)

it('a value of an answer is one line of text, and no longer than ours', () => {
  const answer = parseAnswer(`repro: model \u001b[2J\u0007Pi\u009b4 \t B\nrepro: kernel ${'6'.repeat(5000)}`)
  expect(answer.get('model')).toEqual(['[2J Pi 4   B'])
  expect(answer.get('kernel')?.[0]).toHaveLength(2000)
})
