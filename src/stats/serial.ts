/**
 * The error of the mean of one boot's trials, which resemble their neighbours. A plug-in of the estimated
 * autocorrelation covers far too little, as 10 to 50 trials leave it uncertain (91 % for 50 trials and 0.5,
 * 70 % for 0.85). Here its likelihood, free of mean and variance (Cox and Reid 1987; for this model Cheang
 * and Reinsel, "Bias reduction of autoregressive estimates", 2000), weighs each possible autocorrelation, and
 * the interval is Student's mixture over them.
 */

import { type Sequence, varianceShare } from './autocorrelation.ts'
import { mean, sampleVariance, sum } from './moments.ts'
import { type Component, quantileMixture, quantileStudent } from './student.ts'

/** Autocorrelations that are weighed, evenly between -1 and 1. */
const grid = Array.from({ length: 48 }, (_, index) => -1 + (index + 0.5) / 24)

/**
 * Returns the variance of the mean of trials in order, such that Student's interval at `level` with n - 1
 * degrees of freedom covers the boot's true mean. At least the variance over n. NaN for fewer than two
 * trials.
 */
export function serialVariance(values: Sequence, level = 0.95): number {
  const n = values.length
  const independent = sampleVariance(values) / n
  if (!(independent > 0)) return independent
  const p = 1 - (1 - level) / 2
  const reach = quantileMixture(p, componentsOf(values), n - 1) / quantileStudent(p, n - 1)
  return Math.max(independent, reach ** 2)
}

/**
 * Returns how much wider a 95 % interval of the difference or sum of these boots' means is than if the trials
 * were independent; at least 1. Also used at other levels: at higher ones the mixture's heavy tails would
 * leave no power to distinguish several patterns of a dozen trials each.
 */
export function serialFactor(boots: readonly Sequence[]): number {
  const independent = sum(boots.map((values) => sampleVariance(values) / values.length))
  if (!(independent > 0)) return 1
  return Math.sqrt(sum(boots.map((values) => serialVariance(values))) / independent)
}

function componentsOf(values: Sequence): readonly Component[] {
  const center = mean(values)
  const deviations = values.map((value) => value - center)
  const fitted = grid.map((lag1) => fit(deviations, lag1))
  const best = Math.max(...fitted.map(({ likelihood }) => likelihood))
  const weights = fitted.map(({ likelihood }) => Math.exp(likelihood - best))
  const total = sum(weights)
  return fitted.flatMap(({ scale }, index) => {
    const weight = (weights[index] as number) / total
    return weight < 1e-6 ? [] : [{ weight, scale }]
  })
}

/**
 * Generalised least squares with this autocorrelation: log likelihood, and the standard error of the mean.
 */
function fit(deviations: Sequence, lag1: number): { readonly likelihood: number; readonly scale: number } {
  const n = deviations.length
  const first = deviations[0] as number
  // Innovations of the deviations and of a constant: the first trial has the stationary variance.
  const stationary = 1 - lag1 ** 2
  let constant = stationary
  let both = stationary * first
  let squares = stationary * first ** 2
  let all = first ** 2
  for (let i = 1; i < n; i += 1) {
    const innovation = (deviations[i] as number) - lag1 * (deviations[i - 1] as number)
    constant += (1 - lag1) ** 2
    both += (1 - lag1) * innovation
    squares += innovation ** 2
    all += (deviations[i] as number) ** 2
  }
  // The floor keeps trials that follow the model exactly from certainty.
  const rest = Math.max(squares - both ** 2 / constant, 1e-9 * all)
  return {
    likelihood: (Math.log(stationary) - Math.log(constant) - (n - 1) * Math.log(rest)) / 2,
    scale: Math.sqrt((rest / (n - 1) / stationary) * varianceShare(n, lag1)),
  }
}
