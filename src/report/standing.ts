/** How the runs behind a report stand: where they come from, which are missing, which no longer fit the document. */

import type { Element } from 'hast'
import { origins } from '../results/quantity.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/series.ts'
import type { Origin } from '../testbed/testbed.ts'
import { element } from './element.ts'

export interface Standing {
  /** Whether this build executed the run; otherwise it was recorded before. */
  readonly executed: boolean
  /** Why the run no longer fits the document, in words. */
  readonly stale?: string
}

export type Standings = ReadonlyMap<string, Standing>

const explanations: Readonly<Record<Origin, string>> = {
  emulated: 'measured on an emulated board; they are no times of real hardware',
  hardware: 'measured on real hardware',
  local: 'measured on the computer that built this report',
}

/** Why runs are stale, by their name. */
export function staleReasons(standings: Standings): ReadonlyMap<string, string> {
  return new Map([...standings].flatMap(([name, { stale }]) => (stale === undefined ? [] : [[name, stale]])))
}

/** `emulated`, `emulated + hardware`, `emulated, stale`: the words that follow a number. */
export function mark(runs: readonly Run[], standings: Standings): string {
  const words = origins(runs).join(' + ')
  return staleOf(runs, standings).length > 0 ? `${words}, stale` : words
}

/** The reasons for which runs are stale, each with its run. */
export function staleOf(runs: readonly Run[], standings: Standings): readonly string[] {
  return [...new Map(runs.map((run) => [runName(run), run])).keys()].sort().flatMap((name) => {
    const reason = standings.get(name)?.stale
    return reason === undefined ? [] : [`run ${name}: ${reason}`]
  })
}

/** A small quiet label with the origin; the word is text, so that it is copied, printed and read out. */
export function badge(runs: readonly Run[], standings: Standings): Element | undefined {
  if (runs.length === 0) return undefined
  return element('span', { className: ['badge'], dataOrigin: origins(runs).join(' ') }, mark(runs, standings))
}

/** What stands on top of the page: what kind of numbers it holds, from which runs, and what is not as it should be. */
export function banner(runs: readonly Run[], missing: readonly string[], standings: Standings): Element {
  const kinds = origins(runs)
  const stale = staleOf(runs, standings)
  const sound = missing.length === 0 && stale.length === 0
  return element(
    'aside',
    {
      className: ['banner', ...(sound ? [] : ['unsound'])],
      ariaLabel: 'Where the numbers come from',
      dataOrigin: kinds.join(' '),
    },
    ...kinds.map((origin) => {
      const own = runs.filter((run) => run.origin === origin)
      const subject =
        kinds.length === 1 ? 'All numbers of our own are ' : `Numbers of ${counted(own.length, 'run')} are `
      return element('p', {}, subject, element('strong', {}, origin), `: ${explanations[origin]}.`)
    }),
    runs.length === 0
      ? element('p', {}, 'There are no runs yet.')
      : element(
          'p',
          {},
          `They come from ${counted(runs.length, 'run')}${history(runs, standings)}: ${listing(runs)}.`,
        ),
    missing.length === 0
      ? undefined
      : element(
          'p',
          { className: ['missing'] },
          `${counted(missing.length, 'run')} missing: ${missing.join(', ')}.`,
        ),
    stale.length === 0
      ? undefined
      : element('p', { className: ['stale'] }, `${counted(stale.length, 'stale run')}: ${stale.join('; ')}.`),
  )
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function history(runs: readonly Run[], standings: Standings): string {
  const known = runs.flatMap((run) => standings.get(runName(run)) ?? [])
  const executed = known.filter((standing) => standing.executed).length
  const recorded = known.length - executed
  const parts = [
    ...(executed > 0 ? [`${executed} executed for this report`] : []),
    ...(recorded > 0 ? [`${recorded} recorded before`] : []),
  ]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** `latency in xen-4.14 (9 patterns), in xen-4.17 (8 patterns)`. */
function listing(runs: readonly Run[]): string {
  const byExperiment = Map.groupBy(runs, (run) => run.experiment)
  return [...byExperiment]
    .map(([experiment, own]) => {
      const environments = [...Map.groupBy(own, (run) => run.environment)]
      return `${experiment} in ${environments
        .map(([environment, { length }]) => `${environment} (${counted(length, 'pattern')})`)
        .join(', in ')}`
    })
    .join('; ')
}
