import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sha256 } from '../../src/files/fingerprint.ts'
import { openFiles } from '../../src/files/tracked.ts'
import type { Run } from '../../src/results/run.ts'
import { formatRun, StoreError } from '../../src/results/runfile.ts'
import { openSeal } from '../../src/results/seal.ts'
import { openStore, type Store } from '../../src/results/store.ts'
import { fakeRun, settled } from './fake.ts'

let project: string
let store: Store
const run: Run = settled({
  ...fakeRun({ exclude: 'lost records' }),
  inputs: { script: 'b'.repeat(64) },
  parameters: { domu: { vcpus: 3 }, load: null },
})
const { key } = run
const drawn: Run = {
  ...run,
  datasets: {
    pictures: {
      columns: [
        { name: 'lane', role: 'factor' },
        { name: 'at', role: 'measure', unit: 'ticks' },
      ],
      rows: [{ lane: 'dom0 v1', at: -3 }],
    },
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

const given = { author: 'me', reason: 'a slip of the pen', date: '2026-11-29' }
/** Accepts the edits to the recorded run; `texts` are those that are still there of its files as recorded. */
const accept = async (texts: Readonly<Record<string, string | undefined>> = {}) =>
  await openStore(project).accept(run, given, { earlier: (file) => texts[file], check: () => {} })

const keyed = (wanted: string) => (found: { readonly key: string }) => found.key === wanted

describe('the store', () => {
  it('gives back a recorded run as it was, absent values included', async () => {
    await store.record(run)
    expect(store.recorded(run)).toEqual(run)
  })

  it('gives back the newest run of a cell with a key, and keeps the older ones', async () => {
    const other = settled({ ...run, seed: 5 })
    const second = { ...run, captured: { CPU: 'another' } }
    for (const one of [run, other, second]) {
      await store.keep(one, {})
    }
    expect(store.cached(run, keyed(key))).toEqual({ ...second, files: {} })
    expect(store.cached(run, keyed('f'.repeat(64)))).toBeUndefined()
    expect(store.recorded(run)).toBeUndefined()
    const ids = store.history(run)
    expect(ids.map((id) => id.slice(-12))).toEqual([run, other, run].map((one) => one.key.slice(0, 12)))
    expect(store.past(run, ids[0] ?? '')?.rows).toEqual(run.rows)
    await store.forget(run, ids[0] ?? '')
    expect(store.history(run)).toEqual(ids.slice(1))
  })

  it('keeps numbers to the last bit and texts with commas, quotes, line ends and nothing in them', async () => {
    const columns = [
      { name: 'trial', role: 'index' },
      { name: 'word', role: 'factor' },
      { name: 'value', role: 'measure', unit: 'ns' },
    ] as const
    const words = ['', 'a,b', 'say "so"', 'two\nlines', ' blank ', '日本語']
    const rows = words.map((word, trial) => ({ trial, word, value: trial === 0 ? null : 0.1 * trial }))
    const worded = settled({ ...run, trials: words.length, columns, rows })
    await store.keep(worded, {})
    expect(store.cached(run, keyed(worded.key))?.rows).toEqual(rows)
  })

  it('writes the same bytes for the same run', async () => {
    await store.record(run)
    const first = readFileSync(join(project, folder, 'run.json'), 'utf8')
    await store.record(structuredClone(run))
    expect(readFileSync(join(project, folder, 'run.json'), 'utf8')).toBe(first)
    expect(first.split('\n').slice(0, 3)).toEqual([
      '{',
      '  "schema": 4,',
      expect.stringMatching(/^ {2}"digest": "[0-9a-f]{64}",$/),
    ])
  })

  it('replaces a run and leaves no other files', async () => {
    await store.record(run)
    await store.record(settled({ ...run, seed: 2 }))
    expect(openStore(project).recorded(run)?.seed).toBe(2)
    expect(readdirSync(join(project, 'results/latency/xen-4.14'))).toEqual(['baseline'])
    expect(readdirSync(join(project, folder)).sort()).toEqual(['rows.csv', 'run.json'])
  })

  it('refuses rows that were changed, and names file and run', async () => {
    await store.record(run)
    const file = join(project, folder, 'rows.csv')
    writeFileSync(file, readFileSync(file, 'utf8').replace('pause', 'unpause'))
    expect(() => openStore(project).recorded(run)).toThrow(StoreError)
    expect(() => openStore(project).recorded(run)).toThrow(
      /^results\/latency\/xen-4\.14\/baseline\/rows\.csv of run latency\/xen-4\.14\/baseline was changed: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64} as recorded/,
    )
  })

  it('keeps datasets beside the rows, each with a file, a digest and its own columns', async () => {
    await store.record(drawn)
    expect(readdirSync(join(project, folder)).sort()).toEqual(['pictures.csv', 'rows.csv', 'run.json'])
    expect(openStore(project).recorded(run)).toEqual(drawn)
    await store.record(run)
    expect(readdirSync(join(project, folder)).sort()).toEqual(['rows.csv', 'run.json'])
    expect(openStore(project).recorded(run)).not.toHaveProperty('datasets')
  })

  it('refuses a dataset that was changed or is gone, and names file and run', async () => {
    await store.record(drawn)
    const file = join(project, folder, 'pictures.csv')
    writeFileSync(file, readFileSync(file, 'utf8').replace('dom0 v1', 'dom0 v2'))
    expect(() => openStore(project).recorded(run)).toThrow(
      /^results\/latency\/xen-4\.14\/baseline\/pictures\.csv of run latency\/xen-4\.14\/baseline was changed: its SHA-256 is/,
    )
    expect((await accept())?.files).toMatchObject([{ file: 'pictures.csv' }])
    expect(openStore(project).recorded(run)?.datasets?.pictures?.rows).toEqual([{ lane: 'dom0 v2', at: -3 }])
    await rm(file)
    expect(() => openStore(project).recorded(run)).toThrow(
      'missing results/latency/xen-4.14/baseline/pictures.csv',
    )
  })

  it('refuses a run without its rows', async () => {
    await store.record(run)
    await rm(join(project, folder, 'rows.csv'))
    expect(() => store.recorded(run)).toThrow('missing results/latency/xen-4.14/baseline/rows.csv')
  })

  it.each([
    ['{', /run\.json is damaged: /],
    ['{"schema": 9}', /run\.json is no run: schema: /],
    ['{"schema": 1}', /run\.json was written by an older version of repro; delete its folder/],
  ])('refuses a run.json that reads %s', async (text, message) => {
    await store.record(run)
    writeFileSync(join(project, folder, 'run.json'), text)
    expect(() => store.recorded(run)).toThrow(message)
  })

  it('shares raw files, also in folders, and tells their digests', async () => {
    const file = join(project, 'trace')
    writeFileSync(file, 'abc')
    const { files } = await store.keep(run, { 'trace.bin': file, 'boot-2/trace.bin': file })
    // FIPS 180-2, appendix B.1
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    const told = { sha256, bytes: 3 }
    expect(files).toEqual({ 'trace.bin': told, 'boot-2/trace.bin': told })
    const [id = ''] = store.history(run)
    const runs = join(project, '.repro/runs/latency/xen-4.14/baseline')
    expect(readFileSync(join(runs, id, 'raw/trace.bin'), 'utf8')).toBe('abc')
    const inode = statSync(file).ino
    for (const name of ['trace.bin', 'boot-2/trace.bin'])
      expect(statSync(join(runs, id, 'raw', name)).ino).toBe(inode)
    expect(store.raw(run, 'boot-2/trace.bin')?.path).toBe(join(runs, id, 'raw/boot-2/trace.bin'))
  })

  it('takes over edited rows when told to, and says so in the run', async () => {
    await store.record(run)
    expect(await accept()).toBeUndefined()
    const file = join(project, folder, 'rows.csv')
    writeFileSync(file, readFileSync(file, 'utf8').replace('blocked', 'running'))
    const [before, after] = [sha256(formatRun(run)['rows.csv'] ?? ''), sha256(readFileSync(file))]
    const edit = { file: 'rows.csv', before, after, lines: [2], gone: 1 }
    expect(await accept({ 'rows.csv': formatRun(run)['rows.csv'] })).toEqual({ ...given, files: [edit] })
    const accepted = openStore(project).recorded(run)
    expect(accepted?.rows[0]).toMatchObject({ found: 'running' })
    expect(accepted?.accepted).toEqual([{ ...given, files: [edit] }])
    // A second edit adds to the first, and of what is nowhere any more no lines are told.
    writeFileSync(file, readFileSync(file, 'utf8').replace('blocked', 'running'))
    const { lines: _, gone: __, ...unknown } = edit
    await accept()
    const twice = openStore(project).recorded(run)?.accepted
    expect(twice?.[1]?.files).toEqual([{ ...unknown, before: after, after: sha256(readFileSync(file)) }])
    // The run's digest covers what was accepted, and the edits lead from one digest to the next.
    const json = join(project, folder, 'run.json')
    const text = readFileSync(json, 'utf8')
    for (const other of [
      text.replace('"author": "me"', '"author": "you"'),
      text.replace(/"accepted": .*?\n {2}\],/s, ''),
    ]) {
      writeFileSync(json, other)
      expect(() => openStore(project).recorded(run)).toThrow(
        /run\.json was changed, or is not by repro: its digest is/,
      )
    }
    const [first] = accepted?.accepted ?? []
    await store.record({ ...run, accepted: first ? [first] : [] })
    expect(() => openStore(project).recorded(run)).toThrow(
      `an accepted edit of rows.csv led to ${after}, and`,
    )
  })

  it('tells of a link in the place of a run as of any run that cannot be read', async () => {
    await store.record(run)
    const file = join(project, folder, 'run.json')
    rmSync(file)
    symlinkSync('/etc/hostname', file)
    expect(() => openStore(project).recorded(run)).toThrow(StoreError)
    expect(() => openStore(project).recorded(run)).toThrow(/run\.json leads out of the project by a link/)
  })

  it('takes over rows without their exclusions, and counts those anew', async () => {
    await store.record(run)
    const file = join(project, folder, 'rows.csv')
    writeFileSync(file, readFileSync(file, 'utf8').replace('lost records', 'by hand'))
    await accept()
    expect(openStore(project).recorded(run)?.exclusions).toEqual([{ reason: 'by hand', count: 1 }])
  })

  it.each<[string, (text: string) => string, string]>([
    ['other columns', (text) => text.replace('trial,', 'number,'), 'rows.csv begins with number,operation'],
    ['half a trial', (text) => text.replace(/^1,/m, '1.5,'), 'has a row of trial 1.5: trials are whole'],
    [
      'a trial less',
      (text) => text.replace(/^2,.*\n/gm, ''),
      'not accepted: latency/xen-4.14/baseline: it asks for 4',
    ],
    [
      'no number',
      (text) => text.replace(/^1,(.*),\d+$/m, '1,$1,NaN'),
      'line 4: command takes a number, not NaN',
    ],
  ])('does not take over rows with %s', async (_, edit, message) => {
    await store.record(run)
    const file = join(project, folder, 'rows.csv')
    writeFileSync(file, edit(readFileSync(file, 'utf8')))
    await expect(accept()).rejects.toThrow(message)
  })
})

