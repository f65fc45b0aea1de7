/**
 * The order of boots that must run one at a time. In rounds, each with a boot of every pattern of a block, a
 * drift of the machine (heat, another program) falls on all patterns alike and does not look like an effect. Every
 * second round reverses the one before, so that a steady drift cancels over both; the others are drawn anew, so that
 * no pattern always runs behind the same one. Boots with one number are paired when cells are compared
 * (stats/pairing.ts), which makes this a design of randomized complete blocks.
 */

import { runName } from '../results/run.ts'
import { randomNumbers } from '../stats/random.ts'
import type { Boot } from './boots.ts'
import type { Enter } from './execute.ts'
import type { Step } from './plan.ts'

export interface Turn {
  readonly step: Step
  readonly boot: Boot
}

/** Steps that share rounds: those of a block, or a single one where its order is blocked. */
export function groupsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups = Map.groupBy(steps, ({ cell }) =>
    cell.block.order === 'blocked' ? runName(cell) : `${cell.experiment}/${cell.environment}`,
  )
  return [...groups.values()]
}

/**
 * Returns the turns of steps that share a block: round by round, in an order that the block's seed decides, also
 * if some patterns do not run.
 */
export function turnsOf(steps: readonly Step[]): readonly Turn[] {
  const rounds = Math.max(0, ...steps.map(({ boots }) => boots.length))
  return Array.from({ length: rounds }, (_, round) => {
    const order = [...placesIn(steps, round + 1)].toSorted(([, a], [, b]) => a - b)
    return order.flatMap(([step]) => {
      const boot = step.boots[round]
      return boot === undefined ? [] : [{ step, boot }]
    })
  }).flat()
}

/** A pattern's place in a round is a number of its own, so that it is the same whatever other patterns there are. */
function placesIn(steps: readonly Step[], round: number): ReadonlyMap<Step, number> {
  const isReversed = round % 2 === 0
  return new Map(
    steps.map((step) => {
      const { block, pattern } = step.cell
      const place = randomNumbers(`${block.seed} round ${isReversed ? round - 1 : round} ${pattern}`)()
      return [step, isReversed ? -place : place]
    }),
  )
}

/** Which of all turns a step's boots have, from 1: `1, 4, 5, 8 of 8`. */
export function turnsText(step: Step, turns: readonly Turn[]): string {
  const own = turns.flatMap((turn, index) => (turn.step === step ? [index + 1] : []))
  return `${own.join(', ')} of ${turns.length}`
}

/** Gives boots their turns. All boots of all steps must have entered before `run` is called. */
export function openRounds(turns: readonly Turn[]): {
  readonly enterOf: (step: Step) => Enter
  /** Runs one boot after the other; `ended` tells when a step is wholly done, before another one's boot starts. */
  readonly run: (ended: (step: Step) => Promise<unknown>) => Promise<void>
} {
  const waiting = new Map<Boot, () => Promise<void>>()
  return {
    enterOf: () => (boot, action) =>
      new Promise((resolve, reject) => {
        waiting.set(boot, async () => await action().then(resolve, reject))
      }),
    async run(ended) {
      const last = new Map(turns.map(({ step, boot }) => [step, boot]))
      for (const { step, boot } of turns) {
        await waiting.get(boot)?.()
        // What a finished cell still writes would disturb the next boot.
        if (last.get(step) === boot) await ended(step)
      }
    },
  }
}
