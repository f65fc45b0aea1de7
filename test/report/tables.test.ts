import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parsePublished } from '../../src/document/published.ts'
import type { Cell, Table } from '../../src/report/table.ts'
import { tableKinds } from '../../src/report/tables/kinds.ts'
import { english } from '../../src/report/words/en.ts'
import type { Run } from '../../src/results/run.ts'
import { fakeExperiment, fakeRun } from '../results/fake.ts'

const experiment = fakeExperiment([
  { name: 'baseline' },
  { name: 'dom0-cpu', label: 'dom0 CPU load', changes: { dom0: { cpuLoad: 4 } } },
  { name: 'scheduler', label: 'null scheduler', changes: { scheduler: 'null' }, only: ['xen-4.14'] },
])
const runs = [
  fakeRun({ exclude: 'lost records' }),
  fakeRun({ pattern: 'dom0-cpu', xlUs: 60_000 }),
  fakeRun({ environment: 'xen-4.17' }),
]
const published = (name: string) =>
  parsePublished(readFileSync(new URL(`../../paper/published/${name}.csv`, import.meta.url), 'utf8'))

const language = { words: english, say: (text: string) => text }

function render(kind: string, options: object, file?: string): Table {
  const table = tableKinds.get(kind)?.render(options, {
    experiment,
    runs,
    published: file === undefined ? undefined : published(file),
    ...language,
  })
  if (table === undefined) throw new Error(`no kind ${kind}`)
  return table
}
const texts = (row: readonly Cell[] | undefined) => row?.map((cell) => cell.text)
const heads = (table: Table) =>
  table.head.map((row) => row.map(({ text, unit }) => (unit ? `${text} (${unit})` : text)))

describe('summary', () => {
  const table = render('summary', { measures: ['total'] }, 'latency')

  it('has a row for each operation of each pattern, with the published numbers beside it', () => {
    const [first] = table.groups
    expect(first?.title).toBe('xen-4.14')
    expect(texts(first?.rows[0])).toEqual([
      'baseline',
      'pause',
      '3',
      '10,168',
      '6,667',
      '10,268',
      '10,068',
      '10,168',
      '1',
      '5',
      '14,777',
      '328,259',
      '15,726',
      '14,170',
    ])
    expect(texts(first?.rows[1])).toEqual([
      'unpause',
      '4',
      '8,670',
      '12,500',
      '8,820',
      '8,520',
      '8,670',
      '0',
      '5',
      '16,579',
      '1,048,055',
      '18,386',
      '15,641',
    ])
    expect(texts(first?.rows[2])?.slice(0, 4)).toEqual(['dom0 CPU load', 'pause', '4', '64,218'])
  })

  it('says units in the heads', () => {
    expect(heads(table)).toEqual([
      ['pattern', 'operation', 'this rerun', 'published'],
      [
        'n',
        'mean (µs)',
        'variance (µs²)',
        'max. (µs)',
        'min. (µs)',
        'median (µs)',
        'excluded',
        'n',
        'mean (µs)',
        'variance (µs²)',
        'max. (µs)',
        'min. (µs)',
      ],
    ])
  })

  it('keeps value and origin of each own number, and gives published numbers none', () => {
    const row = table.groups[0]?.rows[0] ?? []
    expect(row[3]).toMatchObject({ type: 'number', origins: ['emulated'] })
    expect(row[3]?.value).toBeCloseTo(10_168, 6)
    expect(row[10]).toEqual({ type: 'published', text: '14,777', value: 14_777 })
  })

  it('marks missing runs, where they belong and in a list', () => {
    expect(table.missing).toEqual(['latency/xen-4.14/scheduler', 'latency/xen-4.17/dom0-cpu'])
    expect(table.groups[0]?.rows[4]).toEqual([
      { type: 'head', text: 'null scheduler' },
      { type: 'missing', text: 'missing: run latency/xen-4.14/scheduler', columns: 13 },
    ])
  })

  it('leaves a pattern out of environments that it does not run in', () => {
    expect(table.groups[1]?.rows.map((row) => row[0]?.text)).not.toContain('null scheduler')
  })

  it('counts exclusions by reason and names what was published but not rerun', () => {
    expect(table.notes[0]).toBe('Excluded observations, by reason: lost records (1).')
    expect(table.notes[1]).toContain('domu-net')
    expect(table.notes[1]).not.toContain('dom0-cpu')
  })

  it('every row is as wide as the head', () => {
    const width = (row: readonly { columns?: number }[]) =>
      row.reduce((sum, { columns }) => sum + (columns ?? 1), 0)
    for (const group of table.groups) {
      for (const [index, row] of group.rows.entries()) {
        const spanned = group.rows.slice(0, index).some((above, at) => (above[0]?.rows ?? 1) > index - at)
        expect(width(row) + (spanned ? 1 : 0)).toBe(width(table.head[0] ?? []))
      }
    }
  })

  it('takes one operation, chosen statistics and environments', () => {
    const small = render('summary', {
      operation: 'unpause',
      statistics: ['mean', 'p95'],
      environments: ['xen-4.17'],
    })
    expect(heads(small)).toEqual([['pattern', 'mean (µs)', '95 % (µs)', 'excluded']])
    expect(small.groups.map(({ title }) => title)).toEqual(['xen-4.17'])
    expect(texts(small.groups[0]?.rows[0])).toEqual(['baseline', '8,670', '8,805', '0'])
  })

  it.each([
    [{ measures: ['totl'] }, 'unknown measure: totl (did you mean total?)'],
    [{ statistics: ['meen'] }, 'unknown statistic: meen (did you mean mean?)'],
    [{ environments: ['xen-4.15'] }, 'unknown environment of latency: xen-4.15'],
    [{ where: { operatoin: 'pause' } }, 'unknown factor: operatoin (did you mean operation?)'],
  ])('refuses %j', (options, message) => {
    expect(() => render('summary', options)).toThrow(message)
  })
})

