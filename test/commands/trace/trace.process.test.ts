import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { on } from 'node:events'
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatRun } from '../../../src/results/runfile.ts'
import { openStore } from '../../../src/results/store.ts'
import { operations } from '../../../src/xentrace/analysis.ts'
import { parseStamps } from '../../../src/xentrace/stamps.ts'
import { fakeRun, settled } from '../../results/fake.ts'
import { capture, plainMerge, windows } from '../../xentrace/capture.ts'

const source = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const fixture = (name: string) => source(`test/fixtures/trace/run/${name}`)

// A run of an experiment as the board left it: dom0's stamps, the domU's, and the capture. And a capture alone.
const run = capture('run/trace')
const records = plainMerge(run)
let folder: string
let commands: ChildProcess
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-trace-'))
  mkdirSync(join(folder, 'run'))
  writeFileSync(join(folder, 'run/trace.bin'), run)
  for (const name of ['dom0.stamps', 'domu.stamps']) copyFileSync(fixture(name), join(folder, 'run', name))
  writeFileSync(join(folder, 'alone.bin'), run)
  writeFileSync(join(folder, 'cut.bin'), run.subarray(0, 100_000))
  writeFileSync(join(folder, 'empty.bin'), '')
  writeFileSync(join(folder, 'not.bin'), 'this is a text')
  commands = spawn(
    process.execPath,
    ['--import', source('test/typescript.mjs'), source('test/commands/trace/process.ts')],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  commands.stdout?.setEncoding('utf8')
  commands.stderr?.setEncoding('utf8')
})
afterAll(() => {
  commands.disconnect()
  rmSync(folder, { recursive: true })
})

interface Ended {
  readonly out: string
  readonly err: string
  readonly exitCode: number | null
}

/**
 * A command in a process that has done others before: starting one for each takes longer than all of them.
 */
async function trace(...args: readonly string[]): Promise<Ended> {
  const exitCode = new Promise<number>((resolve) => commands.once('message', resolve))
  const [out, err] = [commands.stdout, commands.stderr].map(async (stream) => {
    let text = ''
    for await (const [chunk] of on(stream as Readable, 'data')) {
      text += chunk
      if (text.endsWith('\0')) return text.slice(0, -1)
    }
    return text
  })
  commands.send(args)
  return { out: (await out) ?? '', err: (await err) ?? '', exitCode: await exitCode }
}

/** The program itself. */
async function repro(input: Uint8Array | null, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [source('dist/cli.cjs'), 'trace', ...args], { cwd: folder })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? undefined)
  const [out, err, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('exit', resolve)),
  ])
  return { out, err, exitCode }
}

