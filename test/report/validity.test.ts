import { describe, expect, it } from 'vitest'
import { english } from '../../src/locale/en.ts'
import { japanese } from '../../src/locale/ja.ts'
import type { Cell, Table } from '../../src/report/table.ts'
import { tableKinds } from '../../src/report/tables/kinds.ts'
import type { Run } from '../../src/results/run.ts'
import { fakeExperiment, fakeRun, settled } from '../results/fake.ts'

const names = ['baseline', 'load', 'net', 'quiet', 'same']
const experiment = fakeExperiment(
  names.map((name) => ({ name, label: `under ${name}` })),
  ['board', 'other', 'pi'],
)

interface Means {
  readonly notify: number
  readonly freeze: number
}

/** Three boots of two trials each, of which the means are 10 % below, at and above the given ones. */
function run(
  environment: string,
  pattern: string,
  means: Means,
  given: Partial<Pick<Run, 'origin' | 'seed'>> = {},
): Run {
  const rows = [0.9, 1, 1.1].flatMap((factor, boot) =>
    [-1, 1].map((offset) => ({
      boot: String(boot + 1),
      trial: boot * 2 + (offset + 1) / 2,
      notify: means.notify * factor + offset,
      freeze: means.freeze * factor + offset,
    })),
  )
  return settled({
    ...fakeRun({ environment, pattern }),
    origin: 'emulated',
    columns: [
      { name: 'boot', role: 'index' },
      { name: 'trial', role: 'index' },
      { name: 'notify', role: 'measure', unit: 'us', label: 'notify' },
      { name: 'freeze', role: 'measure', unit: 'us', label: 'freeze' },
    ],
    rows,
    ...given,
  })
}

/** The truth: on the Pi patterns take this long. */
const truth: Readonly<Record<string, Means>> = {
  baseline: { notify: 1000, freeze: 50 },
  load: { notify: 4000, freeze: 60 },
  net: { notify: 2000, freeze: 70 },
  quiet: { notify: 500, freeze: 80 },
  same: { notify: 1000, freeze: 90 },
}
const measured = names.map((name) => run('pi', name, truth[name] as Means, { origin: 'hardware' }))
/** The board is 20 % too slow in `notify`, but `net` is fast where it is slow on the Pi; `freeze` is reversed. */
const emulated = names.map((name) => {
  const { notify, freeze } = truth[name] as Means
  return run('board', name, { notify: name === 'net' ? 700 : 1.2 * notify, freeze: 140 - freeze })
})
const runs = [...emulated, ...measured]

function render(given: object, shown: readonly Run[] = runs, context: object = {}): Table {
  const table = tableKinds.get('validity')?.render(
    { reference: 'pi', environments: ['board'], ...given },
    {
      experiment,
      runs: shown,
      published: undefined,
      messages: english,
      display: (text: string) => text,
      ...context,
    },
  )
  if (table === undefined) throw new Error('no kind validity')
  return table
}

const texts = (rows: readonly (readonly Cell[])[] = []) => rows.map((row) => row.map(({ text }) => text))

