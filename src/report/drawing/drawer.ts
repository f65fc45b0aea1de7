/**
 * The drawing process: answers orders one by one. It reads only the program's own files, compiles no code
 * from text, and ends with its build (started by process.ts).
 */

import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import { codeName, loadCompiled } from '../../results/compiled.ts'
import { isSame } from '../../text/lists.ts'
import type { SentOrder } from './columns.ts'
import type { Answer, Start } from './process.ts'

/** File name of the bundle of program.ts; bundle.mjs defines it. */
declare const drawingFile: string

const file = fileURLToPath(programUrl(drawingFile))

/** Idle time before garbage is collected. */
const idleMs = 100

process.on('disconnect', () => process.exit())
process.once('message', async ({ code }: Start) => {
  const loaded = loadCompiled<typeof import('./program.ts')>(file, code)
  const { answer, warmUp } = loaded.exports
  const before = builtIns()
  let idle: NodeJS.Timeout | undefined
  process.on('message', async (order: SentOrder) => {
    clearTimeout(idle)
    const answered = await answer(order)
    // No drawing may affect the next.
    if (!isSame(builtIns(), before)) process.exit(1)
    send(answered)
    // So that the next drawing starts with an empty young generation. Delayed, as the answer is being sent.
    idle = setTimeout(() => globalThis.gc?.({ type: 'minor' }), idleMs)
  })
  if (!loaded.isNew) return send({ type: 'ready' })
  // Kept for later builds, so nothing of a stranger's may have run before.
  await warmUp()
  send({ type: 'ready', code: loaded.code() })
})
send({ type: 'loading', name: codeName(file, 'figures') })

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