describe('summary beside published means', () => {
  const shown = (table: Table) => table.groups[0]?.rows.map((row) => row[0]?.text)

  it('gives ratio and range where there is a published mean, and counts the means in range', () => {
    const table = render(
      'summary',
      { statistics: ['mean', 'max', 'min'], compare: true, environments: ['xen-4.14'] },
      'latency',
    )
    const [pause, unpause, loaded] = table.groups[0]?.rows ?? []
    expect(heads(table)[0]).toEqual(['pattern', 'operation', 'this rerun', 'published', 'comparison'])
    expect(heads(table)[1]?.slice(-2)).toEqual(['ratio', 'in range'])
    expect(texts(pause)?.slice(-2)).toEqual(['0.69', 'no']) // 10,168 of 14,777
    expect(texts(unpause)?.slice(-2)).toEqual(['0.52', 'no']) // 8,670 of 16,579
    expect(texts(loaded)?.slice(-2)).toEqual(['0.98', 'no']) // 64,218 of 65,701
    expect(pause?.at(-2)).toMatchObject({ type: 'number', origins: ['emulated'] })
    expect(table.notes).toContain('0 of 4 published means lie in the range of this rerun.')
  })

  it('calls a published mean at the very end of the values in range', () => {
    const run = fakeRun({ xlUs: 14_777 - 4068 }) // pauses of 14,777 to 15,077 us
    const table = tableKinds
      .get('summary')
      ?.render(
        { compare: true, operation: 'pause', environments: ['xen-4.14'] },
        { experiment, runs: [run], published: published('latency'), ...language },
      )
    expect(texts(table?.groups[0]?.rows[0])?.slice(-2)).toEqual(['1.01', 'yes'])
    expect(table?.notes).toContain('1 of 1 published means lie in the range of this rerun.')
  })

  it('shows the published patterns or the others alone', () => {
    const patterns = fakeExperiment([{ name: 'baseline' }, { name: 'resident' }])
    const context = { experiment: patterns, runs, published: published('latency'), ...language }
    const kind = tableKinds.get('summary')
    const own = kind?.render({ patterns: 'unpublished', compare: true }, context)
    const theirs = kind?.render({ patterns: 'published', compare: true }, context)
    expect(own && shown(own)).toEqual(['resident'])
    expect(own && heads(own)).toHaveLength(1)
    expect(own?.notes).toEqual([])
    expect(theirs && shown(theirs)).toEqual(['baseline', 'unpause'])
  })
})

