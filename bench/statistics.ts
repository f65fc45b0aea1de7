/**
 * `npm run bench -- statistics [TABLE...] [--studies N] [--full]`: how often intervals contain the truth and
 * verdicts are wrong, in simulated studies; the tables of docs/statistics.md. Seeded, so the same for
 * everyone.
 */

import { parseArgs } from 'node:util'
import { boundsOf, untoldEnds } from '../src/claims/bounds.ts'
import { decide, type Region } from '../src/claims/region.ts'
import { autocorrelation } from '../src/stats/autocorrelation.ts'
import { bootstrapInterval, bootstrapRatio, roughErrorOf } from '../src/stats/bootstrap.ts'
import { clusterValues, type Sample } from '../src/stats/clusters.ts'
import { compare, difference } from '../src/stats/compare.ts'
import { pearson } from '../src/stats/correlation.ts'
import { type Interval, unbounded } from '../src/stats/interval.ts'
import { differenceOfMeans, meanOf, ratioOfMeans } from '../src/stats/means.ts'
import { mean, sampleVariance } from '../src/stats/moments.ts'
import { quantile } from '../src/stats/order.ts'
import {
  type NewRun,
  type Prediction,
  predictMean,
  predictRatio,
  type PublishedMean,
} from '../src/stats/prediction.ts'
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
  ['ratios', ratios],
  ['extremes', extremes],
  ['quantiles', (studies) => quantiles(Math.ceil(studies / 2))],
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
    'mean in an interval, at 98 %',
    ...wrong(closed(5, 10), (design, random) => meanOf(drawCell(base(design), random), 0.98)),
  ])
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

/** How far our true mean is from the published one. */
const truths = [1, 1.3, 1.5, 2] as const
/** Standard deviation between our boots, as shares of our mean. */
const noises = [0.01, 0.1, 0.2, 0.3, 0.5] as const

/**
 * Verdicts of `agrees` on a mean and on a ratio of two cells, with 5 boots of 10 trials, one of which has boots
 * that differ, against one published boot of 5 or 30 trials with a standard deviation of 5 %.
 */
function agreement(studies: number): void {
  console.log('\nverdicts of `agrees`: not reproduced and reproduced, by how much our truth differs\n')
  row([
    ...['shape', 'published n', 'value', 'not reproduced, the same', 'reproduced, the same'],
    ...['reproduced, on the limit', ...truths.slice(1).map((truth) => `reproduced, ${truth} times`)],
  ])
  row(Array(6 + truths.length - 1).fill('---'))
  for (const shape of ['normal', 'lognormal'] as const) {
    for (const n of [5, 30]) {
      for (const value of ['mean', 'ratio'] as const) {
        const found = noises.map((noise) => agreementOf({ shape, n, value, noise }, studies))
        row([
          shape,
          n,
          value,
          ...[...(found[0]?.keys() ?? [])].map((column) => range(found.map((one) => one[column] ?? 0))),
        ])
      }
    }
  }
}

interface Agreed {
  readonly shape: Shape
  readonly n: number
  readonly value: 'mean' | 'ratio'
  readonly noise: number
}

function agreementOf({ shape, n, value, noise }: Agreed, studies: number): readonly number[] {
  const random = randomNumbers(`agreement ${JSON.stringify([shape, n, value, noise])}`)
  const counts = { outside: 0, inside: 0, limit: 0, others: truths.slice(1).map(() => 0) }
  const cell = { boots: 5, trials: 10, lag1: 0, shape, mean: 1, sd: 0.05 }
  for (let study = 0; study < studies; study += 1) {
    // Their one boot differs as ours do; a single boot is drawn with the cell's mean, so two are.
    const noisy = { ...cell, between: noise / 0.05 }
    const theirs = drawCell({ ...noisy, boots: 2, trials: n }, random).values.slice(0, n)
    const same = drawCell(noisy, random)
    const fixed = published(drawCell({ ...cell, between: 0, boots: 1, trials: n }, random).values)
    const steady = drawCell({ ...cell, between: 0.2 }, random)
    const decided = (from: PublishedMean, own: Sample, factor: number) => {
      const scaled = { ...own, values: own.values.map((x) => x * factor) }
      const [a, b] = [
        { published: fixed, run: runOf(steady) },
        { published: from, run: runOf(scaled) },
      ]
      const found = value === 'mean' ? predictMean(b.published, b.run) : predictRatio(a, b)
      if (found.type !== 'predicted') return { region: undefined, type: 'open' as const }
      const estimate = value === 'mean' ? meanOf(scaled, 0.98) : ratioOfMeans(steady, scaled)
      const judged = { level: 0.95, trials: 5, per: 'boot' as const, ...estimate }
      const region = { ...found.published, closed: true }
      return { region, type: decide(judged, region, found.interval).type }
    }
    const first = decided(published(theirs), same, 1).type
    if (first === 'outside') counts.outside += 1
    if (first === 'inside') counts.inside += 1
    // Of the other truths the published study is right about its mean, as far as its trials tell.
    for (const [index, truth] of truths.slice(1).entries())
      if (decided(fixed, same, truth).type === 'inside')
        counts.others[index] = (counts.others[index] ?? 0) + 1
    // The true mean of a cell is 1, and so is its ratio to the steady one.
    const { region } = decided(fixed, same, 1)
    if (region && decided(fixed, same, region.high).type === 'inside') counts.limit += 1
  }
  const { others, ...rest } = counts
  return [...Object.values(rest), ...others].map((count) => count / studies)
}

