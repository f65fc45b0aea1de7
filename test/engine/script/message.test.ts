import { expect, it } from 'vitest'
import { formatMessage, type Message, messageReader } from '../../../src/engine/script/message.ts'

function received(...pieces: readonly (string | Uint8Array)[]): readonly Message[] {
  const found: Message[] = []
  const read = messageReader((message) => found.push(message))
  for (const piece of pieces) read(Buffer.from(piece))
  return found
}
const log = { type: 'log', text: 'käse\n' } as const
const progress = { type: 'progress', done: 1, total: 2 } as const

it('messages are read however the stream is cut', () => {
  const bytes = Buffer.from(formatMessage(log) + formatMessage(progress))
  expect(received(...Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual([log, progress])
  expect(received(bytes)).toEqual([log, progress])
})

it.each([
  'null\n',
  'garbage\n',
  '{"type":"log"}\n',
  '{"type":"log","text":1}\n',
  '{"type":"log","text":"a","more":1}\n',
  '{"type":"progress","done":null,"total":1}\n',
  '{"type":"end"}\n',
  '[]\n',
  '"text"\n',
  'an unfinished line {',
])('what a script writes to the channel itself is left out: %j', (garbage) => {
  expect(received(garbage, formatMessage(log))).toEqual([log])
})

it('a line that no message has is forgotten as it comes', () => {
  const found: Message[] = []
  const read = messageReader((message) => found.push(message), 1000)
  for (let count = 0; count < 9; count += 1) read(Buffer.alloc(300, 'x'))
  read(Buffer.from(formatMessage(log)))
  expect(found).toEqual([log])
})
