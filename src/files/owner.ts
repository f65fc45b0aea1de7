/** Identifies the process that made a lock or a draft, and whether it is still alive. */

import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface Owner {
  readonly pid: number
  /** Start time in clock ticks since boot (proc_pid_stat(5), field 22); distinguishes reused pids. */
  readonly startTicks: string
  /** Scope of the pid: a boot of a machine, and a pid namespace (a container has its own). */
  readonly place: string
  readonly host: string
}

/** Nothing of it changes while a process lives, and a build asks for each file that it writes. */
let own: Owner | undefined

export function self(): Owner {
  own ??= { pid: process.pid, startTicks: startTicks(process.pid), place: place(), host: hostname() }
  return own
}

/** 'elsewhere' for a process of another machine or container, whose state is unknown. */
export function stateOf(owner: Pick<Owner, 'pid' | 'startTicks' | 'place'>): 'alive' | 'gone' | 'elsewhere' {
  if (owner.place !== place()) return 'elsewhere'
  const now = startTicks(owner.pid)
  return now === '' || now !== owner.startTicks ? 'gone' : 'alive'
}

function place(): string {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim())
  const numbers = attempt(() => readlinkSync('/proc/self/ns/pid'))
  return createHash('sha256').update(`${boot} ${numbers}`).digest('hex').slice(0, 12)
}

/** See Owner; '' for a process that does not exist or is a zombie. */
function startTicks(pid: number): string {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // The second field is the program's name in parentheses and may contain blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '')
}

function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
