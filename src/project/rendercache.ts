/**
 * The render cache: tables, figures and judgements in .repro/render-cache/<digest of their inputs>. Only
 * entries with this machine's seal are read: a stranger's bytes could deserialize to anything.
 */

import { deserialize, serialize } from 'node:v8'
import { type Judgement, judge } from '../claims/judge.ts'
import type { Measured } from '../claims/measure.ts'
import type { Reasons } from '../claims/reasons.ts'
import type { Evidence } from '../claims/scope.ts'
import type { ClaimBlock } from '../document/block.ts'
import { expressionsOfClaim } from '../document/claim.ts'
import { remove } from '../files/change.ts'
import { keepLightly } from '../files/drafts.ts'
import { contentOf } from '../files/ordinary.ts'
import { openFiles } from '../files/tracked.ts'
import type { PublishedSource, Source } from '../query/quantity.ts'
import { cellsRead } from '../query/query.ts'
import type { FloatCache } from '../report/floats.ts'
import type { Float } from '../report/model.ts'
import { digest } from '../results/key.ts'
import { runName, type Inputs, runsByName } from '../results/run.ts'
import type { Item } from '../results/seal.ts'
import { everyManifest } from './manifest.ts'
import { claimInputs } from './renderinputs.ts'
import type { Site } from './site.ts'

const folder = '.repro/render-cache'

/** With `memory` (by digest of inputs), what is made is kept there, and on the disk nothing. */
type Place = Pick<Site, 'project' | 'seal' | 'announce'> & {
  readonly memory?: Map<string, Uint8Array> | undefined
}

function itemOf(name: string): Item {
  return { kind: 'rendered', path: `${folder}/${name}` }
}

function find({ project, seal, memory }: Place, inputs: Inputs): Uint8Array | undefined {
  const name = digest(inputs)
  const known = memory?.get(name)
  if (known) return known
  const file = contentOf(project, `${folder}/${name}`)
  const found = file && seal.open(itemOf(name), file)
  if (found) memory?.set(name, found)
  return found
}

async function keep({ project, seal, memory }: Place, inputs: Inputs, made: Uint8Array): Promise<void> {
  const item = itemOf(digest(inputs))
  if (memory) return void memory.set(digest(inputs), made)
  const file = seal.close(item, made)
  if (file) await keepLightly(project, item.path, file)
}

/** Cache of tables and figures; `steps` are their inputs by id. */
export function floatCache(place: Place, steps: ReadonlyMap<string, Inputs>): FloatCache {
  return {
    find(id) {
      const found = find(place, steps.get(id) ?? {})
      return found && (JSON.parse(new TextDecoder().decode(found)) as Float)
    },
    keep: (id, float) => keep(place, steps.get(id) ?? {}, new TextEncoder().encode(JSON.stringify(float))),
  }
}

/** Versions of a table or figure that a live document keeps: its author may go back. */
const mostVersions = 5

/** Returns caches of tables and figures that keep in memory what is made, and read what builds made. */
export function openFloatMemory(place: Place): (steps: ReadonlyMap<string, Inputs>) => FloatCache {
  const known = new Map<string, readonly { readonly inputs: Inputs; readonly float: Float }[]>()
  return (steps) => {
    const onDisk = floatCache(place, steps)
    const remember = (id: string, float: Float) => {
      const before = known.get(id) ?? []
      known.set(id, [{ inputs: steps.get(id) ?? {}, float }, ...before].slice(0, mostVersions))
    }
    return {
      find(id) {
        const inputs = steps.get(id) ?? {}
        const version = known.get(id)?.find((one) => areSame(one.inputs, inputs))
        if (version) return version.float
        const found = onDisk.find(id)
        if (found) remember(id, found)
        return found
      },
      keep: async (id, float) => remember(id, float),
    }
  }
}

function areSame(one: Inputs, other: Inputs): boolean {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}

/** What the bytes in a live document's memory mean. */
const judgements = new WeakMap<Uint8Array, Judged<NamedMeasured>>()

