/** Experiment blocks in the report: source, and the run of each cell. */

import type { ExperimentBlock } from '../document/block.ts'
import { runName, type Run } from '../results/run.ts'
import type { RenderContext } from './context.ts'
import type { Experiment, ExperimentRun } from './model.ts'
import { badgeOf } from './runstatus.ts'
import { cellRuns } from './tables/options.ts'

/** @param source the block as the author wrote it. */
export function experimentNode(
  block: ExperimentBlock,
  source: string,
  runs: readonly Run[],
  context: RenderContext,
): Experiment {
  const { messages } = context
  const { title, inlineScript, size } = messages.experiment
  const script = 'file' in block.script ? block.script.file : inlineScript
  const cells = size(block.environments.length, block.patterns.length, block.trials, block.boots)
  return {
    type: 'experiment',
    id: block.id,
    summary: [...title(block.id), ` · ${script} · ${cells}`],
    source,
    cells: block.environments.flatMap((environment) =>
      cellRuns(block, environment, runs).map(({ pattern, name, run }) => ({
        environment,
        pattern: pattern.name,
        run: run === undefined ? { missing: messages.missing([name]) } : experimentRun(run, context),
      })),
    ),
  }
}

function experimentRun(run: Run, context: RenderContext): ExperimentRun {
  const stale = context.statuses.get(runName(run))?.stale
  return {
    trials: run.trials,
    ...(run.exclusions.length === 0 ? {} : { excluded: context.messages.excluded(run.exclusions) }),
    ...badgeOf([run], context),
    ...(stale === undefined ? {} : { stale }),
    key: run.key,
    files: Object.entries(run.files).map(([name, { sha256, bytes }]) => ({ name, sha256, bytes })),
  }
}
