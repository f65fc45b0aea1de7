/** What a claim allows and what was measured of it, in words. A vocabulary of them is one language's. */

import type { Unit } from '../stats/clusters.ts'
import type { Method } from './measure.ts'

export interface Phrases {
  /** `4.45 (Table 5)`. */
  readonly published: (number: string, source: string) => string
  /** Several published numbers. */
  readonly numbers: (numbers: readonly string[]) => string
  /** A shift, and the ratio of the means that it comes with. */
  readonly shifted: (shift: string, ratio: string) => string
  /** Limits of what is allowed, with their units. */
  readonly between: (low: string, high: string) => string
  readonly atLeast: (low: string) => string
  readonly above: (low: string) => string
  readonly atMost: (high: string) => string
  readonly below: (high: string) => string
  readonly anything: string
  /** What a direction allows; `share` in per cent. */
  readonly shift: (limit: string, share: string) => string
  readonly difference: (limit: string) => string
  /** What one claim allows of several numbers. */
  readonly limits: (limits: readonly string[]) => string
  /** How an interval was made, from what; `draws` are those of a bootstrap. */
  readonly method: Readonly<Record<Method, (per: readonly Unit[], draws: string) => string>>
  /** All methods of a claim, whose `numbers` share the error. */
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