describe('phases', () => {
  const measures = ['xl-to-domu-stop', 'domu-stop-to-xen', 'xen-to-vcpu-stop']

  it('shows mean, share and published mean of each phase, and sums that add up', () => {
    const table = render('phases', { operation: 'pause', measures }, 'phases')
    expect(texts(table.groups[0]?.rows[0])).toEqual([
      'baseline',
      '3',
      '6,100',
      '60.0',
      '10,709',
      '2,000',
      '19.7',
      '2,548',
      '2,068',
      '20.3',
      '1,520',
      '10,168',
      '14,777',
    ])
    expect(heads(table)[0]).toEqual([
      'pattern',
      'n',
      'xl to domU stop',
      'domU stop to Xen',
      'Xen to vCPU stop',
      'sum',
    ])
  })

  it('compares each phase with its published mean, and not the sum', () => {
    const table = render('phases', { operation: 'pause', measures, share: false, compare: true }, 'phases')
    expect(texts(table.groups[0]?.rows[0])).toEqual(
      [
        ['baseline', '3'],
        ['6,100', '10,709', '0.57', 'no'],
        ['2,000', '2,548', '0.78', 'no'],
        ['2,068', '1,520', '1.36', 'no'],
        ['10,168', '14,777'],
      ].flat(),
    )
    expect(table.notes).toContain('0 of 9 published means lie in the range of this rerun.')
    expect(table.groups[0]?.rows[2]).toEqual([
      { type: 'head', text: 'null scheduler' },
      { type: 'missing', text: 'missing: run latency/xen-4.14/scheduler', columns: 15 },
    ])
  })

  it('leaves out observations that lack a phase, and says how many', () => {
    const table = render('phases', { measures, share: false })
    expect(table.notes).toEqual(['12 observations without all phases are left out.'])
    expect(texts(table.groups[0]?.rows[0])).toEqual(['baseline', '3', '6,100', '2,000', '2,068', '10,168'])
  })

  it('refuses a phase that no run has', () => {
    expect(() => render('phases', { measures: ['xl-to-xem'] })).toThrow('did you mean xl-to-xen?')
  })
})

describe('parameters', () => {
  it('shows each change beside the baseline and the published change', () => {
    const table = render('parameters', { publishedEnvironment: 'old' }, 'parameters')
    expect(table.groups[0]?.rows.map(texts)).toEqual([
      ['dom0 CPU load', 'dom0.cpuLoad', '0', '4', 'dom0', 'CPU load', 'none', '4 processes'],
      ['null scheduler', 'scheduler', 'credit2', 'null', 'Xen', 'domain scheduler', 'credit2', 'null'],
    ])
    expect(table.notes[0]).toBe('Only in xen-4.14: null scheduler.')
  })

  it('shows the changes that were not published without published columns', () => {
    const own = fakeExperiment([{ name: 'resident', changes: { dom0: { cpuLoad: 1 } } }])
    const table = tableKinds
      .get('parameters')
      ?.render(
        { patterns: 'unpublished', publishedEnvironment: 'old' },
        { experiment: own, runs, published: published('parameters'), ...language },
      )
    expect(table?.groups[0]?.rows.map(texts)).toEqual([['resident', 'dom0.cpuLoad', '0', '1']])
    expect(table?.notes).toEqual([])
  })

  it('shows what was the same in all patterns, here and in the original', () => {
    const constant = { scheduler: 'scheduler', 'dom0-net': 'dom0.cpuLoad' }
    const table = render('parameters', { publishedEnvironment: 'new', constant }, 'parameters')
    expect(table.groups[0]?.rows.map(texts).slice(0, 2)).toEqual([
      ['all patterns', 'scheduler', 'credit2', '–', 'Xen', 'domain scheduler', 'null', '–'],
      ['dom0.cpuLoad', '0', '–', 'dom0', 'network load', 'none', '1000 Mbps'],
    ])
    expect(table.notes.join()).toContain('not rerun here: domu-vcpus')
    expect(table.notes.join()).not.toContain('dom0-net')
    const wrong = (constant: object) => () =>
      render('parameters', { publishedEnvironment: 'new', constant }, 'parameters')
    expect(wrong({ schedulr: 'scheduler' })).toThrow(
      'unknown published pattern: schedulr (did you mean scheduler?)',
    )
    expect(wrong({ scheduler: 'schedulr' })).toThrow('unknown parameter: schedulr (did you mean scheduler?)')
  })

  it('asks which environment when several were published', () => {
    expect(() => render('parameters', {}, 'parameters')).toThrow(
      'choose one with publishedEnvironment (known: old, new)',
    )
    expect(() => render('parameters', { publishedEnvironment: 'odl' }, 'parameters')).toThrow(
      'unknown publishedEnvironment: odl (did you mean old?)',
    )
  })
})

