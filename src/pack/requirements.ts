/** What a reader needs for an artifact, and what it does to the reader's computer; from the environments, the lock and the runs. */

import { origins } from '../query/quantity.ts'
import type { Artifact } from './artifact.ts'
import { clockOf, effortOf, megabytes, minutes } from './effort.ts'

/** Name and text, in the order of the appendix. */
export function requirements(artifact: Artifact): readonly (readonly [string, string])[] {
  return [
    ['Hardware', hardware(artifact)],
    ['Software', software(artifact)],
    ['Disk', disk(artifact)],
    ['Time', time(artifact)],
    ['Safety', safety(artifact)],
    ['Origin of the numbers', origin(artifact)],
  ]
}

function hardware({ environments, runs }: Artifact): string {
  const hosts = [...new Set(runs.flatMap((run) => run.provenance['host CPU'] ?? []))].sort()
  const memoryMb = Math.max(0, ...environments.map((one) => one.memoryMb))
  return [
    environments.length === 0
      ? 'any computer that runs Node.'
      : `an x86-64 computer with ${megabytes(memoryMb * 2 ** 20)} of memory for each cell that runs at once; no board.`,
    ...(hosts.length === 0 ? [] : [`The recorded runs were made on ${hosts.join(' and ')}.`]),
  ].join(' ')
}

function software({ environments, metadata, paths }: Artifact): string {
  const node = metadata.node === undefined ? 'Node' : `Node ${metadata.node}`
  const pinned = paths.includes('package-lock.json')
    ? ' All else is pinned by version and digest in the lock files.'
    : ''
  return environments.length === 0 ? `${node}.${pinned}` : `Linux with apt, ${node}.${pinned}`
}

function disk({ laboratory, runs }: Artifact): string {
  const raw = `${megabytes(effortOf(runs).rawBytes)} of raw files when everything runs again`
  return laboratory === undefined
    ? `${raw}, and what npm installs.`
    : `${megabytes(laboratory.downloadBytes)} of Debian packages to download, ${megabytes(laboratory.unpackedBytes)} unpacked; ${raw}; and what npm installs.`
}

/** Measured when the runs were recorded. */
function time({ runs }: Artifact): string {
  const { computeSeconds, untimed, cells } = effortOf(runs)
  if (untimed === cells) return 'not stated.'
  const clock = clockOf(runs)
  return [
    `${minutes(computeSeconds)} of computing for all ${cells} cells, as measured when they were recorded`,
    ...(clock === undefined
      ? []
      : [`; ${minutes(clock.seconds)} by the clock, at most ${clock.atOnce} at once`]),
    '.',
    ...(untimed === 0 ? [] : [` ${untimed} runs do not say how long they took.`]),
  ].join('')
}

function safety({ environments, experiments }: Artifact): string {
  const local = experiments.filter(({ block }) => block.environments.includes('local'))
  return [
    'needs no root.',
    ...(environments.length === 0
      ? []
      : ['Boards are emulated; packages go to the cache folder ($REPRO_CACHE, else ~/.cache/repro).']),
    ...(local.length === 0
      ? []
      : [
          `${local.map(({ number }) => number).join(', ')}: the script runs on your computer, with your rights.`,
        ]),
  ].join(' ')
}

function origin({ runs }: Artifact): string {
  const kinds = origins(runs)
  if (kinds.length === 0) return 'there are no runs.'
  const counts = kinds.map((kind) => `${runs.filter((run) => run.origin === kind).length} ${kind} runs`)
  const caution = kinds.includes('emulated') ? ' Emulated times are no times of real hardware.' : ''
  return `${counts.join(', ')}.${caution}`
}
