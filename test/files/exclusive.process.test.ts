import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { exclusively, exclusivelyOneOf } from '../../src/files/exclusive.ts'
import { type Owner, self } from '../../src/files/owner.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-test-'))
  file = join(folder, 'lock')
})
afterEach(async () => await rm(folder, { recursive: true }))

const soon = { what: 'build', pollMs: 5 }
const { place } = self()

it('holds the lock while the action runs, says who holds it, and gives it back', async () => {
  const held = await exclusively(file, soon, async () => JSON.parse(readFileSync(file, 'utf8')) as Owner)
  expect(held).toEqual(self())
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
  const waits: string[] = []
  const visit = async () =>
    exclusively(file, { ...soon, onWait: (note) => waits.push(note) }, async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 30))
      inside--
    })
  await Promise.all([visit(), visit(), visit()])
  expect(most).toBe(1)
  const note = `waiting for another build: process ${process.pid} on ${hostname()} holds ${file} (Ctrl-C stops waiting)`
  expect(waits).toEqual([note, note])
})

it.each([
  ['has ended', () => ({ pid: spawnSync('true').pid, startTicks: '1', host: hostname(), place })],
  ['left its pid to another process', () => ({ pid: process.pid, startTicks: '1', host: hostname(), place })],
])('takes the lock from a holder that %s', async (_, holder) => {
  writeFileSync(file, JSON.stringify(holder()))
  const waits: string[] = []
  expect(await exclusively(file, { ...soon, onWait: (note) => waits.push(note) }, async () => 7)).toBe(7)
  expect(waits).toEqual([])
})

it('takes a lock that a crash of the machine left torn', async () => {
  writeFileSync(file, '{"pid":')
  expect(await exclusively(file, soon, async () => 7)).toBe(7)
})

it('lets only one of many take over from a dead holder at a time', async () => {
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTicks: '1', host: hostname(), place }))
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
  writeFileSync(file, JSON.stringify({ pid: child.pid, startTicks, host: hostname(), place }))
  const waits: string[] = []
  const onWait = (note: string) => {
    waits.push(note)
    child.kill('SIGKILL')
  }
  expect(await exclusively(file, { ...soon, onWait }, async () => 7)).toBe(7)
  expect(waits).toEqual([
    expect.stringContaining(`process ${child.pid} on`),
    expect.stringContaining('is gone: taking over'),
  ])
})

it('takes the lock from a killed process whose parent has not noticed', async () => {
  // The shell execs `sleep`, which never waits for its child.
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
    writeFileSync(file, JSON.stringify({ pid, startTicks: stat()[19], host: hostname(), place }))
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(() => expect(stat()[0]).toBe('Z'), { timeout: 10_000 })
    const waits: string[] = []
    expect(await exclusively(file, { ...soon, onWait: (note) => waits.push(note) }, async () => 7)).toBe(7)
    expect(waits).toEqual([])
  } finally {
    parent.kill('SIGKILL')
  }
})

const elsewhere = { pid: 1, startTicks: '1', host: 'a1b2c3' }

it('says which file to delete when a holder of another container may be gone, and stops waiting when aborted', async () => {
  writeFileSync(file, JSON.stringify(elsewhere))
  const stop = new AbortController()
  const waits: string[] = []
  const onWait = (note: string) => {
    waits.push(note)
    stop.abort()
  }
  const waiting = exclusively(file, { ...soon, signal: stop.signal, onWait }, async () => 7)
  await expect(waiting).rejects.toThrow(/abort/i)
  expect(waits).toEqual([
    `waiting for another build: process 1 on a1b2c3 holds ${file} (if that process is gone, delete the file or wait 60 s)`,
  ])
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(elsewhere)
})

it('takes the lock of a container that gives no sign of life, and says so', async () => {
  writeFileSync(file, JSON.stringify(elsewhere))
  const waits: string[] = []
  const patient = { ...soon, silenceMs: 50, onWait: (note: string) => waits.push(note) }
  expect(await exclusively(file, patient, async () => 7)).toBe(7)
  expect(waits.at(-1)).toBe(`process 1 on a1b2c3 is gone: taking over ${file}`)
})

it('takes the lock of a container at once that gave none for long', async () => {
  writeFileSync(file, JSON.stringify(elsewhere))
  const yesterday = Date.now() / 1000 - 86_400
  utimesSync(file, yesterday, yesterday)
  const waits: string[] = []
  expect(await exclusively(file, { ...soon, onWait: (note) => waits.push(note) }, async () => 7)).toBe(7)
  expect(waits).toEqual([])
})

it('does not take the lock of a container that touches it', async () => {
  writeFileSync(file, JSON.stringify(elsewhere))
  let touches = 0
  const heart = setInterval(() => utimesSync(file, ++touches, Date.now() / 1000 + touches), 10)
  try {
    const stop = new AbortController()
    const waiting = exclusively(file, { ...soon, silenceMs: 300, signal: stop.signal }, async () => 7)
    setTimeout(() => stop.abort(), 900)
    await expect(waiting).rejects.toThrow(/abort/i)
    expect(touches).toBeGreaterThan(1)
  } finally {
    clearInterval(heart)
  }
})

