/**
 * The process that draws figures: gets orders, one after another, and answers each. It reads only the program's own files, compiles
 * no text to code, and ends with the build that started it (process.ts says how it is started).
 */

import { QueryError } from '../../query/quantity.ts'
import { draw } from './draw.ts'
import type { Answer, Order } from './message.ts'

const before = builtIns()

process.on('disconnect', () => process.exit())
process.on('message', async (order: Order) => {
  const answer = await draw(order).then(
    (svg): Answer => ({ type: 'drawn', svg }),
    (error: unknown): Answer => {
      const isMistake = error instanceof QueryError
      return { type: 'refused', message: error instanceof Error ? error.message : String(error), isMistake }
    },
  )
  // One drawing must not decide how the next one looks.
  if (isSame(builtIns(), before)) send(answer)
  else process.exit(1)
})
send({ type: 'ready' })

/** What JavaScript itself provides: every property of its objects and of their prototypes. */
function builtIns(): readonly unknown[] {
  return Object.getOwnPropertyNames(globalThis).flatMap((name) => {
    const value: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value
    if (typeof value !== 'function') return [name, value]
    return [value, value.prototype].flatMap((owner: object | undefined) =>
      Object.entries(Object.getOwnPropertyDescriptors(owner ?? {})).flatMap(([key, property]) => [
        ...[key, property.value, property.get, property.set],
      ]),
    )
  })
}

function send(answer: Answer): void {
  process.send?.(answer)
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((one, index) => Object.is(one, right[index]))
}