describe('a cell in place of a file', () => {
  const cell = 'latency/board/baseline'
  const made = settled({ ...fakeRun({ trials: 1 }), environment: 'board' })
  const header = (sha256: string) =>
    formatRun({ ...made, files: { 'trace.bin': { sha256, bytes: run.length } } })
  const keep = (at: string, sha256: string) => {
    mkdirSync(join(folder, at), { recursive: true })
    for (const [name, content] of Object.entries(header(sha256)))
      writeFileSync(join(folder, at, name), content)
  }
  const digest = createHash('sha256').update(run).digest('hex')

  it('whose recorded run has no raw files here is told how to make them', async () => {
    mkdirSync(join(folder, 'paper'), { recursive: true })
    keep(`results/${cell}`, digest)
    const { err, exitCode } = await trace('phases', cell)
    expect(exitCode).toBe(2)
    expect(err).toContain(`no capture of ${cell} here: a recorded run keeps only the digests`)
    expect(err).toContain(`repro run --rerun=${cell}`)
  })

  it('stands for the capture of its newest run, and a trial leads to the records of its time', async () => {
    mkdirSync(join(folder, 'left'))
    const files = ['trace.bin', 'dom0.stamps', 'domu.stamps'].map((name) => {
      const left = join(folder, 'left', name)
      copyFileSync(join(folder, 'run', name), left)
      return [name, left] as const
    })
    const store = openStore(folder)
    await store.keep(made, Object.fromEntries(files))
    const raw = `.repro/runs/${cell}/${store.history(made)[0]}`
    const { out, err, exitCode } = await trace('phases', cell, '--trial', '3')
    expect(exitCode).toBe(0)
    expect(err).toBe(`${raw}/raw/trace.bin: the bytes that were recorded\n`)
    const [pause = '', unpause = ''] = out.split('\n\n')
    expect(pause).toMatch(/^pause of trial 3, the vCPU found blocked\n/)
    expect(unpause).toMatch(/^unpause of trial 3, the vCPU found offline\n/)
    // The same number that the row of this trial has.
    const { out: all } = await trace('phases', cell)
    const total = /^3 +blocked +([\d.]+)/m.exec(all)?.[1]
    expect(total).toBeDefined()
    expect(pause).toMatch(new RegExp(`^vCPU stops +[\\d.]+ +${total}$`, 'm'))

    const command = /^the records of that time: repro trace (dump .*)$/m.exec(pause)?.[1]?.split(' ') ?? []
    const { out: records } = await trace(...command)
    const start = Number(/^Xen starts \(its record\) +([\d.]+)/m.exec(pause)?.[1])
    expect(start).toBeGreaterThan(0)
    // Xen's own record of the pause is among them, at that microsecond.
    expect(records).toMatch(new RegExp(`^ *${start.toFixed(3).replace('.', '\\.')} .*sleep`, 'm'))
    expect(records.split('\n').length).toBeLessThan(3000)

    keep(`results/${cell}`, '0'.repeat(64))
    expect((await trace('info', cell)).err).toContain('other bytes than those that were recorded')

    writeFileSync(join(folder, raw, 'raw/trace.bin'), 'edited')
    expect((await trace('info', cell)).err).toMatch(
      /raw\/trace\.bin was changed: its SHA-256 is [0-9a-f]{64}, not/,
    )
  })

  it('of several boots has the capture of the one that is named', async () => {
    const left = join(folder, 'left-boots')
    mkdirSync(left)
    const files = ['trace.bin', 'dom0.stamps', 'domu.stamps'].map((name) => {
      copyFileSync(join(folder, 'run', name), join(left, name))
      return [`boot-2/${name}`, join(left, name)] as const
    })
    const two = fakeRun({ trials: 2 })
    const boots = settled({
      ...two,
      inputs: { boots: 2 },
      environment: 'boots',
      columns: [...two.columns, { name: 'boot', role: 'index' }],
      rows: two.rows.map((row) => ({ ...row, trial: Number(row.trial) + 1, boot: Number(row.trial) + 1 })),
    })
    const store = openStore(folder)
    await store.keep(boots, Object.fromEntries(files))
    const cell = 'latency/boots/baseline'
    const raw = `.repro/runs/${cell}/${store.history(boots)[0]}/raw`
    expect(await trace('phases', `${cell}/boot-2`, '--trial', '3')).toEqual({
      exitCode: 0,
      err: `${raw}/boot-2/trace.bin: not recorded\n`,
      out: expect.stringMatching(/^pause of trial 3/),
    })
    for (const [word, message] of [
      [cell, `which boot? ${cell} has several: ${cell}/boot-1 to ${cell}/boot-2`],
      [`${cell}/boot-3`, `no boot 3 of ${cell}: there are ${cell}/boot-1 to ${cell}/boot-2`],
      [`${cell}/boot-0`, `no file ${cell}/boot-0`],
    ] as const)
      expect(await trace('info', word)).toMatchObject({ exitCode: 2, err: expect.stringContaining(message) })
    await store.record(boots)
    expect((await trace('info', `${cell}/boot-1`)).err).toContain(
      `no capture of ${cell}/boot-1 here: a recorded run keeps only the digests of its raw files. To make them again: repro run --rerun=${cell}\n`,
    )
    await store.record(made)
    expect((await trace('info', 'latency/board/baseline/boot-1')).err).toContain(
      'latency/board/baseline has only one boot: leave out /boot-1',
    )
  })

  it('has the trials that there are', async () => {
    const { err, exitCode } = await trace('phases', 'run/trace.bin', '--trial', '99')
    expect(exitCode).toBe(2)
    expect(err).toContain('no trial 99: there are 1 to 5')
  })
})

