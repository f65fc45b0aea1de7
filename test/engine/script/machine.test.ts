import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeMachine, sampleMachine } from '../../../src/engine/script/machine.ts'
import { concernsOf } from '../../../src/query/machine.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'repro-machine-'))
})
afterAll(async () => await rm(root, { recursive: true }))

let count = 0
/** A folder with files as Linux has them. */
function host(files: Readonly<Record<string, string>>): string {
  const folder = join(root, String((count += 1)))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `${text}\n`)
  }
  return folder
}

const cpufreq = 'sys/devices/system/cpu/cpufreq'
/** Ticks of all programs, of the boot's process 10 (and children that ended), a child, the build, and another. */
const proc = (all: number, own: number, child: number, build: number, load: string) => ({
  'proc/loadavg': `${load} 0.50 0.40 1/200 300`,
  'proc/stat': `cpu  ${all} 0 0 9999 5 0 0 0 0 0\ncpu0 1 2 3 4`,
  'proc/10/stat': `10 (node (a) b) S 5 10 10 0 -1 0 0 0 0 0 ${own} 0 0 0 20 0`,
  'proc/11/stat': `11 (child) S 10 10 10 0 -1 0 0 0 0 0 ${child} 0 0 0 20 0`,
  'proc/5/stat': `5 (repro) S 1 5 5 0 -1 0 0 0 0 0 ${build} 0 0 0 20 0`,
  'proc/77/stat': '77 (other) S 1 77 77 0 -1 0 0 0 0 0 9000 0 0 0 20 0',
})
const sample = (files: Readonly<Record<string, string>>, atMs: number) => sampleMachine(host(files), atMs, 10)

describe('the state of a machine', () => {
  const steady = {
    [`${cpufreq}/policy0/scaling_governor`]: 'performance',
    [`${cpufreq}/policy0/scaling_cur_freq`]: '2400000',
    [`${cpufreq}/policy1/scaling_governor`]: 'performance',
    [`${cpufreq}/policy1/scaling_cur_freq`]: '3100000',
    'sys/devices/system/cpu/intel_pstate/no_turbo': '1',
  }

  it('is told of the start and the end, with what others took beside the boot and the build', () => {
    const before = sample({ ...steady, ...proc(1000, 10, 0, 100, '0.25') }, 0)
    const after = sample({ ...steady, ...proc(1400, 110, 50, 110, '0.90') }, 2000)
    expect(describeMachine(before, after)).toEqual({
      governor: 'performance',
      frequency: '2.40–3.10 GHz',
      boost: 'off',
      load: '0.25 at the start, 0.90 at the end',
      // 4 s of processors in 2 s, of which 1.6 s were the boot's and the build's.
      'busy elsewhere': 1.2,
    })
  })

  it('tells of a governor that changed, and of boost', () => {
    const other = { ...steady, [`${cpufreq}/policy1/scaling_governor`]: 'powersave' }
    const { 'sys/devices/system/cpu/intel_pstate/no_turbo': _, ...amd } = other
    const before = sample({ ...amd, [`${cpufreq}/boost`]: '1' }, 0)
    expect(describeMachine(before, sample(steady, 1000))).toMatchObject({
      governor: 'performance and powersave',
      boost: 'on and off',
    })
  })

  it('is said to be hidden where it is, as in containers', () => {
    expect(describeMachine(sample({}, 0), sample({}, 1000))).toEqual({
      governor: 'not visible',
      frequency: 'not visible',
      boost: 'not visible',
      load: 'not visible',
    })
    const listed = { 'proc/cpuinfo': 'cpu MHz\t\t: 2000.000\ncpu MHz\t\t: 2000.000' }
    expect(describeMachine(sample(listed, 0), sample(listed, 1)).frequency).toBe('2.00 GHz')
  })

  it('does not tell how busy others were in a time shorter than a few ticks', () => {
    const after = sample(proc(1090, 0, 0, 0, '0.00'), 100)
    expect(describeMachine(sample(proc(1000, 0, 0, 0, '0.00'), 0), after)).not.toHaveProperty(
      'busy elsewhere',
    )
  })

  it('can be read on this host', () => {
    expect(() => describeMachine(sampleMachine(), sampleMachine())).not.toThrow()
  })
})

describe('concerns', () => {
  const run = (provenance: Readonly<Record<string, string | number>>, unit = 'ms') => ({
    provenance,
    columns: [{ name: 'time', role: 'measure', unit } as const],
  })
  const loud = { 'machine governor': 'powersave', 'machine busy elsewhere': 0.8 }

  it('are another governor than performance, and others that were busy', () => {
    expect(concernsOf(run(loud), { needs: [] })).toEqual({ governor: 'powersave', elsewhere: 0.8 })
    const quiet = { 'machine governor': 'performance', 'machine busy elsewhere': 0.2 }
    expect(concernsOf(run(quiet), { needs: [] })).toEqual({})
  })

  it('are none where the governor is not visible, and in runs from before it was noted', () => {
    expect(concernsOf(run({ 'machine governor': 'not visible' }), { needs: [] })).toEqual({})
    expect(concernsOf(run({}), { needs: [] })).toEqual({})
  })

  it('are none of a block that times nothing', () => {
    expect(concernsOf(run(loud, 'B'), { needs: [] })).toEqual({})
    expect(concernsOf(run(loud), { needs: [], parallel: true })).toEqual({})
    expect(concernsOf(run(loud), { needs: ['latency'] })).toEqual({})
  })
})
