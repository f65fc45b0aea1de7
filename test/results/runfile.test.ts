import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digest, keyOf } from '../../src/results/key.ts'
import { runName, type Run } from '../../src/results/run.ts'
import { formatRun, parseRun, resultDigest, StoreError } from '../../src/results/runfile.ts'
import { columns, fakeRun, settled } from './fake.ts'

const cell = 'latency/xen-4.14/baseline'
const folder = resolve(import.meta.dirname, '../../results', cell)
const files = new Map(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
)
const recorded = JSON.parse(files.get('run.json') ?? '')

/** Parses the recorded run with this run.json. */
function parsed(text: string): Run | undefined {
  return parseRun((name) => (name === 'run.json' ? text : files.get(name)), `results/${cell}`, cell)
}

type Path = readonly (string | number)[]

/** Yields every single edit of a JSON value, with a description. */
function* edits(value: unknown, path: Path = []): Generator<readonly [string, unknown]> {
  const at = path.join('.')
  if (typeof value === 'string') {
    yield [`${at} has another character`, `${value}x`]
    if (value !== '') yield [`${at} is empty`, '']
  } else if (typeof value === 'number') {
    yield [`${at} is halved`, value === 0 ? 1 : value / 2]
    yield [`${at} is one more`, value + 1]
    yield [`${at} is text`, String(value)]
  } else if (typeof value === 'boolean') yield [`${at} is turned`, !value]
  else if (Array.isArray(value)) {
    if (value.length > 0) yield [`${at} is empty`, []]
    if (value.length > 1) yield [`${at} is turned around`, value.toReversed()]
    for (const [index, one] of value.entries())
      for (const [what, edited] of edits(one, [...path, index])) yield [what, value.with(index, edited)]
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    yield [`${at} has one more`, { ...value, more: 1 }]
    if (entries.length > 1) yield [`${at} is in another order`, Object.fromEntries(entries.toReversed())]
    for (const [name, one] of entries) {
      const others = Object.fromEntries(entries.filter(([other]) => other !== name))
      yield [`${[...path, name].join('.')} is gone`, others]
      for (const [what, edited] of edits(one, [...path, name])) yield [what, { ...value, [name]: edited }]
    }
  }
}

/** Recomputes the digest of the edited text, as an informed forger would. */
function forged({ schema, digest: _, ...told }: Record<string, unknown>): string {
  const own = createHash('sha256').update(JSON.stringify(told)).digest('hex')
  return JSON.stringify({ schema, digest: own, ...told })
}

