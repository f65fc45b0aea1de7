/**
 * How the variance of a measured value splits between boots and the trials of a boot, and what the next run
 * should add. Leaving out each trial (all rows of it, in every cell that shares its seed) gives its influence
 * on the value; the components of variance are those of the influences.
 */

import type { Expression } from '../query/expression.ts'
import { pathsToRuns, type Results } from '../query/query.ts'
import { statistic } from '../query/statistics.ts'
import { type Advice, adviceFor, type Components, components, variancesOf } from '../stats/components.ts'
import { resampler, runsOf, samplesOf, trialsIn } from './resample.ts'

export interface Spread {
  /** Share of the value's variance that comes from differences between boots; the rest is that of trials. */
  readonly betweenBoots: number
  /** Of the sample with the fewest, and trials per boot. */
  readonly boots: number
  readonly trials: number
  /** What would halve the interval. */
  readonly halving: Advice
}

/** Returns undefined where nothing varies, or for a value without components (`componentsOf`). */
export function spreadOf(found: readonly Components[]): Spread | undefined {
  if (found.length === 0) return undefined
  const halving = adviceFor(found)
  const { between, within } = variancesOf(found)
  if (halving === undefined || !(between + within > 0)) return undefined
  const fewest = found.reduce((a, b) => (b.boots < a.boots ? b : a))
  const { boots, trials } = fewest
  return { betweenBoots: between / (between + within), boots, trials, halving }
}

/** Leaving out one trial says little of a quantile. */
const smooth = ['mean', 'variance', 'sd', 'n']
/** Limit on trials read: a second. */
const mostRead = 1e7

/**
 * Returns the components of an expression's value, for each of its independent samples. None if a run has a
 * single boot, if a statistic is not smooth, or if there are too many trials to leave out.
 */
export function componentsOf(ast: Expression, results: Results): readonly Components[] {
  const runs = runsOf(ast, results)
  if (runs.length === 0) return []
  const { sampleOf, samples } = samplesOf(runs)
  const names = pathsToRuns(ast).map(({ parts }) => parts.at(-1) ?? '')
  if (samples.some(({ unit }) => unit !== 'boot')) return []
  if (names.some((name) => statistic(name) !== undefined && !smooth.includes(name))) return []
  const trials = runs.map(trialsIn)
  const all = trials.reduce((sum, { size }) => sum + size, 0)
  if (all ** 2 > mostRead * samples.length) return []
  const units = trials.map((those) => ({ groups: [...those.values()].map(({ rows }) => rows) }))
  const value = resampler(ast, runs, units, results)
  const whole = trials.map((those) => [...those.keys()])
  const without = (sample: number, left: string) =>
    value(
      whole.map((names, run) =>
        Uint32Array.from(
          [...names.keys()].filter((index) => sampleOf[run] !== sample || names[index] !== left),
        ),
      ),
    )
  const estimate = without(-1, '')
  const found = samples.map((_, sample) => {
    const members = trials.filter((_, run) => sampleOf[run] === sample)
    const boots = new Map(members.flatMap((those) => [...those].map(([name, { boot }]) => [name, boot])))
    const influences = [...boots].map(([name, boot]) => ({
      boot,
      influence: (boots.size - 1) * (estimate - without(sample, name)),
    }))
    return [...Map.groupBy(influences, ({ boot }) => boot).values()].map((those) =>
      those.map(({ influence }) => influence),
    )
  })
  return found.flat(2).every(Number.isFinite) ? found.map((boots) => components(boots)) : []
}
