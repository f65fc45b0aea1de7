/** What may have disturbed a job: the board's own observations before and after its last stage. */

import { plain } from './connection.ts'

type Observed = Readonly<Record<string, string>>

export interface Hygiene {
  readonly before: Observed
  readonly after: Observed
  /** New lines of dom0's kernel. */
  readonly messages: readonly string[]
}

/** Parses the lines `before NAME VALUE` and `after NAME VALUE` of a job's file `hygiene`. */
export function parseHygiene(text: string, messages: string): Hygiene {
  const found: Record<'before' | 'after', Record<string, string>> = { before: {}, after: {} }
  for (const line of text.split('\n')) {
    const [, when, name = '', value = ''] = /^(before|after) ([\w-]+) ?(.*)$/.exec(line) ?? []
    if (when === 'before' || when === 'after') found[when][name] = plain(value).slice(0, longest)
  }
  return {
    ...found,
    messages: messages
      .split('\n')
      .map(plain)
      .filter((line) => line !== ''),
  }
}

const longest = 200

/** A Pi 4 lowers its clock from 80 °C. */
const hottest = 80
/** Received during a stage: some of a quiet network pass. */
const fewPackets = 20
const packetsPerSecond = 1
const leastKb = 10_000

/** Bits of `vcgencmd get_throttled`: now in the low half, since boot in the high one. */
const throttling = [
  [0x1, 'under-voltage'],
  [0x2, 'a capped clock'],
  [0x4, 'throttling'],
  [0x8, 'the temperature limit'],
] as const

const alarming =
  /under-?voltage|throttl|out of memory|oom-kill|hung task|soft lockup|rcu.*stall|call trace|i\/o error|mmc\d.*error/i

/** Observations that rules read; '' is what a board cannot say. */
const numbers = ['throttled', 'temperature-mc', 'clock-khz', 'packets', 'seconds', 'available-kb']

/** Returns why what was measured does not count; empty if nothing disturbed it. */
export function taints({ before, after, messages }: Hygiene): readonly string[] {
  const number = (observed: Observed, name: string) => {
    const value = observed[name] ?? ''
    return value === '' ? undefined : Number(value)
  }
  const change = (name: string) => (number(after, name) ?? 0) - (number(before, name) ?? 0)
  const found = [before, after].flatMap((observed) =>
    numbers.flatMap((name) =>
      Number.isFinite(number(observed, name) ?? 0) ? [] : [`the board says of ${name}: ${observed[name]}`],
    ),
  )

  const [then, now] = [number(before, 'throttled') ?? 0, number(after, 'throttled') ?? 0]
  for (const [bit, what] of throttling)
    if ((now & bit) !== 0 || (now & ~then & (bit << 16)) !== 0) found.push(`the board reports ${what}`)

  const celsius = (number(after, 'temperature-mc') ?? 0) / 1000
  if (celsius >= hottest) found.push(`the processor was at ${Math.round(celsius)} °C`)

  const clocks = [before, after].map((observed) => number(observed, 'clock-khz'))
  if (after.governor === 'performance' && clocks[0] !== clocks[1])
    found.push(`the clock changed from ${clocks[0]} to ${clocks[1]} kHz`)

  const packets = change('packets')
  if (packets > fewPackets + packetsPerSecond * change('seconds'))
    found.push(`${packets} packets came in during ${Math.round(change('seconds'))} s`)

  const available = number(after, 'available-kb')
  if (available !== undefined && available < leastKb) found.push(`dom0 had ${available} kB of memory left`)

  const alarm = messages.find((line) => alarming.test(line))
  if (alarm !== undefined) found.push(`dom0's kernel says: ${alarm.slice(0, 200)}`)
  return found
}

/** Observations for a run's record: item -> `before -> after`, or the value if it stayed. */
export function described({ before, after, messages }: Hygiene): Readonly<Record<string, string>> {
  const items: readonly (readonly [string, string, (value: string) => string])[] = [
    ['temperature', 'temperature-mc', (value) => `${(Number(value) / 1000).toFixed(1)} °C`],
    ['clock', 'clock-khz', (value) => `${Number(value) / 1000} MHz`],
    ['governor', 'governor', String],
    ['throttled', 'throttled', String],
    ['load', 'load', String],
    ['memory available', 'available-kb', (value) => `${Math.round(Number(value) / 1000)} MB`],
  ]
  const texts = items.flatMap(([item, name, format]) => {
    const values = [
      ...new Set([before[name] ?? '', after[name] ?? ''].filter((value) => value !== '').map(format)),
    ]
    return values.length === 0 ? [] : [[`dom0 ${item}`, values.join(' → ')] as const]
  })
  const packets = Number(after.packets ?? 0) - Number(before.packets ?? 0)
  return Object.fromEntries([
    ...texts,
    ['dom0 packets received', String(packets)],
    ['dom0 kernel messages', String(messages.length)],
  ])
}
