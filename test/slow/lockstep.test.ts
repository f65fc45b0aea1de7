import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { writeImage } from '../../src/testbed/emulated/image.ts'
import { buildLibrary } from '../../src/testbed/emulated/lockstep.ts'
import { boot } from '../../src/testbed/emulated/machine.ts'
import { setup } from '../../src/testbed/emulated/setup.ts'
import { readEnvironments } from '../../src/testbed/environment.ts'
import { checkout } from './project.ts'

const script = (turnsUs: number) => `
emit --turns ${turnsUs}
if emit --turns soon; then exit 1; fi
xentrace -D -e 0x29000 "$OUT/trace.bin" >&2 &
for second in 1 2 3; do xl list >/dev/null; sleep 1; done
kill -INT $!
wait $!
`

test('a boot gives the same bytes however often QEMU’s main loop is woken for nothing, and others with other turns', async () => {
  const environment = (await readEnvironments(join(checkout, 'experiments/environments.yaml'))).get(
    'xen-4.17',
  )
  if (!environment) throw new Error('no environment xen-4.17')
  const lockFile = join(checkout, 'experiments/packages.lock.json')
  const laboratory = await setup([environment.root], { lockFile, cache: cacheFolder(), report: () => {} })

  const capture = async ({ restless = false, turnsUs = 200 } = {}) => {
    const folder = await mkdtemp(join(tmpdir(), 'repro-slow-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const job = { content: Buffer.from(script(turnsUs)), executable: true }
    const files = new Map([['/job/job', job]])
    const place = { project: checkout, folder }
    const { command, args } = await writeImage(laboratory, environment, place, { files }, 'measure')
    const other = join(folder, 'restless.so')
    await buildLibrary(laboratory.root('host'), join(checkout, 'test/fixtures/restless.c'), other)
    const preload = args.indexOf('--preload') + 1
    expect(args[preload]).toBe(join(folder, 'lockstep.so'))
    const libraries = restless ? `${args[preload]}:${other}` : `${args[preload]}`
    expect(await boot({ command, args: args.with(preload, libraries) }, folder, 120_000, undefined)).toBe(
      'off',
    )
    expect(await readFile(join(folder, 'exit-code'), 'utf8')).toBe('0\n')
    const trace = await readFile(join(folder, 'trace.bin'))
    expect(trace.length).toBeGreaterThan(10_000)
    return createHash('sha256').update(trace).digest('hex')
  }
  const calm = await capture()
  expect(await capture({ restless: true })).toBe(calm)
  expect(await capture({ restless: true })).toBe(calm)
  expect(await capture({ turnsUs: 1000 })).not.toBe(calm)
})
