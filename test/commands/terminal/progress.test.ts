import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { duration, openDisplay } from '../../../src/commands/terminal/progress.ts'
import type { BuildEvent } from '../../../src/engine/event.ts'
import { CellError } from '../../../src/engine/execute.ts'
import { TestbedError } from '../../../src/testbed/board.ts'

const name = 'latency/xen-4.14/baseline'
const other = 'latency/xen-4.17/baseline'

/** A screen with a clock that stands until it is moved. */
function screen(isTTY: boolean, variables: Record<string, string> = {}) {
  const written: string[] = []
  let nowMs = 0
  const display = openDisplay(
    { isTTY, columns: 80, write: (text) => written.push(text) },
    variables,
    () => nowMs,
  )
  const tell = (atMs: number, event: BuildEvent) => {
    nowMs = atMs
    display.tell(event)
  }
  return { written, tell, close: () => display.close() }
}

const planned: BuildEvent = {
  type: 'planned',
  cells: [
    { name, trials: 10, boots: 1 },
    { name: other, trials: 10, boots: 1 },
  ],
  jobs: 1,
}

describe('without a terminal', () => {
  it('a cell gives a line when it starts and one when it ends, and none in between', () => {
    const { written, tell, close } = screen(false)
    tell(0, planned)
    tell(0, { type: 'started', name, reason: 'trials 20 -> 50' })
    tell(900, { type: 'progress', name, done: 1, total: 10 })
    tell(65_000, { type: 'finished', name, rows: 20, excluded: 1 })
    close()
    expect(written).toEqual([
      '2 cells to run\n',
      `run ${name}: trials 20 -> 50\n`,
      `done ${name}: 20 rows, 1 excluded, 1 min 05 s\n`,
    ])
  })

  it('says how long the cells took when they last ran', () => {
    const { written, tell } = screen(false)
    const cells = [
      { name, trials: 10, boots: 1, seconds: 90 },
      { name: other, trials: 10, boots: 1, seconds: 30 },
    ]
    tell(0, { type: 'planned', cells, jobs: 2 })
    expect(written).toEqual(['2 cells to run, about 1 min 30 s\n'])
  })

  it('shows control characters of what a script logs, and obeys none', () => {
    const { written, tell } = screen(false)
    tell(0, { type: 'log', name, text: 'a\u001b[2Jb\rc\u009b1m\u202ed' })
    expect(written).toEqual([`${name}: a\\u001b[2Jb\\u000dc\\u009b1m\\u202ed\n`])
  })

  it('a failure is told at once', () => {
    const { written, tell } = screen(false)
    const cause = new TestbedError('no')
    tell(0, { type: 'failed', name, error: new CellError(`${name} failed: no`, { cause }) })
    expect(written).toEqual([`error: ${name} failed: no\n`])
  })

  it('a download gives a line at every tenth', () => {
    const { written, tell } = screen(false)
    for (let done = 0; done <= 1000; done += 5) {
      tell(done, {
        type: 'setup',
        update: { task: 'download', done: done * 1e6, total: 1e9, unit: 'bytes' },
      })
    }
    expect(written).toHaveLength(11)
    expect(written[5]).toBe('laboratory: download 500/1000 MB\n')
  })

  it.each([{ CI: 'true' }, { TERM: 'dumb' }])('nor with %j', (variables) => {
    const { written, tell } = screen(true, variables)
    tell(0, planned)
    expect(written).toEqual(['2 cells to run\n'])
  })
})

describe('on a terminal', () => {
  it('shows cells, trials, time and an estimate of what is left from the trials that are done', () => {
    const { written, tell, close } = screen(true, { NO_COLOR: '1' })
    tell(0, planned)
    tell(0, { type: 'started', name, reason: 'never run' })
    tell(10_000, { type: 'progress', name, done: 5, total: 10 })
    // A quarter of all trials took 10 s.
    expect(written.at(-1)).toContain('[######..................] 0/2 cells, 10.0 s, about 30.0 s left\n')
    expect(written.at(-1)).toContain(`  ${name}  5/10 trials, 10.0 s\n`)
    tell(20_000, { type: 'finished', name, rows: 20, excluded: 0 })
    expect(written.at(-1)).toContain(`done ${name}: 20 rows, 20.0 s\n`)
    expect(written.at(-1)).toContain('] 1/2 cells, 20.0 s, about 20.0 s left\n')
    close()
  })

  it('shows a screen of what is in a queue, first what has done something, and no estimate', () => {
    const { written, tell, close } = screen(true, { NO_COLOR: '1' })
    const names = Array.from({ length: 100 }, (_, index) => `latency/local/p${index}`)
    const cells = names.map((name) => ({ name, trials: 10, boots: 1, seconds: 60 }))
    tell(0, { type: 'planned', cells, jobs: Number.POSITIVE_INFINITY })
    for (const name of names) tell(0, { type: 'started', name, reason: 'never run' })
    tell(10_000, { type: 'progress', name: 'latency/local/p77', done: 5, total: 10 })
    const lines = written.at(-1)?.split('\n') ?? []
    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/\] 0\/100 cells, 10\.0 s$/),
      '  latency/local/p77  5/10 trials, 10.0 s',
    ])
    expect(lines.at(-2)).toBe('  and 84 more')
    close()
  })

  it('redraws at most eight times a second', () => {
    const { written, tell, close } = screen(true)
    tell(0, planned)
    tell(0, { type: 'started', name, reason: 'never run' })
    const before = written.length
    for (let ms = 1; ms <= 1000; ms += 1) tell(ms, { type: 'progress', name, done: 1, total: 10 })
    expect(written.length - before).toBe(8)
    close()
  })

  it('hides the cursor while it moves and gives it back when it ends', () => {
    const { written, tell, close } = screen(true)
    tell(0, planned)
    expect(written[0]?.startsWith('\u001b[?25l')).toBe(true)
    close()
    expect(written.at(-1)?.endsWith('\u001b[?25h')).toBe(true)
  })

  it.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
  ])('with %j is coloured: %j', (variables, coloured) => {
    const { written, tell, close } = screen(true, variables)
    tell(0, planned)
    expect(written.join('').includes('\u001b[1m')).toBe(coloured)
    close()
  })

  it('cuts lines to the width of the screen, so that they never wrap', () => {
    const { written, tell, close } = screen(true, { NO_COLOR: '1' })
    const long = `latency/${'x'.repeat(100)}/baseline`
    tell(0, { type: 'planned', cells: [{ name: long, trials: 1, boots: 1 }], jobs: 1 })
    tell(0, { type: 'started', name: long, reason: 'never run' })
    tell(1000, { type: 'progress', name: long, done: 1, total: 1 })
    const lines = stripVTControlCharacters(written.at(-1) ?? '').split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBe(79)
    close()
  })
})

it.each([
  [4240, '4.2 s'],
  [59_900, '59.9 s'],
  [185_000, '3 min 05 s'],
])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text))