function published(values: readonly number[]): PublishedMean {
  return { mean: mean(values), n: values.length, variance: sampleVariance(values) }
}

function runOf(sample: Sample): NewRun {
  const means = clusterValues(sample).map(mean)
  return { boots: means.length, trials: 10, bootVariance: sampleVariance(means), mean: mean(means) }
}

/** Ratios of cells whose boots differ by up to half of their mean. */
function ratios(studies: number): void {
  console.log('\nratio of means, 5 boots of 10 trials: coverage, and misses on each side\n')
  row(['shape', 'sd between boots', 'coverage', 'too high', 'too low', 'no upper end'])
  row(Array(6).fill('---'))
  for (const shape of ['normal', 'lognormal'] as const) {
    for (const noise of [0.1, 0.2, 0.3, 0.5]) {
      const found = [false, true].map((isPaired) => {
        const cell = { boots: 5, trials: 10, lag1: 0.5, shape, mean: 1, sd: 0.1, between: noise / 0.1 }
        const random = randomNumbers(`ratios ${JSON.stringify([cell, isPaired])}`)
        const counts = { covered: 0, high: 0, low: 0, open: 0 }
        for (let study = 0; study < studies; study += 1) {
          const draw = () => {
            const { seed: _, ...one } = drawCell(cell, random)
            // Times are never negative.
            const values = one.values.map((x) => Math.max(x, 0.01))
            return { ...one, values, ...(isPaired ? { seed: 1 } : {}) }
          }
          const { low, high } = ratioInterval(draw(), draw(), 0.95)
          counts.covered += contains({ low, high }, 1)
          if (low > 1) counts.high += 1
          if (high < 1) counts.low += 1
          if (high === Number.POSITIVE_INFINITY) counts.open += 1
        }
        return Object.values(counts).map((count) => count / studies)
      })
      row([
        shape,
        `${100 * noise} %`,
        ...[0, 1, 2, 3].map((column) => range(found.map((one) => one[column] ?? 0))),
      ])
    }
  }
}

/** Interval of b / a as claims have it. */
function ratioInterval(a: Sample, b: Sample, level: number): Interval {
  const means = [a, b].map((one) => clusterValues(one).map(mean)) as [number[], number[]]
  const isPaired = a.seed !== undefined && a.seed === b.seed
  const of = (index: 0 | 1) => (draw: readonly Uint32Array[]) =>
    mean(Array.from(draw[isPaired ? 0 : index] as Uint32Array, (unit) => means[index][unit] as number))
  const sizes = (isPaired ? [a] : [a, b]).map(() => ({ unit: 'boot' as const, size: means[0].length }))
  return bootstrapRatio(sizes, { numerator: of(1), denominator: of(0), isPositive: true }, { level })
}

/** Every tenth study also has the interval around the smallest estimate. */
const tenth = 10

