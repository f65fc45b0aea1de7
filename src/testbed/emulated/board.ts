/**
 * An emulated board opened for one cell: makes what it boots, runs QEMU until the board switches itself off, and
 * checks that the job's results came out. The console's log is kept whatever happens.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Board } from '../board.ts'
import type { Environment } from '../environment.ts'
import { type Job, type JobResult, TestbedError } from '../testbed.ts'
import { kernelFile, type Place, rootSource, writeImage } from './image.ts'
import { guestRoot } from './initramfs.ts'
import type { Laboratory } from './laboratory.ts'
import { boot, failure } from './machine.ts'
import { clockModel } from './qemu.ts'

export interface Workplace extends Place {
  readonly signal?: AbortSignal
}

/** Opens a board of `laboratory`. Its programs (init, emit) are compiled from the project's experiments/board/. */
export function openBoard(laboratory: Laboratory, environment: Environment, place: Workplace): Board {
  const source = rootSource(laboratory, environment)
  return {
    origin: 'emulated',
    facts: {
      board: `QEMU ${laboratory.versions.qemu}, board ${environment.machine}`,
      emulator: `QEMU ${laboratory.versions.qemu} (TCG, one thread)`,
      clock: `${environment.clockHz / 1e6} MHz; ${clockModel}`,
    },
    compile: (sources, flags) =>
      laboratory.compile(
        sources.map((source) => join(place.project, source)),
        flags,
      ),
    async file(name) {
      if (name !== 'kernel')
        throw new TestbedError(`unknown file of the environment: ${name} (known: kernel)`)
      return await readFile(kernelFile(laboratory, environment))
    },
    guest: (programs, added) => guestRoot(source, programs, added),
    run: (job) => runJob(laboratory, environment, job, place),
  }
}

async function runJob(
  laboratory: Laboratory,
  environment: Environment,
  job: Job,
  place: Workplace,
): Promise<JobResult> {
  const { folder, signal } = place
  const script = { content: Buffer.from(job.script), executable: true }
  const files = new Map([...job.files, ['/job/job', script]])
  const image = await writeImage(laboratory, environment, place, { ...job, files }, 'measure')
  const started = performance.now()
  try {
    const ended = await boot(image, folder, job.deadlineMs, signal)
    if (ended !== 'off') throw await failure(ended, folder)
  } finally {
    await image.remove()
  }
  const exitCode = await readFile(join(folder, 'exit-code'), 'utf8').catch(() => undefined)
  if (exitCode === undefined)
    throw await failure('the board switched off without handing over results', folder)
  await rm(join(folder, 'exit-code'))
  return { folder, exitCode: Number(exitCode), durationMs: performance.now() - started }
}
