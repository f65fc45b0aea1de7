/**
 * QEMU for measurements: its processors run in parallel on a clock independent of the host's timing (see
 * processors.c), and, as only one of its threads is busy, on one host processor.
 */

import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TestbedError } from '../../testbed/board.ts'
import { type Command, qemuCommand, throughLoader } from '../../toolchain/hostprograms.ts'
import { complaint, run } from '../../toolchain/program.ts'
import type { Environment } from './schema.ts'

/** The source of the board's clock, which determines every time that a board reports. */
export const clockSource = fileURLToPath(new URL('processors.c', import.meta.url))

type Clock = Pick<Environment, 'instructionNs' | 'quantumUs' | 'clockHz'>

/** Returns the command of `root`'s QEMU with the environment's clock, whose library is built at `file`. */
export async function parallelQemu(root: string, file: string, clock: Clock): Promise<Command> {
  await buildLibrary(root, clockSource, file, clockFlags(clock))
  return onOneProcessor(qemuCommand(root, file), dirname(root), await processors())
}

/**
 * Returns compiler flags with times in ps of QEMU's clock. QEMU's Generic Timer counts a tick in whole
 * nanoseconds: 18 at 54 MHz, where a tick is 18.5 ns. Boards report times in ticks, so all times are scaled
 * by that ratio.
 */
export function clockFlags({ instructionNs, quantumUs, clockHz }: Clock): string[] {
  const ratio = (Math.floor(1e9 / clockHz) * clockHz) / 1e9
  const picoseconds = (ns: number) => `${Math.round(ns * 1000 * ratio)}L`
  return [`-DINSTRUCTION_PS=${picoseconds(instructionNs)}`, `-DQUANTUM_PS=${picoseconds(quantumUs * 1000)}`]
}

/** Builds a C source, without system headers, into a library to load into QEMU. */
export async function buildLibrary(
  root: string,
  source: string,
  file: string,
  flags: readonly string[] = [],
): Promise<void> {
  const { command, args } = throughLoader(root, 'usr/bin/tcc')
  const options = ['-shared', '-nostdlib', '-nostdinc', '-o', file, source]
  const built = await run(command, [...args, ...flags, ...options])
  if (built.exitCode !== 0) throw new TestbedError(`cannot build ${source}: ${complaint(built)}`)
}

/** Returns the host processors that this process may use: '0-3,8' is 0 1 2 3 8 (proc_pid_status(5)). */
async function processors(): Promise<string[]> {
  const status = await readFile('/proc/self/status', 'latin1').catch(() => '')
  return processorsOf(/^Cpus_allowed_list:\s*(\S*)$/m.exec(status)?.[1] ?? '')
}

export function processorsOf(list: string): string[] {
  return [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => String(Number(first) + index)),
  )
}

// The shell execs the program, which so holds the lock (file 9) until it ends in any way.
const script = `
folder=$1 processors=$2
shift 2
if command -v flock >/dev/null && command -v taskset >/dev/null; then
  for processor in $processors; do
    lock=$folder/processor-$processor.lock
    (: >>"$lock") 2>/dev/null || continue
    exec 9>>"$lock"
    flock -n 9 && exec taskset -c "$processor" "$@"
  done
  exec 9>&-
fi
exec "$@"`

/** Wraps a command to run on the first unlocked one of `processors`, else anywhere. Locks are in `folder`. */
export function onOneProcessor(
  { command, args }: Command,
  folder: string,
  processors: readonly string[],
): Command {
  return {
    command: '/bin/sh',
    args: ['-c', script, 'sh', folder, processors.join(' '), command, ...args],
  }
}