/**
 * Judges claims, reusing judgements that `program` made from the same evidence. `language` is that of
 * `reasons` (English by default); `used` collects the digests of their inputs.
 */
export function cachedJudge(place: Place, program: string, language?: string, used?: Set<string>) {
  return async (claim: ClaimBlock, evidence: Evidence, reasons?: Reasons): Promise<Judgement> => {
    const inputs = claimInputs(claim, evidence.results, evidence.stale, program, language)
    used?.add(digest(inputs))
    const found = revive(find(place, inputs), claim, evidence)
    if (found) return found
    await announceClaim(place, claim, evidence)
    const made = judge(claim, evidence, reasons ? { reasons } : {})
    await keep(place, inputs, dehydrate(made))
    return made
  }
}

/** From here on, a claim takes a second and more. */
const manyRows = 100_000

/** Announces that a claim is judged whose intervals take their time. */
export async function announceClaim(
  { announce }: Pick<Site, 'announce'>,
  claim: ClaimBlock,
  { results }: Evidence,
): Promise<void> {
  if (announce === undefined) return
  const read = new Set(cellsRead(expressionsOfClaim(claim), results.experiments).names)
  const rows = results.runs
    .filter((run) => read.has(runName(run)))
    .reduce((sum, run) => sum + run.rows.length, 0)
  if (rows >= manyRows) await announce(`judging ${claim.id} by ${rows} rows, which takes a while`)
}

/** Stores run names only. Uses v8.serialize, as JSON cannot hold infinite interval bounds. */
function dehydrate({ claim: _, ...judged }: Judgement): Uint8Array {
  const named = ({ sources, ...one }: Measured): NamedMeasured => ({
    ...one,
    sources: sources.map((source) =>
      source.type === 'run' ? { type: 'run', name: runName(source.run), n: source.n } : source,
    ),
  })
  return serialize(withMeasured(judged, named))
}

type NamedMeasured = Omit<Measured, 'sources'> & {
  readonly sources: readonly (
    | { readonly type: 'run'; readonly name: string; readonly n: number }
    | PublishedSource
  )[]
}

interface Judged<M> {
  readonly measured: readonly M[]
  readonly grid?: readonly { readonly measured: readonly M[] }[]
  readonly control?: { readonly measured: readonly M[] }
}

/** Maps the numbers of a judgement, of its conditions and of its control. */
function withMeasured<M, N>(judged: Judged<M>, map: (one: M) => N): Judged<N> {
  const { measured, grid, control, ...rest } = judged
  return {
    ...rest,
    measured: measured.map(map),
    ...(grid ? { grid: grid.map((row) => ({ ...row, measured: row.measured.map(map) })) } : {}),
    ...(control ? { control: { ...control, measured: control.measured.map(map) } } : {}),
  }
}

function revive(
  found: Uint8Array | undefined,
  claim: ClaimBlock,
  { results }: Evidence,
): Judgement | undefined {
  if (found === undefined) return undefined
  const judged = judgements.get(found) ?? (deserialize(found) as Judged<NamedMeasured>)
  judgements.set(found, judged)
  const runs = runsByName(results.runs)
  const whole = ({ sources, ...one }: NamedMeasured): Measured => ({
    ...one,
    sources: sources.flatMap((source): readonly Source[] => {
      if (source.type === 'published') return [source]
      const run = runs.get(source.name)
      return run ? [{ type: 'run', run, n: source.n }] : []
    }),
  })
  return { ...(withMeasured(judged, whole) as Judgement), claim }
}

/** Prunes entries made here that no report uses. */
export async function pruneRenderCache({ project, seal }: Place): Promise<void> {
  const used = new Set(
    everyManifest({ project, seal }).flatMap(({ steps, judged = [] }) => [
      ...Object.values(steps).map(digest),
      ...judged,
    ]),
  )
  for (const name of openFiles(project).list(folder)) {
    const path = `${folder}/${name}`
    const file = used.has(name) ? undefined : contentOf(project, path)
    if (file && seal.isOurs(itemOf(name), file)) await remove(project, path)
  }
}