describe('repro trace info', () => {
  it('says what a capture consists of, with the clock of the stamps beside it', async () => {
    const { out, err, exitCode } = await trace('info', 'run/trace.bin')
    expect([exitCode, err]).toEqual([0, ''])
    expect(out).toContain(`run/trace.bin, ${run.length} bytes, ${records.length} records`)
    expect(out).toMatch(/^domains +0 \(1 vCPU\), 1 \(3 vCPUs\), idle \(4 vCPUs\)$/m)
    expect(out).toMatch(/^time .* 2887236\.685 us at 54000000 Hz$/m)
    expect(out).toMatch(/^unknown +no event$/m)
    const wakes = records.filter(({ event }) => event === 0x28004).length
    expect(out).toMatch(new RegExp(`^0x28004 +wake +${wakes}$`, 'm'))
  })

  it('needs no clock, and reads standard input', async () => {
    const { out, exitCode } = await repro(run, 'info', '--json', '-')
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      bytes: run.length,
      records: records.length,
      hz: null,
      pcpus: [0, 1, 2, 3],
      lostRecords: 0,
      damage: null,
    })
  })
})

describe('repro trace summary', () => {
  it('adds up runstates in ticks and shows them in microseconds', async () => {
    const { out, exitCode } = await trace('summary', '--json', 'run/trace.bin')
    expect(exitCode).toBe(0)
    const { vcpus, firstTicks, lastTicks } = JSON.parse(out)
    const own = vcpus.find((one: { domain: number; vcpu: number }) => one.domain === 1 && one.vcpu === 0)
    const states: { ticks: number; partTicks: number; count: number }[] = Object.values(own.states)
    expect(states.reduce((sum, { ticks, partTicks }) => sum + ticks + partTicks, 0)).toBe(
      lastTicks - firstTicks,
    )
    const { count, ticks } = own.states.offline
    expect((await trace('summary', 'run/trace.bin')).out).toMatch(
      new RegExp(`^1 +0 +offline +${(ticks / 54).toFixed(3)} .* ${count} `, 'm'),
    )
  })

  it('asks for the clock rather than guess it', async () => {
    const { err, exitCode } = await trace('summary', 'alone.bin')
    expect(exitCode).toBe(2)
    expect(err).toContain('how many ticks a second? A capture does not say: --hz 54M')
    expect((await trace('summary', '--hz', 'fast', 'alone.bin')).err).toContain('not fast')
    expect((await trace('summary', '--hz', '54M', 'alone.bin')).exitCode).toBe(0)
  })

  it('tells of the good part of a capture that is cut, and ends with 1', async () => {
    const { out, err, exitCode } = await trace('summary', '--hz', '54000000', 'cut.bin')
    expect(exitCode).toBe(1)
    expect(err).toMatch(/^error: the capture is truncated at byte 100000: \d+ more bytes should follow/)
    expect(out).toMatch(/^4628 records of 3 pCPUs /)
  })
})

