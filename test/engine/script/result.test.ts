import { describe, expect, it } from 'vitest'
import { columnsOf, inlineModule, rowsOf } from '../../../src/engine/script/inline.ts'
import { checkResult } from '../../../src/engine/script/result.ts'
import { checkRows } from '../../../src/engine/script/rows.ts'

const columns = [
  { name: 'trial', role: 'index' },
  { name: 'operation', role: 'factor' },
  { name: 'total', role: 'measure', unit: 'ns' },
]
const good = { columns, rows: [{ trial: 0, operation: 'pause', total: 1 }], exclusions: [], captured: {} }

describe('a result', () => {
  it('is taken as it is, with absent values filled in', () => {
    expect(checkResult(good)).toEqual(good)
    expect(checkResult({ columns, rows: [{ trial: 0 }] }).rows).toEqual([
      { trial: 0, operation: '', total: null },
    ])
  })

  it('may have datasets, whose rows are checked like its own', () => {
    const datasets = { pictures: { columns: [{ name: 'at', role: 'measure' }], rows: [{ at: 1 }, {}] } }
    expect(checkResult({ ...good, datasets }).datasets?.pictures?.rows).toEqual([{ at: 1 }, { at: null }])
    const { columns: own } = datasets.pictures
    const wrong = (pictures: object) => () => checkResult({ ...good, datasets: { pictures } })
    expect(wrong({ columns: own, rows: [{ att: 1 }] })).toThrow(
      'the dataset pictures, row 0 has an unknown column: att (did you mean at?)',
    )
    expect(wrong({ columns: [...own, ...own], rows: [] })).toThrow(
      'the dataset pictures names the column at twice',
    )
    for (const name of ['rows', '../rows', 'Pictures'])
      expect(() => checkResult({ ...good, datasets: { [name]: datasets.pictures } })).toThrow(
        `the result has a dataset ${name}: name it with small letters, digits and hyphens`,
      )
  })

  it.each<[string, unknown, string]>([
    [
      'nothing',
      undefined,
      'the script returned an invalid result: it is undefined: expected a result, such as { columns, rows }',
    ],
    [
      'no rows',
      { ...good, rows: [] },
      'the script returned an invalid result: rows is []: expected at least one row',
    ],
    [
      'an unknown column',
      { ...good, rows: [{ totl: 1 }] },
      'the result, row 0 has an unknown column: totl (did you mean total?)',
    ],
    [
      'a text for a measure',
      { ...good, rows: [{ total: '1' }] },
      "the result, row 0: total is a measure and takes a number, not '1'",
    ],
    [
      'a column twice',
      { ...good, columns: [...columns, columns[0]] },
      'the result names the column trial twice',
    ],
    [
      'an unknown key',
      { ...good, row: [] },
      'the script returned an invalid result: it has an unknown key: row (did you mean rows?)',
    ],
  ])('is refused with %s', (_, given, message) => expect(() => checkResult(given)).toThrow(message))
})

describe('an inline script', () => {
  it('keeps the line numbers of its document', () => {
    expect(inlineModule('one\ntwo', 7).split('\n').indexOf('two') + 1).toBe(8)
  })

  it('gives rows, and columns by what is in them', () => {
    const rows = rowsOf({
      rows: [
        { index: 0, elapsedNs: 5, how: 'fast' },
        { index: 1, elapsedNs: null, how: 'slow' },
      ],
    })
    expect(columnsOf(checkRows(rows, 'trial 3').map((row) => ({ trial: 3, ...row })))).toEqual([
      { name: 'trial', role: 'index' },
      { name: 'index', role: 'index' },
      { name: 'elapsedNs', role: 'measure', unit: 'ns' },
      { name: 'how', role: 'factor' },
    ])
  })

  it.each([{}, { rows: 1 }, { rows: [] }, { rows: 'x' }])('must export rows: %j does not', (module) => {
    expect(() => rowsOf(module)).toThrow('export const rows = [{ name: 1 }]')
  })
})
