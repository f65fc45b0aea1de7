/**
 * What the process of a boot runs: obeys an order, runs its script, and writes the end. In a process of its own, a
 * script can neither hang nor alter the build, and can be killed with its descendants.
 */

import module from 'node:module'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { programUrl } from '../../dist.ts'
import { ExperimentError } from './cell.ts'
import { failureOf } from './failure.ts'
import { hooksHaveThread } from './hooks.ts'
import { endCell, markVariable, type Watched } from './leftovers.ts'
import { channelDescriptor, type BootEnd, formatMessage, type Message, type BootOrder } from './message.ts'
import { endOf, writeEnd } from './order.ts'

/** Node 22 or newer. */
type Newer = typeof module & { readonly enableCompileCache?: (folder: string) => void }
const { enableCompileCache }: Newer = module

// A script may replace them.
const exit = process.exit.bind(process)
const queueTurn = setImmediate
const nextTurn = () => new Promise((resolve) => void queueTurn(resolve))
const mark = process.env[markVariable] ?? ''
const channel = new Socket({ fd: channelDescriptor, readable: true, writable: true })

/** Runs a boot to its end, with which this process ends. */
export function runBoot(order: BootOrder): void {
  watch(order)
  void obey(order)
}

function watch({ program }: BootOrder): void {
  const gone = () => endCell(mark)
  channel.on('close', gone).on('error', gone)
  if (program === undefined && hooksHaveThread) return
  const workerData: Watched = { parent: process.ppid, mark }
  new Worker(programUrl('watchdog.js'), { workerData, stdout: true, stderr: true })
    .on('error', () => {})
    .unref()
}

async function obey(order: BootOrder): Promise<void> {
  // Only the script keeps this process alive: if the event loop is empty, it will never end.
  channel.unref()
  const fail = (error: unknown) => void finish(order, { type: 'failure', failure: failureOf(error, order) })
  process.once('beforeExit', () =>
    fail(new ExperimentError('the script awaits a promise that never settles')),
  )
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  // Caches compiled modules, including the script, for later cells.
  enableCompileCache?.(join(order.cache, 'compiled'))
  const end = await endOf(order, send)
  // Of streams that the script closed: its rows are there.
  process.off('uncaughtException', fail).on('uncaughtException', () => {})
  // Node tells of a promise that failed, and that nothing awaits, once all others have gone on.
  await nextTurn()
  await finish(order, end)
}

let finished = false

/** Writes the end and exits, after all output is flushed: it may explain a failure. */
async function finish(order: BootOrder, end: BootEnd): Promise<void> {
  if (finished) return
  finished = true
  channel.ref()
  await Promise.all([process.stdout, process.stderr].map(flushed)).catch(() => {})
  await writeEnd(order, end)
  channel.write(formatMessage({ type: 'ended' }), () => exit(end.type === 'result' ? 0 : 1))
}

/** Node queues writes to a full pipe, and drops them on exit. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (!stream.writable) resolve()
    else stream.write('', () => resolve())
  })
}

function send(message: Message): void {
  if (!finished && channel.writable) channel.write(formatMessage(message))
}
