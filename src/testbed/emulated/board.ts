/**
 * An emulated board opened for one cell: makes what it boots, runs QEMU until the board switches itself off, and
 * checks that the job's results came out. The console's log is kept whatever happens.
 */
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Board } from '../board.ts'
import type { Environment } from '../environment.ts'
import { type Job, type JobResult, TestbedError } from '../testbed.ts'
import { cpio } from './cpio.ts'
import { dom0Root, guestRoot } from './initramfs.ts'
import type { BoardVersions, Laboratory } from './laboratory.ts'
import { bootArguments, clockModel, qemuVariables } from './qemu.ts'

/** Lines of the console that an error shows. */
const tailLines = 12

export interface Workplace {
  /** The project's folder; sources of board programs are relative to it. */
  readonly project: string
  /** Folder of this cell: the job's results and the console's log end up here. It need not exist. */
  readonly folder: string
  readonly signal?: AbortSignal
}

/** Opens a board of `laboratory`. Its programs (init, emit) are compiled from the project's experiments/board/. */
export function openBoard(laboratory: Laboratory, environment: Environment, place: Workplace): Board {
  const root = laboratory.root(environment.root)
  const versions = laboratory.versions.boards[environment.root]
  if (!versions) throw new Error(`no versions of the root ${environment.root}`)

  let programs = 0

  async function compile(sources: readonly string[], flags: readonly string[] = []): Promise<Uint8Array> {
    await mkdir(place.folder, { recursive: true })
    programs++ // several may compile at once
    const output = join(place.folder, `program-${programs}`)
    await laboratory.compile(
      sources.map((source) => join(place.project, source)),
      output,
      flags,
    )
    const program = await readFile(output)
    await rm(output)
    return program
  }

  return {
    origin: 'emulated',
    facts: {
      board: `QEMU ${laboratory.versions.qemu}, board ${environment.machine}`,
      emulator: `QEMU ${laboratory.versions.qemu} (TCG, one thread)`,
      clock: `${environment.clockHz / 1e6} MHz; ${clockModel}`,
    },
    compile,
    file: (name) => readFile(join(root, files(versions, name))),
    guest: (programs, added) => guestRoot(root, versions.linuxRelease, programs, added),
    run: async (job) => {
      const init = await readFile(join(place.project, 'experiments/board/dom0-init'))
      const emit = await compile(['experiments/board/emit.c'])
      const base = await dom0Root(root, environment.root, versions.linuxRelease, { init, emit })
      return await runJob(laboratory, environment, versions, base, job, place)
    },
  }
}

function files(versions: BoardVersions, name: string): string {
  const known = new Map([['kernel', `boot/vmlinuz-${versions.linuxRelease}`]])
  const path = known.get(name)
  if (!path) throw new TestbedError(`unknown file of the environment: ${name} (known: ${[...known.keys()]})`)
  return path
}

async function runJob(
  laboratory: Laboratory,
  environment: Environment,
  versions: BoardVersions,
  base: Uint8Array,
  job: Job,
  { folder, signal }: Workplace,
): Promise<JobResult> {
  const root = laboratory.root(environment.root)
  const ramdisk = join(folder, 'ramdisk')
  await mkdir(folder, { recursive: true })
  await writeFile(ramdisk, Buffer.concat([base, jobArchive(job)]))
  const started = performance.now()
  const command = laboratory.qemu
  const args = bootArguments(environment, {
    xen: join(root, versions.xenImage),
    kernel: join(root, files(versions, 'kernel')),
    ramdisk,
    hypervisor: job.hypervisor ?? {},
  })
  try {
    const ended = await boot(command.command, [...command.args, ...args], folder, job.deadlineMs, signal)
    if (ended !== 'off') throw await failure(ended, folder)
  } finally {
    await rm(ramdisk, { force: true })
  }
  const exitCode = await readFile(join(folder, 'exit-code'), 'utf8').catch(() => undefined)
  if (exitCode === undefined)
    throw await failure('the board switched off without handing over results', folder)
  await rm(join(folder, 'exit-code'))
  return { folder, exitCode: Number(exitCode), durationMs: performance.now() - started }
}

function jobArchive(job: Job): Uint8Array {
  const script = { content: Buffer.from(job.script), executable: true }
  const entries = [...job.files, ['/job/job', script] as const]
  return cpio(
    entries.map(([path, { content, executable = false }]) => ({
      type: 'file',
      path: path.slice(1),
      mode: executable ? 0o755 : 0o644,
      content,
    })),
  )
}

/** 'off' when the board switched itself off, else what happened instead, in words. */
async function boot(
  command: string,
  args: readonly string[],
  folder: string,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  signal?.throwIfAborted()
  const log = createWriteStream(join(folder, 'console.log'))
  const qemu = spawn(command, args, { cwd: folder, env: qemuVariables, stdio: ['ignore', 'pipe', 'pipe'] })
  let hung = false
  let complaint = ''
  let recent = ''
  let panic = ''
  const kill = () => qemu.kill('SIGKILL')
  const deadline = setTimeout(() => {
    hung = true
    kill()
  }, deadlineMs)
  signal?.addEventListener('abort', kill)
  qemu.stdout.on('data', (chunk: Buffer) => {
    log.write(chunk)
    recent = (recent + chunk.toString('latin1')).slice(-4096)
    // Neither Xen nor a panicking dom0 switches the board off, so it would idle until the deadline.
    const found = /Panic on CPU \d+|Kernel panic - not syncing[^\r\n]*/.exec(recent)
    if (found && panic === '') {
      panic = found[0]
      setTimeout(kill, 500)
    }
  })
  qemu.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
    log.write(chunk)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    qemu.on('error', (cause) => reject(new TestbedError(`QEMU does not start: ${cause.message}`, { cause })))
    qemu.on('close', resolve)
  }).finally(() => {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', kill)
  })
  await new Promise((resolve) => log.end(resolve))
  signal?.throwIfAborted()
  if (hung) return `the board did not finish within ${deadlineMs / 1000} s and was switched off`
  if (panic !== '') return `the board panicked: ${panic}`
  return code === 0
    ? 'off'
    : `QEMU ended with ${code === null ? 'a signal' : `status ${code}`}: ${complaint.trim()}`
}

async function failure(reason: string, folder: string): Promise<TestbedError> {
  const log = join(folder, 'console.log')
  const lines = (await readFile(log, 'latin1')).split(/\r?\n/).filter((line) => line.trim() !== '')
  const tail = lines.slice(-tailLines).map((line) => `  | ${line}`)
  return new TestbedError([`${reason}; its console ends with`, ...tail].join('\n'), {
    advice: `The whole console is in ${log}.`,
  })
}
