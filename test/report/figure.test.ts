import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { Records } from '../../src/report/drawing/order.ts'
import { openDrawer } from '../../src/report/drawing/process.ts'
import { datasetsOf, marks } from '../../src/report/drawing/specification.ts'
import { type FigureInput, renderFigure } from '../../src/report/figure.ts'
import { ratios } from '../../src/report/ratios.ts'
import { records } from '../../src/report/records.ts'
import { textWidth } from '../../src/report/textwidth.ts'
import { fakeExperiment, fakeRun } from '../results/fake.ts'

const drawer = openDrawer()
afterAll(() => drawer[Symbol.dispose]())

const experiment = fakeExperiment()
const runs = [
  fakeRun({ exclude: 'lost records' }),
  fakeRun({ pattern: 'dom0-cpu', xlUs: 60_000 }),
  fakeRun({ environment: 'xen-4.17' }),
]
const data = () => ({ rows: records(experiment, runs, { from: 'latency', where: {} }) })
/** The same times as those of whole switches. */
const switches = () => ({ rows: data().rows.map((row) => ({ ...row, switch: row.total })) })
const render = ({ spec, ...input }: Omit<FigureInput, 'spec'> & { readonly spec: unknown }) =>
  renderFigure({ ...input, spec: JSON.stringify(spec) }, drawer)
