import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { english } from '../../src/locale/en.ts'
import { parsePublished } from '../../src/query/published.ts'
import { statistics } from '../../src/query/statistics.ts'
import { symbol } from '../../src/query/units.ts'
import type { Cell, Table } from '../../src/report/table.ts'
import { tableKinds } from '../../src/report/tables/kinds.ts'
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

const language = { messages: english, display: (text: string) => text }

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
      measures: ['total'],
      statistics: ['mean', 'p95'],
      environments: ['xen-4.17'],
    })
    expect(heads(small)).toEqual([['pattern', 'mean (µs)', '95 % (µs)', 'excluded']])
    expect(small.groups.map(({ title }) => title)).toEqual(['xen-4.17'])
    expect(texts(small.groups[0]?.rows[0])).toEqual(['baseline', '8,670', '8,805', '0'])
  })

  it('has each statistic under its label', () => {
    const shown = [...statistics].map(([name, { label, unit }]) => {
      const own = symbol(unit('us'))
      return { name, head: own === '' ? label : `${label} (${own})` }
    })
    const table = render('summary', {
      operation: 'pause',
      measures: ['total'],
      statistics: shown.map(({ name }) => name),
    })
    expect(heads(table)[0]?.slice(1, -1)).toEqual(shown.map(({ head }) => head))
  })

  it.each([
    [{ measures: ['totl'] }, 'unknown measure: totl (did you mean total?)'],
    [{ statistics: ['meen'] }, 'unknown statistic: meen (did you mean mean?)'],
    [{ by: ['operatoin'] }, 'unknown factor or parameter: operatoin (did you mean operation?)'],
    [{ environments: ['xen-4.15'] }, 'unknown environment of latency: xen-4.15'],
    [{ where: { operatoin: 'pause' } }, 'unknown factor: operatoin (did you mean operation?)'],
  ])('refuses %j', (options, message) => {
    expect(() => render('summary', options)).toThrow(message)
  })

  const named = (...measures: readonly (readonly [name: string, unit: string | undefined])[]): Run => ({
    ...fakeRun(),
    columns: measures.map(([name, unit]) => ({ name, role: 'measure', ...(unit && { unit }) })),
    rows: [Object.fromEntries(measures.map(([name], index) => [name, index + 1]))],
  })
  const ofMeasures = (given: readonly Run[], options: object = {}) =>
    tableKinds
      .get('summary')
      ?.render(
        { statistics: ['mean'], ...options },
        { experiment, runs: given, published: undefined, ...language },
      )
  const shown = (table: Table | undefined) => ({
    heads: table?.head.at(-1)?.map(({ text }) => text),
    rows: table?.groups[0]?.rows.slice(0, 2).map(texts),
    notes: table?.notes,
  })

  it('of runs with one measure does not name it', () => {
    const table = ofMeasures([named(['gap', 'ms'])])
    expect(table?.head[0]?.map(({ text }) => text)).toEqual(['pattern', 'mean'])
    expect(table?.notes).toEqual([])
  })

  it('that names no measures has all in the unit of the first, and names them', () => {
    expect(shown(ofMeasures([named(['gap', 'ms'], ['wait', 'us'])]))).toEqual({
      heads: ['pattern', 'measure', 'mean'],
      rows: [
        ['baseline', 'gap', '1,000'],
        ['wait', '2'],
      ],
      notes: [],
    })
  })

  it('that names no measures says which it leaves out, for their unit or as not all runs have them', () => {
    const run = named(['gap', 'ms'], ['size', undefined], ['wait', 'us'])
    const other = { ...named(['gap', 'ms'], ['size', undefined]), environment: 'xen-4.17' }
    expect(shown(ofMeasures([run, other]))).toEqual({
      heads: ['pattern', 'measure', 'mean'],
      rows: [
        ['baseline', 'gap', '1,000'],
        ['dom0 CPU load', 'missing: run latency/xen-4.14/dom0-cpu'],
      ],
      notes: ['Not in this table, in another unit or not in all runs: size, wait.'],
    })
    expect(ofMeasures([run, other], { measures: ['gap'] })?.notes).toEqual([])
  })
})