describe('repro trace phases', () => {
  it('has those that the experiment has', async () => {
    const [dom0, domU] = ['dom0.stamps', 'domu.stamps'].map((name) =>
      parseStamps(readFileSync(fixture(name), 'utf8')),
    )
    if (dom0 === undefined || domU === undefined) throw new Error('no stamps')
    const expected = operations({ capture: [run], dom0, domU }).operations
    const { out, exitCode } = await trace('phases', '--json', 'run/trace.bin')
    expect(exitCode).toBe(0)
    expect(JSON.parse(out).operations).toEqual(expected)
    const pause = expected.find(({ type }) => type === 'pause')
    const total = ((pause?.phases?.total ?? 0) / 54).toFixed(3)
    expect((await trace('phases', 'run/trace.bin')).out).toMatch(new RegExp(`^1 +blocked +${total} `, 'm'))
  })

  it('takes stamps from elsewhere, in any order, and needs both', async () => {
    const files = ['--stamps', fixture('domu.stamps'), '--stamps', fixture('dom0.stamps')]
    expect((await trace('phases', 'alone.bin', ...files)).exitCode).toBe(0)
    const { err, exitCode } = await trace('phases', 'alone.bin', '--stamps', fixture('domu.stamps'))
    expect(exitCode).toBe(2)
    expect(err).toContain("dom0's (with a line 'domain') are not among the stamps")
  })

  it.each<[string, (path: string) => unknown, string]>([
    ['a named pipe', (path) => execFileSync('mkfifo', [path]), 'is a named pipe, not an ordinary file'],
    ['a folder', (path) => mkdirSync(path), 'is a folder, not an ordinary file'],
    ['a link to a device', (path) => symlinkSync('/dev/zero', path), 'is a device, not an ordinary file'],
    ['too large', (path) => writeFileSync(path, Buffer.alloc(17 * 2 ** 20)), 'is too large'],
  ])('reads no stamps that are %s', async (_name, make, message) => {
    const beside = mkdtempSync(join(folder, 'beside-'))
    writeFileSync(join(beside, 'trace.bin'), run)
    make(join(beside, 'dom0.stamps'))
    for (const command of ['info', 'phases']) {
      const { err, exitCode } = await trace(command, join(beside, 'trace.bin'))
      expect(exitCode).toBe(2)
      expect(err).toContain(`dom0.stamps ${message}`)
    }
    rmSync(beside, { recursive: true })
  })

  it('leaves out what a cut capture does not have, and ends with 1', async () => {
    const { out, exitCode } = await trace(
      'phases',
      'cut.bin',
      '--stamps',
      fixture('dom0.stamps'),
      '--stamps',
      fixture('domu.stamps'),
    )
    expect(exitCode).toBe(1)
    expect(out).toContain('left out of the means: edge not found')
    expect(out).toMatch(/^1 +blocked +6109\.130 /m)
  })
})

describe('repro trace dump', () => {
  it('has a line for each record, in the order of time', async () => {
    const { out } = await trace('dump', 'run/trace.bin')
    const ticks = out
      .trimEnd()
      .split('\n')
      .map((line) => Number(line.trim().split(/ +/)[1]))
    expect(ticks).toEqual(records.map(({ time }) => time))
  })

  it('selects by event, domain and time', async () => {
    const first = records[0]?.time ?? 0
    const { out } = await trace(
      'dump',
      'run/trace.bin',
      '--event',
      'sleep,wake',
      '--domain',
      '1',
      '--from',
      '1s',
      '--to',
      '1500ms',
    )
    const wanted = records.filter(
      ({ event, words, time }) =>
        (event === 0x28003 || event === 0x28004) &&
        words[0] === 1 &&
        time - first >= 54e6 &&
        time - first <= 81e6,
    )
    expect(wanted.length).toBeGreaterThan(3)
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().split(/ +/).slice(1, 4)),
    ).toEqual(
      wanted.map(({ time, cpu, event }) => [String(time), String(cpu), event === 0x28003 ? 'sleep' : 'wake']),
    )
  })

  it.each([
    [['--event', 'wakw'], 'unknown event: wakw (did you mean wake?)'],
    [['--from', 'noon'], '--from takes a time such as 1.5s, 300ms or 12us, not noon'],
    [['--from', '2s', '--to', '1s'], '--from 2s comes after --to 1s'],
    [['--domain', 'one'], '--domain takes a whole number from 0, not one'],
    [['--evnt', 'wake'], 'unknown option: --evnt (did you mean --event?)'],
  ])('refuses %j', async (flags, message) => {
    const { err, exitCode } = await trace('dump', 'run/trace.bin', ...flags)
    expect(exitCode).toBe(2)
    expect(err).toContain(message)
  })
})

