/** Simulated cells whose truth is known: boots that differ, of trials that resemble their neighbours. */

import type { Sample } from '../../src/stats/clusters.ts'

/** Distributions with mean 0 and standard deviation 1. */
export type Shape = 'normal' | 'lognormal' | 'very skewed'

export interface Cell {
  readonly boots: number
  readonly trials: number
  /** Standard deviation between boots, in that of the trials of a boot. */
  readonly between: number
  /** Lag-1 autocorrelation of normal values, before they are shaped. */
  readonly lag1: number
  readonly shape: Shape
  readonly mean: number
  /** Standard deviation of the trials of a boot. */
  readonly sd: number
  /** Noise that cells with the same seeds share, as `noiseOf` draws it. */
  readonly shared?: readonly (readonly number[])[]
}

export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** The share of a trial's variance that a cell has to itself if it shares noise: correlation 0.91. */
const own = 0.3

/** Draws a cell in trial order; a single boot has the cell's mean. It has a seed only if it shares noise. */
export function drawCell(cell: Cell, random: () => number): Sample {
  const { boots, mean, sd, between, shape, shared } = cell
  const noise = noiseOf(cell, random).map((trials, boot) => {
    const level = boots === 1 ? 0 : between * shaped(normal(random), shape)
    return trials.map((value, trial) => {
      const common = shared?.[boot]?.[trial]
      return mean + sd * (level + (common === undefined ? value : own * value + common))
    })
  })
  const values = noise.flat()
  const clusters = noise.flatMap((trials, boot) => trials.map(() => boot))
  return shared === undefined ? { values, clusters } : { values, clusters, seed: 1 }
}

/** Draws stationary noise for the trials of each boot. */
export function noiseOf(
  { boots, trials, lag1, shape }: Pick<Cell, 'boots' | 'trials' | 'lag1' | 'shape'>,
  random: () => number,
): readonly (readonly number[])[] {
  return Array.from({ length: boots }, () => {
    let z = normal(random)
    return Array.from({ length: trials }, () => {
      const value = shaped(z, shape)
      z = lag1 * z + Math.sqrt(1 - lag1 ** 2) * normal(random)
      return value
    })
  })
}

/** Lognormal: skewness 1.75, as times on a busy machine; very skewed: 6.2. */
function shaped(z: number, shape: Shape): number {
  if (shape === 'normal') return z
  const sigma = shape === 'lognormal' ? 0.5 : 1
  const square = Math.exp(sigma ** 2)
  return (Math.exp(sigma * z) - Math.sqrt(square)) / Math.sqrt(square * (square - 1))
}
