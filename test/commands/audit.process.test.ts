import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../src/commands/parse.ts'
import { auditTables } from '../../src/commands/work/audit.ts'

const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-audit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function audit(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [source('dist/cli.cjs'), 'audit', ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { out: stdout, err: stderr, exitCode: status }
}

describe('repro audit', () => {
  it("audits a folder's tables together, with exit code 0 in spite of what it finds", () => {
    const { out, err, exitCode } = audit(source('paper/published'))
    expect(err).toBe('')
    expect(exitCode).toBe(0)
    expect(out).toContain('variance_us2 is a population variance, in us2:')
    expect(out).toContain('impossible cells: 1')
    expect(out).toMatch(
      /phases\.csv against .*latency\.csv: parts of 24 means\n {2}16 add up exactly\n {2}8 miss by 1:/,
    )
  })

  it('prints the same as JSON', () => {
    const { out, exitCode } = audit('--json', source('paper/published/latency.csv'))
    expect(exitCode).toBe(0)
    const { tables, sums } = JSON.parse(out)
    expect(tables).toHaveLength(1)
    expect(tables[0].leastN[0]).toMatchObject({ definition: 'population variance', n: 5 })
    expect(sums).toEqual([])
  })

  it('takes the number of values from the command line where the table does not have it', () => {
    writeFileSync(join(folder, 't.csv'), 'k,mean,sd,max,min\na,15,2.55,18,12\n')
    expect(audit('t.csv').out).toContain('t.csv: 1 cell to check, n is not printed')
    expect(audit('--n', '5', 't.csv').out).toContain('t.csv: 1 cell to check, n = 5')
  })

  it('takes from the command line what the data are', () => {
    writeFileSync(join(folder, 't.csv'), 'k;n;mean\na;43;5,27\nb;43;7,21\n')
    expect(audit('t.csv').out).toContain('nothing to check 2 means against')
    const { out } = audit('--data', 'integers', '--scale', '1-7', 't.csv')
    expect(out).toContain('t.csv:2 a: mean 5.27 is impossible by GRIM: no 43 whole numbers have this mean')
    expect(out).toContain('t.csv:3 b: mean 7.21 is not on the scale of 1 to 7')
    expect(audit('--data', 'integers', '--items', '3', 't.csv').out).toContain('impossible cells: 0')
    writeFileSync(join(folder, 't.csv'), 'mean;sd\n1,234;1,001\n')
    expect(audit('t.csv').out).toContain('mean may be 1234 or 1.234, which no other number tells')
    expect(audit('--decimal', 'comma', 't.csv').out).not.toContain('may be')
  })

  it.each([
    [['none.csv'], 'cannot read none.csv: no such file or directory'],
    [['.'], 'no .csv file in the folder .'],
    [[], 'which tables? CSV files, or a folder of them (usage: repro audit FILE...)'],
    [['--n', 'many', 'none.csv'], '--n takes a whole number from 2, not many\nTry `repro help audit`.'],
    [
      ['--data', 'fish', 'none.csv'],
      '--data takes integers, binary, continuous, or the step of the values as a number, not fish',
    ],
    [['--scale', '7', 'none.csv'], '--scale takes a range such as 1-7 or 0-, not 7'],
    [['--decimal', 'x', 'none.csv'], '--decimal takes point or comma, not x'],
    [['--jsn', 'none.csv'], 'unknown option: --jsn (did you mean --json?)'],
  ])('%j ends with exit code 2 and what is wrong', (args, message) => {
    const { out, err, exitCode } = audit(...args)
    expect(exitCode).toBe(2)
    expect(err).toContain(message)
    expect(out).toBe('')
  })

  it('refuses a file that is no table', () => {
    writeFileSync(join(folder, 'empty.csv'), '')
    const { err, exitCode } = audit('empty.csv')
    expect(exitCode).toBe(2)
    expect(err).toContain('empty.csv is no table: it needs a head and rows, divided by commas')
  })

  it.each([
    ['a device without an end', '/dev/zero', () => undefined, 'cannot read /dev/zero: no ordinary file'],
    [
      'a pipe that nobody writes to',
      'p.csv',
      (path: string) => spawnSync('mkfifo', [path]),
      'cannot read p.csv: no ordinary file',
    ],
    [
      'a folder named like a table',
      '.',
      (path: string) => mkdirSync(join(path, 'f.csv')),
      'cannot read f.csv: no ordinary file',
    ],
    ['a gigabyte', 'g.csv', gigabyte, 'cannot read g.csv: 1000 MB, and an audit takes at most 20 MB'],
    [
      'bytes that are no text',
      'b.csv',
      (path: string) => writeFileSync(path, Buffer.from([107, 10, 0xff])),
      'cannot read b.csv: line 2 is not UTF-8 text',
    ],
    ['a head alone', 'h.csv', (path: string) => writeFileSync(path, 'k,mean\n'), 'h.csv is no table'],
    [
      'a row too short',
      'r.csv',
      (path: string) => writeFileSync(path, 'k,mean\na\n'),
      'r.csv:2:1: 1 cells, but the head has 2',
    ],
  ])('refuses %s, in words', async (_, path, make, message) => {
    make(join(folder, path))
    const error = await auditTables([resolve(folder, path)], {}, { isJson: true }).catch((reason) => reason)
    expect(error).toBeInstanceOf(UsageError)
    expect(error.message.replaceAll(`${folder}/`, '')).toContain(message)
  })
})

function gigabyte(path: string): void {
  writeFileSync(path, '')
  truncateSync(path, 1e9)
}
