/** Figures that an earlier build drew, by what went into them. */

import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { digest } from '../plan/key.ts'
import type { Drawings } from '../report/exhibits.ts'
import type { Inputs } from '../results/run.ts'
import { writeAtomically } from '../results/store.ts'

const figures = '.repro/figures'

/** `steps` are the inputs of the document's figures by id. */
export function drawings(
  project: string,
  steps: Readonly<Record<string, Inputs>>,
): Drawings & { tidy(): void } {
  const folder = join(project, figures)
  const nameOf = (id: string) => `${digest(steps[id] ?? {})}.svg`
  const used = new Set<string>()
  return {
    find(id) {
      used.add(nameOf(id))
      try {
        return readFileSync(join(folder, nameOf(id)), 'utf8')
      } catch {
        return undefined
      }
    },
    keep: (id, svg) => writeAtomically(project, `${figures}/${nameOf(id)}`, svg),
    /** Deletes what this build did not use. */
    tidy() {
      for (const name of used.size > 0 ? readdirSync(folder) : []) {
        if (!used.has(name)) rmSync(join(folder, name), { force: true })
      }
    },
  }
}
