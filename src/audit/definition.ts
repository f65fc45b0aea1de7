/** Definitions of spread that a column may use, and the labels that name them. */

import { quantileNormal } from 'vega-statistics'
import { quantileStudent } from '../stats/student.ts'

export interface Definition {
  readonly name: string
  /** 1: the values' unit; 2: its square. */
  readonly power: 1 | 2
  /** Returns the sum of squared deviations of n values with this spread. */
  readonly squares: (spread: number, n: number) => number
  /** Returns the spread of n values with this sum. */
  readonly spread: (squares: number, n: number) => number
}

const populationVariance = variance('population variance', (n) => n)
const sampleVariance = variance('sample variance', (n) => n - 1)
const populationDeviation = deviation('population standard deviation', (n) => n)
const sampleDeviation = deviation('sample standard deviation', (n) => n - 1)
const standardError = deviation('standard error of the mean', (n) => n * (n - 1))

/** Those of a column without a label, in order of preference where the numbers admit several. */
export const definitions: readonly Definition[] = [
  populationVariance,
  sampleVariance,
  populationDeviation,
  sampleDeviation,
  standardError,
]

const errors = [standardError, deviation('standard error from the population deviation', (n) => n * n)]
const deviations = [populationDeviation, sampleDeviation]
const variances = [populationVariance, sampleVariance]

const labels: ReadonlyMap<string, readonly Definition[]> = new Map([
  ...each(['variance', 'var', 'σ²', 'σ2', 'sigma²', 'sigma2'], variances),
  ...each(['sample variance', 's²', 's2', 's^2', 'variance (n-1)', 'var (n-1)'], [sampleVariance]),
  ...each(['population variance', 'variance (n)', 'var (n)'], [populationVariance]),
  ...each(
    [
      'sd',
      'std',
      'stdev',
      'stddev',
      'std dev',
      'st dev',
      'std deviation',
      'standard deviation',
      'σ',
      'sigma',
    ],
    deviations,
  ),
  ...each(['s', 'sample sd', 'sample standard deviation'], [sampleDeviation]),
  ...each(['sd (n-1)', 'std (n-1)', 'stdev (n-1)', 'std dev (n-1)'], [sampleDeviation]),
  ...each(['sd (n)', 'std (n)', 'stdev (n)', 'std dev (n)'], [populationDeviation]),
  ...each(['population sd', 'population standard deviation'], [populationDeviation]),
  ...each(['se', 'sem', 'std err', 'std error', 'stderr', 'standard error'], errors),
  ...each(['standard error of the mean', 'se mean'], errors),
  ...each(['±', 'spread', 'dispersion'], definitions),
])

function each<Value>(names: readonly string[], value: Value): readonly (readonly [string, Value])[] {
  return names.map((name) => [name, value])
}

/** Words for spreads that name no definition. */
const vague: ReadonlySet<string> = new Set(['±', 'spread', 'dispersion'])

/** True if the label leaves open what the spread is. */
export function isVague(label: string): boolean {
  return vague.has(label)
}

/**
 * Returns the definitions that a label in lower case allows: `sd`, `variance (n-1)`, `95% ci`; undefined if
 * it names no spread. `sd` and `variance` leave open whether the divisor is n or n - 1, and the half-width of
 * a confidence interval whether the quantile is Student's or the normal distribution's.
 */
export function labelled(label: string): readonly Definition[] | undefined {
  const known = labels.get(label)
  if (known !== undefined) return known
  const interval = /^(?:(\d\d(?:\.\d+)?) ?% ?)?(?:ci|confidence interval)(?: ?\(?(\d\d(?:\.\d+)?) ?%?\)?)?$/
  const match = interval.exec(label)
  return match === null ? undefined : confidence(Number(match[1] ?? match[2] ?? 95))
}

function variance(name: string, divisor: (n: number) => number): Definition {
  return {
    name,
    power: 2,
    squares: (spread, n) => spread * divisor(n),
    spread: (squares, n) => squares / divisor(n),
  }
}

function deviation(name: string, divisor: (n: number) => number): Definition {
  return {
    name,
    power: 1,
    squares: (spread, n) => Math.max(0, spread) ** 2 * divisor(n),
    spread: (squares, n) => Math.sqrt(squares / divisor(n)),
  }
}

/** Returns the half-widths of a mean's confidence interval. */
function confidence(percent: number): readonly Definition[] {
  const tail = 0.5 + percent / 200
  const normal = quantileNormal(tail)
  const student = new Map<number, number>()
  const quantile = (n: number) => {
    const known = student.get(n) ?? quantileStudent(tail, n - 1)
    student.set(n, known)
    return known
  }
  const name = `half-width of a ${percent} % confidence interval`
  return [
    deviation(`${name} (Student)`, (n) => (n * (n - 1)) / quantile(n) ** 2),
    deviation(`${name} (normal)`, (n) => (n * (n - 1)) / normal ** 2),
  ]
}
