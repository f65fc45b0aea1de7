/** Reruns beside their records: what differs, by how much, and on which hosts. */

import { describe, expect, it } from 'vitest'
import { replayLines } from '../../src/commands/terminal/replay.ts'
import type { Step } from '../../src/engine/plan.ts'
import { diffRuns } from '../../src/project/diff.ts'
import { isOther, reproductions } from '../../src/project/replay.ts'
import { runName, type Run } from '../../src/results/run.ts'
import { sameRows } from '../../src/results/store.ts'
import { fakeRun } from '../results/fake.ts'

const steps = (...records: readonly Run[]) =>
  records.map((run) => ({ cell: run, status: { type: 'recorded', run } })) as unknown as readonly Step[]
const pictures = (value: number) => ({
  pictures: { columns: [{ name: 'at', role: 'measure' as const }], rows: [{ at: 1 }, { at: value }] },
})
const record = { ...fakeRun({ trials: 2 }), datasets: pictures(2) }
const on = (cpu: string, run: Run): Run => ({
  ...run,
  provenance: { 'host CPU': cpu, 'host runtime': 'Node 1' },
})
const change = (run: Run, row: number, values: Run['rows'][number]): Run => ({
  ...run,
  rows: run.rows.map((one, index) => (index === row ? { ...one, ...values } : one)),
})

describe('a rerun', () => {
  it('that gave the same bytes is one sentence', () => {
    const other = { ...record, pattern: 'other' }
    expect(replayLines(reproductions(steps(record, other), [record, other]))).toEqual([
      'all 2 cells agree with their records to the byte',
    ])
    expect(replayLines(reproductions(steps(record), [record]))).toEqual([
      'the cell agrees with its record to the byte',
    ])
    expect(replayLines([])).toEqual([])
  })

  it('names the largest absolute and relative difference, with column and row, and both hosts', () => {
    const before = on('Slow', record)
    const small = Number(record.rows[1]?.['xen-to-vcpu-run'])
    const total = Number(record.rows[2]?.total)
    const now = on(
      'Fast',
      change(change(record, 1, { 'xen-to-vcpu-run': 3 * small }), 2, { total: total + 5 * small }),
    )
    const [cell] = reproductions(steps(before), [now])
    expect(cell).toMatchObject({
      cell: 'latency/xen-4.14/baseline',
      same: 'other',
      files: [],
      recordedOn: 'Slow, Node 1',
      rerunOn: 'Fast, Node 1',
    })
    expect(cell?.differences).toEqual([
      {
        ...{ what: 'rows', recorded: 4, rerun: 4, differing: 2, columns: [] },
        largest: { column: 'total', unit: 'ticks', row: 3, recorded: total, rerun: total + 5 * small },
        largestShare: {
          ...{ column: 'xen-to-vcpu-run', unit: 'ticks', row: 2 },
          ...{ recorded: small, rerun: 3 * small, share: 2 },
        },
      },
    ])
    const text = replayLines(reproductions(steps(before), [now])).join('\n')
    expect(text).toMatch(
      /^0 of 1 cell agree with the record to the byte; the others:\ncell +what +differs in/,
    )
    expect(text).toMatch(
      new RegExp(
        `^latency/xen-4.14/baseline +rows +2 of 4 rows +\\+${5 * small} ticks in total, row 3 +200 % in xen-to-vcpu-run, row 2 +Slow, Node 1 +Fast, Node 1$`,
        'm',
      ),
    )
    expect(text).toContain('emulated cells give the same rows on any host')
  })

  it('differs too if only a dataset does, here and in repro diff', () => {
    const now = { ...record, datasets: pictures(3) }
    expect(sameRows(record, now)).toBe(false)
    const [cell] = reproductions(steps(record), [now])
    expect(cell).toMatchObject({
      same: 'other',
      differences: [{ what: 'pictures', differing: 1, largest: { column: 'at', row: 2 } }],
    })
    const sets = [new Map([[runName(record), record]]), new Map([[runName(record), now]])] as const
    expect(diffRuns(...sets)).toMatchObject([{ presence: 'other rows', datasets: ['pictures'] }])
    const { datasets: _, ...without } = record
    expect(reproductions(steps(record), [without])[0]?.differences).toMatchObject([
      { what: 'pictures', recorded: 2, rerun: 0, differing: 2, columns: ['at'] },
    ])
  })

  it('with other numbers of rows, texts, or raw files says so', () => {
    const [cell] = reproductions(steps(record), [{ ...record, rows: record.rows.slice(1) }])
    expect(cell?.differences[0]).toMatchObject({
      ...{ recorded: 4, rerun: 3, differing: 4, columns: expect.arrayContaining(['operation', 'found']) },
    })
    const files = { 'trace.bin': { sha256: '0'.repeat(64), bytes: 1 } }
    const raw = reproductions(steps(record), [{ ...record, files }])
    expect(raw).toMatchObject([{ same: 'rows', differences: [], files: ['trace.bin'] }])
    expect(replayLines(raw).join('\n')).toMatch(/^latency\/xen-4.14\/baseline +raw files +trace.bin/m)
    expect(replayLines(reproductions([], [record])).join('\n')).toMatch(/ +record +none that fits/)
  })

  it('names all cells that gave the rows of a record, the nearest first, and is other on any board', () => {
    const own = fakeRun({ origin: 'local' })
    const twin = { ...fakeRun({ origin: 'local', xlUs: 9000 }), pattern: 'twin' }
    const abroad = { ...twin, experiment: 'abroad' }
    const swapped = steps({ ...own, rows: twin.rows }, abroad, twin)
    const cells = reproductions(swapped, [own, abroad, twin])
    expect(cells.map(({ holds }) => holds)).toEqual([
      ['latency/xen-4.14/twin', 'abroad/xen-4.14/twin'],
      undefined,
      undefined,
    ])
    expect(cells.map(isOther)).toEqual([true, false, false])
    // Its own rows, beside another dataset, are not those of another cell.
    const other = { ...own, datasets: pictures(3) }
    const [cell] = reproductions(steps({ ...own, datasets: pictures(2) }), [other])
    expect(cell).toMatchObject({ same: 'other' })
    expect(cell).not.toHaveProperty('holds')
    expect(replayLines(cells)).toContain(
      'the record of latency/xen-4.14/baseline has the rows that latency/xen-4.14/twin and abroad/xen-4.14/twin gave now',
    )
  })

  it('does not take rows with a few outcomes for swapped ones', () => {
    const few = (values: readonly number[], pattern: string): Run => ({
      ...{ ...fakeRun({ origin: 'local' }), pattern, columns: [{ name: 'count', role: 'measure' }] },
      rows: values.map((count) => ({ count })),
    })
    const [own, other] = [few([1, 2, 1, 2, 1], 'own'), few([1, 1, 2, 2, 1], 'other')]
    const cells = reproductions(steps({ ...own, rows: other.rows }, other), [own, other])
    expect(cells[0]).not.toHaveProperty('holds')
    expect(cells.some(isOther)).toBe(false)
  })

  it('says of two records that were swapped whose rows they hold', () => {
    const [a, b] = [fakeRun(), fakeRun({ pattern: 'dom0-cpu', xlUs: 9000 })]
    const swapped = steps({ ...a, rows: b.rows }, { ...b, rows: a.rows })
    expect(replayLines(reproductions(swapped, [a, b]))).toEqual(
      expect.arrayContaining([
        'the record of latency/xen-4.14/baseline has the rows that latency/xen-4.14/dom0-cpu gave now',
        'the record of latency/xen-4.14/dom0-cpu has the rows that latency/xen-4.14/baseline gave now',
      ]),
    )
  })
})
