/** Messages that describe what a claim allows and what was measured, in one language. */

import type { UnitName } from '../stats/clusters.ts'
import type { PairingName } from '../stats/pairing.ts'

/** `1, 2 and 3`. */
const listed = (words: readonly string[]) => new Intl.ListFormat('en-GB').format(words)

export const english = {
  /** `4.45 (Table 5)`. */
  published: (number: string, source: string) => `${number} (${source})`,
  /** A condition of the claim, or the claim as stated. */
  under: (label: string | undefined) => (label === undefined ? 'as stated' : `with ${label}`),
  control: (label: string) => `control: ${label}`,
  /** Verdict under a condition, and its numbers or its reason. */
  verdictFor: (verdict: string, why: string) => `${verdict}: ${why}`,
  /** Several published numbers. */
  numbers: (numbers: readonly string[]) => listed(numbers),
  /** A shift with the ratio of means. */
  shifted: (shift: string, ratio: string) => `${shift}, means ${ratio} : 1`,
  /** Allowed limits, with units. */
  between: (low: string, high: string) => `from ${low} to ${high}`,
  atLeast: (low: string) => `at least ${low}`,
  above: (low: string) => `above ${low}`,
  atMost: (high: string) => `at most ${high}`,
  below: (high: string) => `below ${high}`,
  anything: 'anything',
  /** A region around a published number, chosen by the author of the claim. */
  byHand: (limit: string) => `${limit} (a tolerance chosen by hand)`,
  /** A region from published samples alone; then `refuted` and `detectable`. */
  agrees: (limit: string, samples: readonly string[], refuted: string, detectable: string | undefined) =>
    `${limit} (95 % interval of the published value alone: ${samples.join(' and ')}); ${[refuted, ...(detectable === undefined ? [] : [detectable])].join('; ')}`,
  /** Where a new run of the published distribution lies, and whose spread that comes from. */
  refuted: (limit: string, from: 'published' | 'boots') =>
    `not reproduced only outside of the 95 % prediction interval ${limit}, ${
      from === 'boots'
        ? 'which comes from the spread of our own boots, wider than the published one'
        : 'which comes from the published spread'
    }`,
  /** True values between which a difference would hardly be noticed. */
  detectable: (limit: string) =>
    `a true value not ${limit} would be found to differ in four of five such studies`,
  sample: (n: string, mean: string, sd: string) => `n = ${n}, mean ${mean}, standard deviation ${sd}`,
  /** Allowed shift; `share` in percent. */
  shift: (limit: string, share: string) => `a shift ${limit} (${share} % of the first series' median)`,
  difference: (limit: string) => `a difference ${limit} between each value and the one before`,
  /** Limits of a claim with several numbers. */
  limits: (limits: readonly string[]) => limits.join('; '),
  /** Method of an interval; `draws` is for the bootstrap. */
  method: {
    ranks: (per: readonly UnitName[]) =>
      'Hodges–Lehmann shift between the series with the 95 % interval of the Mann–Whitney ' +
      `test over ${plural(per)}`,
    means: (per: readonly UnitName[]) =>
      `difference between the series' means of ${plural(per)} with Student's 95 % interval`,
    bootstrap: (per: readonly UnitName[], draws: string) =>
      `95 % interval by BCa bootstrap, ${draws} resamples of whole ${plural(per)}`,
    student: (per: readonly UnitName[]) =>
      `Student's 95 % interval with the jackknife standard error over ${plural(per)}`,
  },
  /** A method, and whether boots of different cells share seeds. */
  paired: (method: string, pairing: PairingName) => `${method}, ${pairing}`,
  /** Share of a value's variance, in percent. */
  betweenBoots: (share: string) =>
    `${share} % of the variance lies between boots, the rest between the trials of a boot`,
  /** What halves an interval, and what there is now; without `trials`, no number of trials does. */
  halving: (
    boots: readonly [now: string, needed: string],
    trials: readonly [now: string, needed: string | undefined],
  ) =>
    `an interval half as wide needs ${boots[1]} boots (now ${boots[0]})${trials[1] === undefined ? ', and no number of trials per boot would do' : ` or ${trials[1]} trials per boot (now ${trials[0]})`}`,
  oneBoot: 'one boot says nothing about the spread between boots: the next run should add boots',
  /** Lag-1 autocorrelation of the series; the one with the fewest effective trials. */
  serial: (lags: readonly string[], n: string, effective: string, boots: number) =>
    `lag-1 autocorrelation ${lags.join(' to ')}; ${n} trials are worth ${effective} independent ones or more${boots > 1 ? ' (not used: boots are the units)' : ' (used: the interval is wider)'}`,
  /** All methods of a claim, and the level in percent at which one of its `numbers` refutes it. */
  methods: (methods: readonly string[], numbers: number, strict: string) =>
    [
      ...methods,
      ...(numbers > 1
        ? [
            `all ${numbers} numbers must lie inside; one refutes the claim if its interval of ${strict} % lies outside (Bonferroni)`,
          ]
        : []),
    ].join('; '),
}

export type Phrases = typeof english

function plural(per: readonly UnitName[]): string {
  return per.map((one) => `${one}s`).join(' and ')
}
