import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { auditJson } from '../../src/audit/json.ts'
import { settled } from '../../src/audit/reading.ts'
import { readTable, type Table } from '../../src/audit/table.ts'
import { auditText } from '../../src/audit/text.ts'
import { randomNumbers } from '../../src/stats/random.ts'

function published(name: string, change: (csv: string) => string = (csv) => csv): Table {
  const path = fileURLToPath(new URL(`../../paper/published/${name}.csv`, import.meta.url))
  return readTable(`${name}.csv`, change(readFileSync(path, 'utf8')))
}

const without = (column: number) => (csv: string) =>
  csv
    .split('\n')
    .map((line) => line.split(',').toSpliced(column, 1).join(','))
    .join('\n')

/** Returns the audit of one table, which must have spreads. */
function spreadOf(table: Table, others: readonly Table[] = [], n?: number) {
  const found = audit([table, ...others], { n }).tables[0]
  if (found?.cells?.spread === undefined) throw new Error('no spread was audited')
  return {
    ...found.cells,
    ...found.cells.spread,
    cells: found.cells.cells,
    contradictions: found.contradictions,
  }
}

describe("the study's latencies", () => {
  const latency = published('latency')
  const phases = published('phases')

  it('have population variances: 23 of 24 cells are possible, and 11 as sample variances', () => {
    const { definition, rivals, readings } = spreadOf(latency)
    expect(definition?.name).toBe('population variance')
    expect(rivals).toEqual([])
    expect(readings.map(({ possible }) => possible)).toEqual([23, 11])
  })

  it('tell n = 5 by themselves, also where the column of n is taken away', () => {
    for (const table of [latency, published('latency', without(4))]) {
      const [population, sample] = spreadOf(table).leastN
      expect(population).toEqual({ definition: 'population variance', n: 5, cells: 14, atLimit: 5 })
      expect(sample).toMatchObject({ definition: 'sample variance', n: 6, atLimit: 0 })
    }
  })

  it('have one impossible cell, that of a pause with CPU load in dom0', () => {
    const [cell, ...others] = spreadOf(latency, [phases]).impossible
    expect(others).toEqual([])
    expect(cell?.row.keys).toMatchObject({ pattern: 'dom0-cpu', operation: 'pause' })
    expect(cell?.row.line).toBe(14)
    expect(cell?.check).toMatchObject({ type: 'spread' })
    expect(cell?.fits[0]).toEqual({ definition: 'population variance', n: [4, 7, 8] })
  })

  it('would be possible there with another digit in the variance, or in the minimum; the mean is confirmed by its phases', () => {
    const found = spreadOf(latency, [phases]).impossible[0]?.corrections
    const of = (role: string) => found?.filter((one) => one.role === role).map(({ text }) => text)
    expect(of('spread')).toEqual(['131189947'])
    expect(of('min')).toEqual(['50629', '51629', '52629', '53629', '54629', '55629'])
    expect(of('mean')).toEqual([])
    // By itself the table does not confirm its mean.
    expect(spreadOf(latency).impossible[0]?.corrections).toContainEqual({ role: 'mean', text: '67701' })
  })

  it('keep the label of their column, even a wrong one: its cells are impossible, and the label is questioned', () => {
    const renamed = published('latency', (csv) => csv.replace('variance_us2', 'sd_us'))
    const { definition, impossible, contradictions } = spreadOf(renamed)
    expect(definition?.name).toBe('population standard deviation')
    expect(impossible).toHaveLength(24)
    expect(contradictions).toEqual([
      'sd_us is called sd, but 0 of 24 cells are possible as a population standard deviation and 23 as a ' +
        'population variance: check the name in the original',
    ])
    const inMicroseconds = published('latency', (csv) => csv.replace('variance_us2', 'variance_us'))
    expect(spreadOf(inMicroseconds).contradictions).toEqual([
      'variance_us is said to be in us, but a population variance is in us2',
    ])
    expect(spreadOf(latency).contradictions).toEqual([])
  })

  it('have phases that add up, but for 8 rows that miss by 1 us, as many as rounding makes', () => {
    const { sums } = audit([latency, phases])
    expect(sums).toHaveLength(1)
    const [{ keys, sums: found, expectedMisses } = { keys: [], sums: [], expectedMisses: 0 }] = sums
    expect(keys).toEqual(['environment', 'pattern', 'operation'])
    expect(found).toHaveLength(24)
    const missed = found.filter(({ difference }) => difference !== 0)
    expect(missed).toHaveLength(8)
    expect(missed.every(({ difference, allowed }) => Math.abs(difference) === 1 && allowed === 2)).toBe(true)
    expect(expectedMisses).toBeCloseTo(8, 9)
  })

  it('have two phases of a pause that always make one period of the measuring loop, in the 8 rows without extra load', () => {
    const [identity, ...others] = audit([latency, phases]).identities
    expect(others).toEqual([])
    expect(identity).toMatchObject({
      parts: ['domu-stop-to-xen', 'xen-to-vcpu-stop'],
      sums: { low: 4067, high: 4068 },
      ranges: [
        { low: 1149, high: 3207 },
        { low: 861, high: 2918 },
      ],
      among: 12,
    })
    expect(identity?.totals.map(({ keys }) => keys.pattern).sort()).toEqual([
      'baseline',
      'domu-count',
      'domu-memory',
      'domu-storage',
      'domu-vcpus',
      'scheduler',
      'xl-nice',
      'xl-policy',
    ])
    expect(auditText(audit([latency, phases]))).toContain(
      'domu-stop-to-xen + xen-to-vcpu-stop is the same in 8 of 12 rows: 4067 to 4068',
    )
  })

  it('are told in words and as data', () => {
    const found = audit([latency, phases, published('parameters')])
    const text = auditText(found)
    expect(text).toContain('variance_us2 is a population variance, in us2:')
    expect(text).toContain(
      'latency.csv:14 5 old dom0-cpu pause: variance_us2 161189947 must lie between 122476503 and 136683338 for mean_us 65701, max_us 87675, min_us 57629 and n = 5',
    )
    expect(text).toContain('8 miss by 1: 5 old domu-vcpus unpause (−1);')
    expect(text).toContain(
      'parameters.csv: 22 rows, no column of means (names that are understood: n, mean (or M, avg), sd',
    )
    const data = JSON.parse(JSON.stringify(auditJson(found)))
    expect(data.tables[0]).toMatchObject({ definition: 'population variance', n: [5, 5] })
    expect(data.tables[0].impossible[0].printed).toMatchObject({ mean: '65701', n: '5' })
    expect(data.sums[0]).toMatchObject({ sums: 24, exact: 16 })
    expect(data.sums[0].missed).toHaveLength(8)
  })
})

