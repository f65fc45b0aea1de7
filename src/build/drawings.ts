/** Figures that an earlier build drew, by what went into them. */

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digest } from '../plan/key.ts'
import type { Drawings } from '../report/exhibits.ts'
import type { Inputs } from '../results/run.ts'

/** `steps` are the inputs of the document's figures by id. */
export function drawings(
  project: string,
  steps: Readonly<Record<string, Inputs>>,
): Drawings & { tidy(): void } {
  const folder = join(project, '.repro/figures')
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
    keep(id, svg) {
      mkdirSync(folder, { recursive: true })
      const file = join(folder, nameOf(id))
      writeFileSync(`${file}.${process.pid}`, svg)
      renameSync(`${file}.${process.pid}`, file)
    },
    /** Deletes what this build did not use. */
    tidy() {
      for (const name of used.size > 0 ? readdirSync(folder) : []) {
        if (!used.has(name)) rmSync(join(folder, name), { force: true })
      }
    },
  }
}
