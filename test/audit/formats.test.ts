import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { columnsOf } from '../../src/audit/head.ts'
import { settled } from '../../src/audit/reading.ts'
import { readTable } from '../../src/audit/table.ts'
import { auditText } from '../../src/audit/text.ts'

/** Returns what was read, row by row: `mean=1.5 spread=0.2`. */
function read(csv: string): readonly string[] {
  return settled(readTable('t.csv', csv), {}).rows.map(({ numbers }) =>
    [...numbers].map(([role, { value }]) => `${role}=${value}`).join(' '),
  )
}

const told = (csv: string) => auditText(audit([readTable('t.csv', csv)]))

describe('the name of a column', () => {
  it.each([
    ['mean', 'mean'],
    ['M', 'mean'],
    ['avg', 'mean'],
    ['Average', 'mean'],
    ['mean (ms)', 'mean ms'],
    ['Mean [ms]', 'mean ms'],
    ['mean, ms', 'mean ms'],
    ['mean_ms', 'mean ms'],
    ['avg (%)', 'mean %'],
    ['mean %', 'mean %'],
    ['Mean latency (ms)', 'mean ms'],
    ['latency_mean', 'mean'],
    ['N', 'n'],
    ['Sample size', 'n'],
    ['Max.', 'max'],
    ['Minimum (ms)', 'min ms'],
    ['SD', 'spread'],
    ['s', 'spread'],
    ['S.D.', 'spread'],
    ['s.e.m.', 'spread'],
    ['std. dev.', 'spread'],
    ['Std-Dev (ms)', 'spread ms'],
    ['SD (n-1)', 'spread'],
    ['SD (n − 1) (ms)', 'spread ms'],
    ['variance_us2', 'spread us2'],
    ['Standard error', 'spread'],
    ['95% CI', 'spread'],
    ['CI (99 %)', 'spread'],
    ['M ± SD', 'mean, spread'],
    ['mean +/- sd (ms)', 'mean ms, spread ms'],
    ['M (SD)', 'mean, spread'],
    ['Mean (95% CI)', 'mean, spread'],
    ['m', ''],
    ['S', ''],
    ['pattern', ''],
    ['means', ''],
    ['', ''],
  ])('%j stands for: %s', (name, roles) => {
    const found = columnsOf(name).map(({ role, unit }) => [role, unit].join(' ').trim())
    expect(found.join(', ')).toBe(roles)
  })

  it.each([
    ['sd', ['population standard deviation', 'sample standard deviation']],
    ['std. dev.', ['population standard deviation', 'sample standard deviation']],
    ['s', ['sample standard deviation']],
    ['SD (n-1)', ['sample standard deviation']],
    ['variance', ['population variance', 'sample variance']],
    ['s²', ['sample variance']],
    ['sem', ['standard error of the mean', 'standard error from the population deviation']],
    [
      '90% CI',
      [
        'half-width of a 90 % confidence interval (Student)',
        'half-width of a 90 % confidence interval (normal)',
      ],
    ],
  ])('%s allows only its own definitions', (name, allowed) => {
    expect(columnsOf(name)[0]?.definitions?.map((one) => one.name)).toEqual(allowed)
  })

  it('is that of a key if it names something else than the means do', () => {
    const table = readTable('t.csv', 'max threads,mean,sd\n4,10,1\n')
    expect([...table.columns.keys()]).toEqual(['mean', 'spread'])
    expect(table.rows[0]?.keys).toEqual({ 'max threads': '4' })
    const same = readTable('t.csv', 'Mean latency (ms),Max latency (ms)\n4,10\n')
    expect([...same.columns.keys()]).toEqual(['mean', 'max'])
  })

  it('of a second column of means is told', () => {
    expect(told('n,mean,M\n4,10,11\n')).toContain(
      "t.csv:1:8: M was not audited: mean is read as the table's mean",
    )
  })
})

