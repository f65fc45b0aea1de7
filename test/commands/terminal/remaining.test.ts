import { describe, expect, it } from 'vitest'
import { type CellTime, remainingMs } from '../../../src/commands/terminal/remaining.ts'

const waiting = (expectedMs?: number, trials = 10, boots = 1): CellTime => ({
  ...{ trials, boots, expectedMs },
  done: 0,
})
const running = (startedMs: number, done: number, expectedMs?: number): CellTime => ({
  trials: 10,
  boots: 1,
  expectedMs,
  done,
  startedMs,
})
const ended = (tookMs: number, expectedMs?: number): CellTime => ({
  trials: 10,
  boots: 1,
  expectedMs,
  done: 10,
  startedMs: 0,
  tookMs,
})

describe('the time that is left', () => {
  it.each<[string, readonly CellTime[], number, number | undefined]>([
    ['is unknown before anything says how long a trial takes', [waiting(), waiting()], 1, undefined],
    ['is what recorded runs took, before the first cell ends', [waiting(1000), waiting(3000)], 1, 4000],
    ['is divided among cells that run at once', [waiting(1000), waiting(1000)], 2, 1000],
    ['is at least that of the longest cell', [waiting(100), waiting(3000)], 2, 3000],
    // The machine is three times as slow: (3000 + 1000) / (1000 + 1000) with one cell as expected.
    ['learns from the first ended cell', [ended(3000, 1000), waiting(1000)], 1, 2000],
    [
      'learns more from more cells',
      [ended(3000, 1000), ended(3000, 1000), ended(3000, 1000), waiting(1000)],
      1,
      2500,
    ],
    ['counts what a running cell has behind it', [running(9000, 5, 2000)], 1, 1000],
    ['times a late cell by its own trials', [running(0, 5, 2000)], 1, 10_000],
    ['takes the mean trial for a cell that never ran', [ended(1000), waiting(undefined, 20)], 1, 2000],
    ['goes by the trials of the only cell that runs', [running(0, 5), waiting()], 1, 30_000],
    ['is divided among the boots of a cell', [waiting(6000, 10, 3)], 2, 3000],
    ['is that of the only cell, whatever is free beside its boots', [waiting(6000, 10, 2)], 8, 3000],
    [
      'counts the time of boots that run at once',
      [{ ...running(9000, 5, 6000), boots: 2 }, waiting(2000)],
      2,
      3000,
    ],
    ['is nothing once all have ended', [ended(1000, 1000), ended(1000)], 2, 0],
  ])('%s', (_, cells, jobs, expected) => {
    expect(remainingMs(cells, jobs, 10_000)).toBe(expected)
  })
})