/** Beside each other, as each waits whether more of it comes. */
const torn = [
  ['null', 'null'],
  ['an empty mapping', '{}'],
  ['a list', '[1]'],
  ['words', 'pid 1'],
  ['nothing', ''],
  ['a pid that is no number', '{"pid":"1","startTicks":"1","host":"a","place":""}'],
  ['more than a lock has', ' '.repeat(10_000)],
] as const
it(`takes a lock that holds ${torn.map(([what]) => what).join(', ')}`, async () => {
  const taken = torn.map(async ([what, text], index) => {
    const own = join(folder, `lock-${index}`)
    writeFileSync(own, text)
    return [what, await exclusively(own, soon, async () => 7)]
  })
  expect(await Promise.all(taken)).toEqual(torn.map(([what]) => [what, 7]))
  expect(readdirSync(folder)).toEqual([])
})

it.each([
  ['a folder', () => mkdirSync(file), 'is not a file, where a lock must be'],
  ['a link', () => symlinkSync('/etc/hostname', file), 'is a link, where a lock must be'],
  ['a pipe', () => spawnSync('mkfifo', [file]), 'is not a file, where a lock must be'],
  ['a folder that does not exist', () => rmSync(folder, { recursive: true }), 'ENOENT'],
])('says so when the lock is %s', async (_, make, reason) => {
  make()
  await expect(exclusively(file, soon, async () => 7)).rejects.toThrow(reason)
  mkdirSync(folder, { recursive: true })
})

it('says so when what is left of a take-over is in the way', async () => {
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTicks: '1', host: hostname(), place }))
  writeFileSync(`${file}.claim`, '')
  utimesSync(`${file}.claim`, 1, 1)
  await expect(exclusively(file, soon, async () => 7)).rejects.toThrow(
    `cannot delete ${file}.claim (ENOTDIR)`,
  )
})

it('ends well when somebody deleted the lock, and leaves one that somebody else has taken', async () => {
  expect(await exclusively(file, soon, async () => rmSync(file))).toBeUndefined()
  await exclusively(file, soon, async () => writeFileSync(file, JSON.stringify(elsewhere)))
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(elsewhere)
})

describe('of several locks', () => {
  const names = ['a', 'b', 'c']
  const files = () => names.map((name) => join(folder, name))
  const nameOf = (path: string) => path.slice(folder.length + 1)

  it('the first that is free is held while the action runs', async () => {
    writeFileSync(join(folder, 'a'), JSON.stringify(self()))
    const waits: string[] = []
    const options = { ...soon, onWait: (note: string) => waits.push(note) }
    const held = await exclusivelyOneOf(files(), options, async (path) => [
      nameOf(path),
      readdirSync(folder).sort(),
    ])
    expect(held).toEqual(['b', ['a', 'b']])
    expect(readdirSync(folder)).toEqual(['a'])
    expect(waits).toEqual([])
  })

  it('each holder has its own', async () => {
    const inside = new Set<string>()
    let most = 0
    const visits = Array.from({ length: 9 }, async () =>
      exclusivelyOneOf(files(), soon, async (path) => {
        expect(inside).not.toContain(path)
        inside.add(path)
        most = Math.max(most, inside.size)
        await vi.waitFor(() => expect(most).toBe(3), { timeout: 30_000 })
        inside.delete(path)
      }),
    )
    await Promise.all(visits)
    expect(most).toBe(3)
    expect(readdirSync(folder)).toEqual([])
  })

  it('any that comes free is taken; a wait tells all holders, once', async () => {
    for (const path of files()) writeFileSync(path, JSON.stringify(self()))
    const waits: string[] = []
    const onWait = (note: string) => {
      waits.push(note)
      rmSync(join(folder, 'c'))
    }
    expect(await exclusivelyOneOf(files(), { ...soon, onWait }, async (path) => nameOf(path))).toBe('c')
    const note = (name: string) =>
      `waiting for another build: process ${process.pid} on ${hostname()} holds ${join(folder, name)} (Ctrl-C stops waiting)`
    expect(waits).toEqual([names.map(note).join('; ')])
  })

  it('one whose holder died is taken before one is waited for', async () => {
    writeFileSync(join(folder, 'a'), JSON.stringify(self()))
    writeFileSync(join(folder, 'b'), JSON.stringify({ ...self(), startTicks: '1' }))
    writeFileSync(join(folder, 'c'), JSON.stringify(self()))
    const waits: string[] = []
    const options = { ...soon, onWait: (note: string) => waits.push(note) }
    expect(await exclusivelyOneOf(files(), options, async (path) => nameOf(path))).toBe('b')
    expect(waits).toEqual([])
  })

  it('a wait for all ends when it is aborted', async () => {
    for (const path of files()) writeFileSync(path, JSON.stringify(self()))
    const stop = new AbortController()
    const waiting = exclusivelyOneOf(
      files(),
      { ...soon, signal: stop.signal, onWait: () => stop.abort() },
      async () => 7,
    )
    await expect(waiting).rejects.toThrow(/abort/i)
    expect(readdirSync(folder).sort()).toEqual(names)
  })

  it('one that is no file is an error that names it', async () => {
    writeFileSync(join(folder, 'a'), JSON.stringify(self()))
    mkdirSync(join(folder, 'b'))
    await expect(exclusivelyOneOf(files(), soon, async () => 7)).rejects.toThrow(
      `${join(folder, 'b')} is not a file`,
    )
  })
})