describe('runs made here', () => {
  const runs = '.repro/runs/latency/xen-4.14/baseline'
  const again = () => {
    const seal = openSeal(project)
    return { seal, store: openStore(project, openFiles(project), seal) }
  }

  it('the newest is the one that was made last, also when the clock went back', async () => {
    await store.keep(run, {})
    vi.useFakeTimers({ now: Date.UTC(2999, 0), toFake: ['Date'] })
    await store.keep({ ...run, captured: { when: 'future' } }, {})
    vi.useRealTimers()
    await store.keep({ ...run, captured: { when: 'today' } }, {})
    expect(store.history(run)).toHaveLength(3)
    expect(store.history(run)[2]).toMatch(/^2999-01-01T00\.00\.00\.001Z-/)
    expect(store.cached(run, keyed(key))?.captured).toEqual({ when: 'today' })
  })

  it('without a seal, or with that of another run, are none, and stay where they are', async () => {
    await store.keep(run, {})
    const [id = ''] = store.history(run)
    const names = ['2999-01-01T00.00.00.000Z', '2998-01-01T00.00.00.000Z'].map((at) => `${at}${id.slice(24)}`)
    for (const name of names) cpSync(join(project, runs, id), join(project, runs, name), { recursive: true })
    await rm(join(project, runs, names[0] ?? '', 'seal'))
    const { seal, store: reopened } = again()
    expect(reopened.history(run)).toEqual([id])
    expect(reopened.cached(run, keyed(key))).toEqual({ ...run, files: {} })
    expect(names.map((name) => reopened.past(run, name))).toEqual([undefined, undefined])
    expect(seal.note()).toContain(
      `2 files under .repro/ that were not sealed on this machine: ${runs}/2998-01-01T00.00.00.000Z-`,
    )
    expect(readdirSync(join(project, runs))).toEqual([id, ...names.toReversed()])
  })

  it('that were changed do not count, and the one before does', async () => {
    for (const when of ['first', 'second']) await store.keep({ ...run, captured: { when } }, {})
    const [first = '', second = ''] = store.history(run)
    const file = join(project, runs, second, 'rows.csv')
    writeFileSync(file, readFileSync(file, 'utf8').replace('pause', 'unpause'))
    const { seal, store: reopened } = again()
    expect(reopened.cached(run, keyed(key))?.captured).toEqual({ when: 'first' })
    expect(seal.note()).toContain(`${runs}/${second}`)
    expect(() => reopened.past(run, second)).toThrow(/rows\.csv of run latency.* was changed/)
    writeFileSync(join(project, runs, first, 'run.json'), '{')
    expect(again().store.cached(run, keyed(key))).toBeUndefined()
  })

  it('are not read when they lie at another cell’s place', async () => {
    await store.keep(run, {})
    const other = { ...run, pattern: 'other' }
    cpSync(join(project, runs), join(project, runs, '../other'), { recursive: true })
    expect(again().store.history(other)).toEqual([])
    await store.record(run)
    cpSync(join(project, folder), join(project, folder, '../other'), { recursive: true })
    expect(() => store.recorded(other)).toThrow('run.json is the run of latency/xen-4.14/baseline, not of')
  })

  it('have the exclusions that their rows say', async () => {
    const kept = await store.keep({ ...run, exclusions: [{ reason: 'none of these', count: 9 }] }, {})
    expect(kept.exclusions).toEqual([{ reason: 'lost records', count: 1 }])
    expect(store.cached(run, keyed(key))?.exclusions).toEqual(kept.exclusions)
  })

  it('have rows of whole trials only', async () => {
    const rows = run.rows.map((row) => ({ ...row, trial: -1 }))
    await expect(store.keep(settled({ ...run, rows }), {})).rejects.toThrow(
      'latency/xen-4.14/baseline has a row of trial -1: trials are whole numbers from 0',
    )
  })

  it.each(['__proto__', 'constructor'])('may have captured an item called %s', async (name) => {
    const captured = Object.fromEntries([[name, 'value']])
    await store.record({ ...run, captured })
    expect(openStore(project).recorded(run)).toBeDefined()
  })
})
