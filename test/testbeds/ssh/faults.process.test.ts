/** Boards that lie or are shared, consoles that are deaf, and words that get lost. */

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { boardsAside } from '../../../src/testbeds/ssh/boards.ts'
import { atFirst, count, failure, killedHost, patient, reasons, result, until } from './jobs.ts'
import { isAlive, pretendBoards, type PretendBoard } from './pretend.ts'
import { jobOf, open } from './runner.ts'

vi.setConfig({ testTimeout: 240_000 })

const world = pretendBoards()

let boards = 0
function newBoard(): PretendBoard {
  boards += 1
  return world.board(`shared-${boards}`)
}

describe.concurrent('a board that others use, too,', () => {
  it('keeps a domain that was started after our last job', async () => {
    const board = newBoard()
    await (await open(board)).run(jobOf(`echo 'own 4 512' >>${board.root}/domains`))
    board.set('domains', `${board.get('domains')}mail 7 512\n`)
    const one = await open(board, { boot: 'second' })
    const { message } = await failure(one.run(jobOf('')))
    expect(message).toContain('is not ready: domains: mail')
    expect(board.get('domains')).toBe('mail 7 512\n')
    expect(one.runner.account.leftovers).toEqual(['domain 4'])
  })

  it('is not restarted while it runs a domain of somebody else', async () => {
    const board = newBoard()
    board.set('domains', 'mail 7 512\n')
    const one = await open(board, { settings: { reboot: true } })
    const error = await failure(one.run(jobOf('')))
    expect(error.message).toBe(`${board.host} is in use: it runs mail`)
    expect(error.advice).toContain('jobs restart it')
    expect([count(board, 'reboot'), board.get('domains')]).toEqual([0, 'mail 7 512\n'])
    expect(await boardsAside(one.cache, [board.host])).toEqual([])
  })

  it('keeps the domains that it starts by itself after a reboot in the middle of a job', async () => {
    const board = newBoard()
    const one = await open(board)
    const running = one.run(patient(board))
    await until(() => board.has('runs'))
    board.reboot()
    board.set('domains', 'auto 1 512\n')
    expect((await failure(running)).message).toBe(`${board.host} is in use: it runs auto`)
    expect(board.get('domains')).toBe('auto 1 512\n')
  })

  it('goes to one of two computers that make it ready at once; the other one is told', async () => {
    const board = newBoard()
    const [first, second] = [
      await open(board),
      await open(board, { boot: 'second', cache: join(board.root, 'other-cache') }),
    ]
    board.once('before', 'send-job', ': >$root/sending; until [ -e $root/go-on ]; do sleep 0.05; done')
    const running = first.run(jobOf('echo first >$OUT/result'))
    await until(() => board.has('sending'))
    const { message } = await failure(second.run(jobOf('echo second >$OUT/result')))
    board.set('go-on', '')
    expect(message).toContain(`${board.host} is used by another process of this computer`)
    expect(result((await running).folder)).toBe('first\n')
    expect(count(board, 'start')).toBe(1)
  })

  it('starts no job of one that lost it meanwhile', async () => {
    const board = newBoard()
    const one = await open(board)
    board.once('before', 'start', 'echo elsewhere.0.0.1.2 999999999 >$root/run/repro/claim')
    const { message } = await failure(one.run(jobOf(`: >${board.root}/ran`)))
    expect(message).toBe(`${board.host}: the board was given to elsewhere.0.0.1.2 meanwhile`)
    expect(board.has('ran')).toBe(false)
  })

  it('under two names is not taken from a living process of the same cache folder', async () => {
    const board = newBoard()
    const first = await open(board)
    const running = first.run(patient(board))
    await until(() => board.has('runs'))
    const second = await open(board, { boot: 'second' })
    // Another process of this computer that lives: the one that started this one.
    const [host, id, place] = second.runner.holder.split('.')
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1')
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    const other = [host, id, place, process.ppid, ticks].join('.')
    board.set('var/lib/repro/owner', board.get('var/lib/repro/owner').replace(first.runner.holder, other))
    const { message } = await failure(second.run(jobOf('')))
    expect(message).toContain('is used by another process of this computer')
    board.set('go', '')
    expect(result((await running).folder)).toBe('done\n')
  })

  it('is free once its job is over: a number of a process is not a job for ever', async () => {
    const board = newBoard()
    await (await open(board)).run(jobOf(''))
    // The number of the job's group is another program's by now.
    const other = spawn('sleep', ['1000'], { detached: true })
    const owner = board.get('var/lib/repro/owner').split(' ')
    board.set('var/lib/repro/owner', owner.with(2, String(other.pid)).join(' '))
    const one = await open(board, { boot: 'second' })
    await one.run(jobOf(''))
    expect([isAlive(other.pid ?? 0), one.runner.account.leftovers]).toEqual([true, []])
    other.kill('SIGKILL')
  })

  it('is taken over from a process that was killed', async () => {
    const board = newBoard()
    await killedHost(board, 'first')
    const one = await open(board, { boot: 'second' })
    expect((await one.run(jobOf(''))).exitCode).toBe(0)
    expect(one.runner.account.leftovers).toEqual([expect.stringMatching(/^job /)])
  })
})

