import { describe, expect, it } from 'vitest'
import { clockOf, effortOf } from '../../src/pack/effort.ts'
import type { Run } from '../../src/results/run.ts'
import { readEnvironments } from '../../src/testbeds/environments.ts'
import { xenQemu } from '../../src/testbeds/xen-qemu/testbed.ts'
import { megabytes, minutes } from '../../src/text/numbers.ts'
import { readLock } from '../../src/toolchain/packages.ts'
import { source } from '../source.ts'

function run(provenance: Run['provenance'], bytes: readonly number[] = []): Run {
  const files = Object.fromEntries(bytes.map((size, index) => [`raw${index}`, { sha256: '', bytes: size }]))
  return { provenance, files } as unknown as Run
}
const at = (time: string, seconds: number) =>
  run({ date: `2026-11-23T${time}.000Z`, 'duration (s)': seconds })

describe('effort', () => {
  it('adds up what runs took and left behind, and counts those that do not say', () => {
    const runs = [run({ 'duration (s)': 33.5 }, [100, 20]), run({ 'duration (s)': 10 }), run({}, [3])]
    expect(effortOf(runs)).toEqual({ cells: 3, computeSeconds: 43.5, untimed: 1, rawBytes: 123 })
  })

  it('tells the time by the clock from runs that lay beside each other, without the gaps', () => {
    const runs = [at('10:00:00', 60), at('10:00:30', 60), at('10:00:40', 10), at('12:00:00', 5)]
    expect(clockOf(runs)).toEqual({ seconds: 95, atOnce: 3 })
  })

  it('does not count runs that follow each other as at once', () => {
    expect(clockOf([at('10:00:00', 60), at('10:01:00', 60)])).toEqual({ seconds: 120, atOnce: 1 })
  })

  it('takes the end of a run whose boots ran side by side from the run', () => {
    const boots = run({
      date: '2026-11-23T10:00:00.000Z',
      'duration (s)': 100,
      ended: '2026-11-23T10:00:30.000Z',
    })
    expect(clockOf([boots, at('10:01:00', 5)])).toEqual({ seconds: 35, atOnce: 1 })
    expect(effortOf([boots]).computeSeconds).toBe(100)
  })

  it('knows no time by the clock where a run does not say when it was', () => {
    expect(clockOf([at('10:00:00', 60), run({ 'duration (s)': 3 })])).toBeUndefined()
    expect(clockOf([])).toBeUndefined()
  })

  it('takes the disk of a toolchain from the lock, with the programs of the host', async () => {
    const lock = await readLock(source('experiments/packages.lock.json'))
    const environments = readEnvironments(source('experiments/environments.yaml'))
    const needs = async (...names: readonly string[]) =>
      await xenQemu.needs(
        names.flatMap((name) => environments.get(name) ?? []),
        { project: source('.'), cache: '' },
      )
    const one = await needs('xen-4.17')
    const two = await needs('xen-4.17', 'xen-4.14', 'xen-4.14-1ns')
    const sizes = (root: 'host' | 'debian-11' | 'debian-12') =>
      lock.roots[root].packages.reduce((sum, { size }) => sum + size, 0)
    expect(one.downloadBytes).toBe(sizes('host') + sizes('debian-12'))
    expect(two.downloadBytes).toBe(one.downloadBytes + sizes('debian-11'))
    expect(one.unpackedBytes).toBeGreaterThan(one.downloadBytes)
  })

  it.each([
    [0.2, '1 s'],
    [59, '59 s'],
    [90, '1.5 min'],
    [6711.7, '112 min'],
  ])('%d s are written as %s', (seconds, text) => {
    expect(minutes(seconds)).toBe(text)
  })

  it.each([
    [0, '0 kB'],
    [120, '1 kB'],
    [1_500_000, '1.5 MB'],
    [298_600_000, '299 MB'],
    [1_234_000_000, '1.2 GB'],
  ])('%d bytes are written as %s', (bytes, text) => {
    expect(megabytes(bytes)).toBe(text)
  })
})
