/** Messages that describe what a claim allows and what was measured, in one language. */

import type { Unit } from '../stats/clusters.ts'
import type { Pairing } from '../stats/pairing.ts'

export const english = {
  /** `4.45 (Table 5)`. */
  published: (number: string, source: string) => `${number} (${source})`,
  /** Several published numbers. */
  numbers: (numbers: readonly string[]) => numbers.join(' and '),
  /** A shift with the ratio of means. */
  shifted: (shift: string, ratio: string) => `${shift}, means ${ratio} : 1`,
  /** Allowed limits, with units. */
  between: (low: string, high: string) => `from ${low} to ${high}`,
  atLeast: (low: string) => `at least ${low}`,
  above: (low: string) => `above ${low}`,
  atMost: (high: string) => `at most ${high}`,
  below: (high: string) => `below ${high}`,
  anything: 'anything',
  /** Allowed shift; `share` in percent. */
  shift: (limit: string, share: string) => `a shift ${limit} (${share} % of the first series' median)`,
  difference: (limit: string) => `a difference ${limit} between each value and the one before`,
  /** Limits of a claim with several numbers. */
  limits: (limits: readonly string[]) => limits.join('; '),
  /** Method of an interval; `draws` is for the bootstrap. */
  method: {
    ranks: (per: readonly Unit[]) =>
      `Hodges–Lehmann shift between the series with the 95 % interval of the Mann–Whitney test over ${plural(per)}`,
    means: (per: readonly Unit[]) =>
      `difference between the series' means of ${plural(per)} with Student's 95 % interval`,
    bootstrap: (per: readonly Unit[], draws: string) =>
      `95 % interval by BCa bootstrap, ${draws} resamples of whole ${plural(per)}`,
    student: (per: readonly Unit[]) =>
      `Student's 95 % interval with the jackknife standard error over ${plural(per)}`,
  },
  /** A method, and whether boots of different cells share seeds. */
  paired: (method: string, pairing: Pairing) => `${method}, ${pairing}`,
  /** All methods of a claim; its `numbers` split the error level. */
  methods: (methods: readonly string[], numbers: number) =>
    `${methods.join('; ')}${numbers > 1 ? `; the 5 % error level is divided among ${numbers} numbers (Bonferroni)` : ''}`,
}

export type Phrases = typeof english

function plural(per: readonly Unit[]): string {
  return per.map((one) => `${one}s`).join(' and ')
}
