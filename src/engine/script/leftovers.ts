/**
 * Kills a cell's processes, even outside its process group: all that inherited the cell's mark in their
 * environment (Linux: proc_pid_environ(5)). Misses a process that left the group and cleared its environment.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export const markVariable = 'REPRO_CELL'

/** Kills the cell's process group, then repeatedly all processes with its mark, except this one. */
export function killCell(group: number | undefined, mark: string): void {
  if (group !== undefined) killGroup(group, 'SIGKILL')
  // Processes may fork while others are killed.
  for (let round = 0; round < mostRounds; round += 1) {
    const found = processes().filter((pid) => hasMark(pid, mark))
    for (const pid of found) kill(pid, 'SIGKILL')
    if (found.length === 0) return
  }
}

const mostRounds = 20

/** Kills everything that this process, a cell's, started, and the process itself. */
export function endCell(mark: string): void {
  killCell(undefined, mark)
  killGroup(process.pid, 'SIGKILL')
}

const pollMs = 500

/** A process that was started for a cell; `parent` is its parent then. */
export interface Watched {
  readonly parent: number
  readonly mark: string
}

/** Ends the cell when the parent is gone. Runs in a thread beside the script, which may block. */
export function watchParent({ parent, mark }: Watched): void {
  setInterval(() => {
    if (process.ppid !== parent) endCell(mark)
  }, pollMs)
}

export function killGroup(group: number, signal: NodeJS.Signals): void {
  kill(-group, signal)
}

/** Kills all other processes that hold one of these pipes or sockets (named as in `/proc/PID/fd`). */
export function killHolders(streams: readonly string[]): void {
  for (const pid of processes()) {
    if (descriptors(pid).some((stream) => streams.includes(stream))) kill(pid, 'SIGKILL')
  }
}

/** Streams behind a process's descriptors, as `socket:[4711]`; empty if unknown. */
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
    return [] // not Linux
  }
}

function hasMark(pid: number, mark: string): boolean {
  try {
    // A zombie has no environment.
    return readFileSync(`/proc/${pid}/environ`).includes(`${markVariable}=${mark}\0`)
  } catch {
    return false // another user's process, or gone
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
