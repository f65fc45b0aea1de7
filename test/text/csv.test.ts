import { csvFormatRows } from 'd3-dsv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../src/text/csv.ts'
import { decimal } from '../../src/text/numbers.ts'

const rowsOf = (csv: string) => readCsv(csv).rows.map(({ fields }) => fields)

describe('a CSV file', () => {
  it.each([
    ['x\n1\n\n', [['1'], ['']], 'a last row without a value'],
    ['x\n1\n', [['1']], 'a last line that ends'],
    ['x\n1', [['1']], 'a last line that does not'],
    ['x\n\n1\n', [[''], ['1']], 'an empty line of one column'],
    [
      'x,y\n1,2\n\n3,4\n\n',
      [
        ['1', '2'],
        ['3', '4'],
      ],
      'empty lines between rows of several columns',
    ],
    ['\uFEFFx,y\r\n1,2\r\n', [['1', '2']], 'a byte order mark and the line ends of Windows'],
    ['x,y\r1,2\r', [['1', '2']], 'the line ends of old'],
    ['x,y\n1,"2\r\nand, ""3"""\n', [['1', '2\r\nand, "3"']], 'quotes'],
    ['x,y\n,\n', [['', '']], 'a row of nothing'],
    ['', [], 'no line at all'],
  ])('%j has the rows %j: %s', (csv, rows) => {
    expect(rowsOf(csv)).toEqual(rows)
  })

  it.each([
    ['x,y\n1,"2\n3,4\n', 'line 2, column 3: a quote that is not closed'],
    ['x,y\n"a\nb",2\n1,5" disk\n', 'line 4, column 4: a quote inside of a field'],
    ['x,y\n1,"a"b\n', 'line 2, column 6: a quote inside of a field'],
    ['x,y\n"a\nb",2\n3\n', 'line 4: 1 field, but the head has 2'],
    ['x,y\n1,2,3\n', 'line 2: 3 fields, but the head has 2'],
    ['x,y,x\n1,2,3\n', 'line 1: two columns are named x'],
    ['x,,y\n1,2,3\n', 'line 1: column 2 of 3 has no name'],
  ])('%j is refused: %s', (csv, message) => {
    expect(() => readCsv(csv)).toThrow(message)
  })

  it('gives back what was written, whatever it is', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '\uFEFF') })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.array(text, { minLength: 3, maxLength: 3 })),
        (width, given) => {
          const head = ['x', 'y', 'z'].slice(0, width)
          const rows = given.map((row) => row.slice(0, width))
          expect(rowsOf(`${csvFormatRows([head, ...rows])}\n`)).toEqual(rows)
        },
      ),
    )
  })

  it('with millions of doubled quotes is read', () => {
    expect(rowsOf(`x\n"${'""'.repeat(2_000_000)}"\n`)[0]?.[0]).toHaveLength(2_000_000)
  })
})

describe('a number in a file', () => {
  it.each([
    ['1', 1],
    ['-1.50', -1.5],
    ['+.5e-3', 0.0005],
    [' 5 ', 5],
  ])('may be written %j', (text, value) => {
    expect(decimal(text)).toBe(value)
  })

  it.each([
    '',
    ' ',
    'NaN',
    'Infinity',
    '-Infinity',
    '1e999',
    '0x10',
    '0b1',
    '1_000',
    '1,000',
    '5 ms',
    '--1',
    '.',
    'e5',
  ])('is not %j', (text) => {
    expect(decimal(text)).toBeUndefined()
  })
})
