import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { Access } from '../../../src/testbed/testbed.ts'
import { leaseBoard, setAside } from '../../../src/testbeds/ssh/boards.ts'
import { doctor } from '../../../src/testbeds/ssh/doctor.ts'
import { accessSchema } from '../../../src/testbeds/ssh/schema.ts'
import { pretendBoards } from './pretend.ts'

vi.setConfig({ testTimeout: 120_000 })

const world = pretendBoards()

/** Name -> check. */
async function examine(access: Access, definition: Readonly<Record<string, string>> = {}) {
  const environment = {
    ...{ name: 'pi', label: 'a board', testbed: 'ssh', origin: 'emulated' as const },
    definition: { machine: 'emulated', root: 'debian-12', reboot: true, ...definition },
    access: accessSchema.parse(access),
  }
  const checks = await doctor(environment, join(world.folder, 'cache'), undefined)
  return new Map(checks.map(({ name, ...rest }) => [name, rest]))
}

const broken = (checks: Awaited<ReturnType<typeof examine>>) =>
  [...checks].filter(([, { ok }]) => !ok).map(([name]) => name)

it('finds a board ready, and changes nothing on it', async () => {
  const board = world.board('ready')
  const checks = await examine({ host: 'ready', power: { cycle: 'sh power.sh' } })
  expect(broken(checks)).toEqual([])
  expect(checks.get('ssh client')?.found).toBe('OpenSSH_0.0-pretend')
  expect(checks.get('power')).toEqual({ ok: true, found: 'sh power.sh' })
  expect(checks.get('serial')?.found).toContain('no command. Without it the end of a job is found by asking')
  expect(checks.get('ready: identity')?.found).toBe('linux,dummy-virt, emulated')
  expect(checks.get('ready: Xen')?.found).toBe('Xen 4.17.5')
  expect(checks.get('ready: trace buffers')?.found).toBe('256 pages a processor')
  expect(checks.get('ready: clock alignment')?.found).toContain('not tried')
  expect(board.calls()).toEqual(['facts'])
})

it('says of each thing that is missing how to mend it', async () => {
  const board = world.board('poor')
  board.set('xen-info', '')
  board.set('free-disk', '3')
  const checks = await examine(
    { host: 'poor', power: { cycle: 'uhubctl-nowhere -a cycle' }, serial: 'picocom-nowhere' },
    { machine: 'hardware', 'lock xen': '4.17' },
  )
  expect(broken(checks)).toEqual(['power', 'serial', 'poor: identity', 'poor: Xen', 'poor: disk'])
  expect(checks.get('power')).toMatchObject({
    found: 'uhubctl-nowhere -a cycle: there is no uhubctl-nowhere here',
    advice: 'Install it, or mend `power`.',
  })
  expect(checks.get('poor: identity')?.advice).toContain('`machine: emulated`')
  expect(checks.get('poor: disk')?.advice).toContain('/var/lib')
})

it('tells each of several boards from the others, one that cannot be reached and one set aside', async () => {
  world.board('there')
  const away = world.board('away')
  away.network('cut')
  await setAside(join(world.folder, 'cache'), 'there', 'it hung')
  const checks = await examine({ boards: ['there', 'away', 'nowhere'] })
  expect(broken(checks)).toEqual(['there: set aside', 'away: ssh', 'nowhere: ssh'])
  expect(checks.get('there: set aside')?.found).toMatch(/^there was set aside \(.*\): it hung/)
  expect(checks.get('away: ssh')).toMatchObject({
    found: 'away: ssh: connect to host away: Connection refused',
    advice: 'Let `ssh away true` work without a password.',
  })
  expect(checks.get('nowhere: ssh')?.found).toContain('Could not resolve hostname nowhere')
})

it('leaves a board alone that a boot has, and says who', async () => {
  const board = world.board('busy')
  const cache = join(world.folder, 'cache')
  await leaseBoard(cache, ['busy'], undefined, () => {}) // to the end of this process
  const checks = await examine({ host: 'busy' })
  expect(broken(checks)).toEqual([])
  expect(checks.get('busy: in use')?.found).toMatch(/^not examined: .*process \d+ on .* holds .*busy\.lock/)
  expect(board.get('calls')).toBe('')
})

it('tries the serial command, and says what no lock notices', async () => {
  world.board('console')
  const examined = async (serial: string) =>
    await examine({ host: 'console', serial }, { 'lock xen': '4.17', 'lock kernel': '6.1' })
  const deaf = await examined('echo no such device >&2; exit 3')
  expect(deaf.get('console: serial')).toEqual({
    ok: false,
    found: 'ended at once with exit code 3: no such device',
    advice: 'Let it print what the board says until it is killed.',
  })
  expect(deaf.get('lock')?.found).toBe('a change of model, revision, firmware, system goes unnoticed')
  const good = await examined('exec sleep 1000')
  expect([good.get('console: serial')?.ok, broken(good)]).toEqual([true, []])
})
