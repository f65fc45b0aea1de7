import { expect, it } from 'vitest'
import { described, parseHygiene, taints } from '../../../src/testbeds/ssh/hygiene.ts'

const quiet = {
  'temperature-mc': '51000',
  'clock-khz': '1500000',
  governor: 'performance',
  throttled: '0x0',
  load: '0.10',
  'available-kb': '400000',
  'kernel-messages': '200',
  packets: '1000',
  seconds: '100.5',
}

type Observed = Readonly<Record<string, string>>

function observed(before: Observed, after: Observed, messages = '') {
  const lines = (when: string, items: Observed) =>
    Object.entries({ ...quiet, ...items }).map(([name, value]) => `${when} ${name} ${value}`)
  const text = [...lines('before', before), ...lines('after', { seconds: '160.5', ...after })].join('\n')
  return parseHygiene(text, messages)
}

it('a quiet job has no taint', () => {
  expect(taints(observed({}, {}))).toEqual([])
})

it('what a board cannot observe taints nothing', () => {
  expect(taints(parseHygiene('', ''))).toEqual([])
  const silent = Object.fromEntries(Object.keys(quiet).map((name) => [name, '']))
  expect(taints(observed(silent, { ...silent, seconds: '' }))).toEqual([])
})

it.each(['throttled', 'temperature-mc', 'clock-khz', 'packets', 'seconds', 'available-kb'])(
  'what cannot be read of %s is no quiet job',
  (name) => {
    expect(taints(observed({}, { [name]: 'error=1' }))).toContain(`the board says of ${name}: error=1`)
  },
)

it('what a board says is one line, and not long', () => {
  const { after, messages } = observed({}, { governor: `a\u001b[2Jb${'c'.repeat(999)}` }, 'x\u0007y')
  expect(after.governor).toMatch(/^a \[2Jbc+$/)
  expect(after.governor).toHaveLength(200)
  expect(messages).toEqual(['x y'])
})

it.each<[string, Observed, Observed, string | undefined]>([
  ['79.999 °C', {}, { 'temperature-mc': '79999' }, undefined],
  ['80 °C', {}, { 'temperature-mc': '80000' }, 'the processor was at 80 °C'],
  ['heat that is over', { 'temperature-mc': '85000' }, {}, undefined],
  ['under-voltage now', {}, { throttled: '0x1' }, 'the board reports under-voltage'],
  ['a capped clock now', {}, { throttled: '0x2' }, 'the board reports a capped clock'],
  ['throttling now', {}, { throttled: '0x4' }, 'the board reports throttling'],
  ['the temperature limit now', {}, { throttled: '0x8' }, 'the board reports the temperature limit'],
  ['under-voltage meanwhile', {}, { throttled: '0x10000' }, 'the board reports under-voltage'],
  [
    'throttling meanwhile',
    { throttled: '0x10000' },
    { throttled: '0x50000' },
    'the board reports throttling',
  ],
  ['throttling before', { throttled: '0x50000' }, { throttled: '0x50000' }, undefined],
  ['bits without a meaning', {}, { throttled: '0x100010' }, undefined],
  ['80 packets in 60 s', {}, { packets: '1080' }, undefined],
  ['81 packets in 60 s', {}, { packets: '1081' }, '81 packets came in during 60 s'],
  ['20 packets in no time', {}, { packets: '1020', seconds: '100.5' }, undefined],
  ['21 packets in no time', {}, { packets: '1021', seconds: '100.5' }, '21 packets came in during 0 s'],
  ['10 MB of memory', {}, { 'available-kb': '10000' }, undefined],
  ['less than 10 MB of memory', {}, { 'available-kb': '9999' }, 'dom0 had 9999 kB of memory left'],
  [
    'another clock rate under a fixed governor',
    {},
    { 'clock-khz': '1499999' },
    'the clock changed from 1500000 to 1499999 kHz',
  ],
  [
    'another clock rate where it may change',
    { governor: 'ondemand' },
    { governor: 'ondemand', 'clock-khz': '600000' },
    undefined,
  ],
  ['a load', {}, { load: '3.20' }, undefined],
])('%s', (_, before, after, taint) => {
  expect(taints(observed(before, after))).toEqual(taint === undefined ? [] : [taint])
})

it.each([
  'hwmon hwmon1: Undervoltage detected!',
  'Under-voltage detected! (0x00050005)',
  'cpu: throttled',
  'Out of memory: Killed process 312 (xl)',
  'xl invoked oom-killer: gfp_mask=0xcc0',
  'INFO: task kworker blocked: hung task',
  'watchdog: BUG: soft lockup - CPU#1 stuck for 22s!',
  'rcu: INFO: rcu_sched self-detected stall on CPU',
  'Call trace:',
  'blk_update_request: I/O error, dev mmcblk0',
  'mmc0: timeout error waiting for hardware interrupt',
])('the kernel alarms: %s', (line) => {
  expect(taints(observed({}, {}, `ordinary\n${line}\n`))).toEqual([`dom0's kernel says: ${line}`])
})

it.each(['vif vif1.0: Guest Rx ready', 'xen-blkback: backend/vbd/1/51712: using 4 queues', 'mmc0: new card'])(
  'the kernel says something ordinary: %s',
  (line) => {
    expect(taints(observed({}, {}, line))).toEqual([])
  },
)

it('names all that disturbed', () => {
  const found = taints(observed({}, { 'temperature-mc': '82400', throttled: '0xc', packets: '9000' }))
  expect(found).toHaveLength(4)
})

it('is described with what changed', () => {
  const after = { 'temperature-mc': '53500', load: '0.90', packets: '1007' }
  expect(described(observed({}, after, 'one\n\ntwo\n'))).toEqual({
    'dom0 temperature': '51.0 °C → 53.5 °C',
    'dom0 clock': '1500 MHz',
    'dom0 governor': 'performance',
    'dom0 throttled': '0x0',
    'dom0 load': '0.10 → 0.90',
    'dom0 memory available': '400 MB',
    'dom0 packets received': '7',
    'dom0 kernel messages': '2',
  })
})

it('is described without what a board cannot observe', () => {
  const empty = { 'temperature-mc': '', 'clock-khz': '', governor: '', throttled: '' }
  expect(Object.keys(described(observed(empty, empty)))).toEqual([
    'dom0 load',
    'dom0 memory available',
    'dom0 packets received',
    'dom0 kernel messages',
  ])
})

it('lines that are no observations are left out', () => {
  const { before, after, messages } = parseHygiene(
    'before load 1\nnoise\nbetween load 2\nafter load\n',
    ' \n',
  )
  expect({ before, after, messages }).toEqual({ before: { load: '1' }, after: { load: '' }, messages: [] })
})
