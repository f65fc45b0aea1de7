import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Run } from '../../src/results/run.ts'
import { openStore, type Store, StoreError, writeAtomically } from '../../src/results/store.ts'
import { fakeRun } from './fake.ts'

let project: string
let store: Store
const key = 'a'.repeat(64)
const run: Run = {
  ...fakeRun({ exclude: 'lost records' }),
  key,
  inputs: {
    script: 'b'.repeat(64),
    parameters: 'c'.repeat(64),
    trials: 4,
    seed: 1,
    environment: 'd'.repeat(64),
  },
}
const folder = 'results/latency/xen-4.14/baseline'

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'repro-store-'))
  store = openStore(project)
})
afterEach(async () => {
  await rm(project, { recursive: true })
})

describe('the store', () => {
  it('gives back a recorded run as it was, absent values included', async () => {
    await store.record(run)
    expect(await store.recorded(run)).toEqual(run)
  })

  it('gives back a cached run by its key alone', async () => {
    await store.keep(run)
    expect(await store.cached(key)).toEqual(run)
    expect(await store.recorded(run)).toBeUndefined()
    expect(await store.cached('e'.repeat(64))).toBeUndefined()
  })

  it('keeps numbers to the last bit and texts with commas, quotes, line ends and nothing in them', async () => {
    const columns = [
      { name: 'trial', role: 'index' },
      { name: 'word', role: 'factor' },
      { name: 'value', role: 'measure', unit: 'ns' },
    ] as const
    const words = ['', 'a,b', 'say "so"', 'two\nlines', ' blank ', '日本語']
    const rows = words.map((word, trial) => ({ trial, word, value: trial === 0 ? null : 0.1 * trial }))
    await store.keep({ ...run, columns, rows })
    expect((await store.cached(key))?.rows).toEqual(rows)
  })

  it('writes the same bytes for the same run', async () => {
    await store.record(run)
    const first = readFileSync(join(project, folder, 'run.json'), 'utf8')
    await store.record(structuredClone(run))
    expect(readFileSync(join(project, folder, 'run.json'), 'utf8')).toBe(first)
    expect(first.split('\n').slice(0, 3)).toEqual(['{', '  "schema": 1,', '  "experiment": "latency",'])
  })

  it('replaces a run and leaves no other files', async () => {
    await store.record(run)
    await store.record({ ...run, seed: 2 })
    expect((await store.recorded(run))?.seed).toBe(2)
    expect(readdirSync(join(project, 'results/latency/xen-4.14'))).toEqual(['baseline'])
    expect(readdirSync(join(project, folder)).sort()).toEqual(['rows.csv', 'run.json'])
  })

  it('refuses rows that were changed, and names file and run', async () => {
    await store.record(run)
    const file = join(project, folder, 'rows.csv')
    writeFileSync(file, readFileSync(file, 'utf8').replace('pause', 'unpause'))
    await expect(store.recorded(run)).rejects.toThrow(StoreError)
    await expect(store.recorded(run)).rejects.toThrow(
      /^results\/latency\/xen-4\.14\/baseline\/rows\.csv of run latency\/xen-4\.14\/baseline was changed: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64} as recorded/,
    )
  })

  it('refuses a run without its rows', async () => {
    await store.record(run)
    await rm(join(project, folder, 'rows.csv'))
    await expect(store.recorded(run)).rejects.toThrow('missing results/latency/xen-4.14/baseline/rows.csv')
  })

  it.each([
    ['{', /run\.json is damaged: /],
    ['{"schema": 2}', /run\.json is no run: schema: /],
  ])('refuses a run.json that reads %s', async (text, message) => {
    await store.record(run)
    writeFileSync(join(project, folder, 'run.json'), text)
    await expect(store.recorded(run)).rejects.toThrow(message)
  })

  it('moves raw files and tells their digests', async () => {
    const file = join(project, 'trace')
    writeFileSync(file, 'abc')
    const files = await store.takeRaw(key, { 'trace.bin': file })
    // FIPS 180-2, appendix B.1
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(files).toEqual({ 'trace.bin': { sha256, bytes: 3 } })
    expect(readFileSync(join(project, '.repro/raw', key, 'trace.bin'), 'utf8')).toBe('abc')
    expect(readdirSync(project)).toEqual(['.repro'])
  })
})

it('a text is written with its folders, and under its own name only', async () => {
  await writeAtomically(join(project, 'a/b.html'), 'text')
  expect(readFileSync(join(project, 'a/b.html'), 'utf8')).toBe('text')
  expect(readdirSync(join(project, 'a'))).toEqual(['b.html'])
})
