/**
 * `npm run bench -- statistics [TABLE...] [--studies N] [--full]`: how often intervals contain the truth and
 * verdicts are wrong, in simulated studies; the tables of docs/statistics.md. Seeded, so the same for
 * everyone.
 */

import { parseArgs } from 'node:util'
import { decide, type Region } from '../src/claims/region.ts'
import { autocorrelation } from '../src/stats/autocorrelation.ts'
import { bootstrapInterval } from '../src/stats/bootstrap.ts'
import { clusterValues, type Sample } from '../src/stats/clusters.ts'
import { compare, difference } from '../src/stats/compare.ts'
import { pearson } from '../src/stats/correlation.ts'
import type { Interval } from '../src/stats/interval.ts'
import { differenceOfMeans, meanOf, ratioOfMeans } from '../src/stats/means.ts'
import { mean, sampleVariance } from '../src/stats/moments.ts'
import { quantile } from '../src/stats/order.ts'
import { type Prediction, predictMean, predictRatio } from '../src/stats/prediction.ts'
import { randomNumbers } from '../src/stats/random.ts'
import { type Cell, drawCell, noiseOf, type Shape } from '../test/stats/studies.ts'

type Random = () => number
type Design = Omit<Cell, 'mean' | 'sd' | 'shared'>

type Table = (studies: number, isFull: boolean) => void

const tables: ReadonlyMap<string, Table> = new Map<string, Table>([
  ['normal', (studies, isFull) => coverageTable('normal', studies, isFull)],
  ['lognormal', (studies, isFull) => coverageTable('lognormal', studies, isFull)],
  ['very-skewed', (studies, isFull) => coverageTable('very skewed', studies, isFull)],
  // Each draws boots some hundred times.
  ['statistics', (studies) => otherStatistics(Math.ceil(studies / 4))],
  ['verdicts', verdicts],
  ['predictions', predictions],
  ['pairing', pairing],
  ['agreement', agreement],
])

export async function benchStatistics(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { studies: { type: 'string', default: '2000' }, full: { type: 'boolean', default: false } },
  })
  for (const [name, print] of tables) {
    if (positionals.length === 0 || positionals.includes(name)) print(Number(values.studies), values.full)
  }
}

const betweens = [0, 0.5, 1, 2]
const lags = [0, 0.5, 0.85]
const intervals = ['mean', 'difference', 'ratio', 'paired difference', 'paired ratio'] as const

/**
 * A row for boots and trials; the lowest and the highest share over differences of boots and autocorrelation.
 */
function coverageTable(shape: Shape, studies: number, isFull: boolean): void {
  console.log(`\n${shape}\n`)
  row(['boots', 'trials', 'autocorrelation', ...intervals])
  row(Array(8).fill('---'))
  for (const boots of [1, 2, 3, 5, 10]) {
    for (const trials of [10, 50]) {
      const designs = lags.flatMap((lag1) =>
        (boots === 1 ? [0] : betweens).map((between): Design => ({ boots, trials, between, lag1, shape })),
      )
      const found = designs.map((design) => ({ design, shares: coverageOf(design, studies) }))
      // With one boot what matters is the autocorrelation.
      const groups = isFull || boots === 1 ? found.map((one) => [one]) : [found]
      for (const group of groups) {
        const [{ design } = { design: designs[0] as Design }] = group
        const lag = group.length > 1 ? '0 to 0.85' : `${design.lag1}${isFull ? `, sd ${design.between}` : ''}`
        const shares = (name: keyof Shares) => range(group.map((one) => one.shares[name]))
        // Single boots are not paired.
        row([
          ...[boots, trials, lag],
          ...intervals.map((name) => (boots === 1 && name.startsWith('paired') ? '' : shares(name))),
        ])
      }
    }
  }
}

type Shares = Readonly<Record<(typeof intervals)[number], number>>

function coverageOf(design: Design, studies: number): Shares {
  const random = randomNumbers(JSON.stringify(design))
  const hits = { mean: 0, difference: 0, ratio: 0, 'paired difference': 0, 'paired ratio': 0 }
  for (let study = 0; study < studies; study += 1) {
    const [a, b] = [drawCell(base(design), random), drawCell(other(design), random)]
    hits.mean += contains(meanOf(a).interval, 10)
    hits.difference += contains(differenceOfMeans(a, b).interval, 10)
    hits.ratio += contains(ratioOfMeans(a, b).interval, 2)
    const [c, d] = pairOf(base(design), other(design), random)
    hits['paired difference'] += contains(differenceOfMeans(c, d).interval, 10)
    hits['paired ratio'] += contains(ratioOfMeans(c, d).interval, 2)
  }
  return {
    mean: hits.mean / studies,
    difference: hits.difference / studies,
    ratio: hits.ratio / studies,
    'paired difference': hits['paired difference'] / studies,
    'paired ratio': hits['paired ratio'] / studies,
  }
}