describe('tables of other papers', () => {
  const table = (csv: string) => readTable('t.csv', csv)

  it('are read by the names of their columns, in any order, with or without units', () => {
    const found = spreadOf(table('what,Min,Max,SD_ms,Mean_ms,trials\na,1.0,3.0,0.8,2.0,3\n'))
    expect(found.readings.map(({ possible }) => possible)).toEqual([1, 0])
    expect(found.definition?.name).toBe('population standard deviation')
  })

  it('with a mean outside of its extremes are impossible, with the slips that explain it', () => {
    const found = spreadOf(table('k,n,mean,sd,max,min\na,4,25,2,19,12\nb,4,15,2,18,12\n'))
    expect(found.impossible.map(({ row, check }) => [row.keys.k, check.type])).toEqual([['a', 'mean']])
    expect(found.impossible[0]?.corrections).toContainEqual({ role: 'mean', text: '15' })
  })

  it('without n are impossible only where no n is possible', () => {
    // Bhatia and Davis: at most (18 - 15) (15 - 12) = 9 for any n.
    const found = spreadOf(table('k,mean,variance,max,min\na,15,8,18,12\nb,15,80,18,12\n'))
    expect(found.impossible.map(({ row }) => row.keys.k)).toEqual(['b'])
    expect(found.n).toBeUndefined()
  })

  it('take the n that is given', () => {
    const csv = 'k,mean,variance,max,min\na,15.00,4.50,18,12\n'
    expect(spreadOf(table(csv), [], 4).n).toEqual([4, 4])
    expect(spreadOf(table(csv), [], 4).readings[0]?.possible).toBe(1)
  })

  it('with text among the numbers are told so, and audited without it', () => {
    const found = audit([table('k,n,mean,sd,max,min\na,4,15,2,18,12\nb,4,15,about 2,18,12\nc,4,15,,18,12\n')])
    expect(auditText(found)).toContain('t.csv:3:8: sd is no number, and was not audited: about 2')
    expect(found.tables[0]?.cells?.cells).toBe(3)
    expect(found.tables[0]?.cells?.spread?.cells).toBe(1)
  })

  it('whose parts do not add up are told by how much', () => {
    const totals = readTable('totals.csv', 'k,mean\na,10\nb,20\n')
    const parts = readTable('parts.csv', 'k,part,mean\na,x,4\na,y,6\nb,x,4\nb,y,10\n')
    const { sums } = audit([totals, parts])
    expect(sums[0]?.sums.map(({ difference, allowed }) => [difference, allowed])).toEqual([
      [0, 1.5],
      [-6, 1.5],
    ])
    expect(auditText({ tables: [], sums, identities: [] })).toContain('1 miss by 6: b (−6)')
    expect(auditText({ tables: [], sums, identities: [] })).toContain(
      'sums that rounding does not explain: 1',
    )
  })

  it('with parts in decimals add up in spite of binary fractions', () => {
    const totals = readTable('totals.csv', 'k,mean\na,0.3\n')
    const parts = readTable('parts.csv', 'k,part,mean\na,x,0.1\na,y,0.2\n')
    expect(audit([totals, parts]).sums[0]?.sums[0]?.difference).toBe(0)
  })

  it('are no parts and totals of each other without a common value, or in other units', () => {
    const totals = readTable('totals.csv', 'k,mean\na,10\n')
    expect(audit([totals, readTable('parts.csv', 'k,part,mean\nb,x,4\nb,y,6\n')]).sums).toEqual([])
    expect(audit([totals, readTable('parts.csv', 'k,part,mean_ms\na,x,4\na,y,6\n')]).sums).toEqual([])
  })

  it('whose parts vary by chance are not said to have the same sum', () => {
    const random = randomNumbers('parts')
    const value = () => Math.round(1000 * random())
    let found = 0
    for (let study = 0; study < 200; study += 1) {
      const rows = Array.from({ length: 12 }, (_, row) => ({ row, parts: [value(), value(), value()] }))
      const totals = rows.map(({ row, parts }) => `${row},${parts.reduce((sum, part) => sum + part, 0)}`)
      const lines = rows.flatMap(({ row, parts }) => parts.map((part, index) => `${row},${index},${part}`))
      const { sums, identities } = audit([
        readTable('totals.csv', `k,mean\n${totals.join('\n')}\n`),
        readTable('parts.csv', `k,part,mean\n${lines.join('\n')}\n`),
      ])
      expect(sums[0]?.sums).toHaveLength(12)
      found += identities.length
    }
    expect(found).toBeLessThanOrEqual(2)
  })

  it('whose parts do not vary have no sum to wonder about', () => {
    const rows = ['a', 'b', 'c', 'd', 'e']
    const { identities } = audit([
      readTable(
        'totals.csv',
        `k,mean\n${rows.map((row, index) => `${row},${30 + 10 * index}`).join('\n')}\n`,
      ),
      readTable(
        'parts.csv',
        `k,part,mean\n${rows.flatMap((row, index) => [`${row},x,10`, `${row},y,20`, `${row},z,${10 * index}`]).join('\n')}\n`,
      ),
    ])
    expect(identities).toEqual([])
  })
})

