/** Experiment blocks in the report: source, and the run of each cell. */

import type { SourceBlock } from '../document/block.ts'
import { runName, runsOf, type Run } from '../results/run.ts'
import type { RenderContext } from './context.ts'
import type { Experiment, ExperimentRun } from './model.ts'
import { badgeOf } from './runstatus.ts'
import { cellRuns } from './tables/options.ts'

/** @param source the block as the author wrote it. */
export function experimentNode(
  block: SourceBlock,
  source: string,
  runs: readonly Run[],
  context: RenderContext,
): Experiment {
  const { messages } = context
  return {
    type: 'experiment',
    id: block.id,
    summary: summaryOf(block, runs, context),
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

function summaryOf(
  block: SourceBlock,
  runs: readonly Run[],
  { messages }: RenderContext,
): Experiment['summary'] {
  const { title, inlineScript, size, dataTitle, dataSize, notRerun } = messages.experiment
  if (block.type === 'data') {
    const rows = runsOf(runs, block.id).map((run) => run.rows.length)
    const files = block.files.map(({ path }) => path)
    const text = dataSize(
      files,
      rows.reduce((sum, count) => sum + count, 0),
      block.unit,
    )
    return [...dataTitle(block.id), ` · ${notRerun} · ${text}`]
  }
  const script = 'file' in block.script ? block.script.file : inlineScript
  const cells = size(block.environments.length, block.patterns.length, block.trials, block.boots)
  return [...title(block.id), ` · ${script} · ${cells}`]
}

function experimentRun(run: Run, context: RenderContext): ExperimentRun {
  const stale = context.statuses.get(runName(run))?.stale
  return {
    trials: run.trials,
    ...(run.exclusions.length === 0 ? {} : { excluded: context.messages.excluded(run.exclusions) }),
    ...badgeOf([run], context),
    ...(stale === undefined ? {} : { stale }),
    key: run.key,
    files: filesOf(run),
  }
}

const known = new WeakMap<Run, ExperimentRun['files']>()

/** The same list for the same run: who makes a report again knows by it that nothing is new. */
function filesOf(run: Run): ExperimentRun['files'] {
  const files =
    known.get(run) ?? Object.entries(run.files).map(([name, { sha256, bytes }]) => ({ name, sha256, bytes }))
  known.set(run, files)
  return files
}
