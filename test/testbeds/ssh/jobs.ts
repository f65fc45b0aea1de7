/** Jobs on pretend boards for tests, and what came of them. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { TestbedError } from '../../../src/testbed/board.ts'
import type { PretendBoard } from './pretend.ts'
import { jobOf, type Process } from './runner.ts'

export const result = (folder: string) => readFileSync(join(folder, 'result'), 'utf8')

export const count = (board: PretendBoard, call: string) => board.calls().filter((one) => one === call).length

/** Waits until something is so, for as long as the test has. */
export const until = async (what: () => unknown) =>
  await vi.waitFor(() => expect(what()).toBeTruthy(), { timeout: 200_000, interval: 20 })

/** A job that goes on until the test says so. */
export const patient = ({ root }: PretendBoard) =>
  jobOf(`: >${root}/runs; until [ -e ${root}/go ]; do sleep 0.05; done; echo done >$OUT/result`)

/** A job that does something in its first attempt only. */
export const atFirst = ({ root }: PretendBoard, script: string, rest = '') =>
  jobOf(`echo done >$OUT/result; [ -e ${root}/tried ] || { : >${root}/tried; ${script}; }; ${rest}:`)

export const reasons = ({ runner }: Process) => runner.account.discarded.map(({ reason }) => reason)

export async function failure(running: Promise<unknown>): Promise<TestbedError> {
  const error = await running.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(TestbedError)
  return error as TestbedError
}

/** A process that runs a patient job, and is killed when it runs. */
export async function killedHost(board: PretendBoard, boot: string): Promise<void> {
  const { script } = patient(board).stages[0]
  const args = ['--import', join(import.meta.dirname, '../../typescript.mjs')]
  const child = spawn(
    process.execPath,
    [...args, join(import.meta.dirname, 'host.ts'), board.host, board.root, boot, script],
    { stdio: 'inherit' },
  )
  await until(() => board.has('runs'))
  child.kill('SIGKILL')
  await once(child, 'exit')
}