/** The smallest of several ratios, of which some or all are equal. */
function extremes(studies: number): void {
  console.log('\nsmallest of several ratios of means to one baseline, 5 boots of 10 trials\n')
  row(['shape', 'ratios', 'true values', 'coverage', 'wholly too high', 'wholly too low', 'before: too low'])
  row(Array(7).fill('---'))
  for (const shape of ['normal', 'lognormal'] as const) {
    for (const count of [2, 12]) {
      for (const [name, step] of [
        ['all 1', 0],
        ['1 and up by 1 %', 0.01],
        ['1 and up by 10 %', 0.1],
      ] as const) {
        const found = [0.1, 1, 2].map((between) => {
          const cell = { boots: 5, trials: 10, lag1: 0.5, shape, mean: 10, sd: 1, between }
          const random = randomNumbers(`extremes ${JSON.stringify([cell, count, step])}`)
          const counts = { covered: 0, high: 0, low: 0, before: 0 }
          for (let study = 0; study < studies; study += 1) {
            const base = drawCell(cell, random)
            const cells = Array.from({ length: count }, (_, index) =>
              drawCell({ ...cell, mean: 10 * (1 + step * index) }, random),
            )
            const { low, high } = smallestOf(cells.map((one) => (level) => ratioInterval(base, one, level)))
            counts.covered += contains({ low, high }, 1)
            if (low > 1) counts.high += 1
            if (high < 1) counts.low += 1
            // Takes most of the time.
            if (study % tenth > 0) continue
            const whole = bootstrapInterval([base, ...cells], (first, ...rest) =>
              Math.min(...rest.map((one) => mean(one) / mean(first))),
            )
            if (whole.high < 1) counts.before += tenth
          }
          return Object.values(counts).map((hits) => hits / studies)
        })
        row([
          shape,
          count,
          name,
          ...[0, 1, 2, 3].map((column) => range(found.map((one) => one[column] ?? 0))),
        ])
      }
    }
  }
}

function smallestOf(members: readonly ((level: number) => Interval)[]): Interval {
  const paths = members.map((_, index) => ({ type: 'path', parts: [String(index)], offsets: [] }) as const)
  return boundsOf(
    { type: 'call', name: 'min', arguments: paths },
    { low: 0.95, high: 0.95 },
    {
      measured: () => true,
      constant: () => Number.NaN,
      itemsOf: (ast) => [ast],
      measure: (ast, level) =>
        ast.type === 'path' ? (members[Number(ast.parts[0])]?.(level) ?? unbounded) : unbounded,
    },
  )
}

/** Misses of the ends that quantiles of few boots have, for the quantile of all boots and trials. */
function quantiles(studies: number): void {
  console.log('\nquantiles of trials in boots: how often an end that is told misses\n')
  row(['boots', 'quantile', 'ends', 'true quantile below', 'true quantile above'])
  row(Array(5).fill('---'))
  for (const boots of [3, 5, 10, 20]) {
    for (const probability of [0.5, 0.75, 0.9, 0.95]) {
      const ends = untoldEnds([{ probability, units: boots }], 0.95).map(({ end }) => end)
      const found = (['normal', 'lognormal', 'mirrored'] as const).flatMap((shape) =>
        betweens.flatMap((between) =>
          [0, 0.85].map((lag1) => {
            const sign = shape === 'mirrored' ? -1 : 1
            const cell = { boots, trials: 10, between, lag1, mean: 10 * sign, sd: 1 }
            const design: Cell = { ...cell, shape: shape === 'normal' ? shape : 'lognormal' }
            const random = randomNumbers(`quantiles ${JSON.stringify([design, probability])}`)
            const draw = () => {
              const one = drawCell(design, random)
              return { ...one, values: one.values.map((x) => sign * x) }
            }
            const truth = quantile(
              Array.from({ length: Math.ceil(20_000 / boots) }, () => draw().values).flat(),
              probability,
            )
            let [below, above] = [0, 0]
            for (let study = 0; study < studies; study += 1) {
              const of = (values: readonly number[]) => quantile(values, probability)
              const { low, high } = bootstrapInterval([draw()], of, {
                rough: roughErrorOf(probability, boots),
              })
              if (truth < low) below += 1
              if (truth > high) above += 1
            }
            return [below / studies, above / studies]
          }),
        ),
      )
      const shares = (column: number, end: keyof Interval) =>
        ends.includes(end) ? '' : range(found.map((one) => one[column] ?? 0))
      row([
        ...[
          boots,
          `${100 * probability} %`,
          ends.length === 2 ? 'none' : ends.includes('high') ? 'lower' : 'both',
        ],
        ...[shares(0, 'low'), shares(1, 'high')],
      ])
    }
  }
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
