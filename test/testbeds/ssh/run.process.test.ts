/** Jobs on a pretend board, whose failures are brought about. */

import { spawn } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { boardsAside } from '../../../src/testbeds/ssh/boards.ts'
import { atFirst, count, failure, killedHost, patient, reasons, result, until } from './jobs.ts'
import { filesIn, isAlive, pretendBoards, type PretendBoard } from './pretend.ts'
import { jobOf, open } from './runner.ts'

// Some boards reboot several times, and a busy machine takes its time.
vi.setConfig({ testTimeout: 240_000 })

const world = pretendBoards()

let boards = 0
function newBoard(): PretendBoard {
  boards += 1
  return world.board(`board-${boards}`)
}

const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))

describe.concurrent('a job', () => {
  it('runs, and its files arrive', async () => {
    const board = newBoard()
    const { run, runner } = await open(board)
    const { folder, exitCode } = await run(
      jobOf('cat input; cat /job/input >$OUT/result; echo dom >/var/log/xen/console/guest-a.log'),
    )
    expect(exitCode).toBe(0)
    expect(contents(folder)).toEqual({
      'console.log': 'given\n',
      'guest-a.log': 'dom\n',
      result: 'given\n',
      'kernel-messages': '',
      hygiene: expect.stringContaining('before packets 1000\n'),
    })
    expect(runner.account).toMatchObject({ discarded: [], leftovers: [], powerCycles: 0 })
    expect(filesIn(board, 'var/lib/repro/jobs')).toEqual([])
    expect(board.get('job/input')).toBe('given\n')
  })

  it('that has two stages finds what the first one left, and fails with the first that fails', async () => {
    const board = newBoard()
    const { run } = await open(board)
    const stage = (script: string) => ({ files: new Map(), script })
    const two = [stage('echo one >left'), stage('cat left >$OUT/result; exit 4')] as const
    const { folder, exitCode } = await run(jobOf('', { stages: two }))
    expect(exitCode).toBe(4)
    expect(result(folder)).toBe('one\n')
  })

  it('is not run twice, by this process or a later one, once its result is kept', async () => {
    const board = newBoard()
    const first = await (await open(board)).run(jobOf('date +%N >$OUT/result'))
    const { length } = board.calls()
    const again = await (await open(board)).run(jobOf('date +%N >$OUT/result'))
    expect(again).toEqual(first)
    expect(board.calls()).toHaveLength(length)
  })

  it('finds the tools of the job before, and runs on the same boot', async () => {
    const board = newBoard()
    const { run } = await open(board, { settings: { reboot: true } })
    await run(jobOf('echo 1 >$OUT/result'), 1)
    expect(count(board, 'reboot')).toBe(1)
    await run(jobOf('echo 2 >$OUT/result'), 2)
    expect([count(board, 'reboot'), count(board, 'install_tools'), count(board, 'start')]).toEqual([1, 1, 2])
  })

  it('may leave a file with any name', async () => {
    const { run } = await open(newBoard())
    const { folder } = await run(jobOf('for one in status manifest log; do echo $one >$OUT/$one; done'))
    expect(contents(folder)).toMatchObject({ status: 'status\n', manifest: 'manifest\n', log: 'log\n' })
  })

  it('that fails is tried three times; the script then gets its status and its files', async () => {
    const board = newBoard()
    const one = await open(board)
    const { folder, exitCode } = await one.run(jobOf('echo part >$OUT/result; echo no xl here >&2; exit 3'))
    expect(exitCode).toBe(3)
    expect(contents(folder)).toMatchObject({ 'console.log': 'no xl here\n', result: 'part\n' })
    const reason = 'the job failed with status 3: no xl here'
    expect(one.runner.account.discarded).toEqual([1, 2, 3].map((attempt) => ({ job: 1, attempt, reason })))
    expect(count(board, 'start')).toBe(3)
  })

  it('that takes too long on the board is ended there, with all that it started', async () => {
    const board = newBoard()
    const one = await open(board, { timings: { graceMs: 60_000 } })
    const slow = atFirst(board, `sleep 1000 & echo $! >${board.root}/child; sleep 1000`)
    const { folder, exitCode } = await one.run({ ...slow, deadlineMs: 24_000 })
    expect([exitCode, result(folder)]).toEqual([0, 'done\n'])
    expect(reasons(one)).toEqual(['the job did not end in its time on the board'])
    expect(isAlive(Number(board.get('child')))).toBe(false)
  })

  it("is ended by this computer's clock where that of the board is slow", async () => {
    const board = newBoard()
    board.set('bin/timeout', '#!/bin/sh\nshift 3; exec "$@"\n')
    const one = await open(board)
    const { exitCode } = await one.run({ ...atFirst(board, 'sleep 1000'), deadlineMs: 24_000 })
    expect(exitCode).toBe(0)
    expect(reasons(one)).toEqual([expect.stringMatching(/^the job did not end within \d+ s$/)])
  })
})

