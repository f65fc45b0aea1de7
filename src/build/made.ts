/** What earlier builds made of inputs (tables, figures, judgements of claims), by the digest of these: .repro/made/<digest>. */

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { type Judgement, judge } from '../claims/judge.ts'
import type { Measured } from '../claims/measure.ts'
import type { Reasons } from '../claims/reasons.ts'
import type { Evidence } from '../claims/scope.ts'
import type { ClaimBlock } from '../document/block.ts'
import { digest } from '../plan/key.ts'
import type { Exhibit, Exhibits } from '../report/exhibits.ts'
import { openFiles } from '../results/files.ts'
import type { PublishedSource, Source } from '../results/quantity.ts'
import type { Inputs } from '../results/run.ts'
import { runName } from '../results/series.ts'
import { writeAtomically } from '../results/store.ts'
import { claimInputs } from './exhibits.ts'
import { everyManifest } from './manifest.ts'

const folder = '.repro/made'

function find(project: string, inputs: Inputs): Buffer | undefined {
  try {
    return readFileSync(join(project, folder, digest(inputs)))
  } catch {
    return undefined
  }
}

const keep = (project: string, inputs: Inputs, made: Uint8Array) =>
  writeAtomically(project, `${folder}/${digest(inputs)}`, made)

/** `steps` are the inputs of the document's tables and figures by id. */
export function exhibits(project: string, steps: Readonly<Record<string, Inputs>>): Exhibits {
  return {
    find(id) {
      const found = find(project, steps[id] ?? {})
      return found && (deserialize(found) as Exhibit)
    },
    keep: (id, made) => keep(project, steps[id] ?? {}, serialize(made)),
  }
}

/** Judges a claim, unless `program` did so before from the same evidence; `language` is that of `reasons` (English unless given). */
export function judging(project: string, program: string, language?: string) {
  return async (claim: ClaimBlock, evidence: Evidence, reasons?: Reasons): Promise<Judgement> => {
    const inputs = claimInputs(claim, evidence.results, evidence.stale, program, language)
    const found = revive(find(project, inputs), claim, evidence)
    if (found) return found
    const made = judge(claim, evidence, reasons ? { reasons } : {})
    await keep(project, inputs, dehydrate(made))
    return made
  }
}

/** Runs are named in it, not held. Not JSON, which has no infinite ends of intervals. */
function dehydrate({ claim: _, measured, ...judged }: Judgement): Uint8Array {
  const named = measured.map((one) => ({
    ...one,
    sources: one.sources.map((source) =>
      source.type === 'run' ? { type: 'run', name: runName(source.run), n: source.n } : source,
    ),
  }))
  return serialize({ ...judged, measured: named })
}

type Dehydrated = Omit<Judgement, 'claim' | 'measured'> & {
  readonly measured: readonly (Omit<Measured, 'sources'> & {
    readonly sources: readonly (
      | { readonly type: 'run'; readonly name: string; readonly n: number }
      | PublishedSource
    )[]
  })[]
}

function revive(found: Buffer | undefined, claim: ClaimBlock, { results }: Evidence): Judgement | undefined {
  if (found === undefined) return undefined
  const runs = new Map(results.runs.map((run) => [runName(run), run]))
  const { measured, ...judged } = deserialize(found) as Dehydrated
  const whole = measured.map((one) => ({
    ...one,
    sources: one.sources.flatMap((source): readonly Source[] => {
      if (source.type === 'published') return [source]
      const run = runs.get(source.name)
      return run ? [{ type: 'run', run, n: source.n }] : []
    }),
  }))
  return { ...judged, claim, measured: whole }
}

/** Deletes what no report was made from. */
export function tidy(project: string): void {
  const used = new Set(everyManifest(project).flatMap(({ steps }) => Object.values(steps).map(digest)))
  for (const name of openFiles(project).list(folder)) {
    if (!used.has(name)) rmSync(join(project, folder, name), { force: true })
  }
}
