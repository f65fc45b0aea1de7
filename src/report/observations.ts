/** What figures draw: every observation of an experiment's runs as one flat record, times in microseconds. */

import type { ExperimentBlock } from '../document/block.ts'
import type { Run } from '../results/run.ts'
import { canonical, select } from '../results/series.ts'

export type Observation = Readonly<Record<string, string | number | null>>

/**
 * Excluded observations are left out. Beside the runs' own columns each record has `environment`, `pattern`, `patternLabel`,
 * `patternIndex` (the block's order) and `origin`. Records are in the block's order of environments and patterns.
 */
export function observations(experiment: ExperimentBlock, runs: readonly Run[]): readonly Observation[] {
  return experiment.environments.flatMap((environment) =>
    experiment.patterns.flatMap((pattern, patternIndex) => {
      const run = runs.find(
        (candidate) =>
          candidate.experiment === experiment.id &&
          candidate.environment === environment &&
          candidate.pattern === pattern.name,
      )
      if (run === undefined) return []
      const cell = {
        environment,
        pattern: pattern.name,
        patternLabel: pattern.label,
        patternIndex,
        origin: run.origin,
      }
      const columns = run.columns.map((column) => ({
        name: column.name,
        scale: column.role === 'measure' ? canonical(run, column).scale : 1,
      }))
      return select(run).map((row) => ({
        ...Object.fromEntries(
          columns.map(({ name, scale }) => {
            const value = row[name] ?? null
            return [name, typeof value === 'number' ? value * scale : value]
          }),
        ),
        ...cell,
      }))
    }),
  )
}
