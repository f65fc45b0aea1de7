import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { csvParse } from 'd3-dsv'
import { expect, test } from 'vitest'
import { baseline, digests, makeProject, repro } from './project.ts'

const environments = ['xen-4.14', 'xen-4.17']
/** A vCPU that never sleeps. */
const spin = '  spin: {only: [xen-4.14], domu: {loop: spin}}\n'

test('a study on a real Xen reruns bit for bit, and its numbers fit together', async () => {
  const projects = await Promise.all(
    [1, 2].map(() =>
      makeProject(['experiments'], { 'paper/index.md': baseline(environments, 3, { more: spin }) }),
    ),
  )
  const [one = '', two = ''] = projects
  const all = ['build', '--rerun', '--record']
  expect(await repro(one, ...all)).toMatchObject({ exitCode: 0 })
  expect(await repro(two, ...all, '--jobs', '1')).toMatchObject({ exitCode: 0 })
  const first = await digests(one)
  expect(Object.keys(first)).toHaveLength(3 * (5 + 2)) // per cell: trace, two stamp files, environment, console; rows and pictures
  expect(await digests(two)).toEqual(first)

  for (const environment of environments) {
    const rows = csvParse(
      await readFile(join(one, `results/latency/${environment}/baseline/rows.csv`), 'utf8'),
    )
    expect(rows).toHaveLength(6)
    for (const row of rows) {
      expect(row.excluded).toBe('')
      const ticks = (name: string) => {
        expect(row[name], name).toMatch(/^-?\d+$/)
        return Number(row[name])
      }
      const phases =
        row.operation === 'pause'
          ? ['xl-to-domu-stop', 'domu-stop-to-xen', 'xen-to-vcpu-stop']
          : ['xl-to-xen', 'xen-to-vcpu-run', 'vcpu-run-to-domu-resume']
      expect(phases.reduce((sum, phase) => sum + ticks(phase), 0)).toBe(ticks('total'))
      if (row.operation === 'unpause') for (const phase of phases) expect(ticks(phase)).toBeGreaterThan(0)
    }
    const blocked = rows.filter(({ operation, found }) => operation === 'pause' && found === 'blocked')
    expect(blocked.length).toBeGreaterThan(0)
    if (environment !== 'xen-4.14') continue // Linux 6.1 in the domU keeps its tick, which ends the sleep as well
    for (const row of blocked) {
      expect(row.sleep).toBe('one-period')
      expect(Math.abs(Number(row['loop-period']) / 54 - 4053)).toBeLessThan(60)
    }
  }

  const spun = csvParse(await readFile(join(one, 'results/latency/xen-4.14/spin/rows.csv'), 'utf8'))
  expect(spun.map(({ excluded }) => excluded)).toEqual(Array(6).fill(''))
  expect(spun.filter(({ operation, found }) => operation === 'pause' && found === 'running')).toHaveLength(3)

  const page = await readFile(join(one, '_build/index.html'), 'utf8')
  expect(page).toMatch(/A pause takes .*ms.*emulated/s)
  expect(page).toMatch(/xen-4\.14.*xen-4\.17/s)
})
