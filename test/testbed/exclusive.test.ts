import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { exclusively, type Holder } from '../../src/testbed/exclusive.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-test-'))
  file = join(folder, 'lock')
})
afterEach(async () => await rm(folder, { recursive: true }))

const soon = { pollMs: 5 }

it('holds the lock while the action runs, says who holds it, and gives it back', async () => {
  const held = await exclusively(file, soon, async () => JSON.parse(readFileSync(file, 'utf8')) as Holder)
  expect(held.pid).toBe(process.pid)
  expect(held.host).toBe(hostname())
  expect(held.startTicks).toMatch(/^\d+$/)
  expect(readdirSync(folder)).toEqual([])
})

it('gives the lock back when the action fails', async () => {
  const failing = exclusively(file, soon, async () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(existsSync(file)).toBe(false)
})

it('lets one at a time in, and tells each that waits once who holds the lock', async () => {
  let inside = 0
  let most = 0
  const waits: Holder[] = []
  const visit = async () =>
    exclusively(file, { ...soon, onWait: (holder) => waits.push(holder) }, async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 30))
      inside--
    })
  await Promise.all([visit(), visit(), visit()])
  expect(most).toBe(1)
  expect(waits.map(({ pid }) => pid)).toEqual([process.pid, process.pid])
})

it.each([
  ['has ended', () => ({ pid: spawnSync('true').pid, startTicks: '1', host: hostname() })],
  ['left its pid to another process', () => ({ pid: process.pid, startTicks: '1', host: hostname() })],
])('takes the lock from a holder that %s', async (_, holder) => {
  writeFileSync(file, JSON.stringify(holder()))
  const waits: Holder[] = []
  expect(await exclusively(file, { ...soon, onWait: (one) => waits.push(one) }, async () => 7)).toBe(7)
  expect(waits).toEqual([])
})

it('takes a lock that a crash of the machine left torn', async () => {
  writeFileSync(file, '{"pid":')
  expect(await exclusively(file, soon, async () => 7)).toBe(7)
})

it('lets only one of many take over from a dead holder at a time', async () => {
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTicks: '1', host: hostname() }))
  let inside = 0
  let most = 0
  const visits = Array.from({ length: 8 }, async () =>
    exclusively(file, soon, async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 5))
      inside--
    }),
  )
  await Promise.all(visits)
  expect(most).toBe(1)
})

it('waits for a living process until it dies', async () => {
  const child = spawn('sleep', ['60'])
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1')
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  writeFileSync(file, JSON.stringify({ pid: child.pid, startTicks, host: hostname() }))
  const waits: Holder[] = []
  const onWait = (holder: Holder) => {
    waits.push(holder)
    child.kill('SIGKILL')
  }
  expect(await exclusively(file, { ...soon, onWait }, async () => 7)).toBe(7)
  expect(waits.map(({ pid }) => pid)).toEqual([child.pid])
})

it('takes the lock from a killed process whose parent has not noticed', async () => {
  // The shell becomes `sleep`, which never waits for its child.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    const program = () => readFileSync(`/proc/${parent.pid}/comm`, 'latin1')
    await vi.waitFor(() => expect(program()).toBe('sleep\n'), { timeout: 10_000 })
    const stat = () => {
      const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
      return text.slice(text.lastIndexOf(')') + 2).split(' ')
    }
    writeFileSync(file, JSON.stringify({ pid, startTicks: stat()[19], host: hostname() }))
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(stat()[0]).toBe('Z'), { timeout: 10_000 })
    const waits: Holder[] = []
    expect(await exclusively(file, { ...soon, onWait: (one) => waits.push(one) }, async () => 7)).toBe(7)
    expect(waits).toEqual([])
  } finally {
    parent.kill('SIGKILL')
  }
})

it('never takes the lock of another host, and stops waiting when aborted', async () => {
  writeFileSync(file, JSON.stringify({ pid: 1, startTicks: '1', host: 'elsewhere' }))
  const stop = new AbortController()
  const waiting = exclusively(
    file,
    { ...soon, signal: stop.signal, onWait: () => stop.abort() },
    async () => 7,
  )
  await expect(waiting).rejects.toThrow(/abort/i)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ host: 'elsewhere' })
})