describe.concurrent('a connection', () => {
  it('that is cut while a job runs, and mended, costs nothing', async () => {
    const board = newBoard()
    const one = await open(board)
    const running = one.run(patient(board))
    await until(() => board.has('runs'))
    board.network('cut')
    await until(() => one.logged.some((line) => line.includes('Connection refused; the job goes on')))
    board.set('go', '')
    await until(() => filesIn(board, 'var/lib/repro/jobs').some((name) => !name.includes('.')))
    board.network('up')
    expect(result((await running).folder)).toBe('done\n')
    expect(one.logged).toContain(`${board.host} answers again`)
    expect([one.runner.account.discarded, count(board, 'start')]).toEqual([[], 1])
  })

  it('that passes nothing is given up at a deadline of ours', async () => {
    const board = newBoard()
    const one = await open(board, { timings: { answerMs: 4000 } })
    const running = one.run(patient(board))
    await until(() => board.has('runs'))
    board.network('hole')
    await until(() => one.logged.some((line) => line.includes('no end within 4 s; the job goes on')))
    board.set('go', '')
    board.network('up')
    expect(result((await running).folder)).toBe('done\n')
    expect([one.runner.account.discarded, count(board, 'start')]).toEqual([[], 1])
  })

  it('that is cut before the job starts costs an attempt', async () => {
    const board = newBoard()
    const one = await open(board)
    board.once('before', 'send-job', 'echo cut >&2; exit 255')
    expect((await one.run(jobOf('echo done >$OUT/result'))).exitCode).toBe(0)
    expect(reasons(one)).toEqual([`the connection failed before the job started: ${board.host}: cut`])
    expect([count(board, 'reboot'), count(board, 'start')]).toEqual([1, 1])
  })

  it('that is cut before the board hears of the start costs an attempt', async () => {
    const board = newBoard()
    const one = await open(board)
    board.once('before', 'start', 'echo cut >&2; exit 255')
    expect((await one.run(jobOf('echo done >$OUT/result'))).exitCode).toBe(0)
    expect(reasons(one)).toEqual(['the connection failed before the job started'])
  })

  it('that is cut just after the job started costs nothing', async () => {
    const board = newBoard()
    const one = await open(board)
    board.once('after', 'start', 'exit 255')
    expect((await one.run(jobOf('echo done >$OUT/result'))).exitCode).toBe(0)
    expect([reasons(one), count(board, 'start')]).toEqual([[], 1])
  })

  it.each([
    ['damaged', 'sed s/done/dome/', 'result is damaged'],
    ['short', 'head -c 5', '5 of \\d+ bytes arrived'],
    ['long', 'sed s/done/dooooone/', 'it sends more than \\d+ bytes'],
    ['cut', 'exit 255', 'ssh failed'],
  ])('whose results are %s is asked for them again', async (_, filter, message) => {
    const board = newBoard()
    const one = await open(board)
    const text =
      filter === 'exit 255'
        ? filter
        : `sh -c "$(echo "$command" | sed -f "$root/rules.sed")" | ${filter}; exit 0`
    board.once('before', 'fetch', text)
    const { folder } = await one.run(jobOf('echo done >$OUT/result'))
    expect(result(folder)).toBe('done\n')
    expect(one.logged).toContainEqual(
      expect.stringMatching(new RegExp(`^fetching results again: .*${message}`)),
    )
    expect([count(board, 'fetch'), count(board, 'start'), reasons(one)]).toEqual([2, 1, []])
  })

  it('whose results are damaged each time ends the boot, and the board is set aside', async () => {
    const board = newBoard()
    const one = await open(board)
    board.once('before', 'fetch', 'cp "$root/hook.$$" "$root/before-fetch"; echo noise; exit 0')
    const { message } = await failure(one.run(jobOf('echo done >$OUT/result')))
    expect(message).toMatch(/^cannot fetch results: 6 of \d+ bytes arrived; it is set aside$/)
    expect(count(board, 'fetch')).toBe(5)
    expect(await boardsAside(one.cache, [board.host])).toHaveLength(1)
    expect(readdirSync(one.runner.kept).filter((name) => !name.includes('.'))).toEqual([])
  })

  it('that loses the last word of a failed attempt does not count it twice', async () => {
    const board = newBoard()
    const one = await open(board)
    board.once('before', 'forget', 'exit 255')
    const { exitCode } = await one.run(atFirst(board, 'exit 3'))
    expect(exitCode).toBe(0)
    expect(reasons(one)).toEqual(['the job failed with status 3: '])
  })

  it.each([
    ['Permission denied (publickey).', 'Let `ssh HOST true` work without a password'],
    ['Host key verification failed.', 'Connect once by hand'],
  ])('that fails with "%s" is not tried again', async (text, advice) => {
    const board = newBoard()
    const one = await open(board)
    board.once('before', 'facts', `echo '${text}' >&2; exit 255`)
    const error = await failure(one.run(jobOf('')))
    expect(error.message).toBe(`${board.host}: ${text}`)
    expect(error.advice).toContain(advice)
    expect(await boardsAside(one.cache, [board.host])).toEqual([])
  })

  it('to a name that ssh does not know is not tried again', async () => {
    const one = await open({ host: 'nowhere', root: join(world.folder, 'nowhere') })
    const error = await failure(one.run(jobOf('')))
    expect(error.message).toBe('nowhere: ssh: Could not resolve hostname nowhere')
    expect(error.advice).toContain('~/.ssh/config')
  })
})

