/**
 * The drawing process: answers orders one by one. It reads only the program's own files, compiles no code
 * from text, and ends with its build (started by process.ts).
 */

import { fileURLToPath } from 'node:url'
import { getHeapSpaceStatistics } from 'node:v8'
import { programUrl } from '../../dist.ts'
import { codeName, loadCompiled } from '../../results/compiled.ts'
import { isSame } from '../../text/lists.ts'
import type { SentOrder } from './columns.ts'
import type { Answer, Start } from './process.ts'

/** File name of the bundle of program.ts; bundle.mjs defines it. */
declare const drawingFile: string

const file = fileURLToPath(programUrl(drawingFile))

/** Idle time before garbage is collected and drawings are repeated. */
const idleMs = 100
/** New objects that are worth a collection, as each one moves some of them to the old objects. */
const leastNewBytes = 24e6
/** Old objects that are collected while nobody waits, before V8 does it in a drawing (confined.ts). */
const mostOldBytes = 150e6
/** Drawings after which V8 has optimised what most figures need. */
const enoughDrawings = 6
/** Pause between repeated drawings, in which a new order is noticed. */
const betweenMs = 10
/** A drawing that took longer is not repeated. */
const quickMs = 500

process.on('disconnect', () => process.exit())
process.once('message', async ({ code, isLive }: Start) => {
  const loaded = loadCompiled<typeof import('./program.ts')>(file, code)
  const { answer, warmUp } = loaded.exports
  const before = builtIns()
  let idle: NodeJS.Timeout | undefined
  let last: SentOrder | undefined
  let drawings = 0
  let work = Promise.resolve()
  const answered = async (order: SentOrder) => {
    const startMs = performance.now()
    const reply = await answer(order)
    // No drawing may affect the next.
    if (!isSame(builtIns(), before)) process.exit(1)
    drawings += 1
    last = performance.now() - startMs < quickMs ? order : undefined
    return reply
  }
  const rest = () => {
    if (isLive && bytesIn('old_space') > mostOldBytes) {
      globalThis.gc?.()
      drawings = 0
    } else if (bytesIn('new_space') > leastNewBytes) globalThis.gc?.({ type: 'minor' })
    // Whoever edits a figure draws it again and again, and the first drawings take several times as long.
    const order = last
    if (isLive && order && drawings < enoughDrawings)
      work = work.then(async () => {
        await answered(order)
        idle = setTimeout(rest, betweenMs)
      })
  }
  process.on('message', (order: SentOrder) => {
    work = work.then(async () => {
      clearTimeout(idle)
      send(await answered(order))
      // Not now, as the reply is still being sent.
      idle = setTimeout(rest, idleMs)
    })
  })
  if (loaded.isNew || isLive) await warmUp()
  // Kept for later builds, so nothing of a stranger's may have run before.
  send({ type: 'ready', ...(loaded.isNew && { code: loaded.code() }) })
})
send({ type: 'loading', name: codeName(file, 'figures') })

/** Bytes of objects in a space of V8's memory. */
function bytesIn(space: string): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === space)?.space_used_size ?? 0
}

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
