/** `repro trace info`: what a capture consists of. */

import { eventName, IDLE_DOMAIN, isKnown, LOST } from '../trace/events.ts'
import { microseconds } from '../trace/microseconds.ts'
import { type Summary, schedulersOf, summarise, xenVersion } from '../trace/summary.ts'
import { columns } from './columns.ts'
import { print } from './terminal.ts'
import { captureFile, clockHz, foundHz, readChunks, verdict } from './tracefile.ts'
import { readArguments } from './usage.ts'

export async function traceInfo(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, {
    usage: 'trace info FILE',
    words: 1,
    options: { hz: { type: 'string' }, json: { type: 'boolean' } },
  })
  const file = await captureFile(positionals, 'info')
  const hz = values.hz === undefined ? await foundHz(file) : await clockHz(values.hz, file)
  const facts = factsOf(await summarise(readChunks(file)), hz)
  print(values.json === true ? JSON.stringify(facts, null, 2) : text(file, facts))
  return verdict(facts.damage)
}

function factsOf({ scan, domains, mismatches }: Summary, hz: number | null) {
  const { kinds, gaps } = scan
  return {
    bytes: scan.bytes,
    records: scan.records,
    xen: xenVersion(kinds),
    schedulers: schedulersOf(kinds),
    hz,
    firstTicks: scan.first,
    lastTicks: scan.last,
    pcpus: scan.pcpus.map(({ cpu }) => cpu),
    domains: domains.map(({ domain, vcpus }) => ({ domain, vcpus: vcpus.map(({ vcpu }) => vcpu) })),
    events: kinds
      .filter(({ event }) => event !== LOST)
      .map(({ event, words, count }) => ({
        id: `0x${event.toString(16)}`,
        name: eventName(event),
        words,
        count,
        known: isKnown(event, words),
      })),
    untimedRecords: scan.untimed,
    mismatches,
    lostRecords: gaps.reduce((sum, { count }) => sum + count, 0),
    gaps,
    damage: scan.damage,
  }
}

function text(file: string, facts: ReturnType<typeof factsOf>): string {
  const { hz, firstTicks, lastTicks, gaps } = facts
  const span = lastTicks - firstTicks
  const unknown = facts.events.filter(({ known }) => !known)
  const lines = [
    ['capture', `${file}, ${facts.bytes} bytes, ${facts.records} records`],
    ['Xen', facts.xen],
    ['schedulers', facts.schedulers.join(', ') || 'none left records'],
    ['pCPUs', facts.pcpus.join(', ')],
    ['domains', facts.domains.map(nameDomain).join(', ') || 'no runstates'],
    [
      'time',
      hz === null
        ? `ticks ${firstTicks} to ${lastTicks}, ${span} ticks (--hz makes a time of them)`
        : `ticks ${firstTicks} to ${lastTicks}, ${microseconds(span, hz)} us at ${hz} Hz`,
    ],
    ['lost', gaps.length === 0 ? 'nothing' : `${facts.lostRecords} records in ${gaps.length} gaps`],
    ...gaps
      .slice(0, 5)
      .map((gap) => ['', `pCPU ${gap.cpu}: ${gap.count} records, ticks ${gap.from} to ${gap.to}`]),
    ...(gaps.length > 5 ? [['', `... and ${gaps.length - 5} more (--json has all)`]] : []),
    ['unknown', unknown.length === 0 ? 'no event' : `${unknown.length} kinds, passed through as they are`],
    ...(facts.untimedRecords > 0
      ? [['untimed', `${facts.untimedRecords} records before the first time`]]
      : []),
    ...(facts.mismatches > 0 ? [['misfits', `${facts.mismatches} runstate changes that do not follow`]] : []),
  ]
  const events = facts.events.map(({ id, name, words, count, known }) => [
    id,
    `${name}${known ? '' : ` (unknown with ${words} words)`}`,
    String(count),
  ])
  return `${columns(lines, 2)}\n\n${columns([['event', 'name', 'records'], ...events], 2)}`
}

function nameDomain({
  domain,
  vcpus,
}: {
  readonly domain: number
  readonly vcpus: readonly number[]
}): string {
  const count = `${vcpus.length} vCPU${vcpus.length === 1 ? '' : 's'}`
  return domain === IDLE_DOMAIN ? `idle (${count})` : `${domain} (${count})`
}
