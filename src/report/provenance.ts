/** Provenance of a report: its generator, its inputs, and how to rebuild it. */

import { createHash } from 'node:crypto'
import { dataIn } from '../claims/data.ts'
import { editsOf } from '../claims/edits.ts'
import { acceptedEdits } from '../results/acceptance.ts'
import { defaultDocument, runName, type Run } from '../results/run.ts'
import { invocation, shellWord } from '../text/program.ts'
import type { RenderContext } from './context.ts'
import type { Fact, Provenance } from './model.ts'

export interface Origin {
  /** Name and version of this program. */
  readonly generator: string
  /** Project-relative paths and texts: the document, and the original if it is a translation. */
  readonly documents: readonly { readonly path: string; readonly text: string }[]
  /** By the id of data: where it comes from, in words. */
  readonly sources?: ReadonlyMap<string, string>
  /** Whether the document has experiments or data. */
  readonly hasSources?: boolean
}

export function provenance(
  { generator, documents, sources = new Map(), hasSources = true }: Origin,
  all: readonly Run[],
  { messages, display }: Pick<RenderContext, 'messages' | 'display'>,
): Provenance {
  const own = messages.provenance
  const runs = all.filter(({ origin }) => origin !== 'data')
  const data = dataIn(all)
  const facts: readonly Fact[] = [
    [own.madeBy, generator],
    ...documents.map(({ path, text }, index): Fact => [
      index === 0 ? own.document : own.original,
      own.digestOf(path, sha256(text)),
    ]),
    ...(runs.length === 0 && (data.length > 0 || !hasSources)
      ? []
      : [[own.runs, own.runsDigest(runs.length, runsDigest(runs))] as const]),
    ...data.map(({ run, file, sha256: digest, rows }): Fact => [
      own.data,
      own.dataDigest(file, digest, rows, sources.get(run.split('/')[0] ?? '')),
    ]),
    ...editsOf(runs).map((one): Fact => [own.edits, messages.claim.reasons.edits(one)]),
    ...shared(runs).map(([name, value]) => [display(name), value] as const),
  ]
  const [{ path } = { path: defaultDocument }] = documents
  const command = path === defaultDocument ? `${invocation} build` : `${invocation} build ${shellWord(path)}`
  return { facts, howTo: hasSources ? own.howTo(command, `${command} --rerun`) : own.howToRender(command) }
}

/** Returns one digest of all runs, independent of order: equal digests mean equal results. */
export function runsDigest(runs: readonly Run[]): string {
  return sha256(runs.map(lineOf).sort().join('\n'))
}

const lines = new WeakMap<Run, string>()

function lineOf(run: Run): string {
  const known = lines.get(run)
  if (known !== undefined) return known
  const files = Object.entries(run.files).map(([name, file]) => `${name}=${file.sha256}`)
  const edits = acceptedEdits(run).flatMap(({ files }) => files.map(({ file, after }) => `${file}=${after}`))
  const line = [runName(run), run.key, ...files.sort(), ...edits].join(' ')
  lines.set(run, line)
  return line
}

/** Returns the provenance that all runs share (host, program); differences are listed per run. */
function shared(runs: readonly Run[]): readonly (readonly [string, string])[] {
  const [first, ...others] = runs
  return Object.entries(first?.provenance ?? {})
    .filter(([name, value]) => name !== 'document' && others.every((run) => run.provenance[name] === value))
    .map(([name, value]) => [name, String(value)] as const)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
