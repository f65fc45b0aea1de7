/** Executes an order from a file in this process, and produces its end. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Testbeds } from '../../testbeds/testbeds.ts'
import { failureOf } from './failure.ts'
import { mostBytes } from './journal.ts'
import { describeMachine, sampleMachine } from './machine.ts'
import type { BootEnd, Message, BootOrder } from './message.ts'

/** Runs the order's script; `send` receives messages. Tests replace `testbeds`. */
export async function endOf(
  order: BootOrder,
  send: (message: Message) => void,
  testbeds?: Testbeds,
): Promise<BootEnd> {
  try {
    const { testbedOf } = await import('../../testbeds/testbeds.ts')
    const { isolated } = testbedOf(order.environment, testbeds)
    const { runScript } = await import('./script.ts')
    const { checkFiles, checkResult } = await import('./result.ts')
    const { withAttempts } = await import('./attempts.ts')
    // A machine of its own has a state of its own, which scripts capture.
    const before = isolated ? undefined : sampleMachine()
    const { result: given, reads, discarded } = await runScript(order, send, testbeds)
    const machine =
      before && describeMachine(before, sampleMachine('', performance.now(), process.pid, before))
    const checked = checkResult(given)
    const result = discarded === undefined ? checked : withAttempts(checked, discarded)
    checkFiles(result.files, order.folder)
    return { type: 'result', result, reads, ...(machine && { machine }) }
  } catch (error) {
    return { type: 'failure', failure: failureOf(error, order) }
  }
}

export async function writeEnd(
  { project, end: file }: Pick<BootOrder, 'project' | 'end'>,
  end: BootEnd,
): Promise<void> {
  await writeFile(join(project, file), textOf(end))
}

function textOf(end: BootEnd): string {
  try {
    const text = JSON.stringify(end)
    if (Buffer.byteLength(text) <= mostBytes) return text
  } catch (error) {
    if (!(error instanceof RangeError)) throw error // exceeds the maximum string length
  }
  const message =
    `the result exceeds ${mostBytes / 1e6} MB: return fewer rows, ` + 'or write them to a file of the result'
  return JSON.stringify({ type: 'failure', failure: { fault: 'experiment', message } } satisfies BootEnd)
}
