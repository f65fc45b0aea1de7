import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { doubleOf, makeStudy, untilStarted } from '../double/study.ts'

const double = doubleOf({ cpus: 1 })

/** As quick as the double, whose instructions take 2^3 ns. */
const board = `emulated:
  label: an emulated board
  testbed: xen-qemu
  root: debian-12
  machine: virt
  cpus: 1
  memoryMb: 4096
  dom0MemoryMb: 1024
  clockHz: 54000000
  instructionNs: 8
  quantumUs: 1
`

test('the same block runs on an emulated board and over ssh', async () => {
  const study = await makeStudy(double(), { trials: 8, others: { emulated: board } })
  expect(await study.run('build', '--record')).toMatchObject({ exitCode: 0 })
  const [near, far] = [await study.rows('emulated'), await study.rows('double')]
  expect(far).toHaveLength(16)
  expect(Object.keys(far[0] ?? {})).toEqual(Object.keys(near[0] ?? {}))
  expect(far.filter(({ excluded }) => excluded !== '')).toEqual([])
  const [a, b] = [await study.stored('emulated'), await study.stored('double')]
  expect(b.origin).toBe('emulated')
  expect(b.clockHz).toBe(a.clockHz)
  expect(b.inputs['environment testbed']).toBe('ssh')
  expect(Object.keys(b.inputs).filter((name) => /power|serial|host/.test(name))).toEqual([])
  expect(b.captured).toMatchObject({
    hypervisor: a.captured.hypervisor,
    'discarded attempts': 'none',
    'dom0 kernel messages': '0',
  })
  // Both measure the same program on the same clock.
  const range = (rows: typeof far) => {
    const values = rows.filter(({ operation }) => operation === 'pause').map(({ command }) => Number(command))
    return [Math.min(...values), Math.max(...values)] as const
  }
  const [[low, high], [least, most]] = [range(near), range(far)]
  expect(least / high).toBeLessThan(1.1)
  expect(low / most).toBeLessThan(1.1)
})

test('a cut connection loses nothing', async () => {
  const study = await makeStudy(double(), { trials: 6 })
  const mark = (await double().console()).length
  const build = study.start('build', '--record')
  await untilStarted(double(), mark)
  double().cut()
  await sleep(30_000)
  double().mend()
  const { exitCode, text } = await build.ended
  expect(text).not.toContain('given up')
  expect(exitCode).toBe(0)
  expect(await study.rows()).toHaveLength(12)
  expect((await study.stored()).captured['discarded attempts']).toBe('none')
})

test('an emulator that says hardware is refused', async () => {
  const study = await makeStudy(double(), { entry: ['reboot: false'] })
  const file = join(study.project, 'experiments/environments.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace('machine: emulated', 'machine: hardware'))
  const { exitCode, text } = await study.run('build')
  expect(text).toContain(
    'double is an emulated machine (linux,dummy-virt), and its environment says hardware',
  )
  expect(exitCode).toBe(5)
})
