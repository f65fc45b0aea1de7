/**
 * The drawing process: answers orders one by one. It reads only the program's own files, compiles no code
 * from text, and ends with its build (started by process.ts).
 */

import { QueryError } from '../../query/error.ts'
import { received, type SentOrder } from './columns.ts'
import { draw } from './draw.ts'
import type { Answer } from './process.ts'

const before = builtIns()

process.on('disconnect', () => process.exit())
process.on('message', async (order: SentOrder) => {
  const answer = await draw(received(order)).then(
    (svg): Answer => ({ type: 'drawn', svg }),
    (error: unknown): Answer => {
      const isMistake = error instanceof QueryError
      return { type: 'refused', message: error instanceof Error ? error.message : String(error), isMistake }
    },
  )
  // No drawing may affect the next.
  if (isSame(builtIns(), before)) send(answer)
  else process.exit(1)
})
send({ type: 'ready' })

/** Returns JavaScript's built-ins: every property of its objects and of their prototypes. */
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
