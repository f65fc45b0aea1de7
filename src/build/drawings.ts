/** Figures that an earlier build drew, by what went into them. */

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { digest } from '../plan/key.ts'
import type { Drawings } from '../report/exhibits.ts'
import type { Inputs } from '../results/run.ts'
import { writeAtomically } from '../results/store.ts'
import { otherManifests } from './manifest.ts'

const figures = '.repro/figures'

/** `steps` are the inputs of the document's figures by id; `document` is its path. */
export function drawings(
  project: string,
  document: string,
  steps: Readonly<Record<string, Inputs>>,
): Drawings & { tidy(): void } {
  const folder = join(project, figures)
  const fileOf = (id: string) => nameOf(steps[id] ?? {})
  const used = new Set<string>()
  return {
    find(id) {
      used.add(fileOf(id))
      try {
        return readFileSync(join(folder, fileOf(id)), 'utf8')
      } catch {
        return undefined
      }
    },
    keep: (id, svg) => writeAtomically(project, `${figures}/${fileOf(id)}`, svg),
    /** Deletes what neither this build used nor the last one of another document. */
    tidy() {
      const kept = new Set([
        ...used,
        ...otherManifests(project, document).flatMap(({ steps }) => Object.values(steps).map(nameOf)),
      ])
      // Without a figure that could be drawn there is no such folder yet.
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        if (!kept.has(name)) rmSync(join(folder, name), { force: true })
      }
    },
  }
}

function nameOf(inputs: Inputs): string {
  return `${digest(inputs)}.svg`
}