describe('repro trace export', () => {
  it('to csv has the records of the dump', async () => {
    const { out, exitCode } = await trace('export', 'run/trace.bin', '--to', 'csv', '-o', 'all.csv')
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^all\.csv: \d+ bytes/)])
    const [head, ...lines] = readFileSync(join(folder, 'all.csv'), 'utf8').trimEnd().split('\n')
    expect(head).toMatch(/^ticks,microseconds,pcpu,event,name,domain,vcpu,count,/)
    expect(
      lines.map((line) =>
        line
          .split(',')
          .slice(0, 4)
          .filter((_, i) => i !== 1),
      ),
    ).toEqual(records.map(({ time, cpu, event }) => [String(time), String(cpu), `0x${event.toString(16)}`]))
  })

  it('to parquet has the rows of the csv', async () => {
    await trace('export', 'run/trace.bin', '--to', 'csv', '--from', '1s', '--to', '2s', '-o', 'part.csv')
    await trace(
      'export',
      'run/trace.bin',
      '--to',
      'parquet',
      '--from',
      '1s',
      '--to',
      '2s',
      '-o',
      'part.parquet',
    )
    const [, ...lines] = readFileSync(join(folder, 'part.csv'), 'utf8').trimEnd().split('\n')
    const bytes = readFileSync(join(folder, 'part.parquet'))
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const rows = await parquetReadObjects({
      file,
      compressors: { GZIP: (page) => gunzipSync(page) },
    })
    expect(rows.length).toBeGreaterThan(1000)
    expect(
      rows.map(({ ticks, microseconds, pcpu, event, ...others }) =>
        [
          ticks,
          Number(microseconds).toFixed(3),
          pcpu,
          `0x${event.toString(16)}`,
          ...Object.values(others).map((value) => value ?? ''),
        ].join(','),
      ),
    ).toEqual(lines)
  })

  it('to perfetto has the operations of the stamps beside the capture', async () => {
    const { out, exitCode } = await trace('export', 'run/trace.bin', '--to', 'perfetto')
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(/^trace\.perfetto-trace: \d+ bytes; open it in/),
    ])
    const bytes = readFileSync(join(folder, 'trace.perfetto-trace')).toString('latin1')
    expect(bytes.split('xl unpause')).toHaveLength(6)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('to standard output is the file, byte for byte, and what is said goes to standard error', async () => {
    await trace('export', 'run/trace.bin', '--to', 'csv', '--to', '100ms', '-o', 'some.csv')
    const { out, err, exitCode } = await repro(
      null,
      'export',
      'run/trace.bin',
      '--to',
      'csv',
      '--to',
      '100ms',
      '-o',
      '-',
    )
    expect([exitCode, out]).toEqual([0, readFileSync(join(folder, 'some.csv'), 'utf8')])
    expect(err).toBe(`standard output: ${out.length} bytes; one line a record\n`)
  })

  it('to a pipe gives its reader the bytes, and leaves the pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const reader = spawn('cat', ['pipe'], { cwd: folder })
    const read = text(reader.stdout)
    const { exitCode } = await trace('export', 'run/trace.bin', '--to', 'csv', '--to', '100ms', '-o', 'pipe')
    await trace('export', 'run/trace.bin', '--to', 'csv', '--to', '100ms', '-o', 'same.csv')
    expect([exitCode, await read]).toEqual([0, readFileSync(join(folder, 'same.csv'), 'utf8')])
    expect(lstatSync(join(folder, 'pipe')).isFIFO()).toBe(true)
  })

  // Only root can make a device; the machine's own is left alone.
  it.skipIf(process.getuid?.() !== 0)(
    'to a device that is full is an error, and leaves the device',
    async () => {
      execFileSync('mknod', [join(folder, 'full'), 'c', '1', '7'])
      for (const format of ['csv', 'parquet', 'perfetto']) {
        const { err, exitCode } = await trace('export', 'run/trace.bin', '--to', format, '-o', 'full')
        expect([exitCode, err]).toEqual([
          1,
          expect.stringMatching(/^error: cannot write full: no space left on device\n/),
        ])
      }
      expect(lstatSync(join(folder, 'full')).isCharacterDevice()).toBe(true)
    },
  )

  it('replaces what a link leads to, and not the link', async () => {
    writeFileSync(join(folder, 'old.csv'), 'old')
    symlinkSync('old.csv', join(folder, 'link.csv'))
    await trace('export', 'run/trace.bin', '--to', 'csv', '--to', '1ms', '-o', 'link.csv')
    expect(lstatSync(join(folder, 'link.csv')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'old.csv'), 'utf8')).toMatch(/^ticks,/)
  })

  it.each([
    ['run/trace.bin', 2, 'run/trace.bin is an input, and would be overwritten: name another file with -o'],
    ['hard.bin', 2, 'hard.bin is an input, and would be overwritten'],
    ['run/dom0.stamps', 2, 'run/dom0.stamps is an input, and would be overwritten'],
    ['run', 2, 'run is a folder: -o takes a file'],
    ['nowhere/x.csv', 2, 'cannot write nowhere/x.csv: there is no folder nowhere'],
    ['alone.bin/x.csv', 1, 'error: cannot write alone.bin/x.csv: not a directory'],
    ['/proc/x.csv', 1, 'error: cannot write /proc/x.csv: no such file or directory'],
  ])('to %s ends with %d and says why, and harms nothing', async (path, code, message) => {
    if (path === 'hard.bin') linkSync(join(folder, 'run/trace.bin'), join(folder, path))
    const { err, exitCode } = await trace('export', 'run/trace.bin', '--to', 'csv', '-o', path)
    expect(exitCode).toBe(code)
    expect(err).toContain(message)
    expect(err).not.toContain('    at ')
    expect(readFileSync(join(folder, 'run/trace.bin')).equals(run)).toBe(true)
    const stamps = readFileSync(fixture('dom0.stamps'))
    expect(readFileSync(join(folder, 'run/dom0.stamps')).equals(stamps)).toBe(true)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('of a capture that is cut writes the good part, and ends with 1', async () => {
    const { exitCode } = await trace('export', 'cut.bin', '--hz', '54M', '--to', 'csv')
    expect(exitCode).toBe(1)
    const whole = windows(run).filter(({ end }) => end <= 100_000)
    const lines = readFileSync(join(folder, 'cut.csv'), 'utf8').split('\n').length - 2
    expect(lines).toBeGreaterThanOrEqual(whole.reduce((sum, window) => sum + window.records.length, 0))
  })

  it.each([
    [['--to', 'parket'], 'unknown format: parket (did you mean parquet?)'],
    [[], 'to which format? --to perfetto|csv|parquet'],
    [['--to', 'csv', '--to', 'parquet'], '--to takes one format, and one time'],
  ])('refuses %j', async (flags, message) => {
    const { err, exitCode } = await trace('export', 'run/trace.bin', ...flags)
    expect(exitCode).toBe(2)
    expect(err).toContain(message)
  })
})