describe('a recorded run', () => {
  it('reads as it was written, to the byte', () => {
    const run = parsed(JSON.stringify(recorded))
    expect(run && formatRun(run)).toEqual(Object.fromEntries(files))
  })

  it('is refused with any one thing of its run.json edited', () => {
    const all = [...edits(recorded)]
    expect(all.length).toBeGreaterThan(400)
    const accepted = all.flatMap(([what, edited]) => {
      try {
        parsed(JSON.stringify(edited))
        return [what]
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError)
        expect((error as Error).message).toMatch(/^results\/latency\/xen-4\.14\/baseline\//)
        expect((error as Error).message).toMatch(/version control|older version of repro; delete/)
        return []
      }
    })
    expect(accepted).toEqual([])
  })

  const parameters = { ...recorded.parameters, domu: { ...recorded.parameters.domu, vcpus: 2 } }
  const swapped = recorded.columns.with(5, recorded.columns[6]).with(6, recorded.columns[5])
  const { 'parameter xl.nice': _, ...fewer } = recorded.inputs
  const { pictures } = recorded.datasets
  const rename = { ...recorded, pattern: 'dom0-cpu' }
  it.each<[string, object, RegExp]>([
    ['trials', { trials: 25 }, /trials is 25 in the run, and 50 among its inputs/],
    ['seed', { seed: 2 }, /seed is 2 in the run, and 1 among its inputs/],
    ['origin', { origin: 'hardware' }, /environment origin is "hardware" in the run, and "emulated" among/],
    ['a parameter', { parameters }, /parameter domu\.vcpus is 2 in the run, and 3 among its inputs/],
    [
      'a parameter’s absence',
      { inputs: fewer },
      /parameter xl\.nice is 0 in the run, and nothing among its inputs/,
    ],
    [
      'an input',
      { inputs: { ...recorded.inputs, script: 'a'.repeat(64) } },
      /its key is [0-9a-f]{64}, and its name/,
    ],
    ['the key', { key: 'a'.repeat(64) }, /its key is a{64}, and its name and inputs give [0-9a-f]{64}/],
    ['the number of rows', { rows: { ...recorded.rows, count: 3 } }, /rows\.csv has \d+ rows, not 3/],
    [
      'swapped columns',
      { columns: swapped },
      /rows\.csv begins with trial,boot,operation,.*, and run\.json has the columns/,
    ],
    [
      'exclusions',
      { exclusions: [{ reason: 'lost', count: 2 }] },
      /its rows exclude {.*}, and it says {"lost":2}/,
    ],
    [
      'the number of rows of a dataset',
      { datasets: { pictures: { ...pictures, rows: { ...pictures.rows, count: 1 } } } },
      /pictures\.csv has \d+ rows, not 1/,
    ],
    [
      'swapped columns of a dataset',
      { datasets: { pictures: { ...pictures, columns: pictures.columns.toReversed() } } },
      /pictures\.csv begins with/,
    ],
    [
      'its name',
      { ...rename, key: keyOf(rename, recorded.inputs) },
      /run\.json is the run of latency\/xen-4\.14\/dom0-cpu, not of latency\/xen-4\.14\/baseline/,
    ],
    [
      'a negative count of exclusions',
      { exclusions: [{ reason: 'x', count: -1 }] },
      /is no run: exclusions\.0\.count/,
    ],
    [
      'a name that leads elsewhere',
      { experiment: '../..' },
      /is no run: experiment: not a name that a folder can have/,
    ],
  ])('is refused with %s changed, though its digest fits', (_, changed, message) => {
    expect(() => parsed(forged({ ...recorded, ...changed }))).toThrow(message)
  })

  it('of an older schema of keys is read, since it is stale and not wrong', () => {
    const key = keyOf(recorded, recorded.inputs, 2)
    expect(parsed(forged({ ...recorded, key }))?.key).toBe(key)
  })

  it('has rows of no other trials than it asks for, and of whole ones', () => {
    const run = settled(fakeRun({ trials: 4 }))
    const read = (given: Run) => {
      const own = formatRun(given)
      return parseRun((name) => own[name], 'results/x', runName(run))
    }
    expect(read(run)?.rows).toEqual(run.rows)
    expect(() => read(settled({ ...run, trials: 2 }))).toThrow('and has rows of trial 2-3')
    expect(() => read(settled({ ...run, rows: run.rows.map((row) => ({ ...row, trial: 0.5 })) }))).toThrow(
      'results/x/rows.csv has a row of trial 0.5: trials are whole numbers from 0',
    )
  })

  it('is refused when a run of the same format came from an older version', () => {
    expect(() => parsed(JSON.stringify({ ...recorded, schema: 2 }))).toThrow(
      'run.json was written by an older version of repro; delete its folder',
    )
  })
})

it('the digest of a header sees the order that a report shows', () => {
  const run = fakeRun()
  const turned = { ...run, captured: Object.fromEntries(Object.entries(run.captured).toReversed()) }
  expect(digest(turned.captured)).toBe(digest(run.captured))
  const [one, other] = [run, turned].map((each) => JSON.parse(formatRun(each)['run.json'] ?? '').digest)
  expect(one).not.toBe(other)
})

it('the digest of a result has all that a script can read of it, and not how it came about', () => {
  const run: Run = { ...fakeRun(), datasets: { extra: { columns, rows: [] } } }
  const same = { key: '0'.repeat(64), inputs: {}, provenance: { date: 'later' } }
  expect(resultDigest({ ...run, ...same })).toBe(resultDigest(run))
  const other: Partial<Run>[] = [
    { rows: run.rows.slice(1) },
    { columns: run.columns.map((column) => ({ ...column, unit: 'ns' })) },
    { datasets: { extra: { columns, rows: run.rows.slice(0, 1) } } },
    { datasets: {} },
    { captured: { ...run.captured, hypervisor: 'another' } },
    { clockHz: 1 },
    { exclusions: [{ reason: 'lost', count: 1 }] },
    { files: { 'trace.bin': { bytes: 1, sha256: '0'.repeat(64) } } },
    { origin: 'hardware' },
    { parameters: {} },
    { seed: run.seed + 1 },
  ]
  const digests = other.map((change) => resultDigest({ ...run, ...change }))
  expect(new Set([resultDigest(run), ...digests]).size).toBe(other.length + 1)
})
