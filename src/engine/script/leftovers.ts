/**
 * Ends what a cell started, also what left its process group: every process that inherited the cell's mark in its environment.
 * (Linux: proc_pid_environ(5). A process that left the group and cleared its environment cannot be told from a stranger's.)
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Environment variable that holds the mark of a cell. */
export const markVariable = 'REPRO_CELL'

/** Kills the cell's process group, and then all that carries its mark, until there is none; never this process. */
export function killCell(group: number | undefined, mark: string): void {
  if (group !== undefined) killGroup(group, 'SIGKILL')
  // A process may start another one while these are killed.
  for (let round = 0; round < mostRounds; round += 1) {
    const found = processes().filter((pid) => hasMark(pid, mark))
    for (const pid of found) kill(pid, 'SIGKILL')
    if (found.length === 0) return
  }
}

const mostRounds = 20

export function killGroup(group: number, signal: NodeJS.Signals): void {
  kill(-group, signal)
}

/** Kills the processes, but this one, that hold one of these pipes or sockets (as `/proc/PID/fd` names them). */
export function killHolders(streams: readonly string[]): void {
  for (const pid of processes()) {
    if (descriptors(pid).some((stream) => streams.includes(stream))) kill(pid, 'SIGKILL')
  }
}

/** The streams behind descriptors of a process: `socket:[4711]`; none where that cannot be told. */
export function streamsOf(pid: number | undefined, numbers: readonly number[]): readonly string[] {
  return numbers
    .flatMap((number) => link(`/proc/${pid}/fd/${number}`))
    .filter((name) => /^(?:pipe|socket):/.test(name))
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid)
  } catch {
    return [] // no Linux
  }
}

function hasMark(pid: number, mark: string): boolean {
  try {
    // A dead process that waits for its parent has no environment.
    return readFileSync(`/proc/${pid}/environ`).includes(`${markVariable}=${mark}\0`)
  } catch {
    return false // another user's, or gone
  }
}

function descriptors(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => link(`/proc/${pid}/fd/${name}`))
  } catch {
    return []
  }
}

function link(path: string): readonly string[] {
  try {
    return [readlinkSync(path)]
  } catch {
    return []
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
