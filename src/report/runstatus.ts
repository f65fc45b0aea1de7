/** Status of the runs behind a report: their source, and which are missing or stale. */

import { dataIn } from '../claims/data.ts'
import { editsOf } from '../claims/edits.ts'
import type { Messages } from '../locale/en.ts'
import { origins } from '../query/quantity.ts'
import { runName, type Run } from '../results/run.ts'
import type { RenderContext, RunStatuses } from './context.ts'
import type { Badge, Banner, Origins, StaleRun } from './model.ts'

/** Returns the reasons of stale runs, by name. */
export function staleReasons(statuses: RunStatuses): ReadonlyMap<string, string> {
  return new Map([...statuses].flatMap(([name, { stale }]) => (stale === undefined ? [] : [[name, stale]])))
}

/** Returns true if results/ has the run, or its status is unknown. */
export function isRecorded(run: Run, statuses: RunStatuses): boolean {
  return (statuses.get(runName(run))?.from ?? 'record') === 'record'
}

/** Returns the mark of a number or a drawing: `emulated`, `emulated + hardware`, `emulated, stale`. */
export function mark(
  runs: readonly Run[],
  { messages, statuses }: RenderContext,
  names: Origins = origins(runs),
): string {
  const isStale = staleOf(runs, statuses).length > 0
  return messages.mark(originNames(names, messages), isStale, editsOf(runs).length > 0)
}

export function originNames(names: Origins, { origins: own }: Messages): readonly string[] {
  return names.map((name) => own[name])
}

/** Returns stale runs by name, with reasons. */
export function staleOf(runs: readonly Run[], statuses: RunStatuses): readonly StaleRun[] {
  return [...new Map(runs.map((run) => [runName(run), run])).keys()].sort().flatMap((name) => {
    const reason = statuses.get(name)?.stale
    return reason === undefined ? [] : [[name, reason] as const]
  })
}

/** Returns a badge with the runs' origins; none without runs. */
export function badgeOf(runs: readonly Run[], context: RenderContext): { readonly badge?: Badge } {
  return runs.length === 0 ? {} : { badge: { origins: origins(runs), text: mark(runs, context) } }
}

/** @param changed claims that are not as recorded; `concerns` are sentences on what may have changed times */
export function banner(
  all: readonly Run[],
  {
    missing,
    changed,
    concerns,
    hasSources = true,
  }: {
    readonly missing: readonly string[]
    readonly changed: readonly string[]
    readonly concerns: readonly string[]
    /** Whether the document has experiments or data; without, that there are no runs is not worth a word. */
    readonly hasSources?: boolean
  },
  { messages, statuses }: RenderContext,
): Banner {
  const own = messages.banner
  const kinds = origins(all)
  const data = dataIn(all)
  const runs = all.filter(({ origin }) => origin !== 'data')
  const stale = staleOf(runs, statuses)
  const excluded = all.flatMap((run) =>
    run.exclusions.length === 0 ? [] : [`${runName(run)}: ${messages.excluded(run.exclusions)}`],
  )
  const edited = editsOf(runs).map(messages.claim.reasons.edits)
  const ofKinds = kinds.map((origin) => {
    const [name, explanation] = [messages.origins[origin], own.explanations[origin]]
    if (origin === 'data')
      return own.data(
        data.map(({ file }) => file),
        name,
        explanation,
      )
    const count = runs.filter((run) => run.origin === origin).length
    return kinds.length === 1 ? own.all(name, explanation) : own.some(count, name, explanation)
  })
  const ofRuns =
    runs.length === 0 ? own.noRuns : own.runs(runs.length, sources(runs, statuses), listing(runs, messages))
  return {
    origins: kinds,
    lines: [
      ...ofKinds.map((content) => ({ type: 'origin', content }) as const),
      // A document of data only has no runs to speak of.
      ...(runs.length === 0 && (data.length > 0 || !hasSources)
        ? []
        : [{ type: 'runs', content: [ofRuns] } as const]),
      ...(missing.length === 0 ? [] : [{ type: 'missing', content: [own.missing(missing)] } as const]),
      ...(excluded.length === 0 ? [] : [{ type: 'excluded', content: [own.excluded(excluded)] } as const]),
      ...(edited.length === 0 ? [] : [{ type: 'edited', content: [own.edited(edited)] } as const]),
      ...(stale.length === 0 ? [] : [{ type: 'stale', content: [own.stale(stale)] } as const]),
      ...(changed.length === 0 ? [] : [{ type: 'changed', content: [own.changed(changed)] } as const]),
      ...concerns.map((text) => ({ type: 'concern', content: [text] }) as const),
    ],
  }
}

/** Counts runs by source. Does not tell when they were made, so that the next build gives the same page. */
function sources(runs: readonly Run[], statuses: RunStatuses): Record<'here' | 'record', number> {
  const known = runs.flatMap((run) => statuses.get(runName(run))?.from ?? [])
  const record = known.filter((from) => from === 'record').length
  return { here: known.length - record, record }
}

function listing(runs: readonly Run[], { banner: own }: Messages): string {
  const experiments = [...Map.groupBy(runs, (run) => run.experiment)].map(([experiment, ofIt]) =>
    own.where(
      experiment,
      [...Map.groupBy(ofIt, (run) => run.environment)].map(([name, { length }]) => [name, length]),
    ),
  )
  return own.wheres(experiments)
}