function base(design: Design): Cell {
  return { ...design, mean: 10, sd: 1 }
}

function other(design: Design): Cell {
  return { ...design, mean: 20, sd: 1.5 }
}

/** Draws two cells with the same seeds. */
function pairOf(a: Cell, b: Cell, random: Random): readonly [Sample, Sample] {
  const shared = noiseOf(a, random)
  return [drawCell({ ...a, shared }, random), drawCell({ ...b, shared }, random)]
}

/** Five boots of ten trials, as most studies will have, under every difference and autocorrelation. */
const common: readonly Design[] = (['normal', 'lognormal'] as const).flatMap((shape) =>
  lags.flatMap((lag1) => betweens.map((between): Design => ({ boots: 5, trials: 10, between, lag1, shape }))),
)

/** Statistics other than means, by the jackknife over boots. */
function otherStatistics(studies: number): void {
  console.log('\n5 boots of 10 trials, by the jackknife over boots\n')
  row(['statistic', 'coverage'])
  row(Array(2).fill('---'))
  const shares = (of: (design: Design, random: Random, study: number) => boolean) =>
    range(common.map((design) => rate(design, studies, of)))
  row([
    'ratio of means',
    shares((design, random) => {
      const [a, b] = [drawCell(base(design), random), drawCell(other(design), random)]
      return (
        contains(
          bootstrapInterval([a, b], (x, y) => mean(y) / mean(x)),
          2,
        ) === 1
      )
    }),
  ])
  // The truth of a quantile is that of many trials of one cell.
  row([
    '90 % quantile less median',
    shares((design, random) => {
      const of = (values: readonly number[]) => quantile(values, 0.9) - quantile(values, 0.5)
      const truth = expectedOf(design, of)
      return contains(bootstrapInterval([drawCell(base(design), random)], of), truth) === 1
    }),
  ])
  row([
    'correlation over 8 patterns',
    shares((design, random) => {
      const cells = patterns.map((level) => drawCell({ ...base(design), mean: 10 + level }, random))
      const of = (...samples: readonly (readonly number[])[]) => pearson(samples.map(mean), targets)
      const { low, high } = bootstrapInterval(cells, of)
      return contains({ low: Math.max(-1, low), high: Math.min(1, high) }, pearson(patterns, targets)) === 1
    }),
  ])
}

const patterns = [0, 1, 2, 3, 5, 8, 13, 21]
const targets = [1, 0, 3, 2, 6, 7, 15, 18]

const expectations = new Map<string, number>()

/** The expectation of a statistic of such a cell, by simulation. */
function expectedOf(design: Design, of: (values: readonly number[]) => number): number {
  const name = JSON.stringify(design)
  const known = expectations.get(name)
  if (known !== undefined) return known
  const random = randomNumbers(`expected ${name}`)
  const found = mean(Array.from({ length: 20_000 }, () => of(drawCell(base(design), random).values)))
  expectations.set(name, found)
  return found
}

