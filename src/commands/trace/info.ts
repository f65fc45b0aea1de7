/** `repro trace info`: the contents of a capture. */

import { abbreviated, counted, present } from '../../text/message.ts'
import { microseconds } from '../../xentrace/digits.ts'
import { eventName, IDLE_DOMAIN, isKnown, LOST } from '../../xentrace/events.ts'
import { type Summary, schedulersOf, summarise, xenVersion } from '../../xentrace/summary.ts'
import { columns } from '../terminal/table.ts'
import { print } from '../terminal/terminal.ts'
import { captureFile, foundHz, isReadableAgain, mismatchText, readChunks, verdict } from './capture.ts'

const MOST_LISTED = 32

export async function info(
  word: string,
  given: { readonly hz: number | undefined; readonly json: boolean },
  signal: AbortSignal,
): Promise<number> {
  const file = await captureFile(word)
  const hz = given.hz ?? (await foundHz(file))
  const facts = factsOf(await summarise(() => readChunks(file, signal), isReadableAgain(file)), hz)
  print(given.json ? JSON.stringify(facts, null, 2) : text(file, facts))
  return verdict(facts.damage)
}

function factsOf({ scan, domains, mismatches }: Summary, hz: number | null) {
  const { kinds, first, last, origin } = scan
  // Times beyond 2^52 count from the first record; as they are, JSON could not hold them exactly.
  const zero = origin === 0n ? 0 : first
  const gaps = scan.gaps.map((gap) => ({ ...gap, from: gap.from - zero, to: gap.to - zero }))
  return {
    bytes: scan.bytes,
    records: scan.records,
    xen: xenVersion(kinds),
    schedulers: schedulersOf(kinds),
    hz,
    /** The tick that all others here count from. */
    ticksFrom: String(origin + BigInt(zero)),
    firstTicks: first - zero,
    lastTicks: last - zero,
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
    incomplete: scan.incomplete.map(({ cpu, from }) => ({ cpu, from: from - zero })),
    damage: scan.damage,
  }
}

function text(file: string, facts: ReturnType<typeof factsOf>): string {
  const { hz, firstTicks, lastTicks, ticksFrom, gaps, incomplete } = facts
  const span = lastTicks - firstTicks
  const ticks = `ticks ${firstTicks} to ${lastTicks}`
  const time =
    hz === null ? `${span} ticks (--hz converts them to time)` : `${microseconds(span, hz)} us at ${hz} Hz`
  const lost = gaps.map((gap) => `pCPU ${gap.cpu}: ${gap.count} records, ticks ${gap.from} to ${gap.to}`)
  const ends = incomplete.map(({ cpu, from }) => `pCPU ${cpu}: the capture ends at tick ${from}`)
  const unknown = facts.events.filter(({ known }) => !known)
  const lines = present<readonly string[]>([
    ['capture', `${file}, ${facts.bytes} bytes, ${facts.records} records`],
    ['Xen', facts.xen],
    ['schedulers', facts.schedulers.join(', ') || 'none left records'],
    ['pCPUs', some(facts.pcpus.map(String))],
    ['domains', some(facts.domains.map(nameDomain)) || 'no runstates'],
    ['time', `${ticks}, ${time}`],
    ticksFrom !== '0' && ['', `ticks count from the first record, which is tick ${ticksFrom}`],
    ['lost', gaps.length === 0 ? 'nothing' : `${facts.lostRecords} records in ${gaps.length} gaps`],
    ...firstFew(lost).map((line) => ['', line]),
    ...firstFew(ends).map((line, index) => [index === 0 ? 'unknown end' : '', line]),
    ['unknown', unknown.length === 0 ? 'no event' : `${unknown.length} kinds, passed through as they are`],
    facts.untimedRecords > 0 && ['untimed', `${facts.untimedRecords} records before the first time`],
    facts.mismatches > 0 && ['misfits', mismatchText(facts.mismatches)],
  ])
  const events = facts.events.map(({ id, name, words, count, known }) => [
    id,
    `${name}${known ? '' : ` (unknown with ${words} words)`}`,
    String(count),
  ])
  return `${columns(lines, 2)}\n\n${columns([['event', 'name', 'records'], ...events], 2)}`
}

function some(list: readonly string[]): string {
  return `${abbreviated(list, MOST_LISTED)}${list.length > MOST_LISTED ? ' (--json has all)' : ''}`
}

function firstFew(lines: readonly string[]): readonly string[] {
  return present([
    ...lines.slice(0, 5),
    lines.length > 5 && `... and ${lines.length - 5} more (--json has all)`,
  ])
}

function nameDomain({
  domain,
  vcpus,
}: {
  readonly domain: number
  readonly vcpus: readonly number[]
}): string {
  const count = counted(vcpus.length, 'vCPU')
  return domain === IDLE_DOMAIN ? `idle (${count})` : `${domain} (${count})`
}
