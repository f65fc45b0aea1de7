/** Recorded runs changed with all digests made anew, as whoever knows this program can. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyOf } from '../../src/results/key.ts'
import type { Run } from '../../src/results/run.ts'
import { formatRun, parseHeader, parseRows } from '../../src/results/runfile.ts'
import { project } from '../project.ts'

/** @param cell `times/here/fast` */
export const fileOf = (cell: string, name: string) => join(project, 'results', cell, name)

export function recordOf(cell: string): Run {
  const path = fileOf(cell, 'run.json')
  const { rows: _, datasets: __, ...head } = parseHeader(readFileSync(path, 'utf8'), path)
  return { ...head, rows: parseRows(readFileSync(fileOf(cell, 'rows.csv'), 'utf8'), head.columns) }
}

export function forge(cell: string, change: (run: Run) => Partial<Run>): void {
  const run = recordOf(cell)
  // What the change deletes from the run is gone.
  const changes = change(run)
  const changed = { ...run, ...changes }
  const files = formatRun({ ...changed, key: keyOf(changed, changed.inputs) })
  for (const [name, text] of Object.entries(files)) writeFileSync(fileOf(cell, name), text)
}
