import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  deleteStages,
  measureStages,
  openStages,
  stagesFolder,
} from '../../../src/testbeds/xen-qemu/stages.ts'

const megabyte = 1024 * 1024

async function makeCache(): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'repro-stages-'))
  onTestFinished(() => rm(cache, { recursive: true, force: true }))
  return cache
}

/** Fills a draft as a board does, with `megabytes` of memory and its state. */
const filled =
  (megabytes = 1) =>
  async (draft: string) => {
    await writeFile(join(draft, 'ram'), Buffer.alloc(megabytes * megabyte, 1))
    await writeFile(join(draft, 'state'), 'state')
    await writeFile(join(draft, 'clock'), 'clock')
    return Buffer.from('console')
  }

async function names(cache: string): Promise<readonly string[]> {
  return (await readdir(stagesFolder(cache))).sort()
}

test('a stage is made once, and found with its console', async () => {
  const cache = await makeCache()
  const stages = openStages(cache)
  expect(await stages.find('a')).toBeUndefined()
  const made = await stages.make('a', filled())
  expect(made?.folder).toBe(join(stagesFolder(cache), 'a.stage'))
  const never = async () => expect.unreachable('the stage is there')
  expect(await stages.make('a', never)).toEqual(made)
  expect(await stages.find('a')).toEqual(made)
  expect(String(made?.console)).toBe('console')
})

test('of two who make a stage at once, one waits and finds it', async () => {
  const cache = await makeCache()
  let calls = 0
  const make = async (draft: string) => {
    calls += 1
    return await filled()(draft)
  }
  const made = await Promise.all([openStages(cache).make('a', make), openStages(cache).make('a', make)])
  expect(calls).toBe(1)
  expect(made[0]).toEqual(made[1])
  expect(await names(cache)).toEqual(['a.stage'])
})

test('a damaged stage is forgotten, but not one that somebody made in its place', async () => {
  const cache = await makeCache()
  const stages = openStages(cache)
  const damaged = await stages.make('a', filled())
  if (!damaged) return expect.unreachable('the stage is made')
  await stages.forget('a', damaged)
  expect(await names(cache)).toEqual([])
  const anew = await stages.make('a', filled())
  await stages.forget('a', damaged)
  expect(await stages.find('a')).toEqual(anew)
})

test('room is made before a stage is, and not only behind it', async () => {
  const cache = await makeCache()
  await openStages(cache).make('old', filled(3))
  await utimes(join(stagesFolder(cache), 'old.stage'), new Date(0), new Date(0))
  await openStages(cache, 2 * megabyte).make('new', async (draft) => {
    expect(await names(cache)).toEqual(['new.draft', 'new.lock'])
    return await filled()(draft)
  })
  expect(await names(cache)).toEqual(['new.stage'])
})

test('nothing is left of a stage that a board did not reach, nor of one that failed', async () => {
  const cache = await makeCache()
  const stages = openStages(cache)
  const partly = async (draft: string) => {
    await filled()(draft)
    return undefined
  }
  expect(await stages.make('a', partly)).toBeUndefined()
  const failing = async (draft: string) => {
    await filled()(draft)
    throw new Error('QEMU is ill')
  }
  await expect(stages.make('a', failing)).rejects.toThrow('QEMU is ill')
  expect(await names(cache)).toEqual([])
})

test.each(['state', 'clock', 'console', 'sums'])(
  'a stage whose %s changed is not taken, but made again',
  async (name) => {
    const cache = await makeCache()
    const stages = openStages(cache)
    const made = await stages.make('a', filled())
    await writeFile(join(made?.folder ?? '', name), 'changed')
    expect(await stages.find('a')).toBeUndefined()
    const anew = await stages.make('a', filled())
    expect({ ...anew, madeMs: 0 }).toEqual({ ...made, madeMs: 0 })
    expect(await stages.find('a')).toEqual(anew)
  },
)

test('beyond the limit, the stages that nobody used for longest go', async () => {
  const cache = await makeCache()
  const stages = openStages(cache, 3.5 * megabyte)
  for (const [index, key] of ['a', 'b', 'c'].entries()) {
    const made = await stages.make(key, filled())
    await utimes(made?.folder ?? '', 1000 + index, 1000 + index)
  }
  expect(await names(cache)).toEqual(['a.stage', 'b.stage', 'c.stage'])
  await stages.find('a') // counts as a use
  await stages.make('d', filled())
  expect(await names(cache)).toEqual(['a.stage', 'c.stage', 'd.stage'])
  // Exceeds the limit by itself; recently used stages are kept, and so is this one until the next.
  await stages.make('e', filled(5))
  expect(await names(cache)).toEqual(['a.stage', 'd.stage', 'e.stage'])
  for (const key of ['a', 'd', 'e']) await utimes(join(stagesFolder(cache), `${key}.stage`), 1000, 1000)
  await stages.make('f', filled())
  expect(await names(cache)).toEqual(['f.stage'])
})

test('what a killed build left of a stage counts, and goes; one that is being made does not', async () => {
  const cache = await makeCache()
  const killed = join(stagesFolder(cache), 'killed.draft')
  await mkdir(killed, { recursive: true })
  await writeFile(join(killed, 'ram'), Buffer.alloc(2 * megabyte, 1))
  await writeFile(join(stagesFolder(cache), 'killed.lock'), '')
  await utimes(join(stagesFolder(cache), 'killed.lock'), 1000, 1000)
  const making = openStages(cache, 10 * megabyte).make('new', async (draft) => {
    await filled()(draft)
    expect((await measureStages(cache)).bytes).toBeGreaterThanOrEqual(3 * megabyte)
    expect((await deleteStages(cache, Number.POSITIVE_INFINITY)).count).toBe(1)
    expect(await names(cache)).toEqual(['new.draft', 'new.lock'])
    return Buffer.from('console')
  })
  expect(await making).toBeDefined()
  expect(await names(cache)).toEqual(['new.stage'])
})

test('stages are measured, and deleted when they are old', async () => {
  const cache = await makeCache()
  expect(await measureStages(cache)).toEqual({ count: 0, bytes: 0 })
  const stages = openStages(cache)
  const old = await stages.make('old', filled(2))
  await stages.make('new', filled())
  await utimes(old?.folder ?? '', 1000, 1000)
  const { count, bytes } = await measureStages(cache)
  expect(count).toBe(2)
  expect(bytes).toBeGreaterThanOrEqual(3 * megabyte)
  expect((await deleteStages(cache, Date.now() - 60_000)).count).toBe(1)
  expect(await names(cache)).toEqual(['new.stage'])
})