describe('a label of spreads', () => {
  const rows = [
    'a,5,10.00,0.80,11.00,9.00',
    'b,5,20.00,0.75,21.00,19.00',
    'c,5,30.00,0.70,31.00,29.00',
    'd,5,40.00,0.78,41.00,39.00',
  ]

  it.each([
    ['sd', 'population standard deviation'],
    ['std. dev.', 'population standard deviation'],
    ['SD (n-1)', 'sample standard deviation'],
    ['s', 'sample standard deviation'],
  ])('%s wins: a row of a variance is impossible, and no column of variances', (label, name) => {
    const csv = `k,n,mean,${label},max,min\n${rows.join('\n')}\ne,5,50.00,3.00,52.00,48.00\n`
    const { cells, contradictions } = audit([readTable('t.csv', csv)]).tables[0] ?? {}
    expect(cells?.spread?.definition?.name).toBe(name)
    expect(cells?.impossible.map(({ row }) => row.keys.k)).toEqual(['e'])
    expect(contradictions).toEqual([])
  })

  it('wins also where most numbers do not fit, which is told', () => {
    const csv = `k,n,mean,se,max,min\n${rows.join('\n')}\n`
    const { cells, contradictions } = audit([readTable('t.csv', csv)]).tables[0] ?? {}
    expect(cells?.spread?.definition?.name).toBe('standard error of the mean')
    expect(cells?.impossible).toHaveLength(4)
    expect(contradictions).toEqual([
      'se is called se, but 0 of 4 cells are possible as a standard error of the mean and 4 as a population ' +
        'variance: check the name in the original',
    ])
  })

  it('is missing behind ±: the numbers tell what it is', () => {
    const found = audit([readTable('t.csv', 'n,mean,max,min\n4,10 ± 4.0,12,8\n4,20 ± 4.0,22,18\n')]).tables[0]
    expect(found?.cells?.spread?.column.name).toBe('mean ±')
    expect(found?.cells?.spread?.definition?.name).toBe('population variance')
  })

  it('of an interval takes half its width', () => {
    // Student's t for 4 degrees is 2.776: half-width 2.776 sqrt(10 / 4 / 5) = 1.963.
    const text = told(
      'n,mean,95% CI,max,min\n5,3.00,"[1.04, 4.96]",5,1\n5,3.00,"1.04–4.96",5,1\n5,3.00,1.96,5,1\n',
    )
    expect(text).toContain('half-width of a 95 % confidence interval (Student): 3 of 3 cells are possible')
    expect(text).toContain('impossible cells: 0')
    expect(told('n,mean,95% CI,max,min\n5,3.00,"[1.04, 5.96]",5,1\n')).toContain(
      't.csv:2:8: 95% CI is an interval that is not symmetric about its mean, and was not audited: [1.04, 5.96]',
    )
  })
})

