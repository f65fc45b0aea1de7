/** Finds what an experiment measures, for the blocks that show it. */

import type { ExperimentBlock } from '../document/block.ts'
import { cellsOf } from '../engine/cells.ts'
import type { Files } from '../files/tracked.ts'
import type { Site } from '../project/site.ts'
import { unitInName } from '../query/units.ts'
import type { Column } from '../results/run.ts'
import { openStore, readable } from '../results/store.ts'

export interface FoundMeasure {
  readonly measure: Column
  /** Whether a run has it; otherwise it is what the script seems to say, or a guess. */
  readonly isSure: boolean
}

/** Returns the first measure of a run of the experiment, or of its script as written. */
export function measureOf(block: ExperimentBlock, { project, seal }: Site, files: Files): FoundMeasure {
  const store = openStore(project, files, seal)
  for (const cell of cellsOf([block])) {
    const run = readable(() => store.recorded(cell)) ?? readable(() => store.cached(cell))
    const measure = run?.columns.find(({ role }) => role === 'measure')
    if (measure) return { measure, isSure: true }
  }
  const script = 'source' in block.script ? block.script.source : (files.text(block.script.file) ?? '')
  const column = columnPattern.exec(script)
  const name = column?.[1] ?? rowPattern.exec(script)?.[1] ?? 'time'
  const unit = column?.[2] ?? unitInName(name)
  return { measure: { name, role: 'measure', ...(unit === undefined ? {} : { unit }) }, isSure: false }
}

/** `{ name: 'sort', role: 'measure', unit: 'ms'` */
const columnPattern = /\bname: *'([\w-]+)', *role: *'measure'(?:, *unit: *'([^']+)')?/
/** `rows = [{ elapsedNs: ` */
const rowPattern = /\brows *= *\[\s*\{\s*([A-Za-z_]\w*)\s*:/
