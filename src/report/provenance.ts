/** The foot of the page: what made it, from what, and how to make it again. */

import { createHash } from 'node:crypto'
import type { Element } from 'hast'
import type { Run } from '../results/run.ts'
import { runName } from '../results/series.ts'
import { element } from './element.ts'
import { counted } from './standing.ts'

export interface Provenance {
  /** Name and version of this program. */
  readonly generator: string
  /** The document's path, relative to the project, and its text. */
  readonly path: string
  readonly text: string
}

export function provenanceElement({ generator, path, text }: Provenance, runs: readonly Run[]): Element {
  const facts: (readonly [string, string])[] = [
    ['made by', generator],
    ['document', `${path}, SHA-256 ${sha256(text)}`],
    [
      'runs',
      `${counted(runs.length, 'run')}, SHA-256 of their names, keys and raw files ${runsDigest(runs)}`,
    ],
    ...shared(runs),
  ]
  return element(
    'footer',
    {},
    element('h2', { id: 'provenance' }, 'Provenance'),
    element(
      'dl',
      {},
      ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    ),
    element(
      'p',
      {},
      'To render this page from the recorded runs: ',
      element('code', {}, 'npx repro build'),
      '. To run every experiment again and render it from what they give: ',
      element('code', {}, 'npx repro build --rerun'),
      '.',
    ),
  )
}

/** One digest for all runs, independent of their order: two pages with the same one show the same results. */
export function runsDigest(runs: readonly Run[]): string {
  const lines = runs.map((run) =>
    [
      runName(run),
      run.key,
      ...Object.entries(run.files)
        .map(([name, file]) => `${name}=${file.sha256}`)
        .sort(),
    ].join(' '),
  )
  return sha256(lines.sort().join('\n'))
}

/** What all runs have in common of their provenance (the host, the program); what differs is in the runs. */
function shared(runs: readonly Run[]): readonly (readonly [string, string])[] {
  const [first, ...others] = runs
  return Object.entries(first?.provenance ?? {})
    .filter(([name, value]) => others.every((run) => run.provenance[name] === value))
    .map(([name, value]) => [name, String(value)] as const)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
