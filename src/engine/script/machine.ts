/**
 * The state of this machine at the start and the end of a local boot: governor, frequency and boost of the
 * processors, load, and how busy others kept them meanwhile. Linux's own files (proc(5), and cpufreq in its
 * admin-guide); what is not there, as in containers and virtual machines, is said to be hidden.
 */

import fs from 'node:fs'
import { elsewhereItem, governorItem, hidden } from '../../query/machine.ts'
import type { Machine } from './message.ts'

// Before they are observed (observe.ts), which takes longer than to read these files.
const { readdirSync, readFileSync } = fs

export interface MachineSample {
  readonly governors: readonly string[]
  readonly boost: 'on' | 'off' | undefined
  /** Lowest and highest of all processors. */
  readonly megahertz: readonly [number, number] | undefined
  /** Over the last minute. */
  readonly load: number | undefined
  readonly atMs: number
  /** Seconds of processors since the machine was started: of all programs, and of this boot's. */
  readonly busy: { readonly all: number; readonly own: number } | undefined
}

/**
 * Reads the state now; for one `since` another, only what is told of both. Tests give another `root` and clock.
 */
export function sampleMachine(
  root = '',
  atMs = performance.now(),
  pid = process.pid,
  since?: MachineSample,
): MachineSample {
  const read = (path: string) => textOf(`${root}${path}`)
  const policies = namesIn(`${root}${cpufreq}`).filter((name) => name.startsWith('policy'))
  const ofPolicies = (file: string) => policies.flatMap((name) => read(`${cpufreq}/${name}/${file}`) ?? [])
  const load = Number(read('/proc/loadavg')?.split(' ')[0] ?? Number.NaN)
  return {
    governors: [...new Set(ofPolicies('scaling_governor'))].sort(),
    boost: boostOf(read),
    megahertz: rangeOf(frequencies(ofPolicies('scaling_cur_freq'), read('/proc/cpuinfo'))),
    load: Number.isFinite(load) ? load : undefined,
    atMs,
    // Looking at all processes takes longer than a short boot.
    busy: since && atMs - since.atMs < shortestMs ? undefined : busyOf(read, namesIn(`${root}/proc`), pid),
  }
}

/** Shortest time over which ticks of 10 ms tell how busy others were. */
const shortestMs = 200

/** Describes a boot by the state before and after it. */
export function describeMachine(before: MachineSample, after: MachineSample): Machine {
  const governors = [...new Set([...before.governors, ...after.governors])].sort()
  const boosts = [...new Set([before.boost, after.boost].flatMap((one) => one ?? []))]
  const loads = [before.load, after.load].map((load) => load?.toFixed(2))
  const ghz = rangeOf([...(before.megahertz ?? []), ...(after.megahertz ?? [])])?.map((mhz) =>
    (mhz / 1000).toFixed(2),
  )
  const elsewhere = elsewhereOf(before, after)
  return {
    [governorItem]: governors.join(' and ') || hidden,
    frequency: ghz === undefined ? hidden : `${ghz[0] === ghz[1] ? ghz[0] : ghz.join('–')} GHz`,
    boost: boosts.join(' and ') || hidden,
    load: loads.includes(undefined) ? hidden : `${loads[0]} at the start, ${loads[1]} at the end`,
    ...(elsewhere === undefined ? {} : { [elsewhereItem]: elsewhere }),
  }
}

/** Processors that others kept busy on average, to a hundredth; undefined for a short time. */
function elsewhereOf(before: MachineSample, after: MachineSample): number | undefined {
  const passedMs = after.atMs - before.atMs
  if (before.busy === undefined || after.busy === undefined || passedMs < shortestMs) return undefined
  const all = after.busy.all - before.busy.all
  const own = after.busy.own - before.busy.own
  return Math.max(0, Math.round((100_000 * (all - own)) / passedMs) / 100)
}

const cpufreq = '/sys/devices/system/cpu/cpufreq'

type Read = (path: string) => string | undefined

/** Intel's driver says whether turbo is off, the others whether boost is on. */
function boostOf(read: Read): 'on' | 'off' | undefined {
  const noTurbo = read('/sys/devices/system/cpu/intel_pstate/no_turbo')
  if (noTurbo !== undefined) return noTurbo === '0' ? 'on' : 'off'
  const boost = read(`${cpufreq}/boost`)
  return boost === undefined ? undefined : boost === '0' ? 'off' : 'on'
}

/** In MHz, from cpufreq (kHz) or, where that is hidden, from the list of processors. */
function frequencies(current: readonly string[], cpuinfo = ''): readonly number[] {
  const known = current.map((kilohertz) => Number(kilohertz) / 1000)
  const listed = [...cpuinfo.matchAll(/^cpu MHz\s*:\s*([\d.]+)/gm)].map(([, mhz]) => Number(mhz))
  return (known.length > 0 ? known : listed).filter((mhz) => Number.isFinite(mhz) && mhz > 0)
}

function rangeOf(values: readonly number[]): readonly [number, number] | undefined {
  return values.length === 0 ? undefined : [Math.min(...values), Math.max(...values)]
}

/** USER_HZ, which is 100 on all processors that Node runs on. */
const ticksPerSecond = 100

/** The boot's process leads its group; the build, which waits for it, is its parent. */
function busyOf(read: Read, entries: readonly string[], pid: number): MachineSample['busy'] {
  const totals = /^cpu +(.*)$/m.exec(read('/proc/stat') ?? '')?.[1]
  const self = statOf(read, String(pid))
  if (totals === undefined || self === undefined) return undefined
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = totals
    .split(/\s+/)
    .map(Number)
  const own = entries
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => statOf(read, entry) ?? [])
    .filter(({ group, process }) => group === self.group || process === self.parent)
  return {
    all: (user + nice + system + irq + softirq + steal) / ticksPerSecond,
    own: own.reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond,
  }
}

interface Stat {
  readonly process: number
  readonly parent: number
  readonly group: number
  /** Its own, and those of its children that have ended. */
  readonly ticks: number
}

/** Reads proc_pid_stat(5), whose second field is a name in parentheses that may have blanks. */
function statOf(read: Read, process: string): Stat | undefined {
  const text = read(`/proc/${process}/stat`)
  if (text === undefined) return undefined
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [, parent = 0, group = 0] = fields
  const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0)
  return { process: Number(process), parent, group, ticks }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined // not there, hidden, or of a process that has ended
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