describe.concurrent('a process on this computer', () => {
  it('that is killed, and started again, goes on with the job that runs', async () => {
    const board = newBoard()
    await killedHost(board, 'boot')
    const one = await open(board)
    const running = one.run(patient(board))
    await until(() => one.logged.includes(`${board.host} has this job: running`))
    board.set('go', '')
    expect(result((await running).folder)).toBe('done\n')
    expect([reasons(one), count(board, 'start'), one.runner.account.leftovers]).toEqual([[], 1, []])
  })

  it('that is killed, and started again, fetches the results of a job that ended meanwhile', async () => {
    const board = newBoard()
    await killedHost(board, 'boot')
    board.set('go', '')
    await until(() => filesIn(board, 'var/lib/repro/jobs').some((name) => !name.includes('.')))
    const one = await open(board)
    expect(result((await one.run(patient(board))).folder)).toBe('done\n')
    expect([reasons(one), count(board, 'start')]).toEqual([[], 1])
  })

  it('that is killed leaves a job, which another boot ends and notes, with its domains', async () => {
    const board = newBoard()
    await killedHost(board, 'first')
    board.set('domains', 'old 5 512\n')
    const job = board.get('var/lib/repro/owner').split(' ')[0]
    const one = await open(board, { boot: 'second' })
    expect((await one.run(jobOf('echo done >$OUT/result'))).exitCode).toBe(0)
    expect(one.runner.account.leftovers).toEqual([`job ${job}`, 'domain 5'])
    expect(board.get('domains')).toBe('')
  })
})