/** Shares of wrong verdicts where the truth lies on the limit of what a claim allows. */
function verdicts(studies: number): void {
  console.log('\n5 boots of 10 trials, truth on the limit: wrong verdicts at most\n')
  row(['rule', 'false reproduced', 'false not reproduced'])
  row(Array(3).fill('---'))
  const closed = (low: number, high: number): Region => ({ low, high, closed: true })
  const wrong = (region: Region, measured: (design: Design, random: Random) => Judged) => {
    const found = common.map((design) => {
      let [inside, outside] = [0, 0]
      const random = randomNumbers(`verdict ${JSON.stringify(design)}`)
      for (let study = 0; study < studies; study += 1) {
        const { type } = decide({ level: 0.95, trials: 5, per: 'boot', ...measured(design, random) }, region)
        if (type === 'inside') inside += 1
        if (type === 'outside') outside += 1
      }
      return [inside / studies, outside / studies] as const
    })
    return [
      percent(Math.max(...found.map(([one]) => one))),
      percent(Math.max(...found.map(([, one]) => one))),
    ]
  }
  const unpaired = (design: Design, random: Random) =>
    [drawCell(base(design), random), drawCell(other(design), random)] as const
  const paired = (design: Design, random: Random) => pairOf(base(design), other(design), random)
  for (const [name, draw] of [
    ['', unpaired],
    [', paired', paired],
  ] as const) {
    row([
      `ratio of means in an interval${name}`,
      ...wrong(closed(1, 2), (design, random) => ratioOfMeans(...draw(design, random))),
    ])
  }
  row([
    'ratio of means in an interval, by the jackknife',
    ...wrong(closed(1, 2), (design, random) => {
      const [a, b] = unpaired(design, random)
      return { value: 2, interval: bootstrapInterval([a, b], (x, y) => mean(y) / mean(x)) }
    }),
  ])
  const same = (design: Design, random: Random, shift = 0) =>
    [drawCell(base(design), random), drawCell({ ...base(design), mean: 10 + shift }, random)] as const
  row([
    'direction: up',
    ...wrong({ low: 0, high: Number.POSITIVE_INFINITY, closed: false }, (design, random) => {
      const { shift, interval } = difference(...same(design, random), 0.95)
      return { value: shift, interval }
    }),
  ])
  const rates = (shift: number, verdict: string, by: typeof same) =>
    percent(
      Math.max(
        ...common.map((design) =>
          rate(design, studies, (_, random) => compare(...by(design, random, shift)).verdict === verdict),
        ),
      ),
    )
  const twins = (design: Design, random: Random, shift = 0) =>
    pairOf(base(design), { ...base(design), mean: 10 + shift }, random)
  row([
    'changed or unchanged (5 %)',
    `${rates(0.5, 'unchanged', same)} unchanged`,
    `${rates(0, 'changed', same)} changed`,
  ])
  row([
    'changed or unchanged (5 %), paired',
    `${rates(0.5, 'unchanged', twins)} unchanged`,
    `${rates(0, 'changed', twins)} changed`,
  ])
}

type Judged = { readonly value: number; readonly interval: Interval }

/** How often a rerun disagrees with a published study of one boot of 30 trials. */
function predictions(studies: number): void {
  console.log('\n5 boots of 10 trials of the same distribution, outside of the prediction interval\n')
  row([
    'shape',
    'sd between boots',
    'mean, by trials',
    'mean, by trials and boots',
    'ratio, by trials and boots',
  ])
  row(Array(5).fill('---'))
  for (const shape of ['normal', 'lognormal'] as const) {
    for (const between of betweens) {
      const found = lags.map((lag1) => {
        const design: Design = { boots: 5, trials: 10, between, lag1, shape }
        const random = randomNumbers(`prediction ${JSON.stringify(design)}`)
        const missed = { alone: 0, both: 0, ratio: 0 }
        for (let study = 0; study < studies; study += 1) {
          const [a, b] = [studied(base(design), random), studied(other(design), random)]
          missed.alone += misses(predictMean(a.published, { boots: 5, trials: 10 }), a.own)
          missed.both += misses(predictMean(a.published, a.run), a.own)
          missed.ratio += misses(predictRatio(a, b), b.own / a.own)
        }
        return [missed.alone / studies, missed.both / studies, missed.ratio / studies]
      })
      row([shape, between, ...[0, 1, 2].map((column) => range(found.map((one) => one[column] ?? 0)))])
    }
  }
}

/**
 * Shared seeds that are taken for independent ones or paired, and pairs that share nothing but their seed.
 */
function pairing(studies: number): void {
  console.log('\nboots of 10 trials: coverage, and the width of the interval where cells share seeds\n')
  row([
    'boots',
    'shared, paired',
    'shared, as independent',
    'sum, as independent',
    'not shared, paired',
    'width',
  ])
  row(Array(6).fill('---'))
  for (const boots of [2, 3, 5, 10]) {
    const found = common.map((given) => {
      const design = { ...given, boots }
      const random = randomNumbers(`pairing ${JSON.stringify(design)}`)
      const hits = { paired: 0, independent: 0, sum: 0, unshared: 0 }
      const widths: [number[], number[]] = [[], []]
      for (let study = 0; study < studies; study += 1) {
        const [a, b] = pairOf(base(design), other(design), random)
        const [c, d] = [drawCell(base(design), random), drawCell(other(design), random)]
        const [one, two] = [differenceOfMeans(a, b).interval, differenceOfMeans(a, alone(b)).interval]
        hits.paired += contains(one, 10)
        hits.independent += contains(two, 10)
        hits.sum += contains(
          differenceOfMeans(a, { ...alone(b), values: b.values.map((x) => -x) }).interval,
          -30,
        )
        hits.unshared += contains(differenceOfMeans({ ...c, seed: 1 }, { ...d, seed: 1 }).interval, 10)
        widths[0].push(one.high - one.low)
        widths[1].push(two.high - two.low)
      }
      return [...Object.values(hits).map((hit) => hit / studies), mean(widths[0]) / mean(widths[1])]
    })
    row([boots, ...[0, 1, 2, 3, 4].map((column) => range(found.map((one) => one[column] ?? 0)))])
  }
}

