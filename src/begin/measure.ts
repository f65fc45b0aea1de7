/** Finds what an experiment measures, for the blocks that show it. */

import type { ExperimentBlock } from '../document/block.ts'
import { cellsOf } from '../engine/cells.ts'
import type { Files } from '../files/tracked.ts'
import type { Site } from '../project/site.ts'
import { timeUnitInName, unitInName } from '../query/units.ts'
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
  const name = column?.[1] ?? rowPattern.exec(script)?.[1] ?? printedMeasure(script) ?? 'time'
  const unit = column?.[2] ?? unitInName(name)
  return { measure: { name, role: 'measure', ...(unit === undefined ? {} : { unit }) }, isSure: false }
}

/** A name of the first head that a program prints: with a unit, or else the last, as factors stand before. */
function printedMeasure(script: string): string | undefined {
  const names = headPattern.exec(script)?.[1]?.split(',')
  return (
    names?.find((name) => unitInName(name) !== undefined || timeUnitInName(name) !== undefined) ??
    names?.at(-1)
  )
}

/** `print("order,elapsedNs")`, `cat("order,elapsedNs\n")`, `echo order,elapsedNs` */
const headPattern =
  /\b(?:print|println|printf|echo|cat|puts)\b[\s("']{1,5}([A-Za-z_]\w*(?:, ?[A-Za-z_]\w*)*)(?:\\n)?["']?[ \t]*\)?[ \t]*$/m

/** `{ name: 'sort', role: 'measure', unit: 'ms'` */
const columnPattern = /\bname: *'([\w-]+)', *role: *'measure'(?:, *unit: *'([^']+)')?/
/** `rows = [{ elapsedNs: ` */
const rowPattern = /\brows *= *\[\s*\{\s*([A-Za-z_]\w*)\s*:/