describe.concurrent('a serial console', () => {
  it.each([
    ['whose command fails', 'echo no such device >&2; exit 1', /^the serial command of .*no such device/],
    ['that is deaf', 'exec sleep 1000', /^nothing of the job on the serial console of .*: asking by ssh/],
  ])('%s is told, and the board is asked', async (_, serial, told) => {
    const board = newBoard()
    const one = await open(board, { serial })
    const { folder } = await one.run(jobOf('echo done >$OUT/result'))
    expect(result(folder)).toBe('done\n')
    expect(one.logged).toContainEqual(expect.stringMatching(told))
    one.runner.serial?.stop()
  })
})

describe.concurrent('a word that is lost', () => {
  it('to restart is said again', async () => {
    const board = newBoard()
    const one = await open(board, { settings: { reboot: true } })
    board.once('before', 'restart', 'exit 255')
    expect((await one.run(jobOf(''))).exitCode).toBe(0)
    expect([count(board, 'restart'), count(board, 'reboot')]).toEqual([2, 1])
    expect(await boardsAside(one.cache, [board.host])).toEqual([])
  })

  it('that arrives late does not restart the new boot', async () => {
    const board = newBoard()
    const old = board.get('proc/sys/kernel/random/boot_id').trim()
    board.reboot()
    const { runner } = await open(board)
    // The first two connections to a board that boots are refused.
    for (let refused = 0; refused < 2; refused += 1) await runner.connection.call('facts').catch(() => {})
    const answer = await runner.connection.call('restart', [old])
    expect([answer.get('restarts'), count(board, 'reboot')]).toEqual([['already'], 1])
  })

  it.each([
    'Could not resolve hostname pi4.local: Name or service not known',
    'Permission denied (publickey).',
  ])('of a board that restarts, "%s", is no end', async (text) => {
    const board = newBoard()
    const one = await open(board, { settings: { reboot: true } })
    board.set('before-restart', `printf '%s\\n' 'echo "${text}" >&2; exit 255' >$root/before-facts`)
    expect((await one.run(jobOf(''))).exitCode).toBe(0)
    expect(one.logged).toContainEqual(expect.stringContaining(text))
  })
})

describe.concurrent('a board that is not one', () => {
  it('and complains without end is given up, not listened to', async () => {
    const board = newBoard()
    const one = await open(board, { settings: { bootSeconds: 0.2 } })
    board.set('before-facts', 'cp "$root/hook.$$" "$root/before-facts"; yes rubbish >&2')
    const { message } = await failure(one.run(jobOf('')))
    expect(message).toContain('it complains in more than 1000000 bytes')
  })

  it('and says nothing of its uptime is not waited for without end', async () => {
    const board = newBoard()
    board.set('free-disk', '3')
    board.set(
      'bin/cut',
      '#!/bin/sh\ncase "$*" in *proc/uptime) echo 0 ;; *) exec /usr/bin/cut "$@" ;; esac\n',
    )
    const one = await open(board, { settings: { bootSeconds: 1 } })
    expect((await failure(one.run(jobOf('')))).message).toContain('is not ready: disk: 3 MB free')
  })

  it('and whose list of results is refused is not asked for it again: the job runs anew', async () => {
    const board = newBoard()
    const job = jobOf(`[ -e ${board.root}/plain ] || echo x >"$OUT/a b"; echo done >$OUT/result`)
    const { message, advice } = await failure((await open(board)).run(job))
    expect(message).toContain('lists results that cannot be: ')
    expect(advice).toContain('whose names have letters, digits')
    board.set('plain', '')
    expect(result((await (await open(board)).run(job)).folder)).toBe('done\n')
  })

  it('puts no control characters into reasons', async () => {
    const board = newBoard()
    const one = await open(board)
    await one.run(atFirst(board, `printf '\\033[2Jbad\\007\\n'; exit 3`))
    expect(reasons(one)).toEqual(['the job failed with status 3: [2Jbad'])
  })
})