describe('environment', () => {
  it('shows what was captured, the host and the published machines, a column each', () => {
    const table = render('environment', { host: true, machines: ['old'] }, 'environments')
    expect(heads(table)).toEqual([['item', 'xen-4.14', 'xen-4.17', 'host', 'old (published)']])
    const rows = table.groups[0]?.rows.map(texts)
    expect(rows).toContainEqual(['hypervisor', 'Xen 4.14.6', 'Xen 4.17.7', '–', 'Arm Xen 4.13.0'])
    expect(rows).toContainEqual([
      'CPU',
      '4 x Cortex-A72',
      '4 x Cortex-A72',
      'Example CPU',
      'Arm Cortex-A72 (4 cores)',
    ])
    expect(table.head[0]?.[1]?.origins).toEqual(['emulated'])
  })

  it('says where a pattern changed the machine', () => {
    const other = {
      ...fakeRun({ pattern: 'dom0-cpu' }),
      captured: { ...fakeRun().captured, memory: '2048 MB' },
    }
    const table = tableKinds
      .get('environment')
      ?.render({}, { experiment, runs: [fakeRun(), other], published: undefined, ...language })
    expect(table?.notes).toEqual(['xen-4.14: memory is 2048 MB in dom0-cpu.'])
    expect(table?.missing).toEqual(['latency/xen-4.17/baseline'])
  })

  it('refuses unknown items and machines', () => {
    expect(() => render('environment', { items: ['memroy'] })).toThrow(
      'unknown item: memroy (did you mean memory?)',
    )
    expect(() => render('environment', { machines: ['olt'] }, 'environments')).toThrow('did you mean old?')
  })
})

it.each([...tableKinds])('kind %s refuses an unknown option', (_name, { options }) => {
  expect(options.safeParse({ captoin: 'x' }).success).toBe(false)
})

describe('effects', () => {
  it('compares each pattern with the baseline, and says what cannot be told', () => {
    const options = { measure: 'total', operation: 'pause', environments: ['xen-4.14'] }
    const many = [
      fakeRun({ trials: 20 }),
      fakeRun({ trials: 20, pattern: 'dom0-cpu', xlUs: 60_000 }),
      fakeRun({ trials: 20, pattern: 'scheduler', xlUs: 6100 }),
    ]
    const table = tableKinds
      .get('effects')
      ?.render(options, { experiment, runs: many, published: undefined, ...language })
    const [group] = table?.groups ?? []
    expect(texts(group?.rows[0])).toEqual([
      'dom0 CPU load',
      '20',
      '54,000',
      expect.stringMatching(/^53,/),
      expect.stringMatching(/^54,/),
      '1.00',
      '< 0.001',
      'changed',
    ])
    expect(group?.rows[1]?.at(-1)?.text).toBe("can't tell")
    // Trials of these runs rise one after another.
    expect(table?.notes.join()).toContain('Values seem to drift from trial to trial')
    expect(table?.notes.join()).toContain('nothing of the spread between boots')
    expect(table?.runs).toHaveLength(3)
  })

  it('counts boots where there are several, and takes their differences for no drift', () => {
    const options = { measure: 'total', operation: 'pause', environments: ['xen-4.14'] }
    // Each trial takes longer than the one before; in boots of one trial that is the spread between boots.
    const booted = (run: Run): Run => ({
      ...run,
      columns: [...run.columns, { name: 'boot', role: 'index' }],
      rows: run.rows.map((row) => ({ ...row, boot: Number(row.trial) + 1 })),
    })
    const many = [fakeRun({ trials: 20 }), fakeRun({ trials: 20, pattern: 'dom0-cpu', xlUs: 60_000 })].map(
      booted,
    )
    const table = tableKinds
      .get('effects')
      ?.render(options, { experiment, runs: many, published: undefined, ...language })
    expect(texts(table?.groups[0]?.rows[0])).toContain('changed')
    expect(table?.notes.join()).not.toContain('drift')
    expect(table?.notes.join()).not.toContain('nothing of the spread between boots')
  })

  it('names the runs that it lacks', () => {
    const options = { measure: 'total', operation: 'pause', environments: ['xen-4.14'] }
    const table = tableKinds
      .get('effects')
      ?.render(options, { experiment, runs: runs.slice(0, 1), published: undefined, ...language })
    expect(table?.missing).toEqual(['latency/xen-4.14/dom0-cpu', 'latency/xen-4.14/scheduler'])
  })

  it('refuses a baseline that there is not', () => {
    const options = { measure: 'total', baseline: 'basline' }
    expect(() =>
      tableKinds.get('effects')?.render(options, { experiment, runs, published: undefined, ...language }),
    ).toThrow('unknown pattern of latency: basline (did you mean baseline?)')
  })
})
