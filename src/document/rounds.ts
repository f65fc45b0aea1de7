/**
 * How many rounds of boots a local experiment has where its block does not say. The shared clock of a host
 * drifts, so patterns that are compared take turns.
 */

import type { ExperimentBlock } from './block.ts'
import { type Document, withBlocks } from './document.ts'

/**
 * Even, as every second round reverses the one before, so that a steady drift cancels; and no fewer than five, as
 * the interval of a median over boots needs.
 */
const usualRounds = 6

type Measured = Pick<ExperimentBlock, 'trials' | 'patterns' | 'parallel' | 'needs' | 'order'>

/** Whether patterns are timed on one clock, so that a drift could look like an effect. */
export function takesTurns({ trials, patterns, parallel = false, needs, order }: Measured): boolean {
  return !parallel && needs.length === 0 && order !== 'blocked' && trials > 1 && patterns.length > 1
}

/** Rounds for a block that takes turns: one trial each, if there are only a few. */
export function roundsFor(trials: number): number {
  return Math.min(usualRounds, trials)
}

/**
 * Gives the experiments of a document rounds where they are wholly local, compare patterns, and do not say how many
 * boots they have. Of a translation, the original's were given theirs.
 *
 * @param shared environments whose boots share the clock of this host
 */
export function withRounds(document: Document, shared: readonly string[]): Document {
  if (document.original !== undefined) return document
  const unsaid = new Set(
    document.fences.flatMap(({ block, source }) =>
      block !== undefined && source !== undefined && !Object.hasOwn(source.data, 'boots')
        ? [block.place]
        : [],
    ),
  )
  return withBlocks(document, (block) => {
    if (block.type !== 'experiment' || !unsaid.has(block.place) || !takesTurns(block)) return block
    if (!block.environments.every((name) => shared.includes(name))) return block
    return { ...block, boots: roundsFor(block.trials), hasUsualRounds: true }
  })
}