describe('a table of validity', () => {
  it('holds each pattern against the reference: value, error, sign, effect, and ranks over all', () => {
    const table = render({ measures: ['notify'] })
    expect(table.head.map((row) => row.map(({ text, unit }) => (unit ? `${text} (${unit})` : text)))).toEqual(
      [
        ['pattern', 'reference: pi', 'this environment', 'error', 'sign', 'effect', 'over patterns'],
        [
          ...['mean (µs)', 'from (µs)', 'to (µs)'],
          ...['mean (µs)', 'from (µs)', 'to (µs)'],
          ...['relative (%)', 'from (%)', 'to (%)'],
          ...['rank correlation', 'patterns'],
        ],
      ],
    )
    const [group, ...others] = table.groups
    expect(others).toEqual([])
    expect(group).toMatchObject({ title: 'board', origins: ['emulated'] })
    // Boots 900, 1000, 1100: Student's t of 2 degrees is 4.303, the error 100 / sqrt(3).
    expect(texts(group?.rows)).toEqual([
      [
        ...['under baseline', '1,000', '752', '1,248', '1,200', '902', '1,498'],
        // Paired by boot: each pair says 20 %.
        ...['+20.0', '+20.0', '+20.0', 'too long', '–'],
        // Ranks 2.5 5 4 1 2.5 against 3.5 5 2 1 3.5: 6.5 / 9.5.
        ...['0.68', '5'],
      ],
      [
        ...['under load', '4,000', '3,006', '4,994', '4,800', '3,608', '5,992'],
        ...['+20.0', '+20.0', '+20.0', 'too long', 'agrees (+)'],
      ],
      [
        ...['under net', '2,000', '1,503', '2,497', '700', '526', '874'],
        ...['−65.0', '−65.0', '−65.0', 'too short', 'opposite'],
      ],
      [
        ...['under quiet', '500', '376', '624', '600', '451', '749'],
        ...['+20.0', '+20.0', '+20.0', 'too long', 'agrees (−)'],
      ],
      [
        ...['under same', '1,000', '752', '1,248', '1,200', '902', '1,498'],
        ...['+20.0', '+20.0', '+20.0', 'too long', "can't tell"],
      ],
    ])
    expect(table.missing).toEqual([])
  })

  it('has a part for each phase, with a rank correlation of its own', () => {
    const [group] = render({ measures: ['notify', 'freeze'], patterns: ['baseline', 'load', 'same'] }).groups
    const first = group?.rows.map((row) => row[0])
    expect(first?.map((cell) => [cell?.text, cell?.rows])).toEqual([
      ['notify', 3],
      ['under load', undefined],
      ['under same', undefined],
      ['freeze', 3],
      ['under load', undefined],
      ['under same', undefined],
    ])
    // A longer freeze on the Pi is a shorter one here.
    expect(group?.rows[3]?.slice(-2)).toMatchObject([
      { type: 'number', text: '−1.00', rows: 3, origins: ['emulated', 'hardware'] },
      { value: 3, rows: 3 },
    ])
    expect(group?.rows[3]?.at(-2)?.value).toBeCloseTo(-1, 9)
  })

  it('takes medians where told to', () => {
    const table = render({ measures: ['notify'], statistic: 'median', patterns: ['baseline'] })
    const [row] = table.groups[0]?.rows ?? []
    expect(row?.[1]?.value).toBe(1000)
    expect(table.head[1]?.[0]?.text).toBe('median')
    expect(table.notes.join(' ')).toContain('how far the median lies above')
  })

  it('says that independent boots leave a small error open', () => {
    const own = run('board', 'baseline', { notify: 1050, freeze: 50 }, { seed: 2 })
    const table = render({ measures: ['notify'], patterns: ['baseline'] }, [own, ...measured])
    const [row] = table.groups[0]?.rows ?? []
    expect(row?.[7]).toMatchObject({ text: '+5.0', origins: ['emulated', 'hardware'] })
    expect(row?.[8]?.value).toBeLessThan(0)
    expect(row?.[9]?.value).toBeGreaterThan(0)
    expect(row?.[10]?.text).toBe("can't tell")
    // One pattern has no ranks.
    expect(row?.slice(-2).map(({ text }) => text)).toEqual(['–', '1'])
  })

  it('has a group for each environment, by default all but the reference', () => {
    const table = render({ environments: undefined, measures: ['notify'], patterns: ['baseline'] })
    expect(table.groups.map(({ title }) => title)).toEqual(['board', 'other'])
    expect(texts(table.groups[1]?.rows)[0]?.slice(4, 5)).toEqual(['missing: run latency/other/baseline'])
    expect(table.missing).toEqual(['latency/other/baseline'])
  })

  it('splits by factors, as summaries do', () => {
    const both = [fakeRun(), fakeRun({ environment: 'xen-4.17', xlUs: 5000, origin: 'hardware' })]
    const table = render({ reference: 'xen-4.17', environments: ['xen-4.14'], measures: ['total'] }, both, {
      experiment: fakeExperiment([{ name: 'baseline' }]),
    })
    expect(texts(table.groups[0]?.rows).map((row) => row.slice(0, 3))).toEqual([
      ['pause', 'baseline', '9,218'],
      ['unpause', 'baseline', '7,670'],
    ])
    expect(table.notes.at(-1)).toContain('Trials within one boot were compared')
  })

  it('calls numbers that are no times too large or too small', () => {
    const inBytes = (one: Run): Run => ({
      ...one,
      columns: one.columns.map((column) => ({ ...column, ...(column.unit ? { unit: 'bytes' } : {}) })),
    })
    const table = render({ measures: ['notify'], patterns: ['baseline', 'net'] }, runs.map(inBytes))
    expect(table.groups[0]?.rows.map((row) => row[10]?.text)).toEqual(['too large', 'too small'])
  })

  it('every row is as wide as the head', () => {
    for (const shown of [runs, emulated, measured, [], runs.filter(({ pattern }) => pattern !== 'load')]) {
      const table = render({ measures: ['notify', 'freeze'] }, shown)
      const width = table.head[0]?.reduce((sum, { columns = 1 }) => sum + columns, 0) ?? 0
      for (const { rows } of table.groups) {
        for (const [index, row] of rows.entries()) {
          const covered = rows
            .slice(0, index)
            .flatMap((above, at) => above.filter((cell) => (cell.rows ?? 1) > index - at))
          expect([...covered, ...row].reduce((sum, cell) => sum + (cell.columns ?? 1), 0)).toBe(width)
        }
      }
    }
  })
})

