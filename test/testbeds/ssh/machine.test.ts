import { expect, it } from 'vitest'
import { parseAnswer } from '../../../src/testbeds/ssh/connection.ts'
import {
  emulatorOf,
  factsOf,
  machineOf,
  requireBoot,
  requireIdentity,
  requireReady,
  requirements,
} from '../../../src/testbeds/ssh/machine.ts'

const pi = {
  model: 'Raspberry Pi 4 Model B Rev 1.4',
  compatible: 'raspberrypi,4-model-b brcm,bcm2711',
  tree: 'soc memory@0 chosen serial-number',
  revision: 'c03114',
  firmware: '82f3750a65fadae9a38077e3c2e217ad158c8d54',
  processor: '0x41 0xd08',
  kernel: '6.1.0-21-arm64',
  system: 'Debian GNU/Linux 12 (bookworm)',
  user: '0',
  xen_version: '4.17.5',
  xen_scheduler: 'credit2',
  xen_commandline: 'dom0_mem=512M tbuf_size=256',
  'dom0-vcpus': '4',
  domains: '',
  xentrace: '',
  xenconsoled: '/usr/sbin/xenconsoled --log=guest --log-dir=/var/log/xen/console',
  'memory-type': 'tmpfs',
  'memory-mb': '300',
  'disk-mb': '9000',
  'now-throttled': '0x0',
}

const qemu = { model: 'linux,dummy-virt', compatible: 'linux,dummy-virt' }

function board(changes: Readonly<Record<string, string>> = {}) {
  const lines = Object.entries({ ...pi, ...changes }).map(([name, value]) => `repro: ${name} ${value}`)
  return machineOf('pi4', parseAnswer(lines.join('\n')))
}

const hardware = { machine: 'hardware', lock: {} } as const
const emulated = { machine: 'emulated', lock: {} } as const
const needs = { requirements: { memoryMb: 128, diskMb: 256, xenOptions: ['tbuf_size='] } }

function adviceOf(action: () => void): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    return (error as { advice?: string }).advice
  }
}

it.each<[string, Readonly<Record<string, string>>, string]>([
  ['its model', { model: 'QEMU Virtual Machine' }, 'QEMU Virtual Machine'],
  ['what it is compatible with', { model: '', compatible: 'linux,dummy-virt' }, 'linux,dummy-virt'],
  [
    'a Raspberry Pi without the number of its firmware',
    { tree: 'soc memory@0 chosen' },
    'Raspberry Pi 4 Model B Rev 1.4, without the serial number that its firmware gives',
  ],
  ["QEMU's device for firmware", { tree: 'soc fw-cfg@9020000 chosen serial-number' }, 'fw-cfg@9020000'],
])('an emulator is known by %s', (_, changes, sign) => {
  expect(emulatorOf(board(changes))).toBe(sign)
})

it('an emulator is no hardware, and hardware no emulator', () => {
  expect(emulatorOf(board())).toBeUndefined()
  expect(() => requireIdentity(hardware, board())).not.toThrow()
  expect(() => requireIdentity(emulated, board(qemu))).not.toThrow()
  expect(() => requireIdentity(hardware, board(qemu))).toThrow(
    'pi4 is an emulated machine (linux,dummy-virt), and its environment says hardware',
  )
  expect(() => requireIdentity(emulated, board())).toThrow(
    'pi4 (Raspberry Pi 4 Model B Rev 1.4) shows no sign of an emulator, and its environment says emulated',
  )
  expect(adviceOf(() => requireIdentity(hardware, board(qemu)))).toContain('`machine: emulated`')
  expect(adviceOf(() => requireIdentity(emulated, board()))).toContain('`machine: hardware`')
})

it('a lock holds what a board says of itself, by its beginning', () => {
  const lock = {
    model: 'Raspberry Pi 4',
    revision: 'c03114',
    firmware: '82f3750a',
    xen: '4.17',
    kernel: '6.1.0-21',
    system: 'Debian GNU/Linux 12',
  }
  expect(() => requireIdentity({ ...hardware, lock }, board())).not.toThrow()
  for (const item of Object.keys(lock))
    expect(() => requireIdentity({ ...hardware, lock: { ...lock, [item]: 'other' } }, board())).toThrow(
      new RegExp(`^pi4 is not as its environment's lock says: ${item} is .*, not other$`),
    )
})

