import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { exclusively } from '../../../src/files/exclusive.ts'
import {
  asideText,
  boardsAside,
  leaseBoard,
  longestSeconds,
  noteSeconds,
  setAside,
  withFreeBoard,
} from '../../../src/testbeds/ssh/boards.ts'

let cache: string
const logged: string[] = []
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'repro-boards-'))
  onTestFinished(() => rmSync(cache, { recursive: true }))
  logged.length = 0
})

const boards = ['pi4-1', 'pi4-2', 'pi4-3']
const lease = async (hosts = boards, preferred?: string) =>
  await leaseBoard(cache, hosts, preferred, (text) => logged.push(text))

it('a board that is set aside tells why, until its file is deleted', async () => {
  await setAside(cache, 'pi4-2', 'it hung')
  const found = await boardsAside(cache, boards)
  expect(found).toMatchObject([
    { host: 'pi4-2', reason: 'it hung', date: expect.stringMatching(/^\d{4}-.*Z$/) },
  ])
  expect(found.map(asideText)).toEqual([
    expect.stringMatching(
      /^pi4-2 was set aside \(.*\): it hung; delete \/.*pi4-2\.aside\.json when it is mended$/,
    ),
  ])
  for (const { file } of found) rmSync(file)
  expect(await boardsAside(cache, boards)).toEqual([])
})

it.each(['', '{"reason":', '[]'])('a board is set aside by any file: %s', async (text) => {
  await setAside(cache, 'pi4-1', 'x')
  writeFileSync(join(cache, 'boards/pi4-1.aside.json'), text)
  expect(await boardsAside(cache, boards)).toMatchObject([
    { host: 'pi4-1', reason: 'a reason that cannot be read' },
  ])
})

it('boots get different boards, in the order of the list', async () => {
  expect([await lease(), await lease(), await lease()]).toEqual(boards)
  expect(readdirSync(join(cache, 'boards')).filter((name) => name.endsWith('.lock'))).toHaveLength(3)
  expect(JSON.parse(readFileSync(join(cache, 'boards/pi4-1.lock'), 'utf8'))).toMatchObject({
    pid: process.pid,
  })
})

it('a boot gets the board that it had before, if it is free', async () => {
  expect(await lease(boards, 'pi4-2')).toBe('pi4-2')
  expect(await lease(boards, 'pi4-2')).toBe('pi4-1')
})

it('a board that no longer belongs to the environment is not preferred', async () => {
  expect(await lease(boards, 'pi4-9')).toBe('pi4-1')
})

it('a board that is set aside is left out, and named', async () => {
  await setAside(cache, 'pi4-1', 'it hung')
  expect(await lease(boards, 'pi4-1')).toBe('pi4-2')
  expect(logged).toEqual([expect.stringMatching(/^left out: pi4-1 was set aside .*: it hung; delete /)])
})

it('boards that are all set aside are an error that says why', async () => {
  await setAside(cache, 'pi4-1', 'it hung')
  await setAside(cache, 'pi4-2', 'no power')
  const failing = lease(['pi4-1', 'pi4-2'])
  await expect(failing).rejects.toThrow(
    /^no board to run on: pi4-1 was set aside .*it hung.*; pi4-2 .*no power/,
  )
  await expect(failing).rejects.toMatchObject({
    name: 'TestbedError',
    advice: expect.stringContaining('delete'),
  })
})

/** Leases a board as another process does, until the result is called. */
async function leasedElsewhere(host: string): Promise<() => void> {
  let end = () => {}
  await setAside(cache, 'nothing', '') // makes the folder
  await new Promise<void>((resolve) => {
    void exclusively(join(cache, 'boards', `${host}.lock`), { what: 'boot' }, () => {
      resolve()
      return new Promise<void>((release) => (end = release))
    })
  })
  return end
}

it('a boot waits for a board, and says for what', async () => {
  const release = await leasedElsewhere('pi4-1')
  const waiting = lease(['pi4-1'])
  while (logged.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(logged).toEqual([expect.stringContaining('waiting for another boot on this board: process')])
  release()
  expect(await waiting).toBe('pi4-1')
})

it('a board that is set aside by the boot that had it goes to nobody who waits', async () => {
  const ends = [await leasedElsewhere('pi4-1'), await leasedElsewhere('pi4-2')]
  const waiting = lease(['pi4-1', 'pi4-2'])
  while (logged.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await setAside(cache, 'pi4-1', 'it hung')
  ends[0]?.()
  while (logged.length === 1) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(logged[1]).toContain('left out: pi4-1 was set aside')
  ends[1]?.()
  expect(await waiting).toBe('pi4-2')
})

it('a board that no boot has is had for a while, and one that a boot has is not waited for', async () => {
  expect(await withFreeBoard(cache, 'pi4-1', async () => 'free')).toBe('free')
  const release = await leasedElsewhere('pi4-1')
  expect(await withFreeBoard(cache, 'pi4-1', async () => 'free')).toEqual({
    holder: expect.stringContaining('process'),
  })
  release()
  await expect(withFreeBoard(cache, 'pi4-2', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
})

it('the longest time of jobs is kept, rounded up', async () => {
  expect(await longestSeconds(cache, 'pi4')).toBe(0)
  await noteSeconds(cache, 'pi4', 12.3)
  await noteSeconds(cache, 'pi4', 5)
  expect(await longestSeconds(cache, 'pi4')).toBe(13)
  expect(await longestSeconds(cache, 'other')).toBe(0)
  writeFileSync(join(cache, 'boards/pi4.seconds'), 'torn')
  expect(await longestSeconds(cache, 'pi4')).toBe(0)
})
