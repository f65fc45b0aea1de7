/** Accepts edits by hand to the rows of recorded runs, and says in the run whose, when and why. */

import type { PlannedCell } from '../engine/cells.ts'
import { sha256 } from '../files/fingerprint.ts'
import { type Git, openGit } from '../files/git.ts'
import { openFiles } from '../files/tracked.ts'
import { violation } from '../query/invariant.ts'
import { type Acceptance, runName } from '../results/run.ts'
import { StoreError } from '../results/runfile.ts'
import { openStore, recordedFolder } from '../results/store.ts'
import type { Site } from './site.ts'

/** Returns the author that git names for commits, such as `Ada <ada@example.org>`; undefined if none. */
export function gitAuthor(project: string): string | undefined {
  const git = openGit(project)
  const [name, email] = ['user.name', 'user.email'].map(
    (key) => git('config', '--get', key)?.trim() || undefined,
  )
  return name !== undefined && email !== undefined ? `${name} <${email}>` : (name ?? email)
}

/** Commits of a file in which its earlier text is looked for. */
const mostCommits = 100

/**
 * Accepts the edits to a cell's record. Returns the acceptance, or undefined if nothing was edited. Throws a
 * StoreError for rows that violate an invariant or lack trials.
 */
export async function acceptEdits(
  cell: PlannedCell,
  given: Omit<Acceptance, 'files'>,
  { project, seal }: Pick<Site, 'project' | 'seal'>,
): Promise<Acceptance | undefined> {
  const files = openFiles(project)
  const store = openStore(project, files, seal)
  const git = openGit(project)
  return await store.accept(cell, given, {
    earlier(name, digest) {
      const kept = store.history(cell).map((id) => `.repro/runs/${runName(cell)}/${id}/${name}`)
      const texts = [
        ...kept.map((path) => () => files.text(path)),
        ...committed(git, `${recordedFolder(cell)}/${name}`),
      ]
      for (const text of texts) {
        const found = text()
        if (found !== undefined && sha256(found) === digest) return found
      }
      return undefined
    },
    check(run) {
      const wrong = violation(run, cell.block.invariants)
      if (wrong !== undefined) throw new StoreError(`not accepted: ${wrong}`)
    },
  })
}

/** The texts of a file in the newest commits that changed it. */
function committed(git: Git, path: string): readonly (() => string | undefined)[] {
  const listed = git('log', `-n${mostCommits}`, '--format=%H', '--', path)
  const commits = listed?.split('\n').filter((line) => line !== '') ?? []
  return commits.map((commit) => () => git('cat-file', 'blob', `${commit}:./${path}`))
}
