import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { checkCell } from '../../src/audit/cell.ts'
import type { Assumed } from '../../src/audit/cells.ts'
import { dataOf, readKind, readScale } from '../../src/audit/data.ts'
import { labelled } from '../../src/audit/definition.ts'
import { readPrinted } from '../../src/audit/printed.ts'
import { readTable, type Role } from '../../src/audit/table.ts'
import { auditText } from '../../src/audit/text.ts'
import { randomNumbers } from '../../src/stats/random.ts'
import { simulate, studies } from './simulated.ts'

const [sampleDeviation] = labelled('sd (n-1)') ?? []
if (sampleDeviation === undefined) throw new Error('no definition')

/** Checks one cell of rounded numbers; returns the test that it fails. */
function fails(mean: string, sd: string | undefined, n: number, declared: Assumed): string | undefined {
  const numbers = new Map<Role, NonNullable<ReturnType<typeof readPrinted>>>()
  for (const [role, text] of [
    ['mean', mean],
    ['spread', sd],
  ] as const) {
    const number = readPrinted(text ?? '')
    if (number !== undefined) numbers.set(role, number)
  }
  const check = checkCell(
    numbers,
    n,
    sampleDeviation as NonNullable<typeof sampleDeviation>,
    dataOf({}, declared, declared.kind === 'binary' && Number(mean) > 1),
  )
  return check.type === 'grain' ? check.test : check.type === 'possible' ? undefined : check.type
}

/** Results in the documentation of the R package scrutiny 0.6 and its tests, by Lukas Jung. */
describe("scrutiny's examples", () => {
  const integers = (items = 1): Assumed => ({ kind: 'integers', items })

  it.each([
    ['5.27', 43, 1, false],
    ['5.19', 28, 1, false],
    ['5.19', 32, 1, true],
    ['2.84', 16, 2, true],
    // pigs1
    ...['7.22 32', '2.68 28', '7.38 26', '5.00 25'].map((one) => [...pair(one), 1, true] as const),
    ...['4.74 25', '5.23 29', '2.57 24', '6.77 27', '7.01 29', '3.14 27', '6.89 31', '0.24 28'].map(
      (one) => [...pair(one), 1, false] as const,
    ),
    // flying_pigs1, and means of three items
    ...['2.61 28', '3.64 28', '10.46 28', '7.39 28'].map((one) => [...pair(one), 1, true] as const),
    ...['8.97 28', '7.26 28', '9.26 28'].map((one) => [...pair(one), 1, false] as const),
    ...['5.90 40', '3.50 40', '3.82 40'].map((one) => [...pair(one), 1, true] as const),
    ...['5.71 40', '4.61 40', '5.24 40'].map((one) => [...pair(one), 1, false] as const),
    ...['5.90 40', '5.71 40', '4.61 40', '5.24 40'].map((one) => [...pair(one), 3, true] as const),
    ...['1.59 30', '2.61 30'].map((one) => [...pair(one), 2, false] as const),
    ...['4.04 30', '4.50 30'].map((one) => [...pair(one), 3, true] as const),
    ...['0.150', '0.153', '0.156', '0.158'].map((mean) => [mean, 120, 3, true] as const),
    ...['0.151', '0.152', '0.154', '0.155', '0.157', '0.159'].map((mean) => [mean, 120, 3, false] as const),
  ] as const)('GRIM: %s of n = %i, items %i: %s', (mean, n, items, isPossible) => {
    expect(fails(mean, undefined, n, integers(items))).toBe(isPossible ? undefined : 'GRIM')
  })

  it.each([
    ['32.5', 438, false],
    ['35.6', 455, true],
    ['21.7', 501, false],
    ['39.3', 516, true],
    ['67.4', 150, false],
    ['54.2', 150, false],
    ['54.0', 150, true],
    ['69.8', 150, false],
    ['71', 43, false],
  ])('GRIM of percentages: %s of n = %i: %s', (mean, n, isPossible) => {
    expect(fails(mean, undefined, n, { kind: 'binary' })).toBe(isPossible ? undefined : 'GRIM')
  })

  it.each([
    ['5.23', '2.55', 35, 1, 'GRIMMER'],
    ['5.23', '2.55', 31, 1, undefined],
    ['2.74', '0.96', 63, 2, undefined],
    ['5.21', '1.6', 28, 1, undefined],
    ['3.44', '2.47', 18, 1, 'GRIMMER'],
    ['4.50', '2.51', 30, 1, 'GRIMMER'],
    ['4.50', '2.51', 30, 3, undefined],
    ['3.10', '1.37', 10, 1, undefined],
    ['2.6', '2.05', 25, 1, 'GRIMMER'],
    ['7.2', '2.89', 25, 1, undefined],
    ['10.4', '2.53', 25, 1, undefined],
    // pigs5
    ['7.22', '5.30', 38, 1, 'GRIM'],
    ['4.74', '6.55', 31, 1, undefined],
    ['2.57', '2.57', 30, 1, undefined],
    ['6.77', '2.18', 33, 1, 'GRIM'],
    ['2.68', '2.59', 34, 1, undefined],
    ['7.01', '6.68', 35, 1, 'GRIM'],
    ['7.38', '3.65', 32, 1, undefined],
    ['3.14', '5.32', 33, 1, 'GRIM'],
    ['6.89', '4.18', 37, 1, undefined],
    ['5.00', '2.18', 31, 1, undefined],
    ['0.24', '6.43', 34, 1, undefined],
    // The means of three items of flying_pigs2
    ['5.90', '2.19', 40, 3, undefined],
    ['5.71', '1.42', 40, 3, undefined],
    ['3.82', '2.43', 40, 3, undefined],
    ['5.24', '2.51', 40, 3, undefined],
  ] as const)('GRIMMER: %s (%s) of n = %i, items %i: %s', (mean, sd, n, items, test) => {
    expect(fails(mean, sd, n, integers(items))).toBe(test)
  })

  it('GRIMMER: is possible where it tries only the nearest of several sums, as these samples show', () => {
    // scrutiny 0.6 warns that its test of parity has false alarms: it takes the sum 222 for 8.9 of 25.
    const sample = [5, 5, 5, 6, 6, 7, 7, 7, 7, 7, 8, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 13, 14]
    expect([sample.length, ...printed(sample)]).toEqual([25, '8.9', '2.81'])
    expect(fails('8.9', '2.81', 25, integers())).toBeUndefined()
  })

  it.each([
    ['0.53', '0.50', 1683, undefined],
    ['0.44', '0.50', 1683, undefined],
    ['0.77', '0.42', 1683, undefined],
    ['0.19', '0.35', 1683, 'DEBIT'],
    ['0.34', '0.47', 1683, undefined],
    ['0.93', '0.25', 1683, undefined],
    ['0.12', '0.33', 1683, undefined],
    ['0.35', '0.18', 20, 'DEBIT'],
    // Already the mean is impossible.
    ['0.36', '0.11', 20, 'GRIM'],
  ])('DEBIT: %s (%s) of n = %i: %s', (mean, sd, n, test) => {
    expect(fails(mean, sd, n, { kind: 'binary' })).toBe(test)
  })

  function pair(text: string): readonly [string, number] {
    const [mean = '', n] = text.split(' ')
    return [mean, Number(n)]
  }
})

