import { describe, expect, it } from 'vitest'
import { readPrintedRows } from '../../../src/engine/script/printedrows.ts'

const read = (text: string) => readPrintedRows(text, 'standard output')

describe('rows that a program prints', () => {
  it.each([
    [
      'CSV',
      'a,b\n1,x\n-2.5e1,y\n',
      [
        { a: 1, b: 'x' },
        { a: -25, b: 'y' },
      ],
    ],
    [
      'CSV without an end, with other line ends, quotes and a byte order mark',
      '\uFEFFa,b\r\n1,"x, ""y"""',
      [{ a: 1, b: 'x, "y"' }],
    ],
    [
      'CSV with empty fields',
      'a,b\n,x\n2,\n',
      [
        { a: null, b: 'x' },
        { a: 2, b: null },
      ],
    ],
    ['CSV of one column, with blank lines before it', '\n\na\n1\n', [{ a: 1 }]],
    [
      'words that JavaScript would take for numbers',
      'a\n0x10\nInfinity\n[x]\n',
      [{ a: '0x10' }, { a: 'Infinity' }, { a: '[x]' }],
    ],
    ['JSON lines', '{"a": 1, "b": "x"}\n\n  {"a": null}', [{ a: 1, b: 'x' }, { a: null }]],
    [
      'numbers that are large and exact, and long ones that are words',
      '{"a": 9007199254740991, "b": 1e20, "c": "9007199254740993"}\n{"a": 1234567890123456.5}\n',
      [{ a: 9007199254740991, b: 1e20, c: '9007199254740993' }, { a: 1234567890123456.5 }],
    ],
    ['nothing', ' \n\n', []],
    ['CSV with blanks behind commas', 'a, kind\n1, up\n', [{ a: 1, kind: 'up' }]],
    [
      'one column whose words have semicolons in some rows',
      'a;b\nx;y\nz\n',
      [{ 'a;b': 'x;y' }, { 'a;b': 'z' }],
    ],
  ])('are read as %s', (_, text, rows) => {
    expect(read(text)).toEqual(rows)
  })

  it.each([
    ['{"a": 1}\n\n{"a": 2\n', `line 3: '{"a": 2' is no JSON`],
    ['{"a": NaN}\n', `line 1: '{"a": NaN}' is no JSON, which has no NaN and no Infinity`],
    ['{"a": 1}\n[1]\n', 'line 2: [ 1 ] is no row: write one JSON object a line'],
    ['{"a": 1}\n{"a": 1, "a": 2}\n', 'line 2: an object has two values for a: print one'],
    ['{"a": 1}\ndone\n', "line 2: 'done' is no JSON"],
    ['loading\n{"a": 1}\n', "line 1: 'loading' stands before rows in JSON (line 2)"],
    [
      '{"a": 1}\n{"a": 9007199254740993}\n',
      'line 2: a is a whole number beyond 2^53, which would be rounded: print a difference or a fraction, or print it in quotes',
    ],
    [
      'a,b\n1,2\n3,-9007199254740993\n',
      "line 3: b is '-9007199254740993', a whole number beyond 2^53, which would be rounded: print a difference",
    ],
    ['a,b\n1,2\n3\n', 'line 3: 1 field, but the head has 2'],
    ['\n\na,b\n1,2,3\n', 'line 4: 3 fields, but the head has 2'],
    ['a,a\n1,2\n', 'line 1: two columns are named a'],
    ['a,b\n1,2\n3,\0\n', 'line 3: a NUL character: this is no text'],
    ['a, a\n1,2\n', 'line 1: two columns are named a'],
    ['a;b\n1;2\n', "line 1: one column, 'a;b': divide fields by commas, not by semicolons"],
    ['a\tb\n1\t2\n', "line 1: one column, 'a\\tb': divide fields by commas, not by tabs"],
    ['a,b\n1,2\n3,007\n', "line 3: b is '007', which begins with 0, as names do: print it without"],
    ['a\n"1\n', 'line 2: a quote that is not closed'],
    ['\na\n1\n2x\n', "line 4: a is no number: '2x', but line 3 has 1"],
    ['[{"a": 1}, {"a": 2}]\n', 'line 1: a list in JSON: write its objects alone, one a line'],
    ['[\n  {"a": 1}\n]\n', 'line 1: a list in JSON'],
    ['{\n  "a": 1\n}\n', "line 1: '{' is no JSON: write each object in one line"],
    ['a,b\nnan,1\n-inf,2\n', "line 2: a is 'nan', no finite number: leave a missing value empty"],
    ['a\n1e999\n', "line 2: a is '1e999', no finite number"],
    ['42\n', "line 1: there is no row below '42', which counts as a head"],
  ])('are refused with their line: %j', (text, message) => {
    expect(() => read(text)).toThrow(`standard output, ${message}`)
  })
})
