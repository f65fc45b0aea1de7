/** What a reader needs to run cells again: time and disk, as the recorded runs and the package lock say; nothing is guessed. */

import { secondsOf, spanOf } from '../results/duration.ts'
import type { Run } from '../results/run.ts'
import type { Lock } from '../testbeds/xen-qemu/packages.ts'
import type { Root } from '../testbeds/xen-qemu/roots.ts'

export interface Effort {
  readonly cells: number
  /** The sum of what each cell took when it was recorded. */
  readonly computeSeconds: number
  /** Cells whose run does not say how long it took; they are not in the sum. */
  readonly untimed: number
  /** Of the raw files that a rerun leaves in .repro/. */
  readonly rawBytes: number
}

export function effortOf(runs: readonly Run[]): Effort {
  const times = runs.map(secondsOf)
  return {
    cells: runs.length,
    computeSeconds: times.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0),
    untimed: times.filter((seconds) => seconds === undefined).length,
    rawBytes: runs.flatMap(({ files }) => Object.values(files)).reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

export interface Clock {
  /** Time during which at least one of the cells ran. */
  readonly seconds: number
  /** Most cells that ran at once. */
  readonly atOnce: number
}

/** How the recorded runs lay beside each other in time; undefined unless all of them say when they ran. */
export function clockOf(runs: readonly Run[]): Clock | undefined {
  const spans = runs.flatMap((run) => [spanOf(run) ?? []].filter((span) => span.length === 2))
  if (spans.length === 0 || spans.length < runs.length) return undefined
  // Where one ends as another starts, the end comes first.
  const edges = spans
    .flatMap(([start, end]) => [
      { at: start, step: 1 },
      { at: end, step: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.step - b.step)
  let open = 0
  let atOnce = 0
  let since = 0
  let ms = 0
  for (const { at, step } of edges) {
    if (open > 0) ms += at - since
    open += step
    since = at
    atOnce = Math.max(atOnce, open)
  }
  return { seconds: ms / 1000, atOnce }
}

export interface Disk {
  readonly downloadBytes: number
  readonly unpackedBytes: number
}

/** What the lock says of the packages of these roots and of the host's programs. */
export function laboratoryDisk(lock: Lock, roots: readonly Root[]): Disk {
  const packages = [...new Set<Root>(['host', ...roots])].flatMap((root) => lock.roots[root].packages)
  return {
    downloadBytes: packages.reduce((sum, { size }) => sum + size, 0),
    unpackedBytes: packages.reduce((sum, { installedKiB }) => sum + installedKiB * 1024, 0),
  }
}

/** `33 s`, `1.2 min`, `112 min`. */
export function minutes(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const value = seconds / 60
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} min`
}

/** `3 kB`, `0.4 MB`, `12 MB`, `1.3 GB`; powers of ten. */
export function megabytes(bytes: number): string {
  if (bytes < 100_000) return `${Math.ceil(bytes / 1000)} kB`
  const megabytes = bytes / 1e6
  if (megabytes >= 1000) return `${(megabytes / 1000).toFixed(1)} GB`
  return `${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`
}
