/** Files that a stranger or a mistake may lay in a project: each is refused with file, line and column, or read as meant. */

import { describe, expect, it } from 'vitest'
import { columnTexts } from '../../src/data/run.ts'
import type { ColumnSpec } from '../../src/data/source.ts'
import { limits } from '../../src/data/table.ts'
import { bytesOf, read, runOf } from './table.ts'

const long = 'a'.repeat(limits.field + 1)
const latin1 = new Uint8Array([...bytesOf('name,x\nK'), 0xf6, ...bytesOf('ln,1\n')])
const utf16 = new Uint8Array([0xff, 0xfe, ...Buffer.from('x\n1\n', 'utf16le')])

type Refused = readonly [
  what: string,
  path: string,
  content: string | Uint8Array,
  problem: string,
  columns?: Readonly<Record<string, ColumnSpec>>,
]
const refused: readonly Refused[] = [
  ['nothing', 'a.csv', '', 'the file is empty: its first line names the columns'],
  ['a head only', 'a.csv', 'x,y\n', 'no column is a measure: nothing was observed'],
  ['nothing, as JSON', 'a.jsonl', '\n\n', 'the file is empty'],
  [
    'an unknown format',
    'a.xlsx',
    'x',
    'unknown format: the name ends in csv, tsv, jsonl, ndjson, json, parquet',
  ],
  ['Latin-1', 'a.csv', latin1, 'line 2, column 2: byte 0xF6 is not UTF-8: save the file as UTF-8'],
  ['UTF-16', 'a.csv', utf16, 'line 1: the file is UTF-16: save it as UTF-8'],
  ['a NUL', 'a.csv', 'x\n1\n\u00002\n', 'line 3: a NUL character: this is no text'],
  ['a ragged row', 'a.csv', 'x,y\n1,2\n3\n', 'line 3: 1 field, but the head has 2'],
  ['a long row', 'a.csv', 'x,y\n1,2\n3,4,5\n', 'line 3: 3 fields, but the head has 2'],
  [
    'two columns of a name',
    'a.csv',
    'x, x\n1,2\n',
    'line 1: two columns are named x: rename one, in a copy of the file',
  ],
  [
    'a comment above the head',
    'a.csv',
    '# in ms\nx,y\n1,2\n',
    'line 1: one field, and line 2 has 2: the first line names the columns; leave out what stands above',
  ],
  ['an open quote', 'a.csv', 'x,y\n1,"2\n3,4\n', 'line 2, column 3: a quote that is not closed'],
  [
    'a quote in a field',
    'a.csv',
    'x,y\n1,2"3\n',
    'line 2, column 4: a quote inside of a field: put the whole field in quotes, and double the ones in it',
  ],
  [
    'semicolons',
    'a.csv',
    'x;y\n1;2\n',
    'line 1: one column, x;y: is the file divided by ";"? Say so: delimiter: ";"',
  ],
  ...(['NaN', 'inf', '-Infinity', 'NA', 'null'] as const).map(
    (word) =>
      [
        `${word} among numbers`,
        'a.csv',
        `x\n1\n${word}\n3\n`,
        `line 3, column x: ${word} is no finite number, and 2 other values are: say what the column is (x: factor, or measure), or which values stand for none (missing: ['${word}'])`,
      ] as const,
  ),
  [
    'a number beyond all others',
    'a.csv',
    'x,y\n1,2\n1e999,2\n',
    "line 3, column x: 1e999 is no finite number, and 1 other value is: say what the column is (x: factor, or measure), or which values stand for none (missing: ['1e999'])",
  ],
  [
    'a word in a measure',
    'a.csv',
    'x\n1\ntwo\n',
    "line 3, column x: two is no finite number (for a value that is not there: missing: ['two'])",
    { x: { role: 'measure' } },
  ],
  ['a hexadecimal number', 'a.csv', 'x\n0x10\n', 'no column is a measure: nothing was observed'],
  [
    'decimal commas',
    'a.csv',
    'x,y\n1,"1,5"\n2,"2,5"\n',
    "line 2, column y: 1,5 has a comma, and is no number here: say decimal: ',' if that is the decimal point",
  ],
  [
    'a decimal comma in a measure',
    'a.csv',
    'x\n"1,5"\n',
    'line 2, column x: 1,5 has a comma, and is no number here',
    { x: { role: 'measure' } },
  ],
  [
    'percent signs',
    'a.csv',
    'x,y\n1,5 %\n2,6%\n',
    'line 2, column y: 5 % is no number: write it without the sign',
  ],
  ...(
    [
      ['thousands', '"1,234.5"', 'has a comma, and is no number here'],
      ['thousands apart', '1 234', 'is no number: write thousands without a sign between them'],
      ['thousands in Switzerland', "1'234", 'is no number: write thousands without a sign between them'],
      ['an amount of money', '$5.00', 'is no number: write it without the sign of the currency'],
    ] as const
  ).map(
    ([name, text, reason]) =>
      [
        `${name}, also beside numbers and more often than these`,
        'a.csv',
        `x,y\n1,${text}\n2,${text}\n3,999\n`,
        `line 2, column y: ${text.replaceAll('"', '')} ${reason}`,
      ] as const,
  ),
  [
    'percent signs beside numbers',
    'a.csv',
    'x,y\n1,5 %\n2,6%\n3,7\n',
    'line 2, column y: 5 % is no number: write it without the sign',
  ],
  [
    'a column of NaN',
    'a.csv',
    'x,y\n1,NaN\n2,\n3,NaN\n',
    "line 2, column y: NaN stands in every row that has a value: say which values stand for none (missing: ['NaN']), or y: factor",
  ],
  [
    'NaN in JSON',
    'a.jsonl',
    '{"x": 1}\n{"x": NaN}\n',
    "line 2, column 7: not JSON: Unexpected token 'N' (JSON has no NaN: write null for a value that is not there)",
  ],
  [
    'one object in JSON, with its rows below a key',
    'a.json',
    '{"rows": [{"x": 1}]}',
    'one object with a list (rows), and no object for each row: write a file with an array of objects',
  ],
  [
    'one object in several lines',
    'a.json',
    '{\n  "x": 1\n}\n',
    'one object in several lines: write each object in one line',
  ],
  ['names of digits', 'a.csv', 'x,y\n1,010\n2,7\n', 'line 2, column y: 010 begins with 0, as names do'],
  [
    'a number that a double cannot hold',
    'a.csv',
    'x\n9007199254740993\n',
    'line 2, column x: 9007199254740993 is no exact number beyond 2^53: say x: factor, or index, if it is a name',
  ],
  [
    'the same in JSON',
    'a.jsonl',
    '{"x": 1}\n{"x": 9007199254740993}\n',
    'line 2, column x: a whole number beyond 2^53 is not exact: write it as text',
  ],
  [
    'no measure',
    'a.csv',
    'x,y\na,b\n',
    'no column is a measure: nothing was observed (x: factor, y: factor)',
  ],
  [
    'a huge field',
    'a.csv',
    `x,y\n1,${long}\n`,
    'line 2, column y: 100001 characters: a value has at most 100000',
  ],
  ['a column that is not there', 'a.csv', 'x\n1\n', 'no column z (known: x)', { z: { role: 'measure' } }],
  [
    'a column called boot',
    'a.csv',
    'boot,x\n1,2\n',
    'column boot: this name stands for the unit of repetition; give it another name (boot: {name: ...}), or say unit: boot',
  ],
  [
    'a column that figures hide',
    'a.csv',
    'pattern,x\na,2\n',
    'column pattern: figures name the pattern so, or the file; give it another name (pattern: {name: ...})',
  ],
  [
    'exclusion by a number',
    'a.csv',
    'x,excluded\n1,no\n',
    'line 2, column excluded: no is no reason: rows with one, in words, count in no statistic',
  ],
  ['a name given twice', 'a.csv', 'x,y\n1,2\n', 'two columns are named x', { y: { name: 'x' } }],
  ['no JSON', 'a.jsonl', '{"x": 1}\n{"x": }\n', 'line 2: not JSON: Unexpected token'],
  [
    'no JSON in a long array',
    'a.json',
    `[${'{"x": 1},\n'.repeat(9)}{"x": ?},\n{"x": 1}]`,
    'line 10, column 7: not JSON: Unexpected token',
  ],
  ['a cut JSON array', 'a.json', '[{"x": 1},\n {"x": 2}', 'line 2, column 10: not JSON: '],
  [
    'a key twice',
    'a.jsonl',
    '{"x": 1}\n{"x": 1, "x": 2}\n',
    'line 2, column 10: an object has two values for x: leave one',
  ],
  [
    'a key twice in an array',
    'a.json',
    '[{"x": 1},\n {"x": 1, "x": 2}]',
    'line 2, column 11: an object has two values for x: leave one',
  ],
  [
    'a million columns',
    'a.csv',
    `${Array.from({ length: 1_000_000 }, (_, index) => `c${index}`).join(',')}\n1\n`,
    '1000000 columns: at most 1000 are read',
  ],
  ['a list', 'a.jsonl', '{"x": 1}\n[1, 2]\n', 'line 2: a list is no object with a value for each column'],
  [
    'lists in a column',
    'a.jsonl',
    '{"x": 1, "y": [1]}\n',
    'column y has lists, mappings or bytes, which are no values: ignore it (y: ignore)',
  ],
  [
    'an infinite number in JSON',
    'a.jsonl',
    '{"x": 1}\n{"x": 1e999}\n',
    'line 2, column x: Infinity is no finite number',
  ],
  [
    'numbers and words in JSON',
    'a.jsonl',
    '{"x": 1}\n{"x": "2"}\n',
    'line 2, column x: "2" is text, and 1 other value is a number',
  ],
]