describe('summary beside published means', () => {
  const shown = (table: Table) => table.groups[0]?.rows.map((row) => row[0]?.text)

  it('gives ratio and range where there is a published mean, and counts the means in range', () => {
    const table = render(
      'summary',
      { measures: ['total'], statistics: ['mean', 'max', 'min'], compare: true, environments: ['xen-4.14'] },
      'latency',
    )
    const [pause, unpause, loaded] = table.groups[0]?.rows ?? []
    expect(heads(table)[0]).toEqual(['pattern', 'operation', 'this rerun', 'published', 'comparison'])
    expect(heads(table)[1]?.slice(-2)).toEqual(['ratio', 'in range'])
    expect(texts(pause)?.slice(-2)).toEqual(['0.69', 'no']) // 10,168 of 14,777
    expect(texts(unpause)?.slice(-2)).toEqual(['0.52', 'no']) // 8,670 of 16,579
    expect(texts(loaded)?.slice(-2)).toEqual(['0.98', 'no']) // 64,218 of 65,701
    expect(pause?.at(-2)).toMatchObject({ type: 'number', origins: ['emulated'] })
    expect(table.notes).toContain('0 of 4 published means lie within the range of this rerun.')
  })

  it('calls a published mean at the very end of the values in range', () => {
    const run = fakeRun({ xlUs: 14_777 - 4068 }) // pauses of 14,777 to 15,077 us
    const table = tableKinds
      .get('summary')
      ?.render(
        { measures: ['total'], compare: true, operation: 'pause', environments: ['xen-4.14'] },
        { experiment, runs: [run], published: published('latency'), ...language },
      )
    expect(texts(table?.groups[0]?.rows[0])?.slice(-2)).toEqual(['1.01', 'yes'])
    expect(table?.notes).toContain('1 of 1 published means lie within the range of this rerun.')
  })

  it('shows the published patterns or the others alone', () => {
    const patterns = fakeExperiment([{ name: 'baseline' }, { name: 'resident' }])
    const context = { experiment: patterns, runs, published: published('latency'), ...language }
    const kind = tableKinds.get('summary')
    const own = kind?.render({ patterns: 'unpublished', compare: true, measures: ['total'] }, context)
    const theirs = kind?.render({ patterns: 'published', compare: true, measures: ['total'] }, context)
    expect(own && shown(own)).toEqual(['resident'])
    expect(own && heads(own)).toHaveLength(1)
    expect(own?.notes).toEqual([])
    expect(theirs && shown(theirs)).toEqual(['baseline', 'unpause'])
  })

  it('shows the patterns and groups that are named, with what is published of them', () => {
    const patterns = {
      ...fakeExperiment([{ name: 'baseline' }, { name: 'dom0-cpu' }, { name: 'resident' }]),
      groups: { own: ['resident'] },
    }
    const context = { experiment: patterns, runs, published: published('latency'), ...language }
    const render = (names: readonly string[]) =>
      tableKinds
        .get('summary')
        ?.render({ patterns: names, compare: true, operation: 'pause', measures: ['total'] }, context)
    const [mixed, own] = [render(['own', 'baseline']), render(['own'])]
    expect(mixed && shown(mixed)).toEqual(['baseline', 'resident'])
    expect(mixed && heads(mixed)).toHaveLength(2)
    expect(mixed?.notes.join()).not.toContain('not rerun here')
    expect(own && shown(own)).toEqual(['resident'])
    expect(own && heads(own)).toHaveLength(1)
    expect(() => render(['residnet'])).toThrow(
      'unknown pattern or group of latency: residnet (did you mean resident?)',
    )
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
    expect(table.notes).toContain('0 of 9 published means lie within the range of this rerun.')
    expect(table.groups[0]?.rows[2]).toEqual([
      { type: 'head', text: 'null scheduler' },
      { type: 'missing', text: 'missing: run latency/xen-4.14/scheduler', columns: 15 },
    ])
  })

  it('leaves out observations that lack a phase, and says how many', () => {
    const table = render('phases', { measures, share: false })
    expect(table.notes).toEqual(['12 observations that lack a phase are left out.'])
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
  expect(options().safeParse({ captoin: 'x' }).success).toBe(false)
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
    expect(table?.notes.join()).toContain('nothing about the spread between boots')
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
    expect(table?.notes.join()).not.toContain('nothing about the spread between boots')
  })

  it('compares few boots by their means, and says so', () => {
    const options = { measure: 'total', operation: 'pause', environments: ['xen-4.14'] }
    const booted = (run: Run): Run => ({
      ...run,
      columns: [...run.columns, { name: 'boot', role: 'index' }],
      rows: run.rows.map((row) => ({ ...row, boot: Number(row.trial) % 5 })),
    })
    const few = [fakeRun({ trials: 20 }), fakeRun({ trials: 20, pattern: 'dom0-cpu', xlUs: 60_000 })]
    const table = tableKinds
      .get('effects')
      ?.render(options, { experiment, runs: few.map(booted), published: undefined, ...language })
    expect(texts(table?.groups[0]?.rows[0])).toEqual(expect.arrayContaining(['5', 'changed']))
    expect(table?.notes.join()).toContain('paired by boot, as the cells share seeds')
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

describe('recordings', () => {
  const patterns = fakeExperiment([
    { name: 'baseline' },
    { name: 'dom0-cpu', label: 'dom0 CPU load' },
    { name: 'scheduler', label: 'null scheduler', only: ['xen-4.14'] },
  ])
  // Means of a pause and an unpause: 10,218 and 8,670; 64,218 and 62,670; 9,218 and 7,670.
  const recording = [
    fakeRun(),
    fakeRun({ pattern: 'dom0-cpu', xlUs: 60_000 }),
    fakeRun({ pattern: 'scheduler', xlUs: 5000 }),
    fakeRun({ environment: 'xen-4.17' }),
  ]
  const theirs = [
    ...parsePublished(
      [
        'environment,pattern,operation,mean_us',
        'old,baseline,pause,10000',
        'old,baseline,unpause,8000',
        'old,dom0-cpu,pause,65000',
        'old,dom0-cpu,unpause,80000',
        'old,scheduler,pause,9000',
        'old,xl-nice,pause,17106',
      ].join('\n'),
    ),
    ...parsePublished(
      [
        'environment,pattern,operation,phase,mean_us',
        'old,baseline,pause,xl-to-domu-stop,6000',
        'old,baseline,pause,domu-stop-to-xen,2000',
        'old,baseline,pause,xen-to-vcpu-stop,28',
        'old,baseline,unpause,xen-to-vcpu-run,0',
      ].join('\n'),
    ),
  ]
  const earlier = [
    ...parsePublished(
      [
        'origin,environment,pattern,operation,mean_us',
        'emulated,xen-4.14,baseline,pause,9000',
        'emulated,xen-4.14,baseline,unpause,8670.3',
        'emulated,xen-4.14,dom0-cpu,pause,70000',
        'emulated,xen-4.14,dom0-cpu,unpause,79000',
        'emulated,xen-4.14,scheduler,pause,9100',
        'emulated,xen-4.17,baseline,pause,9000',
        'emulated,xen-4.17,dom0-cpu,pause,70000',
      ].join('\n'),
    ),
    ...parsePublished(
      [
        'origin,environment,pattern,operation,phase,mean_us',
        'emulated,xen-4.14,baseline,pause,xl-to-domu-stop,5000',
        'emulated,xen-4.14,baseline,pause,domu-stop-to-xen,2003.5',
        'emulated,xen-4.14,baseline,unpause,xen-to-vcpu-run,25',
      ].join('\n'),
    ),
  ]
  const compared = (given: object, context: object = {}): Table => {
    const table = tableKinds
      .get('recordings')
      ?.render(
        { published: 'theirs.csv', earlier: 'earlier.csv', ...given },
        { experiment: patterns, runs: recording, published: theirs, earlier, ...language, ...context },
      )
    if (table === undefined) throw new Error('no kind recordings')
    return table
  }
  const rowsIn = (table: Table) => table.groups.map(({ rows }) => rows.map(texts))

  it('sets totals, their errors, and which recording is closer beside each published one', () => {
    const table = compared({ show: 'totals', environments: ['xen-4.14'] })
    expect(heads(table)).toEqual([
      ['pattern', 'operation', 'published (µs)', 'before', 'after', 'closer'],
      ['mean (µs)', 'error (µs)', 'error (%)', 'mean (µs)', 'error (µs)', 'error (%)'],
    ])
    expect(rowsIn(table)).toEqual([
      [
        ['baseline', 'pause', '10,000', '9,000', '−1,000', '−10.0', '10,218', '+218', '+2.2', 'after'],
        ['unpause', '8,000', '8,670', '+670', '+8.4', '8,670', '+670', '+8.4', 'alike'],
        ['dom0 CPU load', 'pause', '65,000', '70,000', '+5,000', '+7.7', '64,218', '−782', '−1.2', 'after'],
        ['unpause', '80,000', '79,000', '−1,000', '−1.3', '62,670', '−17,330', '−21.7', 'before'],
        ['null scheduler', 'pause', '9,000', '9,100', '+100', '+1.1', '9,218', '+218', '+2.4', 'before'],
      ],
    ])
    expect(table.notes.slice(1)).toEqual([
      'xen-4.14: 2 closer after, 2 closer before, 1 alike.',
      'Only in xen-4.14: null scheduler.',
      'Published but not rerun here: xl-nice.',
    ])
  })

  it('keeps the origin of both recordings, and gives the published number none', () => {
    const [row] = compared({ show: 'totals' }).groups[0]?.rows ?? []
    expect(row?.[2]).toEqual({ type: 'published', text: '10,000', value: 10_000 })
    expect(row?.[3]).toMatchObject({ type: 'number', value: 9000, origins: ['emulated'], runs: [] })
    expect(row?.[6]).toMatchObject({ type: 'number', origins: ['emulated'], runs: [recording[0]] })
    expect(row?.at(-1)).toMatchObject({ type: 'text', origins: ['emulated'], runs: [recording[0]] })
  })

  it('sets phases beside each other, in µs where a share means nothing', () => {
    const table = compared({ show: 'phases', environments: ['xen-4.14'] })
    expect(rowsIn(table)).toEqual([
      [
        [
          ...['baseline', 'pause', 'xl to domU stop', '6,000'],
          ...['5,000', '−1,000', '−16.7', '6,150', '+150', '+2.5', 'after'],
        ],
        ['domU stop to Xen', '2,000', '2,004', '+3.5', '+0.2', '2,000', '0', '0.0', 'after'],
        ['Xen to vCPU stop', '28', '–', '–', '–', '2,068', '+2,040', '+7,286', '–'],
        ['unpause', 'Xen to vCPU run', '0', '25', '+25', '–', '20', '+20', '–', 'after'],
      ],
    ])
  })

  it('needs no totals for phases', () => {
    const parts = {
      published: theirs.filter((row) => row.phase),
      earlier: earlier.filter((row) => row.phase),
    }
    const both = compared({ show: 'phases', environments: ['xen-4.14'] })
    const alone = compared({ show: 'phases', environments: ['xen-4.14'] }, parts)
    expect(rowsIn(alone)).toEqual(rowsIn(both))
  })

  it('takes slowdowns against the baseline of each recording, and says whether their signs are right', () => {
    const table = compared({ show: 'slowdowns', environments: ['xen-4.14'] })
    expect(rowsIn(table)).toEqual([
      [
        [
          ...['dom0 CPU load', 'pause', '6.50'],
          ...['7.78', '+1.28', '+19.7', 'right', '6.28', '−0.22', '−3.3', 'right', 'after'],
        ],
        ['unpause', '10.00', '9.11', '−0.89', '−8.9', 'right', '7.23', '−2.77', '−27.7', 'right', 'before'],
        [
          ...['null scheduler', 'pause', '0.90'],
          ...['1.01', '+0.11', '+12.3', 'wrong', '0.90', '0.00', '+0.2', 'right', 'after'],
        ],
      ],
    ])
    expect(table.groups[0]?.rows[0]?.[7]?.runs).toEqual([recording[1], recording[0]])
    expect(table.notes[1]).toContain('more than 2 % above 1')
  })

  it('sums both recordings up, over what both have', () => {
    const table = compared({ environments: ['xen-4.14'] })
    expect(heads(table)[1]).toEqual(['median (µs)', 'largest (µs)', 'median (%)', 'largest (%)'])
    expect(rowsIn(table)).toEqual([
      [
        // Errors 1000, 670, 5000, 1000, 100; ranks 2 1 4 5 3 against 3 1 4 5 2.
        ['5 totals', 'before', '1,000', '5,000', '7.7', '10.0', '5', '–', '0.90', '2'],
        // Errors 218, 670, 782, 17330, 218; ranks 3 1 5 4 2.
        ['after', '670', '17,330', '2.4', '21.7', '5', '–', '0.90', '2'],
        // 1000, 3.5, 25; the third phase has no earlier number, the fourth no share.
        ['3 phases', 'before', '25', '1,000', '8.4', '16.7', '2', '–', '1.00', '0'],
        ['after', '20', '150', '1.3', '2.5', '2', '–', '1.00', '3'],
        ['3 slowdowns', 'before', '0.89', '1.28', '12.3', '19.7', '3', '2', '1.00', '1'],
        ['after', '0.22', '2.77', '3.3', '27.7', '2', '3', '1.00', '2'],
      ],
    ])
  })

  it('marks missing runs, and still shows what was before', () => {
    const table = compared({ show: 'slowdowns', environments: ['xen-4.17'] })
    expect(table.missing).toEqual(['latency/xen-4.17/dom0-cpu'])
    expect(table.groups[0]?.rows[0]?.slice(2).map(({ text, columns = 1 }) => [text, columns])).toEqual([
      ...[
        ['6.50', 1],
        ['7.78', 1],
        ['+1.28', 1],
        ['+19.7', 1],
        ['right', 1],
      ],
      ['missing: run latency/xen-4.17/dom0-cpu', 5],
    ])
    const none = compared({ environments: ['xen-4.17'] }, { runs: [] })
    expect(none.groups[0]?.origins).toEqual(['emulated'])
    expect(texts(none.groups[0]?.rows[0])?.slice(0, 3)).toEqual(['0 totals', 'before', '–'])
    expect(none.missing).toEqual(['latency/xen-4.17/baseline', 'latency/xen-4.17/dom0-cpu'])
  })

  it('every row is as wide as the head', () => {
    for (const show of ['summary', 'totals', 'phases', 'slowdowns']) {
      const table = compared({ show })
      const width = table.head[0]?.reduce((sum, { columns = 1 }) => sum + columns, 0) ?? 0
      for (const { rows } of table.groups) {
        // Cells of earlier rows that reach down to each row.
        const covered = rows.map((_, index) =>
          rows.slice(0, index).flatMap((above, at) => above.filter((cell) => (cell.rows ?? 1) > index - at)),
        )
        for (const [index, row] of rows.entries())
          expect(
            [...(covered[index] ?? []), ...row].reduce((sum, cell) => sum + (cell.columns ?? 1), 0),
          ).toBe(width)
      }
    }
  })

  it.each<[string, object, object, string]>([
    [
      'a choice among published environments',
      {},
      { published: [...theirs, { ...theirs[0], environment: 'new' }] },
      'choose one with publishedEnvironment (known: old, new)',
    ],
    ['a baseline', { baseline: 'basline' }, {}, 'basline (did you mean baseline?)'],
    [
      'an origin of earlier numbers',
      {},
      { earlier: earlier.map((row) => ({ ...row, origin: 'emulatd' })) },
      'unknown origin of an earlier row of baseline: emulatd (did you mean emulated?)',
    ],
    [
      'measures that the runs have',
      {},
      { published: theirs.map((row) => ({ ...row, phase: 'totl' })) },
      'unknown measure: totl (did you mean total?)',
    ],
  ])('needs %s', (_, given, context, message) => {
    expect(() => compared(given, context)).toThrow(message)
  })
})
