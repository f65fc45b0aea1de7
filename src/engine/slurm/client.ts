/** Slurm's commands: sbatch, squeue, scancel, scontrol. */

import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { TestbedError } from '../../testbed/board.ts'

/** An array to submit. */
export interface Batch {
  /** Of the job, by which the queue is asked. */
  readonly name: string
  readonly script: string
  readonly args: readonly string[]
  /** Environment variables that the tasks get. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** A task that waits or works. */
export interface Queued {
  readonly name: string
  /** Id of the array's job. */
  readonly job: string
  readonly index: number
  /** Whether it waits for a machine. */
  readonly waits: boolean
  readonly node: string
  readonly reason: string
}

export interface SlurmClient {
  /** Throws a TestbedError if Slurm's commands are not installed. */
  require(): Promise<void>
  /** Most tasks of one array. */
  mostTasks(): Promise<number>
  /** Returns the id of the job. Throws an Unknown, or a TestbedError with Slurm's words. */
  submit(batch: Batch): Promise<string>
  /** Tasks of these jobs that have not ended. Throws an Unknown. */
  queue(names: readonly string[]): Promise<readonly Queued[]>
  /** Ends tasks: `12_[1-3]`. Returns Slurm's words if it did not. */
  cancel(tasks: readonly string[]): Promise<string | undefined>
  /** Ends whole jobs by their names. Returns Slurm's words if it did not. */
  cancelNamed(names: readonly string[]): Promise<string | undefined>
  /** What Slurm still knows of a task that has ended: `FAILED, exit code 1, on n1`. */
  describe(task: string): Promise<string | undefined>
}

/** Slurm did not answer: what was asked for may have happened or not. */
export class Unknown extends Error {
  override readonly name = 'Unknown'
}

const usualTimeoutMs = 60_000
/** Bytes of an answer: of 100,000 tasks, say. */
const mostOutput = 50_000_000
/** Of an array's indices, if Slurm does not say; its default is 1001, from 0. */
const usualMost = 1000

export const slurmClient: SlurmClient = {
  async require() {
    await run('sbatch', ['--version'])
  },

  async mostTasks() {
    const { stdout } = await run('scontrol', ['show', 'config']).catch(() => ({ stdout: '' }))
    const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? 0)
    return size > 1 ? Math.min(size - 1, usualMost) : usualMost
  },

  async submit({ name, script, args, variables }) {
    // Names only: values in the command line would be seen by others.
    const exported = Object.keys(variables).filter((one) => variables[one] !== undefined)
    const own = ['--parsable', `--job-name=${name}`, `--export=${exported.join(',')}`]
    const finished = await run('sbatch', [...own, ...args], { input: script, env: variables })
    const job = jobIn(finished.stdout)
    if (finished.exitCode === 0 && job !== undefined) return job
    const words = complaint(finished)
    if (finished.exitCode === 0) {
      await slurmClient.cancelNamed([name]) // it may be there
      throw new TestbedError(`sbatch gives no id of a job: ${words}`, {
        advice: 'Look whether `sbatch --parsable` is a program of this cluster that prints something else.',
      })
    }
    if (unanswered.test(words)) throw new Unknown(words)
    throw new TestbedError(`Slurm refuses the job: ${words}`, { advice: adviceFor(words) })
  },

  async queue(names) {
    const format = '%j|%F|%K|%t|%N|%r'
    const args = ['--noheader', '--array', `--name=${names.join(',')}`, `--format=${format}`]
    const user = process.getuid?.()
    const finished = await run('squeue', user === undefined ? args : [...args, `--user=${user}`])
    if (finished.exitCode !== 0) throw new Unknown(complaint(finished))
    return queuedIn(finished.stdout)
  },

  async cancel(tasks) {
    return await cancelled(tasks)
  },

  async cancelNamed(names) {
    const user = process.getuid?.()
    const whose = user === undefined ? [] : [`--user=${user}`]
    return await cancelled([...whose, ...names.map((name) => `--name=${name}`)])
  },

  async describe(task) {
    const { stdout } = await run('scontrol', ['show', 'job', '--oneliner', task]).catch(() => ({
      stdout: '',
    }))
    return stateIn(stdout)
  },
}

async function cancelled(args: readonly string[]): Promise<string | undefined> {
  try {
    const finished = await run('scancel', args)
    return finished.exitCode === 0 ? undefined : complaint(finished)
  } catch (error) {
    if (error instanceof Unknown || error instanceof TestbedError) return error.message
    throw error
  }
}