describe('a reference', () => {
  it('that is hardware is marked so, without a warning', () => {
    const table = render({})
    expect(table.head[0]?.[1]).toMatchObject({ text: 'reference: pi', origins: ['hardware'] })
    expect(table.notes.join(' ')).not.toContain('stands in')
  })

  it.each(['emulated', 'local'] as const)('that is %s is called a stand-in in head and notes', (origin) => {
    const stand = measured.map((one) => settled({ ...one, origin }))
    const table = render({}, [...emulated, ...stand])
    expect(table.head[0]?.[1]).toMatchObject({ text: 'stand-in for hardware: pi', origins: [origin] })
    expect(table.notes[0]).toContain(`pi is not hardware (${origin}): it stands in for a machine`)
    expect(render({}, [...emulated, ...stand], { messages: japanese }).notes[0]).toContain('実機ではない')
  })

  it('that is hardware in part only is a stand-in, too', () => {
    const [first, ...rest] = measured as [Run, ...Run[]]
    const table = render({}, [...emulated, settled({ ...first, origin: 'emulated' }), ...rest])
    expect(table.head[0]?.[1]).toMatchObject({ origins: ['emulated', 'hardware'] })
    expect(table.head[0]?.[1]?.text).toContain('stand-in')
    expect(table.notes[0]).toContain('(emulated, hardware)')
  })

  it('that has not run yet is said once, in its place, beside our values', () => {
    const table = render({ measures: ['notify'] }, emulated)
    const rows = table.groups[0]?.rows ?? []
    expect(rows[0]?.[1]).toEqual({ type: 'missing', text: 'no run on pi yet', columns: 3, rows: 5 })
    expect(texts(rows)[0]).toEqual([
      ...['under baseline', 'no run on pi yet', '1,200', '902', '1,498'],
      ...['–', '–', '–', '–', '–', '–', '0'],
    ])
    expect(texts(rows)[1]).toEqual([
      ...['under load', '4,800', '3,608', '5,992'],
      ...['–', '–', '–', '–', '–'],
    ])
    expect(table.missing).toEqual(names.map((name) => `latency/pi/${name}`))
  })

  it('that the experiment does not have yet is no missing run, and no failure', () => {
    const without = fakeExperiment(
      names.map((name) => ({ name, only: ['board'] })),
      ['board'],
    )
    const table = render({ measures: ['notify'] }, emulated, { experiment: without })
    expect(table.groups[0]?.rows[0]?.[1]?.text).toBe('no run on pi yet')
    expect(table.groups[0]?.rows).toHaveLength(5)
    expect(table.missing).toEqual([])
  })

  it('with some runs has the others marked in their rows', () => {
    const table = render({ measures: ['notify'] }, [...emulated, ...measured.slice(0, 3)])
    expect(texts(table.groups[0]?.rows).map((row) => row[1])).toEqual([
      ...['1,000', '4,000', '2,000'],
      ...['missing: run latency/pi/quiet', 'missing: run latency/pi/same'],
    ])
    // Of the three that both have: 2 3 1 against 1 3 2.
    expect(texts(table.groups[0]?.rows)[0]?.slice(-2)).toEqual(['0.50', '3'])
  })

  it('without a pattern leaves it out, and says so', () => {
    const partial = fakeExperiment(
      [{ name: 'baseline' }, { name: 'load', label: 'load', only: ['board'] }],
      ['board', 'pi'],
    )
    const table = render({ measures: ['notify'] }, runs, { experiment: partial })
    expect(texts(table.groups[0]?.rows).map(([name]) => name)).toEqual(['baseline'])
    expect(table.notes).toContain('Only in board: load.')
  })
})

describe('options of a table of validity', () => {
  it.each<[string, object, string]>([
    ['a known baseline', { baseline: 'basline' }, 'basline (did you mean baseline?)'],
    ['known environments', { environments: ['bord'] }, 'bord (did you mean board?)'],
    ['known measures', { measures: ['notifi'] }, 'notifi (did you mean notify?)'],
    ['known patterns', { patterns: ['lod'] }, 'lod (did you mean load?)'],
    ['known factors', { where: { operaton: 'pause' } }, 'unknown factor: operaton'],
    ['environments without the reference', { environments: ['board', 'pi'] }, 'held against itself'],
  ])('need %s', (_, given, message) => {
    expect(() => render({ measures: ['notify'], ...given })).toThrow(message)
  })

  it('need an environment beside the reference', () => {
    const alone = fakeExperiment([{ name: 'baseline' }], ['pi'])
    expect(() => render({ environments: undefined }, [], { experiment: alone })).toThrow(
      'latency has no environment but the reference, pi',
    )
  })
})
