/**
 * Lists an artifact's requirements and its effects on the reader's computer, from the environments, the lock
 * and the runs.
 */

import { origins } from '../query/quantity.ts'
import { inputOf } from '../results/run.ts'
import { present } from '../text/message.ts'
import { megabytes, minutes } from '../text/numbers.ts'
import type { Artifact } from './artifact.ts'
import { clockOf, effortOf } from './effort.ts'

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

function hardware({ needs, runs }: Artifact): string {
  const hosts = [...new Set(runs.flatMap((run) => run.provenance['host CPU'] ?? []))].sort()
  const made = hosts.length > 0 && `The recorded runs were made on ${hosts.join(' and ')}.`
  return present([...needs.map(({ hardware }) => hardware), made]).join(' ')
}

function software({ needs, metadata, paths, runs }: Artifact): string {
  const node = metadata.node === undefined ? 'Node' : `Node ${metadata.node}`
  const pinned = paths.includes('package-lock.json')
    ? ' All else is pinned by version and digest in the lock files.'
    : ''
  // Of scripts in other languages, as they were recorded; `Node 20` is above.
  const interpreters = runs.map(({ inputs }) => String(inputOf(inputs, 'interpreter') ?? ''))
  const others = [...new Set(interpreters)].filter((one) => !/^(?:Node \d+|none|)$/.test(one)).sort()
  return `${present([...needs.map(({ software }) => software), node, ...others]).join(', ')}.${pinned}`
}

function disk({ needs, runs }: Artifact): string {
  const sum = (part: 'downloadBytes' | 'unpackedBytes') => needs.reduce((all, one) => all + one[part], 0)
  const raw = `${megabytes(effortOf(runs).rawBytes)} of raw files when everything runs again`
  return sum('downloadBytes') === 0
    ? `${raw}, and what npm installs.`
    : `${megabytes(sum('downloadBytes'))} of packages to download, ` +
        `${megabytes(sum('unpackedBytes'))} unpacked; ${raw}; and what npm installs.`
}

/** Measured when the runs were recorded. */
function time({ runs }: Artifact): string {
  const { computeSeconds, untimed, cells } = effortOf(runs)
  if (untimed === cells) return 'not stated.'
  const clock = clockOf(runs)
  return present([
    `${minutes(computeSeconds)} of computing for all ${cells} cells, as measured when they were recorded`,
    clock && `; ${minutes(clock.seconds)} by the clock, at most ${clock.atOnce} at once`,
    '.',
    untimed > 0 && ` ${untimed} runs do not say how long they took.`,
  ]).join('')
}

function safety({ environments, needs, experiments }: Artifact): string {
  const hosts = new Set(environments.flatMap(({ name, origin }) => (origin === 'local' ? [name] : [])))
  const local = experiments.filter(({ block }) => block.environments.some((name) => hosts.has(name)))
  const numbers = local.map(({ number }) => number).join(', ')
  return present([
    'needs no root.',
    ...needs.map(({ safety }) => safety),
    numbers !== '' && `${numbers}: the script runs on your computer, with your rights.`,
  ]).join(' ')
}

function origin({ runs }: Artifact): string {
  const kinds = origins(runs)
  if (kinds.length === 0) return 'there are no runs.'
  const counts = kinds.map((kind) => `${runs.filter((run) => run.origin === kind).length} ${kind} runs`)
  const caution = kinds.includes('emulated') ? ' Emulated times are not hardware timings.' : ''
  return `${counts.join(', ')}.${caution}`
}