describe('repro trace', () => {
  it('ends as the command that it does, with its mistakes on standard error', async () => {
    expect(await repro(null, 'dump', 'cut.bin')).toEqual({
      out: '',
      err: expect.stringMatching(/^repro: how many ticks a second\?.*\nTry `repro help trace dump`\.\n$/),
      exitCode: 2,
    })
    const { out, err, exitCode } = await repro(null, 'dump', '--hz', '54M', 'cut.bin')
    expect([out.split('\n').length - 1, exitCode]).toEqual([4628, 1])
    expect(err).toMatch(/^error: the capture is truncated at byte 100000/)
  })

  it.each([
    [[], 2, 'missing subcommand: one of info, summary, phases, dump, export\n'],
    [['sumary', 'x'], 2, 'unknown command: trace sumary (did you mean summary?)'],
    [['info'], 2, 'which capture? A file, a cell such as'],
    [
      ['phases', 'alone.bin', ...['a', 'b', 'c'].flatMap((name) => ['--stamps', name])],
      2,
      '--stamps takes two files, not 3: a, b, c',
    ],
    [['export', 'alone.bin', '--to', 'parquet', '--stamps', 'a'], 2, 'no operations: leave out --stamps'],
    [['info', 'nowhere.bin'], 2, 'no file nowhere.bin'],
    [['info', '.'], 2, '. is a folder, not a capture'],
    [['info', 'empty.bin'], 1, 'error: the capture is empty (0 bytes)'],
    [['info', 'not.bin'], 1, 'error: at byte 0 of the capture: this is not an xentrace capture'],
    [
      ['dump', '--hz', '54M', '/dev/zero'],
      1,
      'error: at byte 0 of the capture: this is not an xentrace capture',
    ],
    [['summary', '--hz', '54M', '/proc/self/mem'], 1, 'error: cannot read /proc/self/mem: i/o error'],
  ])('%j ends with %d and says why', async (args, code, message) => {
    const { err, exitCode } = await trace(...args)
    expect(exitCode).toBe(code)
    expect(err).toContain(message)
    expect(err).not.toContain('    at ')
  })
})