function alone({ seed: _, ...sample }: Sample): Sample {
  return sample
}

/** Verdicts of `agrees`, where both studies come from one distribution, and where ours lies on the limit. */
function agreement(studies: number): void {
  console.log('\nverdicts on agreement with one published boot of 5 or 30 trials\n')
  row([
    ...['shape', 'published n', 'ours', 'not reproduced, the same', 'reproduced, the same'],
    ...['reproduced, on the lower limit', 'on the upper'],
  ])
  row(Array(7).fill('---'))
  for (const shape of ['normal', 'lognormal'] as const) {
    for (const n of [5, 30]) {
      for (const boots of [1, 5]) {
        const found = common
          .filter((design) => design.shape === shape && (boots > 1 || design.between === 0))
          .map((design) => agreementOf({ ...design, boots }, n, studies))
        const shares = [0, 1, 2, 3].map((column) => range(found.map((one) => one[column] ?? 0)))
        row([shape, n, `${boots} x 10`, ...shares])
      }
    }
  }
}

function agreementOf(design: Design, n: number, studies: number): readonly number[] {
  const random = randomNumbers(`agreement ${n} ${JSON.stringify(design)}`)
  const counts = { outside: 0, inside: 0, low: 0, high: 0 }
  const units =
    design.boots === 1 ? ({ trials: 10, per: 'trial' } as const) : ({ trials: 5, per: 'boot' } as const)
  for (let study = 0; study < studies; study += 1) {
    const { published, run, own, sample } = studied(base(design), random, n)
    const prediction = predictMean(published, run)
    if (prediction.type !== 'predicted') throw new Error(prediction.reason)
    const region: Region = { ...prediction.interval, closed: true }
    const { low, high } = meanOf(sample, 0.975).interval
    const judged = (shift: number) => {
      const interval = { low: low + shift, high: high + shift }
      return decide({ value: own + shift, interval, level: 0.975, ...units }, region).type
    }
    const same = judged(0)
    if (same === 'outside') counts.outside += 1
    if (same === 'inside') counts.inside += 1
    // The true mean is 10.
    if (judged(region.low - 10) === 'inside') counts.low += 1
    if (judged(region.high - 10) === 'inside') counts.high += 1
  }
  return Object.values(counts).map((count) => count / studies)
}

function misses(prediction: Prediction, own: number): number {
  return prediction.type === 'predicted' ? 1 - contains(prediction.interval, own) : 0
}

/** A published mean of one boot that differs as boots do, and our own run. */
function studied(cell: Cell, random: Random, n = 30) {
  // A single boot has the cell's mean, so two are drawn where boots differ.
  const theirs = drawCell({ ...cell, boots: 2, trials: n }, random).values.slice(0, n)
  const sample = drawCell(cell, random)
  const boots = clusterValues(sample)
  const means = boots.map(mean)
  const run =
    means.length > 1 ? { bootVariance: sampleVariance(means) } : { lag1: Math.max(0, autocorrelation(boots)) }
  return {
    published: { mean: mean(theirs), n, variance: sampleVariance(theirs) },
    run: { boots: means.length, trials: cell.trials, ...run },
    own: mean(means),
    sample,
  }
}

function rate(
  design: Design,
  studies: number,
  isHit: (design: Design, random: Random, study: number) => boolean,
): number {
  const random = randomNumbers(`rate ${JSON.stringify(design)}`)
  let hits = 0
  for (let study = 0; study < studies; study += 1) if (isHit(design, random, study)) hits += 1
  return hits / studies
}

function contains({ low, high }: Interval, truth: number): number {
  return low <= truth && truth <= high ? 1 : 0
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function range(shares: readonly number[]): string {
  const [low, high] = [Math.min(...shares), Math.max(...shares)]
  return low === high ? (100 * low).toFixed(1) : `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`
}

function row(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}