/** Returns the id in the output of `sbatch --parsable`, which follows what a cluster's own program may say first. */
export function jobIn(output: string): string | undefined {
  return [...output.matchAll(/^(\d+)(?:;\S*)?$/gm)].at(-1)?.[1]
}

/** Parses the output of squeue. */
export function queuedIn(output: string): readonly Queued[] {
  return output.split('\n').flatMap((line) => {
    const [name = '', job = '', index = '', state = '', node = '', reason = ''] = line.trim().split('|')
    if (!/^\d+$/.test(job) || !/^\d+$/.test(index)) return []
    return [{ name, job, index: Number(index), waits: state === 'PD', node, reason }]
  })
}

/** Parses one line of `scontrol show job`. Returns undefined for a line that describes no job. */
export function stateIn(output: string): string | undefined {
  const field = (name: string) => new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(output)?.[1]
  const state = field('JobState')
  if (state === undefined) return undefined
  const [code = '0', signal = '0'] = (field('ExitCode') ?? '').split(':')
  const [reason, node] = [field('Reason'), field('NodeList')]
  return [
    state,
    ...(reason === undefined || reason === 'None' ? [] : [reason]),
    ...(code === '0' ? [] : [`exit code ${code}`]),
    ...(signal === '0' ? [] : [`signal ${signal}`]),
    ...(node === undefined || node.startsWith('(') ? [] : [`on ${node}`]),
  ].join(', ')
}

/** The controller is away, restarts or is overloaded. */
const unanswered =
  /unable to contact|socket timed out|connect failure|connection refused|communication connection failure|temporarily unable|zero bytes were transmitted|in standby mode|did not answer/i

function adviceFor(words: string): string {
  if (/partition/i.test(words))
    return 'Name a partition of `sinfo` in REPRO_SLURM_ARGS: REPRO_SLURM_ARGS="--partition=NAME".'
  if (/generic resource|gres/i.test(words))
    return 'Correct `gres` of the environment in experiments/environments.yaml: `sinfo -o "%N %G"` lists what the nodes have.'
  if (/limit|qos/i.test(words)) return 'Fewer tasks at once: give --jobs N.'
  return 'Correct REPRO_SLURM_ARGS, or ask who runs the cluster.'
}

interface Finished {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a command of Slurm. Throws a TestbedError if it is not installed, an Unknown if it does not end, or says more
 * than any does.
 */
export async function run(
  command: string,
  args: readonly string[],
  {
    input = '',
    env = {},
    timeoutMs = usualTimeoutMs,
  }: {
    readonly input?: string
    readonly env?: Batch['variables']
    readonly timeoutMs?: number
  } = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    // It needs the user's settings, too: SLURM_CONF, SBATCH_PARTITION.
    env: { ...process.env, ...env },
    detached: true, // Ctrl-C must not leave an array half submitted
  })
  let problem: string | undefined
  const giveUp = (why: string) => {
    problem ??= why
    try {
      // With all that it started: it may be a script of the cluster's, whose child holds our ends of the pipes.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  // Node's own timeout goes on for a program that is not there.
  const timer = setTimeout(() => giveUp(`no end within ${timeoutMs / 1000} s`), timeoutMs)
  const read = async (stream: Readable) => {
    const pieces: Buffer[] = []
    let size = 0
    for await (const piece of stream as AsyncIterable<Buffer>) {
      size += piece.length
      if (size > mostOutput) giveUp(`more than ${mostOutput} bytes`)
      else pieces.push(piece)
    }
    return Buffer.concat(pieces).toString()
  }
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  child.stdin.on('error', () => {}) // it ended without reading
  child.stdin.end(input)
  try {
    const [stdout, stderr, exitCode] = await Promise.all([read(child.stdout), read(child.stderr), ended])
    if (problem !== undefined || typeof exitCode === 'string')
      throw new Unknown(`${command} did not answer (${problem ?? exitCode})`)
    return { exitCode, stdout, stderr }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new TestbedError(`program not found: ${command}`, {
      advice:
        "Start the build where Slurm's commands are installed, such as a login node of the cluster, or without --executor slurm.",
      cause,
    })
  } finally {
    clearTimeout(timer)
  }
}

/** Slurm's own words on one line. */
function complaint({ exitCode, stdout, stderr }: Finished): string {
  const lines = (stderr.trim() || stdout.trim())
    .split('\n')
    .map((line) => line.replace(/^\w+: (?:error: )?/, '').trim())
    .filter((line) => line !== '')
  return lines.length === 0 ? `exit code ${exitCode}` : [...new Set(lines)].slice(-4).join('; ')
}
