/** How the runs behind a report stand: where they come from, which are missing, which no longer fit the document. */

import type { Element } from 'hast'
import { element } from '../locale/element.ts'
import type { Words } from '../locale/en.ts'
import { origins } from '../query/quantity.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/run.ts'
import type { Origin } from '../testbed/testbed.ts'
import type { Standing, Standings, Telling } from './telling.ts'

/** Why runs are stale, by their name. */
export function staleReasons(standings: Standings): ReadonlyMap<string, string> {
  return new Map([...standings].flatMap(([name, { stale }]) => (stale === undefined ? [] : [[name, stale]])))
}

/** Whether results/ has the run; one without a standing is taken as it is. */
export function isRecorded(run: Run, standings: Standings): boolean {
  return (standings.get(runName(run))?.from ?? 'record') === 'record'
}

/** `emulated`, `emulated + hardware`, `emulated, stale`: the words that follow a number or a drawing. */
export function mark(
  runs: readonly Run[],
  { words, standings }: Telling,
  names: Parameters<typeof originWords>[0] = origins(runs),
): string {
  return words.mark(originWords(names, words), staleOf(runs, standings).length > 0)
}

export function originWords(
  names: readonly (Origin | 'published')[],
  { origins: own }: Words,
): readonly string[] {
  return names.map((name) => own[name])
}

/** Names of stale runs, sorted, each with the reason. */
export function staleOf(
  runs: readonly Run[],
  standings: Standings,
): readonly (readonly [run: string, reason: string])[] {
  return [...new Map(runs.map((run) => [runName(run), run])).keys()].sort().flatMap((name) => {
    const reason = standings.get(name)?.stale
    return reason === undefined ? [] : [[name, reason] as const]
  })
}

/** A small quiet label with the origin; the word is text, so that it is copied, printed and read out. */
export function badge(runs: readonly Run[], telling: Telling): Element | undefined {
  if (runs.length === 0) return undefined
  return element('span', { className: ['badge'], dataOrigin: origins(runs).join(' ') }, mark(runs, telling))
}

/** What stands on top of the page: what kind of numbers it holds, from which runs, and what is not as it should be. */
export function banner(
  runs: readonly Run[],
  missing: readonly string[],
  { words, standings }: Telling,
): Element {
  const own = words.banner
  const kinds = origins(runs)
  const stale = staleOf(runs, standings)
  const sound = missing.length === 0 && stale.length === 0
  return element(
    'aside',
    {
      className: ['banner', ...(sound ? [] : ['unsound'])],
      ariaLabel: own.title,
      dataOrigin: kinds.join(' '),
    },
    ...kinds.map((origin) => {
      const name = element('strong', {}, words.origins[origin])
      const explanation = own.explanations[origin]
      const count = runs.filter((run) => run.origin === origin).length
      return element(
        'p',
        {},
        kinds.length === 1 ? own.all(name, explanation) : own.some(count, name, explanation),
      )
    }),
    element(
      'p',
      {},
      runs.length === 0 ? own.noRuns : own.runs(runs.length, history(runs, standings), listing(runs, words)),
    ),
    missing.length === 0 ? undefined : element('p', { className: ['missing'] }, own.missing(missing)),
    stale.length === 0 ? undefined : element('p', { className: ['stale'] }, own.stale(stale)),
  )
}

/** How many runs each is from. */
function history(runs: readonly Run[], standings: Standings): Record<Standing['from'], number> {
  const known = runs.flatMap((run) => standings.get(runName(run))?.from ?? [])
  const count = (from: Standing['from']) => known.filter((one) => one === from).length
  return { build: count('build'), here: count('here'), record: count('record') }
}

function listing(runs: readonly Run[], { banner: own }: Words): string {
  const experiments = [...Map.groupBy(runs, (run) => run.experiment)].map(([experiment, ofIt]) =>
    own.where(
      experiment,
      [...Map.groupBy(ofIt, (run) => run.environment)].map(([name, { length }]) => [name, length]),
    ),
  )
  return own.wheres(experiments)
}