describe('a file that is no data', () => {
  it.each(refused.map((one) => ({ what: one[0], one })))('is refused: $what', async ({ one }) => {
    const [, path, content, problem, columns = {}] = one
    const found = await read(content, { path, columns })
    expect(found.run).toBeUndefined()
    expect(found.problem?.slice(0, path.length + 2 + problem.length)).toBe(`${path}: ${problem}`)
  })

  it.each([
    [
      'a single unit of repetition',
      'who,x\nA,1\nA,2\n',
      'column who has one value, A: a single unit of repetition says nothing of others',
    ],
    [
      'a row without its unit',
      'who,x\nA,1\n,2\n',
      'line 3, column who: every row needs its unit of repetition',
    ],
    ['a unit that is no column', 'x\n1\n', 'no column who (known: x)'],
  ])('is refused: %s', async (_, content, problem) => {
    expect((await read(content, { unit: 'who' })).problem).toBe(`data.csv: ${problem}`)
  })
})

describe('a file that looks odd', () => {
  it('leaves out what has no name, which the block may read by its number', async () => {
    // The numbers of rows, as pandas and R write them, and a comma at the end of each line.
    const content = ',x,\n0,5,\n1,6,\n'
    expect(columnTexts(await read(content))).toEqual([
      'x: measure, guessed',
      'column 1: left out, as it has no name (columns: {column 1: {name: ...}} reads it)',
      'column 3: left out, as it has no name (columns: {column 3: {name: ...}} reads it)',
    ])
    const { columns } = await runOf(content, { columns: { 'column 1': { role: 'index', name: 'row' } } })
    expect(columns.map(({ name, role }) => `${name} ${role}`)).toEqual(['row index', 'x measure'])
  })

  it('skips lines without a value, also above the head, and blanks around names and values', async () => {
    const { rows } = await runOf('\n ,\nkind , x\n a, 5\n,\n\na ,6\n')
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { kind: 'a', x: 5 },
      { kind: 'a', x: 6 },
    ])
  })

  it('takes a point for no number where the comma is the decimal point', async () => {
    const { problem } = await read('y;x\n1;1.234\n2;2.345\n', { delimiter: ';', decimal: ',' })
    expect(problem).toContain(
      "line 2, column x: 1.234 has a point, and is no number here, where decimal: ','",
    )
  })

  it.each([
    ['a byte order mark', '\uFEFFx\n1\n', [{ x: 1 }]],
    ['the line ends of Windows', 'x,y\r\n1,2\r\n', [{ x: 1, y: 2 }]],
    [
      'a quoted line break',
      'x,y\n1,"a\nb"\n2,c\n',
      [
        { x: 1, y: 'a\nb' },
        { x: 2, y: 'c' },
      ],
    ],
    ['no last line end', 'x\n1', [{ x: 1 }]],
    [
      'empty values',
      'x,y\n,a\n2,\n',
      [
        { x: null, y: 'a' },
        { x: 2, y: '' },
      ],
    ],
    ['a column without values', 'x,y\n1,\n2,\n', [{ x: 1 }, { x: 2 }]],
    [
      'words as versions',
      'v,x\nedge,1\ncanary,2\n4.14,3\n',
      [
        { v: 'edge', x: 1 },
        { v: 'canary', x: 2 },
        { v: '4.14', x: 3 },
      ],
    ],
    ['a column that JavaScript has', 'constructor,x\na,1\n', [{ constructor: 'a', x: 1 }]],
  ])('is read as meant: %s', async (_, content, rows) => {
    expect((await runOf(content)).rows.map((row) => ({ ...row }))).toEqual(rows)
  })

  it('reads decimal commas that the block tells of', async () => {
    const run = await runOf('x;y\n1,5;a\n-2;b\n', { delimiter: ';', decimal: ',' })
    expect(run.rows.map(({ x }) => x)).toEqual([1.5, -2])
    const { problem } = await read('x;y\n1.234,5;a\n', {
      ...{ delimiter: ';', decimal: ',', columns: { x: { role: 'measure' } } },
    })
    expect(problem).toContain('line 2, column x: 1.234,5 is no number: write thousands without a sign')
  })

  it('tells long ids of units apart', async () => {
    const run = await runOf('who,x\n9007199254740992,1\n9007199254740993,2\n', { unit: 'who' })
    expect(run.rows.map(({ who, boot }) => [who, boot])).toEqual([
      ['9007199254740992', 1],
      ['9007199254740993', 2],
    ])
  })

  it('counts lines behind a quoted line break', async () => {
    const { problem } = await read('x,y\n1,"a\n\nb"\n?,c\n', { columns: { x: { role: 'measure' } } })
    expect(problem).toContain('data.csv: line 5, column x: ? is no finite number')
  })

  it('reads values that stand for none', async () => {
    const run = await runOf('x\n1\nNA\nNaN\n', { missing: ['NA', 'NaN'] })
    expect(run.rows.map(({ x }) => x)).toEqual([1, null, null])
  })

  it('takes a column called __proto__ for a column', async () => {
    const run = await runOf('__proto__,x\na,1\n')
    expect(Object.keys(run.rows[0] ?? {})).toEqual(['__proto__', 'x'])
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })
})