/** Returns a sample's mean and standard deviation, rounded. */
function printed(sample: readonly number[]): readonly [string, string] {
  const n = sample.length
  const mean = sample.reduce((sum, value) => sum + value, 0) / n
  const squares = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return [mean.toFixed(1), Math.sqrt(squares / (n - 1)).toFixed(2)]
}

describe('all samples of a few integers', () => {
  /** Returns the printed pairs of all samples of n values from 0 to `most`, each step a fraction of 1. */
  function allPairs(n: number, most: number, decimals: number): ReadonlySet<string> {
    const found = new Set<string>()
    const walk = (left: number, least: number, sum: number, squares: number): void => {
      if (left === 0) {
        const deviations = Math.max(0, squares - sum ** 2 / n)
        found.add(`${(sum / n).toFixed(decimals)} ${Math.sqrt(deviations / (n - 1)).toFixed(decimals)}`)
        return
      }
      for (let value = least; value <= most; value += 1)
        walk(left - 1, value, sum + value, squares + value ** 2)
    }
    walk(n, 0, 0, 0)
    return found
  }

  it.each([
    [2, 3, 0.99],
    [3, 3, 0.99],
    [5, 3, 0.99],
    [7, 3, 0.99],
    [10, 2, 0.99],
  ])('of n = %i up to %i are possible; of all other pairs at least %f are not', (n, most, share) => {
    const real = allPairs(n, most, 2)
    const declared: Assumed = { kind: 'integers', scale: { low: 0, high: most } }
    const wrong: string[] = []
    let [others, refused] = [0, 0]
    for (let mean = 0; mean <= 100 * most; mean += 1) {
      for (let sd = 0; sd <= 72 * most; sd += 1) {
        const [meanText, sdText] = [(mean / 100).toFixed(2), (sd / 100).toFixed(2)]
        const isRefused = fails(meanText, sdText, n, declared) !== undefined
        if (real.has(`${meanText} ${sdText}`)) {
          if (isRefused) wrong.push(`${meanText} ${sdText}`)
        } else {
          others += 1
          if (isRefused) refused += 1
        }
      }
    }
    expect(wrong).toEqual([])
    expect(refused / others).toBeGreaterThanOrEqual(share)
  })

  it('with printed extremes are possible, in any step, by any rounding', () => {
    const sample = fc.array(fc.integer({ min: -20, max: 60 }), { minLength: 2, maxLength: 30 })
    const steps = fc.constantFrom(1, 0.001, 100, 0.25, 1 / 3)
    fc.assert(
      fc.property(sample, steps, fc.nat(4), fc.boolean(), (whole, step, decimals, isCut) => {
        const values = whole.map((value) => value * step)
        const n = values.length
        const mean = values.reduce((sum, value) => sum + value, 0) / n
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
        const unit = 10 ** decimals
        const print = (value: number) =>
          isCut
            ? (Math.trunc(value * unit + Math.sign(value) * 1e-7) / unit).toFixed(decimals)
            : value.toFixed(decimals)
        const numbers = [mean, Math.sqrt(squares / (n - 1)), Math.max(...values), Math.min(...values)].map(
          print,
        )
        const csv = `n,mean,s,max,min\n${n},${numbers.join(',')}\n`
        expect(audit([readTable('t.csv', csv)], { kind: step }).tables[0]?.cells?.impossible).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

describe('a simulated table', () => {
  it.each(Object.keys(studies))('of an honest study has no impossible cell: %s', (study) => {
    const random = randomNumbers(`test ${study}`)
    for (let table = 0; table < 60; table += 1) {
      const { csv } = simulate(random, { study, sizes: [2, 120] })
      const found = audit([readTable('t.csv', csv)]).tables[0]
      expect([csv, found?.cells?.impossible ?? []]).toEqual([csv, []])
      expect(found?.contradictions).toEqual([])
    }
  })

  it.each([
    ['integers', 'mean', 0.7],
    ['scale 1-7', 'mean', 0.7],
    ['scale 1-7', 'spread', 0.4],
    ['binary', 'spread', 0.8],
  ] as const)(
    'with a made-up cell is found out, with 10 to 30 %s and another %s: at least %f',
    (study, forgery, share) => {
      const random = randomNumbers(`forged ${study} ${forgery}`)
      let found = 0
      for (let table = 0; table < 60; table += 1) {
        const { csv, line } = simulate(random, {
          study,
          sizes: [10, 30],
          decimals: 2,
          label: 'SD (n-1)',
          forgery,
        })
        const cells = audit([readTable('t.csv', csv)]).tables[0]?.cells
        const cellsFound = [...(cells?.impossible ?? []), ...(cells?.cutOff ?? [])]
        if (cellsFound.some(({ row }) => row.line === line)) found += 1
      }
      expect(found / 60).toBeGreaterThanOrEqual(share)
    },
  )
})

describe('without extremes', () => {
  const told = (csv: string, declared: Assumed = {}) => auditText(audit([readTable('t.csv', csv)], declared))

  it.each([
    [
      'k,n,mean,sd\na,10,3.50,0.00\n',
      { kind: 'integers' },
      't.csv:2 a: sd 0.00 is impossible by GRIMMER: no 10 whole numbers with mean 3.50 have this spread; the nearest possible: 0.50',
    ],
    [
      'k,n,mean,sd\na,10,3.50,3.90\n',
      { scale: { low: 1, high: 7 } },
      't.csv:2 a: sd 3.90 must lie between 0 and 3.0304 for mean 3.50 and n = 10',
    ],
    [
      'k,n,mean,sd\na,10,7.50,0.90\n',
      { scale: { low: 1, high: 7 } },
      't.csv:2 a: mean 7.50 is not on the scale of 1 to 7',
    ],
    [
      'k,n,mean,sd\na,5,1.0,2.5\n',
      { scale: { low: 0, high: Number.POSITIVE_INFINITY } },
      't.csv:2 a: sd 2.5 must lie between 0 and 2.3479 for mean 1.0 and n = 5',
    ],
    ['k,n,mean,sd\na,1,1.0,2.5\n', {}, 't.csv:2 a: sd 2.5 must lie between 0 and 0 for mean 1.0 and n = 1'],
    [
      'k,n,mean\na,30,0.14\nb,30,0.16\n',
      { kind: 'binary', items: 2 },
      't.csv:2 a: mean 0.14 is impossible by GRIM: no 30 averages of 2 values of 0 or 1 have this mean; the nearest possible: 0.13, 0.15',
    ],
    [
      'k,n,mean,max\na,20,2.50,4.5\n',
      { kind: 'integers' },
      't.csv:2 a: max 4.5 is impossible by GRIM: no 20 whole numbers have this maximum; the nearest possible: 4.0, 5.0',
    ],
  ] as const)('%j is told with its reason: %j', (csv, declared, message) => {
    expect(told(csv, declared)).toContain(message)
  })

  it('nothing is said about means that nothing can be checked against, but that', () => {
    expect(told('k,n,mean,sd\na,10,3.51,0.20\nb,10,3.51,0.20\n')).toBe(
      't.csv: 0 cells to check\n' +
        '  read as: n from n, means from mean, spreads from sd\n' +
        '  nothing to check 2 means against: extremes, a scale (--scale), or n and discrete data (--data) would do',
    )
  })

  it('a table says itself, row by row, what its data are', () => {
    const text = told(
      'k,data,scale,items,n,mean\na,integers,1-7,1,10,3.51\nb,integers,1-7,3,10,3.53\nc,continuous,,,10,3.51\nd,binary,,,10,0.35\ne,fish,,,10,1\n',
      { kind: 'integers' },
    )
    expect(text).toContain('t.csv:2 a integers 1-7 1: mean 3.51 is impossible by GRIM')
    expect(text).toContain('t.csv:5 d binary  : mean 0.35 is impossible by GRIM')
    expect(text).toContain('t.csv:6:3: data is no data that is known, and was not audited: fish')
    expect(text).toContain('impossible cells: 2')
  })

  it('GRIM tells where it cannot fail', () => {
    expect(told('n,mean\n100,3.51\n99,3.51\n', { kind: 'integers' })).toContain(
      'checked: 2 by GRIM (which cannot fail in 1: n is large for their decimals)',
    )
  })

  it('integers are not assumed', () => {
    expect(told('n,mean,sd,max,min\n20,3.51,1.00,5,1\n')).toContain('impossible cells: 0')
  })

  it.each([
    ['integers', 'integers'],
    ['Binary', 'binary'],
    ['0.001', 0.001],
    ['0', undefined],
    ['fish', undefined],
  ])('the kind of data %s is read', (text, kind) => {
    expect(readKind(text)).toBe(kind)
  })

  it.each([
    ['1-7', { low: 1, high: 7 }],
    ['−3 to 3', { low: -3, high: 3 }],
    ['0–100', { low: 0, high: 100 }],
    ['0-', { low: 0, high: Number.POSITIVE_INFINITY }],
    ['7-1', undefined],
    ['large', undefined],
  ])('the scale %s is read', (text, scale) => {
    expect(readScale(text)).toEqual(scale)
  })
})

it('finds a cell without n impossible only if it is for every n', () => {
  const random = randomNumbers('cells without n')
  const between = (low: number, high: number) => (low + (high - low) * random()).toFixed(2)
  const data = dataOf({}, { kind: 'integers' }, false)
  const found = Array.from({ length: 12 }, () => {
    const table = readTable('t.csv', `mean,SD (n-1),min,max\n${between(1, 7)},${between(0, 3.4)},1,7\n`)
    const { numbers } = table.rows[0] ?? expect.unreachable()
    const isPossible = (n: number) =>
      checkCell(numbers, n, sampleDeviation as NonNullable<typeof sampleDeviation>, data).type === 'possible'
    const { impossible = [], cutOff = [] } = audit([table], { kind: 'integers' }).tables[0]?.cells ?? {}
    const wanted = !Array.from({ length: 999 }, (_, index) => index + 2).some(isPossible)
    expect([numbers, impossible.length + cutOff.length > 0]).toEqual([numbers, wanted])
    return wanted
  }).filter(Boolean).length
  expect(found).toBeGreaterThan(2)
  expect(found).toBeLessThan(10)
})

describe('a mean that no such values have', () => {
  it.each([
    ['data,n,mean,sd\nbinary,10,0.25,0.43\n', ['0.20', '0.30']],
    ['data,n,mean,sd\nbinary,10,0.25,0.90\n', ['0.20', '0.30']],
    ['data,scale,n,mean,sd\nintegers,1-7,10,3.55,9.00\n', ['3.50', '3.60']],
  ])('is blamed before its spread: %s', (csv, nearest) => {
    expect(audit([readTable('t.csv', csv)]).tables[0]?.cells?.impossible).toMatchObject([
      { check: { type: 'grain', test: 'GRIM', role: 'mean', nearest } },
    ])
  })
})
