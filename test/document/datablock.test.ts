import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { references } from '../../src/query/expression.ts'
import { pathText } from '../../src/query/sourcetext.ts'

const front = '---\ntitle: T\n---\n\n'
const one = '```yaml data\nid: one\nfile: a.csv\n```\n\n'
const two =
  '```yaml data\nid: two\nfiles: {north: n.csv, south: {file: s.csv, label: In the south}}\ngroups: {both: [north, south]}\n```\n\n'

function parse(text: string) {
  const document = parseDocument(new VFile({ path: 'paper/index.md', value: front + text }))
  return {
    document,
    messages: document.file.messages.map(
      ({ line, ruleId, reason }) => `${(line ?? 0) - 4} ${ruleId} ${reason}`,
    ),
    paths: document.values.flatMap(({ ast }) => references(ast).map(({ parts }) => pathText(parts))),
  }
}

describe('a data block', () => {
  it('reads like an experiment of one environment', () => {
    const { document, messages } = parse(two)
    expect(messages).toEqual([])
    expect(document.blocks[0]).toMatchObject({
      ...{ type: 'data', id: 'two', environments: ['data'], groups: { both: ['north', 'south'] } },
      files: [
        { pattern: 'north', path: 'n.csv' },
        { pattern: 'south', path: 's.csv' },
      ],
      patterns: [
        { name: 'north', label: 'north' },
        { name: 'south', label: 'In the south' },
      ],
    })
  })

  it.each([
    ['one.seconds.mean', 'one.data.all.seconds.mean'],
    ['one.grep.seconds.mean', 'one.data.all.grep.seconds.mean'],
    ['one.n', 'one.data.all.n'],
    ["one['a b'].mean", "one.data.all['a b'].mean"],
    ['one.data.all.seconds.mean', 'one.data.all.seconds.mean'],
    ['two.north.seconds.mean', 'two.data.north.seconds.mean'],
    ['two.data.north.seconds.mean', 'two.data.north.seconds.mean'],
    ['max(two.both.seconds.mean)', 'two.data.both.seconds.mean'],
    ["max(two['*'].seconds.mean)", "two.data['*'].seconds.mean"],
  ])('may be named in short: %s', (written, whole) => {
    // Before the block and behind it.
    expect(parse(`\`=${written}\`\n\n${one}${two}\`=${written}\`\n`).paths).toEqual([whole, whole])
  })

  it('leaves paths of experiments as they are', () => {
    const { messages, paths } = parse(`${one}\`=other.seconds.mean\`\n`)
    expect(paths).toEqual([])
    expect(messages[0]).toContain("names no number: write experiment['environment'].pattern")
  })

  it('is whole in claims, also for a control', () => {
    const claim =
      '```yaml claim\nid: C1\nstatement: S\nscope: shape\nfrom: two.north.x\nto: two.south.x\ndirection: up\ncontrol: {label: none, cells: {two/data/south: two/data/north}}\n```\n'
    const { document } = parse(claim + two)
    const [block] = document.blocks
    expect(block).toMatchObject({
      test: { from: { parts: ['two', 'data', 'north', 'x'] }, to: { parts: ['two', 'data', 'south', 'x'] } },
      control: { test: { to: { parts: ['two', 'data', 'north', 'x'] } } },
    })
  })

  it.each([
    ['id: one', '1 missing-key data has either file or files; this one has neither'],
    [
      'id: one\nfile: a.csv\nfiles: {b: b.csv}',
      '1 missing-key data has either file or files; this one has both',
    ],
    [
      'id: one\nfiles: {data: b.csv}',
      '3 invalid-name data is no name: this name stands for all files in expressions',
    ],
    ['id: one\nfile: ../a.csv', "3 invalid-value file: '../a.csv': the path leaves the project"],
    ['id: one\nfile: a.csv\ncolumns: {x: number}', '4 invalid-value columns.x:'],
    [
      'id: one\nfile: a.csv\ncolumns: {x: {unit: ticks}}',
      "4 invalid-value columns.x.unit: 'ticks': give the time in seconds",
    ],
    ['id: one\nfile: a.csv\ntrials: 3', '4 unknown-key unknown key: trials'],
    ['id: one\nfiles: {b: b.csv}\ngroups: {g: [c]}', '4 unknown-pattern unknown pattern: c (known: b)'],
    ['id: published\nfile: a.csv', "2 invalid-value id: 'published': this name stands for published tables"],
    ['id: one\nfile: a.csv\ninvariants: [a +]', '4 '],
  ])('is refused at its place: %s', (lines, message) => {
    const { messages, document } = parse(`\`\`\`yaml data\n${lines}\n\`\`\`\n`)
    expect(messages[0]?.slice(0, message.length)).toBe(message)
    expect(document.blocks).toEqual([])
  })
})
