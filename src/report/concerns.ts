/** Warnings of what may have changed the times of local runs, for each block as a whole. */

import type { ExperimentBlock, SourceBlock } from '../document/block.ts'
import type { Messages } from '../locale/en.ts'
import { concernsOf } from '../query/machine.ts'
import type { Results } from '../query/query.ts'
import { runsOf, type Run } from '../results/run.ts'

/** Returns a sentence for each thing: a processor's governor, and other programs, with the patterns they met. */
export function concernNotes(
  block: Pick<ExperimentBlock, 'id' | 'parallel' | 'needs'>,
  runs: readonly Run[],
  { concerns }: Messages,
): readonly string[] {
  const found = runs.map((run) => ({ run, ...concernsOf(run, block) }))
  const governors = [...new Set(found.flatMap(({ governor }) => governor ?? []))]
  const busy = found.filter(({ elsewhere }) => elsewhere !== undefined)
  const met = busy.length === runs.length ? undefined : busy.map(({ run }) => run.pattern)
  return [
    ...(governors.length > 0 ? [concerns.governor(block.id, governors)] : []),
    ...(busy.length > 0
      ? [concerns.elsewhere(block.id, Math.max(...busy.map(({ elsewhere = 0 }) => elsewhere)), met)]
      : []),
  ]
}

/** Of all experiments of a report. */
export function concernsOfAll(
  { experiments, runs }: Results<SourceBlock>,
  messages: Messages,
): readonly string[] {
  return experiments.flatMap((block) =>
    block.type === 'data' ? [] : concernNotes(block, runsOf(runs, block.id), messages),
  )
}
