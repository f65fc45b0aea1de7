import { execFile, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { doubleOf } from '../double/study.ts'

const double = doubleOf({ dom0Options: ['panic=1'] })

/** Notices a silent peer, as the tested program does. */
const keepalive = {
  over: 'line',
  options: ['-o', 'ServerAliveInterval=3', '-o', 'ServerAliveCountMax=5', '-o', 'ConnectTimeout=30'],
} as const

async function until(what: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 300_000
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await sleep(200)
  }
}

describe('the ssh double', () => {
  it('is a Xen whose dom0 answers over the line, with what boards have', async () => {
    const { stdout, stderr, exitCode } = await double().ssh(
      `set -e
xl list
xl info | grep xen_version
cat /proc/sys/kernel/random/boot_id
tr '\\0' '\\n' </proc/device-tree/model; echo
awk '$2 == "/var/lib" || $2 == "/tmp" || $2 == "/run" { print $2, $3 }' /proc/mounts
cat /proc/sys/kernel/panic
modprobe bridge; grep -c '^stp ' /proc/modules
type xentrace stress iperf3 setsid timeout nohup sha256sum tar xenwatchdogd >/dev/null
tar -cf - /etc/hosts 2>/dev/null | tar -tf -
ls /var/log/xen/console /etc/xen/scripts/block
date +%Y`,
      { over: 'line' },
    )
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toMatch(/^Domain-0 +0 +1024 +4 /m)
    expect(stdout).toContain('xen_version            : 4.17.')
    expect(stdout).toContain(`\n${await double().bootId()}\nlinux,dummy-virt\n`)
    expect(stdout.slice(stdout.indexOf('linux,dummy-virt'))).toBe(
      [
        ...['linux,dummy-virt', '', '/run tmpfs', '/tmp tmpfs', '/var/lib ext4', '1', '1', 'etc/hosts'],
        ...['/etc/xen/scripts/block', '', '/var/log/xen/console:', `${new Date().getUTCFullYear()}`, ''],
      ].join('\n'),
    )
  })

  it('does not notice that its line is cut, and answers when that is mended', async () => {
    await double().ssh(
      `setsid sh -c 'for i in 1 2 3; do sleep 1; echo $i; done >/tmp/job' </dev/null >/dev/null 2>&1 &`,
    )
    const open = double().ssh('echo begun; sleep 777', { over: 'line' })
    await until(async () => (await double().ssh('ps | grep -c "[s]leep 777"')).stdout === '1\n')
    double().cut()
    expect(await open).toMatchObject({ stdout: 'begun\n', exitCode: 255 })
    expect(await double().ssh('true', { over: 'line' })).toMatchObject({ exitCode: 255 })
    await until(async () => (await double().ssh('cat /tmp/job')).stdout === '1\n2\n3\n')
    double().mend()
    expect(await double().ssh('echo again', { over: 'line' })).toMatchObject({
      stdout: 'again\n',
      exitCode: 0,
    })
  })

  it('with a line that passes nothing, keeps what is open, which only keepalives notice', async () => {
    const patient = double().ssh('echo >/tmp/begun; until [ -e /tmp/go ]; do sleep 1; done; echo through', {
      over: 'line',
      deadlineMs: 590_000,
    })
    const watchful = double().ssh('sleep 888', keepalive)
    await until(async () => {
      const { stdout } = await double().ssh('ls /tmp/begun; ps | grep -c "[s]leep 888"')
      return stdout === '/tmp/begun\n1\n'
    })
    const { bytes } = double().traffic()
    double().hole()
    expect((await watchful).exitCode).toBe(255)
    expect((await double().ssh('true', keepalive)).exitCode).toBe(255)
    await double().ssh('echo >/tmp/go; sleep 2')
    expect(double().traffic().bytes).toBe(bytes)
    double().mend()
    expect(await patient).toMatchObject({ stdout: 'through\n', exitCode: 0 })
  })

  it('hangs, upon which TCP still connects and ssh does not, and goes on as if nothing was', async () => {
    const before = await double().bootId()
    double().hang()
    expect((await double().ssh('true', keepalive)).exitCode).toBe(255)
    double().resume()
    expect(await double().bootId()).toBe(before)
  })

  it('shows a xentrace that was left behind', async () => {
    const tracing = `setsid xentrace -D -e 0x2f000 /tmp/first </dev/null >/dev/null 2>&1 & sleep 1; echo $!`
    const pid = (await double().ssh(tracing)).stdout.trim()
    const second = 'timeout -s INT 3 xentrace -D -e 0x2f000 /tmp/second'
    const refused = await double().ssh(second)
    expect(refused.stderr).toContain('failed to bind to VIRQ port (17 = File exists)')
    expect(refused.exitCode).toBe(1)
    await double().ssh(`kill -KILL ${pid}; sleep 1`)
    expect((await double().ssh(second)).stderr).not.toContain('VIRQ')
  })

  it('reset or restarted from inside, comes back with another boot id, and its disk and key', async () => {
    const serial = spawn('sh', ['-c', double().serialCommand], { detached: true })
    let said = ''
    serial.stdout.on('data', (piece: Buffer) => (said += piece.toString('latin1')))
    try {
      const first = await double().bootId()
      await double().ssh('echo kept >/var/lib/file; echo lost >/tmp/file; sync')
      await double().reset()
      const second = await double().untilUp(first)
      await double().ssh('cat /var/lib/file; echo more >>/var/lib/file; reboot -f', { deadlineMs: 20_000 })
      const third = await double().untilUp(second)
      expect(new Set([first, second, third]).size).toBe(3)
      const { stdout } = await double().ssh('cat /var/lib/file; ls /tmp', { over: 'line' })
      expect(stdout).toMatch(/^kept\n/)
      expect(stdout).not.toContain('file\n')
      for (const one of [second, third]) expect(said).toContain(`boot ${one}`)
      expect(said).not.toContain(`boot ${first}`)
    } finally {
      process.kill(-(serial.pid as number), 'SIGKILL')
    }
  })

  it('crashes and restarts where its kernel is told to', async () => {
    const before = await double().bootId()
    await double().panic()
    expect(await double().untilUp(before)).not.toBe(before)
    expect(await double().console()).toContain('Rebooting in 1 seconds')
  })

  it('crashed for good, needs its power cut, of which open connections learn when it is back', async () => {
    const before = await double().bootId()
    await double().ssh('echo kept >/var/lib/power; sync')
    const start = (await double().console()).length
    const open = double().ssh('sleep 777', { over: 'line', deadlineMs: 590_000 })
    await double().panic(0)
    await until(async () => (await double().console()).slice(start).includes('end Kernel panic'))
    expect((await double().ssh('true', keepalive)).exitCode).toBe(255)
    await promisify(execFile)('sh', ['-c', double().powerCommand])
    expect(await double().untilUp(before)).not.toBe(before)
    expect(await double().ssh('cat /var/lib/power', { over: 'line' })).toMatchObject({ stdout: 'kept\n' })
    expect((await open).exitCode).toBe(255)
  })
})