describe('a cell', () => {
  it.each([
    ['mean,sd\n.85,.20\n', ['mean=0.85 spread=0.2']],
    ['mean,sd\n12.3*,0.4†\n', ['mean=12.3 spread=0.4']],
    ['mean,sd\n12.3a,0.4 (b)\n', ['mean=12.3 spread=0.4']],
    ['mean,sd\n12.3¹,0.4^2\n', ['mean=12.3 spread=0.4']],
    ['mean (ms),sd\n12.3 ms,±0.4\n', ['mean=12.3 spread=0.4']],
    ['N,mean\nn = 12,45.2%\nn=13,44.2 %\n', ['n=12 mean=45.2', 'n=13 mean=44.2']],
    [
      'n,mean ± sd\n5,12.3 ± 0.4\n5,12.3+/-0.4\n5,12.3\n',
      ['n=5 mean=12.3 spread=0.4', 'n=5 mean=12.3 spread=0.4', 'n=5 mean=12.3'],
    ],
    ['n;M (SD)\n5;12,3 (0,4)\n5;12,3* [0,4]\n', ['n=5 mean=12.3 spread=0.4', 'n=5 mean=12.3 spread=0.4']],
    [
      'n,M (95% CI)\n5,"3.0 [2.5, 3.5]"\n5,3.0 (2.5 to 3.5)\n',
      ['n=5 mean=3 spread=0.5', 'n=5 mean=3 spread=0.5'],
    ],
    ['sep=;\nn;mean\n5;1,5\n', ['n=5 mean=1.5']],
    ['\uFEFFn;avg (ms);SD\r\n1.234;12,5;0,25\r\n', ['n=1234 mean=12.5 spread=0.25']],
    ['n,mean\n"1,234","2,345.5"\n', ['n=1234 mean=2345.5']],
    ['n;mean\n5;1 234\n5;12,5\n', ['n=5 mean=1234', 'n=5 mean=12.5']],
    ['mean;sd\n1.234;0,5\n', ['mean=1234 spread=0.5']],
    ['mean;sd\n1,234;12.5\n', ['mean=1234 spread=12.5']],
    ['mean;sd\n1,234;0,5\n', ['mean=1.234 spread=0.5']],
    ['mean\tsd\n1,234\t816\n', ['mean=1234 spread=816']],
    ['mean,sd\n1.234,1.001\n', ['mean=1.234 spread=1.001']],
    ['mean;n\n1,234;1.000\n', ['mean=1.234 n=1000']],
    ['mean;n\n1,234;1,000\n', ['mean=1234 n=1000']],
  ])('is read: %j', (csv, rows) => {
    expect(read(csv)).toEqual(rows)
  })

  it.each([
    [
      'mean;sd\n1,234;1,001\n',
      '2:1: mean may be 1234 or 1.234, which no other number tells (--decimal does)',
    ],
    [
      'mean\tsd\n1.234\t1.001\n',
      '2:1: mean may be 1234 or 1.234, which no other number tells (--decimal does)',
    ],
    ['mean;sd\n1,234;0,5\n2,345;0.5\n', '2:1: mean may be 1234 or 1.234'],
    ['mean,sd\n1.5,<0.001\n', '2:5: sd is a bound, not a number'],
    ['mean,sd\n~1.5,0.001\n', '2:1: mean is only approximate'],
    ['mean,sd\nNA,0.001\n', '2:1: mean is no number'],
    ['mean,sd\n–,0.001\n', '2:1: mean is no number'],
    ['mean,sd\n1.5 s,0.001\n', '2:1: mean is no number'],
    [
      'mean,sd\n1.5 (0.2),0.1\n',
      '2:1: mean has a second number in brackets that the head does not name, as mean (sd) would',
    ],
    ['mean,sd\n1.5 ± 0.2,0.1\n', '2:1: mean has a spread of its own, beside the column of spreads'],
    ['mean,sd\n1.5,0.1–0.2\n', '2:5: sd is a range, not a number'],
    ['mean,sd\n45%,0.1\n46,0.1\n', '2:1: mean is in percent, unlike its column'],
    ['M (SD)\n"3.1 (<0.1)"\n', '2:1: M (SD) is a bound, not a number'],
  ])('is told at its place if it cannot be read: %j', (csv, message) => {
    expect(told(csv)).toContain(`t.csv:${message}`)
    expect(told(csv)).toContain(', and was not audited: ')
  })

  it('that is ambiguous is read with the mark that is given', () => {
    const mean = (mark: '.' | ',') =>
      readTable('t.csv', 'mean;sd\n1,234;1,001\n', mark).rows[0]?.numbers.get('mean')
    expect(mean('.')?.value).toBe(1234)
    expect(mean(',')?.value).toBe(1.234)
  })

  it('keeps its mean if only its spread cannot be read', () => {
    expect(read('M (SD)\n"3.1 (<0.1)"\n')).toEqual(['mean=3.1'])
    expect(read('mean,sd\n1.5 ± 0.2,0.1\n')).toEqual(['mean=1.5 spread=0.1'])
  })
})

describe('the text of an audit', () => {
  it('names the columns as they were read', () => {
    expect(told('what,N,avg (ms),SD,Max.,Min.\na,5,3,1,5,1\n')).toContain(
      '  read as: n from N, means from avg (ms), spreads from SD, maxima from Max., minima from Min.',
    )
    expect(told('n,avg\n5,45%\n')).toContain('  read as: n from n, means from avg in %')
  })

  it('names numbers by role where a column has two', () => {
    const csv = 'k;N;M (SD);data;scale\na;40;3,82 (4,43);integers;1-7\nb;40;5,71 (1,42);integers;1-7\n'
    const text = told(csv)
    expect(text).toContain('t.csv:2 a integers 1-7: spread of M (SD) 4.43 must lie between')
    expect(text).toContain('t.csv:3 b integers 1-7: mean of M (SD) 5.71 is impossible by GRIM')
  })

  it('tells numbers that are possible only as cut off', () => {
    // 5/3 = 1.667, 8/3 = 2.667, 11/3 = 3.667: cut off, not rounded.
    const text = told(
      'k,n,mean,data\na,3,1.66,integers\nb,3,2.66,integers\nc,3,3.66,integers\nd,3,4.50,integers\n',
    )
    expect(text).toContain('possible only if the numbers of the table are cut off after their last digit')
    expect(text).toContain(
      't.csv:2 a integers: mean 1.66 is impossible by GRIM: no 3 whole numbers have this mean; the nearest possible: 1.33, 1.67',
    )
    expect(text).toContain('impossible cells: 1')
  })
})

