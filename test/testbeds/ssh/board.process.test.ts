/** Boards as the testbed opens them. */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { completed } from '../../../src/testbed/board.ts'
import type { Access } from '../../../src/testbed/testbed.ts'
import { setAside } from '../../../src/testbeds/ssh/boards.ts'
import { until } from './jobs.ts'
import { openPretend } from './opened.ts'
import { filesIn, pretendBoards } from './pretend.ts'
import { jobOf } from './runner.ts'
import { makeToolchain } from './toolchain.ts'

vi.setConfig({ testTimeout: 240_000 })

const world = pretendBoards()

const folderOf = (name: string) => join(world.folder, name)

/** Starts a process that opens a board and runs a job. */
function startBoot(folder: string, name: string, access: Access, script: string) {
  const args = ['--import', join(import.meta.dirname, '../../typescript.mjs')]
  const child = spawn(
    process.execPath,
    [...args, join(import.meta.dirname, 'boot.ts'), folder, name, JSON.stringify(access), script],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stdout.on('data', (piece) => (said += piece))
  const ended = text(child.stderr).then((errors) => said + errors)
  return { child, said: () => said, ended }
}

describe.concurrent('an opened board', () => {
  it('runs jobs, and tells what it is and what it observed', async () => {
    const { host, root } = world.board('opened')
    const board = await openPretend(folderOf('opened'), 'boot', { host })
    const scripts = completed(board, 'ssh')
    const { folder, exitCode, durationMs } = await board.run(
      jobOf('cat input >$OUT/result; echo 1005 >/sys/class/net/eth0/statistics/rx_packets'),
    )
    expect([exitCode, durationMs > 0]).toEqual([0, true])
    expect(readFileSync(join(folder, 'result'), 'utf8')).toBe('given\n')
    expect(readdirSync(folder).sort()).toEqual(['console.log', 'hygiene', 'kernel-messages', 'result'])
    expect(scripts.facts).toEqual({
      board: 'linux,dummy-virt',
      processor: '0x41 0xd08',
      'dom0 temperature': '45.0 °C',
      'dom0 throttled': '0x0',
      'dom0 load': '0.10',
      'dom0 memory available': '400 MB',
      'dom0 packets received': '5',
      'dom0 kernel messages': '0',
      'power cycles': '0',
      'leftovers of earlier jobs': 'none',
    })
    expect(board.discarded?.()).toEqual([])
    // Programs come with their libraries, but for glibc's.
    const tools = join(root, 'run/repro/tools')
    expect(readdirSync(join(tools, 'lib')).sort()).toEqual(['libgcc_s.so.1', 'libiperf.so.0'])
    expect(readdirSync(join(tools, 'bin')).sort()).toEqual(['iperf3', 'pidof', 'stress'])
    await board.close?.()
  })

  it('tells what it gave up', async () => {
    const { host, root } = world.board('failing')
    const board = await openPretend(folderOf('failing'), 'boot', { host })
    await board.run(jobOf(`[ -e ${root}/tried ] || { : >${root}/tried; exit 3; }`))
    await board.run(jobOf('echo second >$OUT/result'))
    expect(board.discarded?.()).toEqual([{ job: 1, attempt: 1, reason: 'the job failed with status 3: ' }])
    await board.close?.()
  })

  it('is reserved before its jobs, and released after them', async () => {
    const { host } = world.board('reserved')
    const log = join(world.folder, 'reserved.log')
    const note = (what: string) => `echo ${what} $REPRO_BOARD >>${log}`
    const board = await openPretend(folderOf('reserved'), 'boot', {
      host,
      reserve: note('reserve'),
      release: note('release'),
    })
    await board.run(jobOf(note('job')))
    await board.close?.()
    expect(readFileSync(log, 'utf8')).toBe('reserve reserved\njob\nrelease reserved\n')
  })

  it('that cannot be reserved is an error, and nothing is asked of it', async () => {
    const board = world.board('taken')
    const opening = openPretend(folderOf('taken'), 'boot', {
      host: board.host,
      reserve: 'echo held by somebody >&2; exit 3',
    })
    await expect(opening).rejects.toMatchObject({
      name: 'TestbedError',
      message: 'cannot reserve taken: held by somebody',
      advice: expect.stringContaining('held by somebody'),
    })
    expect(board.get('calls')).toBe('')
  })

  it('whose release fails keeps its results, and says so', async () => {
    const { host } = world.board('unreleased')
    const logged: string[] = []
    const access = { host, release: 'echo gone >&2; exit 1' }
    const board = await openPretend(folderOf('unreleased'), 'boot', access, (line) => logged.push(line))
    await board.close?.()
    expect(logged).toEqual(['cannot release unreleased: gone'])
  })

  it('that cannot be opened after all is released', async () => {
    const { host } = world.board('unopened')
    const log = join(world.folder, 'unopened.log')
    const note = (what: string) => `echo ${what} >>${log}`
    const broken = {
      ...makeToolchain(folderOf('unopened-toolchain')),
      root: () => {
        throw new Error('no such root')
      },
    }
    const access = { host, reserve: note('reserve'), release: note('release') }
    await expect(openPretend(folderOf('unopened'), 'boot', access, () => {}, broken)).rejects.toThrow(
      'no such root',
    )
    expect(readFileSync(log, 'utf8')).toBe('reserve\nrelease\n')
  })

  it.each([
    ['interrupted is released', 'SIGTERM', 'reserve release reserve release'],
    ['killed is released by the next boot on it', 'SIGKILL', 'reserve release reserve release'],
  ] as const)('whose process is %s', async (_, signal, expected) => {
    const name = `ended-${signal}`
    const { host, root } = world.board(name)
    const log = join(world.folder, `${name}.log`)
    const access = {
      host,
      reserve: `[ ! -e ${log}.held ] || { echo held >&2; exit 1; }; : >${log}.held; echo reserve >>${log}`,
      release: `rm ${log}.held; echo release >>${log}`,
    }
    const boot = startBoot(folderOf(name), 'boot', access, `: >${root}/runs; sleep 1000`)
    await until(() => existsSync(join(root, 'runs')))
    boot.child.kill(signal)
    await boot.ended
    expect(readFileSync(log, 'utf8')).toBe(signal === 'SIGTERM' ? 'reserve\nrelease\n' : 'reserve\n')
    const board = await openPretend(folderOf(name), 'next', access)
    await board.close?.()
    expect(readFileSync(log, 'utf8').trim().split('\n').join(' ')).toBe(expected)
  })

  it('that this computer has no place for is told, with what to do', async () => {
    const { host } = world.board('unwritten')
    const folder = folderOf('unwritten')
    const board = await openPretend(folder, 'boot', { host })
    rmSync(join(folder, 'boot'), { recursive: true })
    writeFileSync(join(folder, 'boot'), 'a file')
    const told = (path: string) => ({
      name: 'TestbedError',
      message: expect.stringMatching(`^cannot write .*${path} \\(ENOTDIR\\)$`),
      advice: 'Set REPRO_CACHE to a folder that you can write to.',
    })
    await expect(board.run(jobOf('echo done >$OUT/result'))).rejects.toMatchObject(told('boot/job-1'))
    mkdirSync(folderOf('uncached'))
    writeFileSync(folderOf('uncached/cache'), 'a file')
    await expect(openPretend(folderOf('uncached'), 'boot', { host })).rejects.toMatchObject(told('cache'))
  })

  it('gives the kernel of its environment, and no other file', async () => {
    const { host } = world.board('files')
    const board = await openPretend(folderOf('files'), 'boot', { host })
    expect(Buffer.from((await board.file?.('kernel')) ?? '').toString()).toBe('kernel')
    await expect(board.file?.('xen')).rejects.toThrow('unknown file of the environment: xen (known: kernel)')
    await board.close?.()
  })
})

describe.concurrent('several boards', () => {
  it('with a Slurm node of the same name each: the one that Slurm chose is used', async () => {
    const boards = ['node-1', 'node-2', 'node-3'].map((host) => world.board(host).host)
    const opened = async (node: string) => {
      process.env.SLURMD_NODENAME = node
      const access = {
        boards: [...boards.slice(0, 2), `root@${boards[2]}`],
        reserve: 'echo $REPRO_BOARD >&2; exit 1',
      }
      try {
        return await openPretend(folderOf('nodes'), node, access)
      } catch (error) {
        return (error as Error).message
      } finally {
        delete process.env.SLURMD_NODENAME
      }
    }
    expect(await opened('node-2')).toBe('cannot reserve node-2: node-2')
    expect(await opened('node-3')).toBe('cannot reserve root@node-3: root@node-3')
    expect(await opened('login')).toBe('cannot reserve node-1: node-1')
  })

  it('go to different processes; a third one waits for the first that is free', async () => {
    const folder = folderOf('several')
    const [one, two] = [world.board('several-1'), world.board('several-2')]
    const access = { boards: [one.host, two.host] }
    const script = (name: string) => `until [ -e ${folder}/${name}-go ]; do sleep 0.05; done`
    const go = (name: string) => writeFileSync(join(folder, `${name}-go`), '')
    const starts = (board: typeof one) => board.calls().filter((call) => call === 'start').length
    const first = startBoot(folder, 'first', access, script('first'))
    await until(() => starts(one) === 1)
    const second = startBoot(folder, 'second', access, script('second'))
    await until(() => starts(two) === 1)
    const third = startBoot(folder, 'third', access, script('third'))
    await until(() => third.said().includes('waiting for another boot on this board'))
    go('second')
    expect(await second.ended).toContain('exit code 0')
    await until(() => starts(two) === 2)
    for (const name of ['first', 'third']) go(name)
    expect(await first.ended).toContain('exit code 0')
    expect(await third.ended).toContain('exit code 0')
    expect([starts(one), starts(two)]).toEqual([1, 2])
  })

  it('of which one is set aside are used without it', async () => {
    const folder = folderOf('aside')
    const [one, two] = [world.board('aside-1'), world.board('aside-2')]
    await setAside(join(folder, 'cache'), one.host, 'it hung')
    const boot = startBoot(folder, 'boot', { boards: [one.host, two.host] }, ':')
    const said = await boot.ended
    expect(said).toMatch(/left out: aside-1 was set aside .*: it hung/)
    expect(said).toContain('exit code 0')
    expect([one.get('calls'), filesIn(two, 'var/lib/repro')]).toEqual(['', ['jobs', 'owner']])
  })
})
