import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { openBoard } from '../../src/testbed/emulated/board.ts'
import { setup } from '../../src/testbed/emulated/setup.ts'
import { readEnvironments } from '../../src/testbed/environment.ts'
import { operations } from '../../src/trace/operations.ts'
import { parseStamps } from '../../src/trace/stamps.ts'

const project = resolve(import.meta.dirname, '../..')
const board = 'experiments/board'
const folders: string[] = []

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

/** Boots one idle cell of three trials and returns its folder. */
async function boot(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'repro-boot-'))
  folders.push(folder)
  const environment = (await readEnvironments(join(project, 'experiments/environments.yaml'))).get('xen-4.17')
  if (!environment) throw new Error('no such environment')
  const mirror = process.env.REPRO_DEBIAN_MIRROR
  const laboratory = await setup([environment.root], {
    lockFile: join(project, 'experiments/packages.lock.json'),
    cache: cacheFolder(),
    ...(mirror && { mirror }),
    report() {},
  })
  const machine = openBoard(laboratory, environment, { project, folder })
  const program = async (name: string) => machine.compile([`${board}/${name}.c`, `${board}/xen.c`])
  const loop = await program('loop')
  const trial = await program('trial')
  const init = await readFile(join(project, board, 'domu-init'))
  const guest = await machine.guest(
    ['usr/bin/stress'],
    new Map([
      ['/init', init],
      ['/usr/bin/loop', loop],
    ]),
  )
  const result = await machine.run({
    files: new Map([
      ['/job/pause-resume', { content: await readFile(join(project, board, 'pause-resume')) }],
      ['/usr/bin/trial', { content: trial, executable: true }],
      ['/job/kernel', { content: await machine.file('kernel') }],
      ['/job/guest', { content: guest }],
    ]),
    script: [
      'export TRIALS=3 SEED=1 VCPUS=3 MEMORY_MB=813 DOMUS=1 DOMU_LOAD=0 DOM0_LOAD=0 NICE=0 POLICY=other',
      'export LOOP=sleep KERNEL=/job/kernel RAMDISK=/job/guest',
      'sh ./pause-resume',
    ].join('\n'),
    deadlineMs: 240_000,
  })
  expect(result.exitCode).toBe(0)
  return folder
}

async function digest(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

test('two boots of a real Xen give the same bytes, and phases that add up', {
  timeout: 600_000,
}, async () => {
  const [one, two] = await Promise.all([boot(), boot()])
  for (const name of ['trace.bin', 'dom0.stamps', 'domu.stamps', 'console.log'])
    expect(await digest(join(one, name)), name).toBe(await digest(join(two, name)))

  const text = (name: string) => readFile(join(one, name), 'utf8')
  const analysis = operations({
    capture: [await readFile(join(one, 'trace.bin'))],
    dom0: parseStamps(await text('dom0.stamps')),
    domU: parseStamps(await text('domu.stamps')),
  })
  expect(analysis.operations).toHaveLength(6)
  expect(analysis.sanity.unknownRecords).toBe(0)
  const periodTicks = analysis.hz * 0.004064
  let blocked = 0
  for (const operation of analysis.operations) {
    expect(operation.excluded).toBeNull()
    if (operation.phases === null) throw new Error('no phases')
    if (operation.type === 'pause') {
      if (operation.state !== 'blocked') continue
      blocked++
      const { lastStampToXen, xenToVcpuStops } = operation.phases
      expect(Math.abs(lastStampToXen + xenToVcpuStops - periodTicks)).toBeLessThan(
        analysis.hz * 500e-6, // the excess is how long the vCPU ran on after its stamp; seen here: up to 349 us
      )
    } else {
      const { xlToXen, xenToVcpuRuns, vcpuRunsToFirstStamp, total } = operation.phases
      for (const phase of [xlToXen, xenToVcpuRuns, vcpuRunsToFirstStamp]) expect(phase).toBeGreaterThan(0)
      expect(xlToXen + xenToVcpuRuns + vcpuRunsToFirstStamp).toBe(total)
    }
  }
  expect(blocked).toBeGreaterThan(0)
})