describe('a number such as 45.461', () => {
  const wide = (csv: string) => csv.replaceAll(';', '\t')
  const tables: readonly (readonly [string, string])[] = [
    ['between whole extremes', 'n;mean;sd;min;max\n13;45.461;15.163;22;73\n60;50.933;16.048;23;92\n'],
    ['with whole means', 'n;mean;sd;min;max\n13;45;15.163;22;73\n60;51;16.048;23;92\n'],
    ['with zeros left out', 'n;mean;sd;min;max\n8;45.125;17.163;22;73\n8;50;19;23;72\n'],
    ['on a scale', 'n;mean;sd;scale\n13;4.461;1.163;1-7\n60;5;1.048;1-7\n'],
    ['in one table of both marks', 'k;n;mean;sd;min;max\na;5;1.234;0.5;1;2\nb;5;12,5;1,5;10;15\n'],
    ['in a column of other thousands', 'k;n;mean;sd;min;max\na;5;1.234;0,5;1;2\nb;5;12,5;1,5;10;15\n'],
  ]
  const cases = tables.flatMap(([what, csv]) => [
    [what, csv] as const,
    [`${what}, with tabs`, wide(csv)] as const,
    [`${what}, with commas`, csv.replaceAll(/[.,]/g, (mark) => (mark === '.' ? ',' : '.'))] as const,
  ])

  it.each(cases)('raises no alarm that its other reading does not: %s', (_, csv) => {
    const [{ cells, contradictions } = {}] = audit([readTable('t.csv', csv)]).tables
    expect(cells?.impossible).toEqual([])
    expect(contradictions).toEqual([])
  })

  it.each([
    ['n;mean;sd;min;max\n13;45.461;15.163;22;73\n', 'n=13 mean=45.461 spread=15.163 min=22 max=73'],
    ['n;mean;sd;min;max\n13;45,461;15,163;22;73\n', 'n=13 mean=45.461 spread=15.163 min=22 max=73'],
    ['n;mean;sd;min;max\n13;1.234;816;500;3.000\n', 'n=13 mean=1234 spread=816 min=500 max=3000'],
    ['mean;sd\n45.461;15\n', 'mean=45.461 spread=15'],
    ['mean;sd\n1.234;30\n816;12\n', 'mean=1234 spread=30'],
    ['mean;sd\n1,234;2,345\n12;34\n', 'mean=1234 spread=2345'],
  ])('is read as the other numbers of the table allow: %j', (csv, first) => {
    expect(read(csv)[0]).toBe(first)
  })

  it('is told where it fits its row by one reading, and the table by another', () => {
    expect(told('k;n;mean;sd;min;max\na;5;1.234;0,5;1;2\nb;5;12,5;1,5;10;15\n')).toContain(
      't.csv:2:5: mean may be 1234 or 1.234, and fits its row only as 1.234 (--decimal tells), and was not audited: 1.234',
    )
  })

  it('is read as --decimal says, alarms included', () => {
    const csv = 'n;mean;sd;min;max\n13;45.461;15.163;22;73\n'
    const found = (mark?: '.' | ',') => audit([readTable('t.csv', csv, mark)]).tables[0]?.cells?.impossible
    expect(found()).toEqual([])
    expect(found('.')).toEqual([])
    expect(found(',')).toMatchObject([{ check: { type: 'mean' } }])
  })

  it('is an alarm where both readings give one', () => {
    const csv = 'n;mean;sd;min;max\n13;85.461;15.163;22;73\n60;50.933;16.048;23;92\n'
    const { impossible = [] } = audit([readTable('t.csv', csv)]).tables[0]?.cells ?? {}
    expect(impossible).toMatchObject([{ n: 13, check: { type: 'mean' } }])
    const [{ row } = {}] = impossible
    expect(row?.numbers.get('mean')?.value).toBe(85.461)
  })

  it('keeps GRIM where the file has decimal points for sure', () => {
    const csv = 'n;mean;data\n28;5.197;integers\n28;0.500;integers\n'
    const { impossible = [] } = audit([readTable('t.csv', csv)]).tables[0]?.cells ?? {}
    expect(impossible).toMatchObject([{ check: { type: 'grain', test: 'GRIM' } }])
  })

  it('makes no sum miss that its other reading lets add up', () => {
    const totals = readTable('totals.csv', 'k;mean\na;45.461\nb;0.5\n')
    const parts = readTable('parts.csv', 'k;part;mean\na;x;25\na;y;20.461\nb;x;0,2\nb;y;0,3\n')
    const found = audit([totals, parts])
    expect(found.sums[0]?.sums.map(({ difference }) => difference)).toEqual([0])
    expect(auditText(found)).toContain('mean may be 20461 or 20.461, and its sums add up only as 20.461')
    const wrong = readTable('parts.csv', 'k;part;mean\na;x;25\na;y;21.461\nb;x;0,2\nb;y;0,3\n')
    expect(audit([totals, wrong]).sums[0]?.sums).toHaveLength(2)
  })
})
