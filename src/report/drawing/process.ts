/**
 * The build's side of the drawing process: its messages and limits. Started for the first figure, ended with
 * the report.
 */

import type { ChildProcess } from 'node:child_process'
import { setImmediate as turn } from 'node:timers/promises'
import { answerWithin, hasEnded, isOutOfMemory, nextAnswer, startConfined } from '../../files/confined.ts'
import { QueryError } from '../../query/error.ts'
import { keepCode } from '../../results/compiled.ts'
import { openKept } from '../../results/kept.ts'
import { sent, type SentOrder } from './columns.ts'
import type { Order } from './order.ts'
import { fieldsRead, parseSpecification } from './specification.ts'

export type Answer =
  /** Asks for V8's code of its program, which is kept by this name. */
  | { readonly type: 'loading'; readonly name: string }
  /** Has run nothing but its own; `code` is to be kept. */
  | { readonly type: 'ready'; readonly code?: Uint8Array }
  | { readonly type: 'drawn'; readonly svg: string }
  /** `isMistake`: the fault of the specification or its data, not of this program. */
  | { readonly type: 'refused'; readonly message: string; readonly isMistake: boolean }

/** Answers `loading`. */
export interface Start extends Purpose {
  readonly code: Uint8Array | undefined
}

/** Why figures are drawn. */
export interface Purpose {
  /** Figures are being edited: when idle, the last one is drawn again, so that V8 optimises its code. */
  readonly isLive: boolean
}

export interface Limits {
  /** Of processor time, so that a busy machine refuses nothing. */
  readonly seconds: number
  readonly memoryMb: number
  /** Megabytes (10^6 characters) of the SVG. */
  readonly svgMb: number
  /** Elements of the SVG: a page with more takes browsers and this program long, however short each is. */
  readonly elements: number
  /** Pixels of the drawing's width and of its height. */
  readonly pixels: number
}

export const limits: Limits = { seconds: 6, memoryMb: 1024, svgMb: 16, elements: 100_000, pixels: 16_384 }

/** Advice at a limit. */
export const advice = 'aggregate, bin, sample or filter the data'

export interface Drawer {
  /** Starts the process before the first figure is there. A fault shows when a figure is drawn. */
  begin(): void
  /** Returns SVG text, which is untrusted. Throws QueryError for a mistake in the order, and at a limit. */
  draw(order: Order): Promise<string>
  [Symbol.dispose](): void
}

/** Of those that were ended at a limit; after these, nothing more is drawn, or many would stop a build together. */
const mostEnded = 2
/** For drawings after the first that was ended. */
const shortSeconds = 1

export function openDrawer(bounds = limits, purpose: Purpose = { isLive: false }): Drawer {
  let ended = 0
  let child: ChildProcess | undefined
  let isClosed = false
  let before: Promise<unknown> = Promise.resolve()
  const begin = async () => {
    // A report that failed may still have figures to draw.
    if (isClosed) throw new QueryError('not drawn, as the report failed')
    if (child === undefined || hasEnded(child)) child = await started(bounds, purpose)
    return child
  }
  const draw = async (order: Order): Promise<string> => {
    if (ended >= mostEnded)
      throw new QueryError(`not drawn, as ${mostEnded} drawings before it took too long or too much memory`)
    const child = await begin()
    const seconds = ended === 0 ? bounds.seconds : Math.min(shortSeconds, bounds.seconds)
    try {
      return await answered(child, order, { ...bounds, seconds })
    } finally {
      if (child.killed || hasEnded(child)) ended += 1
    }
  }
  return {
    begin() {
      before = before.then(begin).catch(() => {})
    },
    draw(order) {
      const drawn = before.then(() => draw(order))
      before = drawn.catch(() => {})
      // The next order leaves before this drawing is checked, so that the process draws meanwhile.
      return drawn.finally(turn)
    },
    [Symbol.dispose]() {
      isClosed = true
      child?.kill('SIGKILL')
      void before.then(() => child?.kill('SIGKILL')) // it may only be starting
    },
  }
}

async function started({ memoryMb }: Limits, purpose: Purpose): Promise<ChildProcess> {
  const child = startConfined('drawer.cjs', memoryMb)
  const loading = await nextAnswer<Answer>(child)
  const kept = openKept('code')
  const name = loading.type === 'loading' ? loading.name : ''
  const waiting = nextAnswer<Answer>(child)
  child.send({ ...purpose, code: kept.read(name) } satisfies Start)
  const answer = await waiting
  if (answer.type === 'ready') {
    if (answer.code) keepCode(kept, name, answer.code)
    return child
  }
  const status = answer.type === 'ended' ? answer.status : answer.type
  throw new Error(`the process that draws figures does not start (${status})`)
}

async function answered(child: ChildProcess, order: Order, limits: Limits): Promise<string> {
  const ask = async (sentOrder: SentOrder) => {
    const waiting = answerWithin<Answer>(child, limits.seconds)
    child.send(sentOrder)
    return await waiting
  }
  // Vega copies each record several times, with all of its fields.
  let answer = await ask(sent(order, fieldsReadBy(order)))
  // A message names fields that are there.
  if (answer.type === 'refused') answer = await ask(sent(order))
  if (answer.type === 'drawn') return answer.svg
  if (answer.type === 'refused') {
    throw new QueryError(
      answer.isMistake ? answer.message : `the specification cannot be drawn: ${answer.message}`,
    )
  }
  if (answer.type === 'late')
    throw new QueryError(`the drawing takes longer than ${limits.seconds} s (draw less: ${advice})`)
  if (answer.type === 'ended' && isOutOfMemory(answer))
    throw new QueryError(`the drawing needs more than ${limits.memoryMb} MB of memory (draw less: ${advice})`)
  throw new QueryError('the specification ended the process that draws it')
}

function fieldsReadBy({ spec }: Order): (name: string) => boolean {
  try {
    return fieldsRead(parseSpecification(spec))
  } catch {
    // The drawing process says what is wrong.
    return () => true
  }
}
