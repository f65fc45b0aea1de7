/** Runs the local experiments of a document in the order in which boots take their turns, with a function in place of scripts. */

import { VFile } from 'vfile'
import { type Judgement, judge } from '../../src/claims/judge.ts'
import type { ClaimBlock } from '../../src/document/block.ts'
import type { Document } from '../../src/document/document.ts'
import { parseDocument } from '../../src/document/document.ts'
import { withRounds } from '../../src/document/rounds.ts'
import { plannedBoots } from '../../src/engine/boots.ts'
import { cellsOf } from '../../src/engine/cells.ts'
import type { Step } from '../../src/engine/plan.ts'
import { groupsOf, turnsOf } from '../../src/engine/rounds.ts'
import type { Parameters } from '../../src/results/parameters.ts'
import type { Row, Run } from '../../src/results/run.ts'
import { settled } from '../results/fake.ts'

/** Throws an Error with the messages of a document that has any. */
export function opened(text: string): Document {
  const file = new VFile({ path: 'paper/index.md', value: `---\ntitle: T\n---\n${text}` })
  const document = withRounds(parseDocument(file), ['local'])
  if (file.messages.length > 0) throw new Error(file.messages.map(String).join('\n'))
  return document
}

/** @param measure of one trial, in milliseconds; `turn` counts trials of all patterns from 0 */
export function measured(
  { blocks }: Pick<Document, 'blocks'>,
  measure: (parameters: Parameters, turn: number) => number,
): readonly Run[] {
  const steps = cellsOf(blocks).map((cell) => ({ cell, boots: plannedBoots(cell, {}) }) as unknown as Step)
  const rows = new Map(steps.map((step) => [step, [] as Row[]]))
  let turn = 0
  for (const { step, boot } of groupsOf(steps).flatMap(turnsOf)) {
    const own = rows.get(step) ?? []
    for (let trial = 0; trial < boot.trials; trial += 1) {
      const timeMs = measure(step.cell.definition.parameters, turn)
      own.push({ trial: own.length, boot: boot.number, timeMs })
      turn += 1
    }
  }
  return steps.map((step) => {
    const { experiment, environment, pattern, block, definition } = step.cell
    const isSingle = block.boots === 1
    return settled({
      ...{ experiment, environment, pattern, key: '', inputs: {}, origin: 'local' },
      ...{ trials: block.trials, seed: block.seed, parameters: definition.parameters },
      columns: [
        { name: 'trial', role: 'index' },
        ...(isSingle ? [] : [{ name: 'boot', role: 'index' } as const]),
        { name: 'timeMs', role: 'measure', unit: 'ms' },
      ],
      rows: (rows.get(step) ?? []).map(({ boot, ...row }) => (isSingle ? row : { ...row, boot: boot ?? 1 })),
      ...{ exclusions: [], captured: {}, files: {}, provenance: {} },
    })
  })
}

/** Judgements of the document's claims over runs, by id. */
export function judged(
  { blocks }: Pick<Document, 'blocks'>,
  runs: readonly Run[],
): Readonly<Record<string, Judgement>> {
  const experiments = blocks.filter((block) => block.type === 'experiment')
  const claims = blocks.filter((block): block is ClaimBlock => block.type === 'claim')
  const evidence = { results: { experiments, runs }, stale: new Map() }
  return Object.fromEntries(claims.map((claim) => [claim.id, judge(claim, evidence, { resamples: 300 })]))
}