it('a lock names all that is wrong, and what the board cannot say', () => {
  const lock = { xen: '4.20', firmware: 'a' }
  const wrong = () => requireIdentity({ ...hardware, lock }, board({ firmware: '' }))
  expect(wrong).toThrow('xen is 4.17.5, not 4.20; firmware is unknown, not a')
  expect(adviceOf(wrong)).toContain('change the lock')
})

it('a board that has all is ready', () => {
  expect(requirements(needs, board()).filter(({ ok }) => !ok)).toEqual([])
  expect(() => requireReady(needs, board())).not.toThrow()
  expect(requirements(needs, board()).every(({ advice }) => advice === undefined)).toBe(true)
})

it.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
  ['root', { user: '1000' }, 'user 1000', /log in as root/],
  ['Xen', { xen_version: '' }, '`xl info` fails', /under Xen/],
  ['Xen options', { xen_commandline: 'dom0_mem=512M' }, 'without tbuf_size=', /boot loader/],
  ['xentrace', { xentrace: '812' }, 'runs already (process 812)', /Stop it/],
  ['xenconsoled', { xenconsoled: '' }, 'does not run', /--log=guest/],
  ['xenconsoled', { xenconsoled: 'xenconsoled --log=none' }, 'xenconsoled --log=none', /--log=guest/],
  ['domains', { domains: 'web' }, 'web', /Shut them down/],
  ['memory file system', { 'memory-type': 'ext2/ext3' }, 'ext2/ext3', /tmpfs at \/run/],
  ['memory', { 'memory-mb': '127' }, '127 MB free, 128 MB needed', /more memory/],
  ['memory', { 'memory-mb': '' }, '? MB free, 128 MB needed', /more memory/],
  ['disk', { 'disk-mb': '255' }, '255 MB free, 256 MB needed', /space in \/var\/lib/],
  ['throttling', { 'now-throttled': '0x50004' }, '0x50004', /power supply/],
])('%s is required: %o', (name, changes, found, advice) => {
  const broken = requirements(needs, board(changes)).filter(({ ok }) => !ok)
  expect(broken).toEqual([{ name, ok: false, found, advice: expect.stringMatching(advice) }])
  expect(() => requireReady(needs, board(changes))).toThrow(`pi4 is not ready: ${name}: ${found}`)
  expect(adviceOf(() => requireReady(needs, board(changes)))).toMatch(advice)
})

it.each<[string, Readonly<Record<string, string>>]>([
  ['just enough memory and disk', { 'memory-mb': '128', 'disk-mb': '256' }],
  ['a throttling that is over', { 'now-throttled': '0x50000' }],
  ['no vcgencmd', { 'now-throttled': '' }],
  ['a console that logs all', { xenconsoled: 'xenconsoled --log=all' }],
])('a board with %s is ready', (_, changes) => {
  expect(() => requireReady(needs, board(changes))).not.toThrow()
})

it('a board that lacks several things is told all of them', () => {
  const bare = machineOf('pi4', parseAnswer(''))
  expect(() => requireReady(needs, bare)).toThrow(/root: .*; Xen: .*; xenconsoled: .*; disk: /)
  expect(adviceOf(() => requireReady(needs, bare))?.split('\n')).toHaveLength(7)
})

it('boot settings are those that the board was booted with', () => {
  expect(() => requireBoot({}, board())).not.toThrow()
  expect(() => requireBoot({ scheduler: 'credit2', dom0Vcpus: 4 }, board())).not.toThrow()
  expect(() => requireBoot({ scheduler: 'null' }, board())).toThrow(
    'pi4 runs with scheduler credit2, and this pattern asks for null: boot Xen with sched=null',
  )
  expect(() => requireBoot({ dom0Vcpus: 1 }, board())).toThrow(
    'pi4 runs with dom0 vCPUs 4, and this pattern asks for 1: boot Xen with dom0_max_vcpus=1',
  )
  expect(() => requireBoot({ scheduler: 'null' }, board({ xen_scheduler: '' }))).toThrow('scheduler unknown')
})

it('facts are those that the board can say', () => {
  expect(factsOf(board({ firmware: '' }))).toEqual({
    board: 'Raspberry Pi 4 Model B Rev 1.4',
    revision: 'c03114',
    processor: '0x41 0xd08',
  })
})
