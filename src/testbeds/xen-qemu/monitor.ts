/** Client of QEMU's monitor protocol (QMP, docs/interop/qmp-spec in QEMU): one JSON object a line. */

import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { TestbedError } from '../../testbed/board.ts'

export interface Monitor {
  /** Executes a command; returns the answer. Throws a TestbedError with QEMU's message, or a GoneError. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Resolves when the machine stops for the first time. Throws a GoneError. */
  stopped(): Promise<void>
}

/** QEMU has exited, or is exiting. */
export class GoneError extends TestbedError {
  override readonly name = 'GoneError' as 'TestbedError'
}

interface Message {
  readonly QMP?: unknown
  readonly event?: string
  readonly return?: unknown
  readonly error?: { readonly desc?: string }
}

/** File descriptor of the monitor's socket in QEMU. */
export const monitorDescriptor = 3

/** Connects to a QEMU started with `monitorArguments` and with `socket` as its descriptor. */
export async function openMonitor(socket: Duplex): Promise<Monitor> {
  const waiting: PromiseWithResolvers<unknown>[] = []
  const greeting = Promise.withResolvers<unknown>()
  const stop = Promise.withResolvers<void>()
  let rest = ''
  let gone: GoneError | undefined
  const end = () => {
    gone ??= new GoneError('QEMU ended before it was asked to')
    for (const { promise, reject } of [greeting, stop, ...waiting.splice(0)]) {
      promise.catch(() => {}) // even if nobody waits for it
      reject(gone)
    }
  }
  const receive = (message: Message) => {
    if (message.QMP) return greeting.resolve(undefined)
    if (message.event === 'STOP') stop.resolve()
    if (message.event !== undefined) return
    const answer = waiting.shift()
    if (message.error) answer?.reject(new TestbedError(`QEMU refuses: ${message.error.desc}`))
    else answer?.resolve(message.return)
  }
  socket
    .on('error', end)
    .on('close', end)
    .on('data', (piece: Buffer) => {
      const lines = (rest + piece.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') receive(JSON.parse(line) as Message)
    })
  const monitor: Monitor = {
    async execute(command, args) {
      if (gone) throw gone
      const answer = Promise.withResolvers<unknown>()
      waiting.push(answer)
      socket.write(`${JSON.stringify({ execute: command, ...(args && { arguments: args }) })}\n`)
      return await answer.promise
    },
    stopped: () => stop.promise,
  }
  await greeting.promise
  await monitor.execute('qmp_capabilities')
  return monitor
}

export const monitorArguments = [
  ...['-chardev', `socket,id=monitor,fd=${monitorDescriptor}`],
  ...['-mon', 'chardev=monitor,mode=control'],
]

/** Loads a saved state, whose memory is already in place, and starts the machine. */
export async function restore(monitor: Monitor, file: string): Promise<void> {
  await monitor.execute('migrate-incoming', { uri: `file:${file}` })
  await poll(monitor, 'query-status', ({ status }) => status === 'paused')
  await monitor.execute('cont')
}

/** Writes the state of a stopped machine, without its memory, to `file`, and ends QEMU. */
export async function save(monitor: Monitor, file: string): Promise<void> {
  await monitor.execute('migrate', { uri: `file:${file}` })
  await poll(monitor, 'query-migrate', ({ status, 'error-desc': reason }) => {
    if (status === 'failed') throw new TestbedError(`QEMU cannot save the board's state: ${reason}`)
    return status === 'completed'
  })
  await monitor.execute('quit')
}

interface Status {
  readonly status?: string
  readonly 'error-desc'?: string
}

async function poll(monitor: Monitor, command: string, isDone: (answer: Status) => boolean): Promise<void> {
  while (!isDone((await monitor.execute(command)) as Status)) await sleep(5)
}