describe.concurrent('a board', () => {
  it('that reboots in the middle of a job costs an attempt', async () => {
    const board = newBoard()
    const one = await open(board)
    const running = one.run(patient(board))
    await until(() => board.has('runs'))
    board.set('go', '')
    board.reboot()
    expect(result((await running).folder)).toBe('done\n')
    expect(reasons(one)).toEqual(['dom0 rebooted in the middle of the job'])
    expect(count(board, 'start')).toBe(2)
  })

  it('that hangs beyond the end of a job is switched off and on', async () => {
    const board = newBoard()
    const one = await open(board, {
      power: join(board.root, 'bin/power'),
      timings: { answerMs: 4000 },
    })
    const running = one.run({ ...patient(board), deadlineMs: 25_000 })
    await until(() => board.has('runs'))
    board.network('hole')
    board.set('go', '')
    await until(() => count(board, `power ${board.host}`) === 1)
    expect(result((await running).folder)).toBe('done\n')
    // The job itself had ended: its results are on the disk, and are not measured again.
    expect([reasons(one), one.runner.account.powerCycles]).toEqual([[], 1])
  })

  it('that never answers is switched off and on twice, then set aside', async () => {
    const board = newBoard()
    const power = `echo "power $REPRO_BOARD" >>${board.root}/calls`
    const one = await open(board, { power, settings: { bootSeconds: 0.2 } })
    board.network('cut')
    const { message } = await failure(one.run(jobOf('')))
    expect(message).toMatch(
      /^board-\d+ does not answer \(.*Connection refused\), after 2 power cycles; it is set aside$/,
    )
    expect(count(board, `power ${board.host}`)).toBe(2)
    expect(await boardsAside(one.cache, [board.host])).toMatchObject([
      { reason: expect.stringContaining('power cycles') },
    ])
  })

  it('that never answers is set aside at once if nothing can switch it', async () => {
    const board = newBoard()
    const one = await open(board, { settings: { bootSeconds: 0.2 } })
    board.network('cut')
    const { message } = await failure(one.run(jobOf('')))
    expect(message).toContain('its environment has no `power`: switch it off and on; it is set aside')
    expect(await boardsAside(one.cache, [board.host])).toHaveLength(1)
  })

  it('whose power command fails, or is not there, ends the boot with the command', async () => {
    const board = newBoard()
    const one = await open(board, { power: 'uhubctl-nowhere -a cycle', settings: { bootSeconds: 0.2 } })
    board.network('cut')
    const error = await failure(one.run(jobOf('')))
    expect(error.message).toMatch(/^the power command of board-\d+ failed: .*uhubctl-nowhere: not found/)
    expect(error.advice).toContain('`uhubctl-nowhere -a cycle`')
  })

  it('has a new budget once somebody starts the boot again', async () => {
    const board = newBoard()
    const power = `echo "power $REPRO_BOARD" >>${board.root}/calls`
    const changes = { power, settings: { bootSeconds: 0.2 } }
    board.network('cut')
    await failure((await open(board, changes)).run(jobOf('')))
    board.network('up')
    const one = await open(board, { power })
    await one.run(jobOf(''))
    expect(one.runner.account).toMatchObject({ powerCycles: 2, cycled: 0 })
    board.network('cut')
    await failure((await open(board, changes)).run(jobOf(''), 2))
    expect(count(board, `power ${board.host}`)).toBe(4)
  })

  it('has new attempts at a job that failed, once somebody starts the boot again', async () => {
    const board = newBoard()
    const failing = jobOf(
      `[ -e ${board.root}/mended ] || exit 3; [ -e ${board.root}/again ] || { : >${board.root}/again; exit 4; }`,
    )
    expect((await (await open(board)).run(failing)).exitCode).toBe(3)
    board.set('mended', '')
    const one = await open(board)
    expect((await one.run(failing)).exitCode).toBe(0)
    expect(one.runner.account.discarded.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
    expect(await boardsAside(one.cache, [board.host])).toEqual([])
  })

  it.each([
    ['packets', () => 'echo 2000 >/sys/class/net/eth0/statistics/rx_packets', /^disturbed: 1000 packets/],
    [
      'throttling',
      (root: string) => `echo 0x50000 >${root}/throttled`,
      /^disturbed: the board reports under-voltage; .*throttling$/,
    ],
    [
      'a message of its kernel',
      (root: string) => `echo 'hwmon: Undervoltage detected!' >>${root}/kernel-messages`,
      /^disturbed: dom0's kernel says: hwmon/,
    ],
  ])('that is disturbed by %s repeats the job', async (_, disturb, reason) => {
    const board = newBoard()
    const one = await open(board)
    const { folder, exitCode } = await one.run(atFirst(board, disturb(board.root)))
    expect([exitCode, result(folder)]).toEqual([0, 'done\n'])
    expect(reasons(one)).toEqual([expect.stringMatching(reason)])
    expect(count(board, 'start')).toBe(2)
  })

  it('that is disturbed each time ends the boot, and is set aside', async () => {
    const board = newBoard()
    const one = await open(board)
    const noisy = `echo "Undervoltage detected!" >>${board.root}/kernel-messages`
    const { message } = await failure(one.run(jobOf(noisy)))
    expect(message).toMatch(/^board-\d+: 3 attempts failed: disturbed: .*it is set aside$/)
    expect(await boardsAside(one.cache, [board.host])).toHaveLength(1)
  })

  it('on which xentrace was left is cleared of it', async () => {
    const board = newBoard()
    const left = spawn(join(board.root, 'bin/xentrace'), {
      env: { ...process.env, PRETEND_ROOT: board.root },
    })
    await until(() => board.has(`proc/${left.pid}/comm`))
    const one = await open(board)
    expect((await one.run(jobOf('echo done >$OUT/result'))).exitCode).toBe(0)
    expect(one.runner.account.leftovers).toEqual([`xentrace (process ${left.pid})`])
    await until(() => left.signalCode !== null)
  })

  it('on which disks and a bridge were left is cleared of them, and of nothing else', async () => {
    const board = newBoard()
    const mounts = [
      '/dev/mmcblk0p2 / ext4 rw 0 0',
      '/dev/sda1 /mnt/1-backup ext4 rw 0 0',
      '/dev/ram0 /mnt/1.host ext4 rw 0 0',
      '/dev/loop0 /mnt/1.host/inner ext4 rw 0 0',
      '/dev/loop1 /snap/core squashfs ro 0 0',
    ]
    board.set('proc/mounts', `${mounts.join('\n')}\n`)
    board.set('sys/block/loop2/loop/backing_file', '/mnt/1.host/disk0\n')
    board.set('sys/block/loop3/loop/backing_file', '/home/me/image\n')
    board.set('sys/class/net/repro0/address', '')
    const one = await open(board)
    await one.run(jobOf('echo done >$OUT/result'))
    const changes = board.get('changes').trim().split('\n')
    const those = (name: string) => [...new Set(changes.filter((line) => line.startsWith(name)))].sort()
    expect(those('umount')).toEqual(['umount /mnt/1.host', 'umount /mnt/1.host/inner'])
    expect(those('losetup')).toEqual(['losetup -d /dev/loop2'])
    expect(those('ip')).toEqual(['ip link delete repro0'])
    expect(changes.indexOf('umount /mnt/1.host/inner')).toBeLessThan(changes.indexOf('umount /mnt/1.host'))
  })

  it("that runs another computer's job is left alone", async () => {
    const board = newBoard()
    await killedHost(board, 'first')
    const owner = board.get('var/lib/repro/owner')
    board.set('var/lib/repro/owner', owner.replace(/^(\S+) \S+/, '$1 elsewhere.0.0.1.2'))
    const one = await open(board, { boot: 'second' })
    const error = await failure(one.run(jobOf('')))
    expect(error.message).toBe(`${board.host} is used by elsewhere`)
    expect(isAlive(Number(owner.split(' ')[2]))).toBe(true)
    expect(await boardsAside(one.cache, [board.host])).toEqual([])
  })

  it('whose disk is full has no room for results', async () => {
    const board = newBoard()
    board.set(
      'bin/cp',
      `#!/bin/sh\n[ ! -e ${board.root}/full ] || { rm ${board.root}/full; exit 1; }\nexec /bin/cp "$@"\n`,
    )
    board.set('full', '')
    const one = await open(board)
    expect((await one.run(jobOf('echo done >$OUT/result'))).exitCode).toBe(0)
    expect(reasons(one)).toEqual(["there was no room for the results on the board's disk"])
  })

  it('whose memory is full gives no result', async () => {
    const board = newBoard()
    const one = await open(board)
    const { exitCode } = await one.run(atFirst(board, `echo 0 >${board.root}/free-memory`))
    expect(exitCode).toBe(0)
    expect(reasons(one)).toEqual(["the board's file system in memory was full"])
  })

  it('that lacks something is told so before anything runs, and stays in use', async () => {
    const board = newBoard()
    board.set('free-disk', '10')
    board.set('throttled', '0x4')
    const one = await open(board)
    const error = await failure(one.run(jobOf('')))
    expect(error.message).toBe(`${board.host} is not ready: disk: 10 MB free, 256 MB needed; throttling: 0x4`)
    expect(error.advice).toContain('Free some space in /var/lib.')
    expect([count(board, 'send-job'), await boardsAside(one.cache, [board.host])]).toEqual([0, []])
  })

  it('whose services start after ssh is waited for after a reboot', async () => {
    const board = newBoard()
    board.set('proc/7/comm', 'init')
    board.set('proc/uptime', '3.14 1.0\n')
    const one = await open(board)
    const running = one.run(jobOf('echo done >$OUT/result'))
    await until(() => count(board, 'facts') > 3)
    board.set('proc/7/comm', 'xenconsoled')
    expect((await running).exitCode).toBe(0)
    expect(reasons(one)).toEqual([])
  })

  it.each([
    ['../../etc/passwd', (name: string) => `repro: file ${'0'.repeat(64)} 1 ${name}`],
    ['-rf', (name: string) => `repro: file ${'0'.repeat(64)} 1 ${name}`],
    ['a twice', () => [1, 2].map(() => `repro: file ${'0'.repeat(64)} 1 a`).join('\n')],
  ])('that lists %s is refused', async (name, lines) => {
    const board = newBoard()
    const one = await open(board)
    board.once(
      'before',
      'state',
      `cat <<'END'\nrepro: state ended 0\n${lines(name)}\nrepro: end\nEND\nexit 0`,
    )
    const { message } = await failure(one.run(jobOf('')))
    expect(message).toContain(`${board.host} lists results that cannot be: `)
    expect(count(board, 'fetch')).toBe(0)
  })

  it('keeps results that nobody fetched, but not for ever', async () => {
    const board = newBoard()
    for (let old = 10; old < 30; old += 1) board.set(`var/lib/repro/jobs/old-${old}/status`, '0')
    const one = await open(board)
    await one.run(jobOf('echo done >$OUT/result'))
    const left = filesIn(board, 'var/lib/repro/jobs').length
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(20)
  })
})

describe.concurrent('a serial console', () => {
  it('tells the end of a job, which is not asked for before', async () => {
    const board = newBoard()
    const one = await open(board, { serial: true })
    await one.run(jobOf('sleep 1; echo done >$OUT/result'))
    expect(board.calls().slice(board.calls().indexOf('start'))).toEqual(['start', 'state', 'fetch', 'forget'])
    one.runner.serial?.stop()
  })

  it('tells of a reboot, which ends the silence', async () => {
    const board = newBoard()
    const one = await open(board, { serial: true })
    const running = one.run(patient(board))
    await until(() => board.has('runs'))
    board.set('go', '')
    board.reboot()
    expect(result((await running).folder)).toBe('done\n')
    expect(reasons(one)).toEqual(['dom0 rebooted in the middle of the job'])
    one.runner.serial?.stop()
  })

  it('tells of a panic, after which the board is switched off and on at once', async () => {
    const board = newBoard()
    const one = await open(board, { serial: true, power: join(board.root, 'bin/power') })
    const running = one.run(patient(board))
    await until(() => board.has('runs'))
    board.network('hole')
    appendFileSync(join(board.root, 'console'), '[   12.345678] Kernel panic - not syncing: VFS\n')
    await until(() => count(board, `power ${board.host}`) === 1)
    board.set('go', '')
    expect(result((await running).folder)).toBe('done\n')
    expect(reasons(one)).toEqual(['dom0 gave up: Kernel panic - not syncing: VFS'])
    one.runner.serial?.stop()
  })
})
