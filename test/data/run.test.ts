import { describe, expect, it } from 'vitest'
import { columnTexts, readData } from '../../src/data/run.ts'
import { sha256 } from '../../src/files/fingerprint.ts'
import { bootsOf } from '../../src/results/run.ts'
import { bytesOf, read, runOf, spec } from './table.ts'

const csv = 'tool,round,elapsed_ms,sizeBytes\ngrep,1,12.5,100\ncat,1,3,200\n'

describe('a file of data', () => {
  it('is a run of origin data whose key is the digest of the file', async () => {
    const run = await runOf(csv)
    expect(run).toMatchObject({
      ...{ experiment: 'survey', environment: 'data', pattern: 'all', origin: 'data', trials: 2 },
      files: { 'data.csv': { sha256: sha256(csv), bytes: csv.length } },
    })
    expect(run.key).toBe(sha256(csv))
    expect(run.rows.map((row) => ({ ...row }))).toEqual([
      { tool: 'grep', round: 1, elapsed_ms: 12.5, sizeBytes: 100 },
      { tool: 'cat', round: 1, elapsed_ms: 3, sizeBytes: 200 },
    ])
  })

  it('guesses that text is a factor and a number a measure with the unit in its name, and says so', async () => {
    expect(columnTexts(await read(csv))).toEqual([
      'tool: factor, guessed',
      'round: measure, guessed',
      'elapsed_ms: measure in ms, guessed',
      'sizeBytes: measure in B, guessed',
    ])
  })

  it('takes what the block says: role, unit, name, label; and leaves out what it ignores', async () => {
    const columns = {
      tool: { role: 'ignore' },
      round: { role: 'factor' },
      elapsed_ms: { unit: 's', name: 'time', label: 'time taken' },
    } as const
    const run = await runOf(csv, { columns })
    expect(run.columns).toEqual([
      { name: 'round', role: 'factor' },
      { name: 'time', role: 'measure', unit: 's', label: 'time taken' },
      { name: 'sizeBytes', role: 'measure', unit: 'B' },
    ])
    expect({ ...run.rows[0] }).toEqual({ round: '1', time: 12.5, sizeBytes: 100 })
  })

  it('has units of repetition as boots, which are the same in two files by their value', async () => {
    const files = new Map([
      ['a.csv', 'subject,s\nS2,1\nS1,2\nS2,3\n'],
      ['b.csv', 'subject,s\nS1,4\nS2,5\n'],
    ])
    const given = [...files.keys()].map((path) => ({ pattern: path[0] ?? '', path }))
    const found = await readData(spec({ unit: 'subject', files: given }), (path) =>
      bytesOf(files.get(path) ?? ''),
    )
    const [a, b] = found.map(({ run }) => run)
    expect(a?.rows.map(({ subject, boot }) => [subject, boot])).toEqual([
      ['S2', 1],
      ['S1', 2],
      ['S2', 1],
    ])
    expect(b?.rows.map(({ subject, boot }) => [subject, boot])).toEqual([
      ['S1', 2],
      ['S2', 1],
    ])
    expect(a && bootsOf(a)).toBe(2)
    // Paired, as an experiment's boots of one seed are; and never with those of an experiment, whose seed is not below 0.
    expect(a?.seed).toBe(b?.seed)
    expect(a?.seed).toBeLessThan(0)
  })

  it('excludes rows that have a reason', async () => {
    const run = await runOf('x,excluded\n1,\n2,fell asleep\n')
    expect(run.exclusions).toEqual([{ reason: 'fell asleep', count: 1 }])
  })

  it('reads TSV, JSON lines and a JSON array alike', async () => {
    const rows = [
      { tool: 'grep', ms: 1.5, ok: true },
      { tool: 'cat', ms: null },
    ]
    const expected = [
      { tool: 'grep', ms: 1.5, ok: 'true' },
      { tool: 'cat', ms: null, ok: '' },
    ]
    const texts = {
      'a.tsv': 'tool\tms\tok\ngrep\t1.5\ttrue\ncat\t\t\n',
      'a.jsonl': rows.map((row) => JSON.stringify(row)).join('\n'),
      'a.json': JSON.stringify(rows, null, 2),
    }
    for (const [path, text] of Object.entries(texts)) {
      const run = await runOf(text, { path })
      expect(run.rows.map((row) => ({ ...row }))).toEqual(expected)
    }
  })

  it('doubts repeated measurements without a unit of repetition, and not with one', async () => {
    const repeated = 'subject,tool,s\n1,a,1\n1,b,2\n1,a,3\n2,a,4\n'
    const columns = { subject: { role: 'index' } } as const
    expect((await read(repeated, { columns })).doubt).toBe(
      'data.csv: line 2 and line 4 have the same subject and factors: if these are repeated measurements, name the unit of repetition (unit: subject)',
    )
    expect((await read(repeated, { columns, unit: 'subject' })).doubt).toBeUndefined()
  })

  it('refuses files of a block whose columns are not alike', async () => {
    const files = new Map([
      ['a.csv', 'x,y\n1,2\n'],
      ['b.csv', 'x,y\none,2\n'],
    ])
    const given = [...files.keys()].map((path) => ({ pattern: path[0] ?? '', path }))
    const [, b] = await readData(spec({ files: given }), (path) => bytesOf(files.get(path) ?? ''))
    expect(b?.problem).toBe(
      'b.csv: column x is a measure in a.csv and a factor in this file: say which (x: factor)',
    )
  })
})
