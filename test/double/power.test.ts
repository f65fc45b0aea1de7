import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { openPowerSwitch } from './power.ts'

const run = promisify(execFile)

it('the command for the power works from another process, and fails if the switch does or is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'repro-power-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  let cycles = 0
  const power = await openPowerSwitch(folder, async () => {
    cycles += 1
    if (cycles === 2) throw new Error('the fuse is blown')
  })
  await run('sh', ['-c', power.cycle])
  expect(cycles).toBe(1)
  await expect(run('sh', ['-c', power.cycle])).rejects.toMatchObject({
    code: 1,
    stderr: 'power: Error: the fuse is blown\n',
  })
  await power.close()
  await expect(run('sh', ['-c', power.cycle])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^power: connect E(NOENT|CONNREFUSED)/),
  })
})