const messages = { id: 'fig-x', title: 'Figure 1. A & B', description: 'Two bars.' }
const bars = {
  data: { name: 'rows' },
  mark: 'bar',
  encoding: {
    x: { field: 'pattern', type: 'nominal' },
    y: { field: 'total', aggregate: 'mean', type: 'quantitative' },
  },
}
const file = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../figures/${name}.vl.json`, import.meta.url), 'utf8'))

describe('a mark', () => {
  const marked = async (mark: unknown) => await render({ ...messages, spec: { ...bars, mark }, data: data() })

  it('tells its values, and none that is only written in another', async () => {
    const field = (name: string, title = name) => ({ field: name, title, type: 'nominal' })
    const spec = {
      data: { name: 'rows' },
      mark: 'point',
      encoding: {
        x: field('pattern'),
        y: { ...field('total'), type: 'quantitative' },
        tooltip: field('pattern'),
      },
    }
    const rows = [{ pattern: 'a; total: 1\ntotal\t2', total: 9 }]
    const tipOf = (svg: string) => /data-tip="([^"]*)"/.exec(svg)?.[1]
    expect(tipOf(await render({ ...messages, spec, data: { rows } }))).toBe(
      'pattern\ta; total: 1 total 2\ntotal\t9',
    )
    const texts = { pattern: 'name; total: 3\t4' }
    expect(tipOf(await render({ ...messages, spec, texts, data: { rows } }))).toBe(
      'name; total: 3 4\ta; total: 1 total 2\ntotal\t9',
    )
    const named = { ...spec, mark: { type: 'point', description: 'total: 5' } }
    expect(tipOf(await render({ ...messages, spec: named, data: { rows } }))).toBeUndefined()
  })

  it('of Vega-Lite may be any but a picture', () => {
    const schema = JSON.parse(
      readFileSync(
        new URL('../../node_modules/vega-lite/build/vega-lite-schema.json', import.meta.url),
        'utf8',
      ),
    )
    const { Mark, CompositeMark, ...definitions } = schema.definitions
    const composite = CompositeMark.anyOf.map(
      ({ $ref }: { $ref: string }) => definitions[$ref.split('/').at(-1) ?? ''].const,
    )
    expect(marks).toEqual([...Mark.enum, ...composite].filter((one) => one !== 'image').sort())
  })

  it.each([
    ['nosuch', 'unknown mark: nosuch, at mark (known: arc, area, bar, '],
    ['lien', 'unknown mark: lien, at mark (did you mean line?)'],
    [{ type: 'nosuch' }, 'unknown mark: nosuch, at mark.type (known: arc, '],
    [{ color: 'red' }, 'the mark has no type, at mark (known: arc, '],
    [7, 'unknown mark: 7, at mark (known: arc, '],
  ])('%j is refused by its name', async (mark, message) => {
    await expect(marked(mark)).rejects.toThrow(message)
  })

  it('is refused in a layer, too', async () => {
    const { encoding, data: own } = bars
    const spec = {
      data: own,
      layer: [
        { mark: 'bar', encoding },
        { mark: 'nosuch', encoding },
      ],
    }
    await expect(render({ ...messages, spec, data: data() })).rejects.toThrow(
      'unknown mark: nosuch, at layer[1].mark',
    )
  })
})

describe('ratios', () => {
  const many = [fakeRun({ trials: 20 }), fakeRun({ trials: 20, pattern: 'dom0-cpu', xlUs: 60_000 })]

  it('are means as multiples of the baseline’s, with intervals, by operation and measure', () => {
    const own = ratios(experiment, many, ['total', 'command'])
    expect(own.map(({ operation, measure }) => [operation, measure])).toEqual([
      ['pause', 'total'],
      ['pause', 'command'],
      ['unpause', 'total'],
      ['unpause', 'command'],
    ])
    const [first] = own
    expect(first).toMatchObject({
      environment: 'xen-4.14',
      pattern: 'dom0-cpu',
      patternLabel: 'dom0 CPU load',
      patternIndex: 1,
      origin: 'emulated',
    })
    // Means: 60,000 + 950 + 4068 us and 6000 + 950 + 4068 us.
    expect(first?.ratio).toBeCloseTo(65_018 / 11_018, 9)
    expect(first?.low).toBeGreaterThan(5.7)
    expect(first?.low).toBeLessThan(first?.ratio as number)
    expect(first?.high).toBeLessThan(6.1)
    expect(first?.high).toBeGreaterThan(first?.ratio as number)
  })

  it('have no interval for a few trials, and are none without a baseline', () => {
    expect(ratios(experiment, runs, ['total'])[0]).toMatchObject({ low: null, high: null })
    expect(ratios(experiment, many.slice(1), ['total'])).toEqual([])
    expect(() => ratios(experiment, many, ['totl'])).toThrow('unknown measure: totl (did you mean total?)')
  })
})

describe('renderFigure', () => {
  it.each([
    ['phases', data],
    ['scatter', data],
    ['deadlines', switches],
  ] as const)('draws figures/%s.vl.json, twice with the same bytes', async (name, data) => {
    const input = { ...messages, spec: file(name), data: data(), subtitle: 'emulated: xen-4.14' }
    const svg = await render(input)
    expect(svg).toContain('(ms')
    expect(svg).toContain('dom0 CPU load')
    expect(svg).toContain('emulated: xen-4.14')
    expect(await render({ ...input, data: data() })).toBe(svg)
  })

  it('draws figures/redundancy.vl.json, which has its data in itself', async () => {
    const svg = await render({ ...messages, spec: file('redundancy'), data: {} })
    expect(svg).toContain('dom0')
  })

  // Ticks after xl runs, at 54 MHz: a bar of a picture reaches to the next row of its lane.
  const happened: readonly (readonly [lane: string, what: string, us: number])[] = [
    ['xl', 'running', 0],
    ['xl', 'end', 900],
    ['dom0 v0', 'blocked', -50],
    ['dom0 v0', 'running', 300],
    ['dom0 v0', 'end', 1050],
    ['domU v0', 'offline', -50],
    ['domU v0', 'running', 640],
    ['domU v0', 'end', 1050],
    ['loop', 'stamp', 700],
    ['edge', 'xl runs', 0],
    ['edge', 'Xen starts', 600],
    ['edge', 'vCPU runs', 640],
    ['edge', 'first domU stamp', 700],
  ]
  const picture = ['pause', 'unpause'].flatMap((operation) =>
    happened.map(([lane, what, at]) => ({
      ...{ environment: 'xen-4.14', pattern: 'baseline', patternLabel: 'the baseline', patternIndex: 0 },
      ...{ operation, choice: 'typical', lane, what, at },
    })),
  )
  const drawn = async (name: string) =>
    await render({ ...messages, spec: file(name), data: { rows: picture } })

  it('draws what happened in an operation, each lane without its end', async () => {
    const rows = picture.filter(({ operation }) => operation === 'unpause')
    const svg = await render({ ...messages, spec: file('timelines'), data: { rows } })
    for (const text of ['the baseline, typical', 'phase 3', 'domU v0', 'runnable'])
      expect(svg).toContain(text)
    const bars = svg.match(/class="mark-rect role-mark[^>]*>(.*?)<\/g>/s)?.[1] ?? ''
    // Three phases, xl, and two stays of each vCPU; the stamp of the loop is a mark of its own.
    expect(bars.match(/<path/g)).toHaveLength(3 + 1 + 2 + 2)
  })

  it('draws the phases of a pause and an unpause, and the end of the unpause again', async () => {
    const svg = await drawn('operations')
    for (const text of ['time after xl runs (ms)', 'time after Xen starts (µs)', 'domU: loop'])
      expect(svg).toContain(text)
    // A phase too short for its name has none, but in the panel that has room for it.
    expect(svg.match(/>phase 2</g)).toHaveLength(1)
  })

  it('draws ratios beside the published ones', async () => {
    const csv = readFileSync(new URL('../../paper/published/latency.csv', import.meta.url), 'utf8')
    const own = ratios(experiment, runs, ['total'])
    const svg = await render({
      ...messages,
      spec: file('slowdown'),
      data: { ratios: own, published: csv },
    })
    const symbols = [...svg.matchAll(/<g class="mark-symbol role-mark[^>]*>(.*?)<\/g>/gs)]
    // For pause and unpause: one pattern beside the baseline, and the published ratio of the same pattern.
    expect(symbols.map(([, marks]) => marks?.match(/<path /g)?.length ?? 0)).toEqual([1, 1, 1, 1])
  })

  it('draws one point a trial that has both operations', async () => {
    const svg = await render({ ...messages, spec: file('scatter'), data: data() })
    const groups = svg.matchAll(/<g class="mark-symbol role-mark[^>]*>(.*?)<\/g>/gs)
    const points = [...groups].flatMap(([, marks]) => marks?.match(/<path /g) ?? [])
    // 3 trials of the run with an excluded pause, 4 of each other.
    expect(points).toHaveLength(3 + 4 + 4)
  })

  it('is one image with a name, a description and ids of its own', async () => {
    const svg = await render({ ...messages, spec: bars, data: data() })
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="fig-x:title" aria-describedby="fig-x:desc">/)
    expect(svg).toContain(
      '<title id="fig-x:title">Figure 1. A &amp; B</title><desc id="fig-x:desc">Two bars.</desc>',
    )
    for (const [, id] of svg.matchAll(/\bid="([^"]+)"/g)) expect(id).toMatch(/^fig-x:/)
    expect(svg.match(/aria-/g)).toHaveLength(2)
  })

  describe('with other texts', () => {
    const retold = (texts: Record<string, string>, isPart = false) =>
      render({ ...messages, spec: bars, data: data(), texts, isPart })

    it('writes them, and makes room for them', async () => {
      const plain = await render({ ...messages, spec: bars, data: data() })
      const svg = await retold({
        pattern: 'パターン',
        'Mean of total': '平均 <全体>',
        baseline: '基準となる長い名前',
      })
      for (const text of ['>パターン<', '>平均 &lt;全体&gt;<', '>基準となる長い名前<', '>dom0-cpu<'])
        expect(svg).toContain(text)
      expect(svg).not.toContain('>baseline<')
      const height = (drawing: string) => Number(/height="(\d+)"/.exec(drawing)?.[1])
      expect(height(svg)).toBeGreaterThan(height(plain)) // labels stand upright under the bars
    })

    it('leaves what filters and scales read', async () => {
      const spec = { ...bars, transform: [{ filter: "datum.pattern == 'baseline'" }] }
      const svg = await render({ ...messages, spec, data: data(), texts: { baseline: '基準' } })
      expect(svg).toContain('>基準<')
    })

    it('refuses one that it does not write, unless data is missing', async () => {
      await expect(retold({ patern: 'x' })).rejects.toThrow("does not write 'patern' (did you mean pattern?)")
      expect(await retold({ patern: 'x' }, true)).toContain('>pattern<')
    })
  })

  it('takes width and height', async () => {
    const svg = await render({ ...messages, spec: { ...bars, height: 50 }, data: data(), height: 400 })
    expect(Number(/height="(\d+)"/.exec(svg)?.[1])).toBeGreaterThan(400)
  })

  it.each([
    [
      'a dataset that is not given',
      { ...bars, data: { name: 'row' } },
      'unknown dataset: row (did you mean rows?)',
    ],
    [
      'no dataset',
      { ...bars, data: { values: [{ pattern: 'a', total: 1 }] } },
      'does not read the dataset rows',
    ],
    ['a URL', { ...bars, data: { url: 'x.csv' } }, 'data cannot be read from a URL: x.csv'],
    [
      'a field that no record has',
      { ...bars, encoding: { ...bars.encoding, x: { field: 'patern', type: 'nominal' } } },
      'the data has no field patern (did you mean pattern?)',
    ],
    [
      'a field that its own data does not have',
      { data: { values: [{ x: 1 }] }, mark: 'bar', encoding: { x: { field: 'y' } } },
      'the data has no field y',
      {},
    ],
    [
      'a field in an expression that no record has',
      { ...bars, transform: [{ calculate: 'datum.totl / 1000', as: 'ms' }] },
      'the data has no field totl (did you mean total?)',
    ],
    [
      'a warning',
      { ...bars, mark: { type: 'bar' }, encoding: { ...bars.encoding, shape: { field: 'pattern' } } },
      'warns: ',
    ],
    ['no mark', { data: { name: 'rows' } }, 'does not compile'],
    [
      'an unknown field beside a label, which is no field',
      { ...bars, encoding: { ...bars.encoding, x: { field: 'patern', axis: { labelExpr: 'datum.label' } } } },
      'the data has no field patern (did you mean pattern?)',
    ],
    ['a broken expression', { ...bars, transform: [{ filter: 'datum.total >' }] }, 'does not compile'],
  ])(
    'refuses a specification with %s',
    async (_what, spec, message, given: Record<string, Records> = data()) => {
      await expect(render({ ...messages, spec, data: given })).rejects.toThrow(message)
    },
  )
})

it('finds every dataset name of a specification, also in layers and lookups', () => {
  const spec = {
    data: { name: 'a' },
    layer: [
      { data: { name: 'b' } },
      { transform: [{ lookup: 'x', from: { data: { name: 'c' }, key: 'x', fields: ['y'] } }] },
    ],
  }
  expect(datasetsOf(spec)).toEqual(['a', 'b', 'c'])
})

it('measures text by a table of widths: letters, squares for CJK, more for bold', () => {
  expect(textWidth('iW', 10)).toBeCloseTo(11.66)
  expect(textWidth('時間', 10)).toBe(20)
  expect(textWidth('iW', 10, 'bold')).toBeGreaterThan(11.66)
})