describe('a table', () => {
  const possible = (csv: string) => spreadOf(readTable('t.csv', csv)).readings.map((one) => one.possible)

  it('of a million values is audited: no work grows with n', () => {
    const found = spreadOf(
      readTable('t.csv', 'k,n,mean,sd,min,max\nb,1000000,10,1,9,11\nc,9007199254740991,10,1,9,11\n'),
    )
    expect(found.cells).toBe(2)
    expect(found.impossible).toEqual([])
  })

  it('with an impossible cell of a million values names other n up to a thousand', () => {
    const found = spreadOf(readTable('t.csv', 'k,n,mean,var,min,max\na,5,10,1,9,11\nb,1000000,10,9,9,11\n'))
    expect(found.impossible.map(({ row }) => row.keys.k)).toEqual(['b'])
    expect(Math.max(...(found.impossible[0]?.fits.flatMap(({ n }) => n) ?? []))).toBeLessThanOrEqual(1000)
  })

  it.each([
    ['semicolons', 'k;n;mean;sd;max;min\na;3;2.0;0.8;3.0;1.0\n'],
    ['decimal commas', 'k;n;mean;sd;max;min\na;3;2,0;0,8;3,0;1,0\n'],
    ['quoted decimal commas', 'k,n,mean,sd,max,min\na,3,"2,0","0,8","3,0","1,0"\n'],
    ['tabs', 'k\tn\tmean\tsd\tmax\tmin\na\t3\t2.0\t0.8\t3.0\t1.0\n'],
    ['tabs and decimal commas', 'k\tn\tmean\tsd\tmax\tmin\na\t3\t2,0\t0,8\t3,0\t1,0\n'],
    [
      'a byte order mark, CRLF and blank lines',
      '\uFEFFk,n,mean,sd,max,min\r\n\r\na,3,2.0,0.8,3.0,1.0\r\n\r\n',
    ],
    ['quotes', '"k","n","mean","sd","max","min"\n"a, ""b""\nc","3","2.0","0.8","3.0","1.0"'],
    ['empty cells behind the last column', 'k,n,mean,sd,max,min\na,3,2.0,0.8,3.0,1.0,,\n'],
  ])('with %s is read', (_, csv) => {
    expect(possible(csv)).toEqual([1, 0])
  })

  it.each([
    ['k,n,mean,sd,max,min\na,3,"2,000","816","3,000","1,000"\n', 2000],
    ['k;n;mean;sd;max;min\na;3;2.000,0;816,5;3.000,0;1.000,0\n', 2000],
    ["k;n;mean;sd;max;min\na;3;2'000;816;3 000;1\u202f000\n", 2000],
    ['k;n;mean;sd;max;min\na;3;2,000;0,816;3,000;1,000\n', 2],
    ['k,n,mean,sd,max,min\na,3,2.000,0.816,3.000,1.000\n', 2],
  ])('with thousands separators is read: %j', (csv, mean) => {
    const table = settled(readTable('t.csv', csv), {})
    expect(table.rows[0]?.numbers.get('mean')?.value).toBe(mean)
    expect(spreadOf(table).readings[0]?.possible).toBe(1)
  })

  it.each([
    ['k,n,mean,sd,max,min\na,3,2,0.8,3\n', 't.csv:2:1: 5 cells, but the head has 6'],
    ['k,n,mean,sd,max,min\na,3,2,0.8,3,1,x\n', 't.csv:2:15: 7 cells, but the head has 6'],
    ['k,mean,mean,sd,max,min\na,3,2,0.8,3,1\n', 't.csv:1:8: the name mean is that of column 2, too'],
    ['k,mean,sd,max,min\na,"3,2,0.8,3\n', 't.csv:2:3: a quote that is not closed'],
    [
      'k,mean_ms,sd_us,max_ms,min_ms\na,1,2,3,4\n',
      't.csv:1:11: sd_us is in us, but mean_ms in ms: write both in one unit',
    ],
    [
      'k,max_us,min_us,mean_ms,sd\na,1,2,3,4\n',
      't.csv:1:3: max_us is in us, but mean_ms in ms: write both in one unit',
    ],
    [`k,mean\n${'a,1\n'.repeat(50_001)}`, 't.csv:50002:1: 50001 rows: an audit takes at most 50000'],
  ])('that is none is told where: %#', (csv, message) => {
    expect(() => readTable('t.csv', csv)).toThrow(message)
  })

  it.each([
    ['n', '0,2,0.8,3,1', '2:3: n is no whole number from 1'],
    ['n', '-3,2,0.8,3,1', '2:3: n is no whole number from 1'],
    ['n', '2.5,2,0.8,3,1', '2:3: n is no whole number from 1'],
    ['n', 'Infinity,2,0.8,3,1', '2:3: n is no number'],
    ['mean', '3,NaN,0.8,3,1', '2:5: mean is no number'],
    ['mean', '3,2 ms,0.8,3,1', '2:5: mean is no number'],
    ['mean', '3,1e999,0.8,3,1', '2:5: mean is no number'],
    ['sd', '3,2,-0.8,3,1', '2:7: sd is a spread below 0'],
    ['sd', `3,2,${'1'.repeat(100)},3,1`, '2:7: sd is no number'],
    ['sd', '3,2,nan,3,1', '2:7: sd is no number'],
    ['max', '3,2,0.8,inf,', '2:11: max is no number'],
  ])('with a bad %s says so, and audits the other cells: %s', (_, cells, message) => {
    const found = audit([readTable('t.csv', `k,n,mean,sd,max,min\na,${cells}\nb,3,2.0,0.8,3.0,1.0\n`)], {
      n: 7,
    })
    expect(auditText(found)).toContain(`t.csv:${message}, and was not audited: `)
    expect(found.tables[0]?.cells?.spread?.cells).toBe(1)
    expect(found.tables[0]?.cells?.n).toEqual([3, 3])
    expect(() => JSON.parse(JSON.stringify(auditJson(found)))).not.toThrow()
  })

  it('of one value for each cell is possible', () => {
    expect(spreadOf(readTable('t.csv', 'n,mean,sd,max,min\n1,2,0,2,2\n')).impossible).toEqual([])
  })

  it('with a column named __proto__ keeps its names', () => {
    expect(readTable('t.csv', '__proto__,mean\na,1\n').rows[0]?.keys).toHaveProperty(['__proto__'], 'a')
  })

  it('with a thousand impossible cells explains a hundred', () => {
    const rows = Array.from({ length: 1000 }, (_, row) => `${row},5,10,9,9,11`)
    const good = Array.from({ length: 2 }, () => 'a,5,10,0.9,9,11')
    const { impossible } = spreadOf(
      readTable('t.csv', `k,n,mean,var,min,max\n${[...good, ...rows].join('\n')}`),
    )
    expect(impossible).toHaveLength(1000)
    expect(impossible.filter(({ corrections }) => corrections.length > 0)).toHaveLength(100)
  })

  it('of two hundred parts has no sum to wonder about, and the others are compared', () => {
    const rows = Array.from({ length: 5 }, (_, row) => row)
    const parts = rows.flatMap((row) => Array.from({ length: 200 }, (_, part) => `${row},${part},1`))
    const found = audit([
      readTable('totals.csv', `k,mean\n${rows.map((row) => `${row},200`).join('\n')}\n`),
      readTable('parts.csv', `k,part,mean\n${parts.join('\n')}\n`),
    ])
    expect(found.identities).toEqual([])
    expect(found.sums[0]?.expectedMisses).toBeGreaterThan(4)
    expect(found.sums[0]?.expectedMisses).toBeLessThan(5)
  })

  it('of an honest study is never said to be impossible, or to be something else than it is', () => {
    const spreads = {
      variance: (squares: number, n: number) => squares / n,
      var: (squares: number, n: number) => squares / (n - 1),
      sd: (squares: number, n: number) => Math.sqrt(squares / (n - 1)),
      std: (squares: number, n: number) => Math.sqrt(squares / n),
      se: (squares: number, n: number) => Math.sqrt(squares / (n - 1) / n),
    }
    const value = fc.double({ min: -1e4, max: 1e4, noNaN: true })
    const sample = fc.oneof(
      fc.array(value, { minLength: 2, maxLength: 40 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 300 }),
      fc.tuple(fc.nat(400), value, value).map(([n, a, b]) => [...Array<number>(n + 1).fill(a), b]),
    )
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...(Object.keys(spreads) as (keyof typeof spreads)[])),
        fc.nat(4),
        fc.boolean(),
        (samples, name, decimals, hasN) => {
          const rows = samples.map((values) => {
            const n = values.length
            const mean = values.reduce((sum, one) => sum + one, 0) / n
            const squares = values.reduce((sum, one) => sum + (one - mean) ** 2, 0)
            const numbers = [mean, spreads[name](squares, n), Math.max(...values), Math.min(...values)]
            return [hasN ? n : '', ...numbers.map((one) => one.toFixed(decimals))].join(',')
          })
          const found = audit([readTable('t.csv', `n,mean,${name},max,min\n${rows.join('\n')}\n`)])
          expect(found.tables[0]?.cells?.impossible).toEqual([])
          expect(found.tables[0]?.contradictions).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('extremes with fewer decimals than the mean', () => {
  it.each([
    // 4/3, 2, 2, of which the smallest is printed as 1.
    ['n,mean,SD (n-1),max,min,data,items\n3,1.78,0.385,2,1,integers,3\n'],
    // A 1 and five 0, cut off: with a minimum of -0.1 or 0.1 the spread would be larger.
    ['n,mean,SD (n-1),max,min\n6,0.1666,0.40,1.0,0.0\n3,0.3333,0.57,1.0,0.0\n'],
  ])('may lie anywhere in their rounding: %j', (csv) => {
    expect(audit([readTable('t.csv', csv)]).tables[0]?.cells?.impossible).toEqual([])
  })
})
