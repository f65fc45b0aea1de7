/** Messages that describe what a claim allows and what was measured, in one language. */

import type { Unit } from '../stats/clusters.ts'
import type { Method } from './measure.ts'

export interface Phrases {
  /** `4.45 (Table 5)`. */
  readonly published: (number: string, source: string) => string
  /** Several published numbers. */
  readonly numbers: (numbers: readonly string[]) => string
  /** A shift with the ratio of means. */
  readonly shifted: (shift: string, ratio: string) => string
  /** Allowed limits, with units. */
  readonly between: (low: string, high: string) => string
  readonly atLeast: (low: string) => string
  readonly above: (low: string) => string
  readonly atMost: (high: string) => string
  readonly below: (high: string) => string
  readonly anything: string
  /** Allowed shift; `share` in percent. */
  readonly shift: (limit: string, share: string) => string
  readonly difference: (limit: string) => string
  /** Limits of a claim with several numbers. */
  readonly limits: (limits: readonly string[]) => string
  /** Method of an interval; `draws` is for the bootstrap. */
  readonly method: Readonly<Record<Method, (per: readonly Unit[], draws: string) => string>>
  /** All methods of a claim; its `numbers` split the error level. */
  readonly methods: (methods: readonly string[], numbers: number) => string
}

export const english: Phrases = {
  published: (number, source) => `${number} (${source})`,
  numbers: (numbers) => numbers.join(' and '),
  shifted: (shift, ratio) => `${shift}, means ${ratio} : 1`,
  between: (low, high) => `from ${low} to ${high}`,
  atLeast: (low) => `at least ${low}`,
  above: (low) => `above ${low}`,
  atMost: (high) => `at most ${high}`,
  below: (high) => `below ${high}`,
  anything: 'anything',
  shift: (limit, share) => `a shift ${limit} (${share} % of the first series' median)`,
  difference: (limit) => `a difference ${limit}, for each value and the one before`,
  limits: (limits) => limits.join('; '),
  method: {
    ranks: (per) =>
      `Hodges and Lehmann's shift between the series with the 95 % interval of Mann and Whitney's test over ${plural(per)}`,
    means: (per) => `difference between the series' means of ${plural(per)} with Welch's 95 % interval`,
    bootstrap: (per, draws) => `95 % interval by BCa bootstrap, ${draws} draws of whole ${plural(per)}`,
    student: (per) => `Student's 95 % interval with the jackknife's error over ${plural(per)}`,
  },
  methods: (methods, numbers) =>
    `${methods.join('; ')}${numbers > 1 ? `; ${numbers} numbers share the 5 % of error (Bonferroni)` : ''}`,
}

function plural(per: readonly Unit[]): string {
  return per.map((one) => `${one}s`).join(' and ')
}
