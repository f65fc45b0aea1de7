import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Check } from '../../../src/testbed/testbed.ts'
import { doctor } from '../../../src/testbeds/xen-qemu/doctor.ts'
import { serve, temporaryFolder } from '../../toolchain/archive.ts'
import { writeFixtureLock } from '../../toolchain/toolchain-fixture.ts'

async function examine(mirror: string, changes: { lockFile?: string } = {}): Promise<Map<string, Check>> {
  const folder = temporaryFolder()
  try {
    const lockFile = changes.lockFile ?? (await writeFixtureLock(folder))
    const checks = await doctor({ lockFile, cache: join(folder, 'not', 'yet'), mirror })
    return new Map(checks.map((check) => [check.name, check]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('finds a machine ready and the roots not set up yet', async () => {
  const archive = await serve([])
  const checks = await examine(archive.url)
  await archive.close()
  expect([...checks].map(([name, { ok }]) => [name, ok])).toEqual([
    ['platform', true],
    ['apt', true],
    ['dpkg-deb', true],
    ['mirror', true],
    ['cache', true],
    ['disk', true],
    ['stages', true],
    ['host', false],
    ['debian-13', false],
    ['debian-12', false],
    ['debian-11', false],
  ])
  expect(checks.get('mirror')?.found).toBe(archive.url)
  expect(checks.get('debian-12')).toEqual({
    name: 'debian-12',
    ok: false,
    found: 'not set up',
    advice: 'Run `repro testbed setup`.',
  })
})

it('says of each thing that is missing what to do, and examines the rest', async () => {
  const { PATH } = process.env
  process.env.PATH = '/nonexistent'
  try {
    const checks = await examine('http://127.0.0.1:1/debian', { lockFile: '/nonexistent/packages.lock.json' })
    const failed = [...checks.values()].filter(({ ok }) => !ok)
    expect(failed.map(({ name }) => name)).toEqual([
      'apt',
      'dpkg-deb',
      'mirror',
      'package lock',
      'host',
      'debian-13',
      'debian-12',
      'debian-11',
    ])
    for (const { advice } of failed) expect(advice).toMatch(/\w/)
    expect(checks.get('cache')?.ok).toBe(true)
  } finally {
    process.env.PATH = PATH
  }
})
