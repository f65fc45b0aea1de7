/** `repro trace summary`: time of vCPUs in each state, their waits to run, and the load of pCPUs. */

import type { Histogram } from '../../stats/histogram.ts'
import { present } from '../../text/message.ts'
import { microseconds } from '../../xentrace/digits.ts'
import { IDLE_DOMAIN, runstates } from '../../xentrace/events.ts'
import type { Residency } from '../../xentrace/residency.ts'
import { type Summary, summarise } from '../../xentrace/summary.ts'
import { columns } from '../terminal/table.ts'
import { print } from '../terminal/terminal.ts'
import {
  captureFile,
  clockHz,
  isReadableAgain,
  lateLoss,
  mismatchText,
  readChunks,
  verdict,
} from './capture.ts'

export async function summary(
  word: string,
  given: { readonly hz: number | undefined; readonly json: boolean },
  signal: AbortSignal,
): Promise<number> {
  const file = await captureFile(word)
  const hz = await clockHz(given.hz, file)
  const found = await summarise(() => readChunks(file, signal), isReadableAgain(file))
  print(given.json ? JSON.stringify(data(found, hz), null, 2) : text(found, hz))
  return verdict(found.scan.damage)
}

/** All in ticks, to avoid rounding. */
function data({ scan, domains, pcpus, mismatches }: Summary, hz: number) {
  const { first, last, records, gaps, damage, origin } = scan
  // As in `repro trace info`, which prints the origin of times beyond 2^52.
  const zero = origin === 0n ? 0 : first
  return {
    hz,
    records,
    firstTicks: first - zero,
    lastTicks: last - zero,
    lostRecords: gaps.reduce((sum, { count }) => sum + count, 0),
    mismatches,
    damage: damage?.message ?? null,
    pcpus,
    vcpus: domains.flatMap(({ vcpus }) =>
      vcpus.map(({ domain, vcpu, states, unknownTicks, wakeToRun }) => ({
        domain,
        vcpu,
        states: Object.fromEntries(runstates.map((name, i) => [name, states[i]])),
        unknownTicks,
        wakeToRun: distribution(wakeToRun),
      })),
    ),
  }
}

/** Quantiles are at most 1/1024 too small; count, sum, min and max are exact. */
function distribution(histogram: Histogram) {
  if (histogram.count === 0) return null
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => histogram.quantile(part))
  const { count, sum, min, max } = histogram
  return { count, sumTicks: sum, minTicks: min, p50Ticks: p50, p95Ticks: p95, p99Ticks: p99, maxTicks: max }
}

function text({ scan, domains, pcpus, mismatches }: Summary, hz: number): string {
  const span = scan.last - scan.first
  const us = (ticks: number) => microseconds(ticks, hz)
  const part = (ticks: number) => (span === 0 ? '' : `${((100 * ticks) / span).toFixed(2)} %`)
  const lost = scan.gaps.reduce((sum, { count }) => sum + count, 0)
  const head = present([
    `${scan.records} records of ${scan.pcpus.length} pCPUs in ${us(span)} us`,
    lost > 0 && `${lost} records lost in ${scan.gaps.length} gaps: what they hide is 'unknown' below`,
    ...scan.incomplete
      .slice(0, 5)
      .map(({ cpu }) => `the end of pCPU ${cpu} is not in the capture: what that hides is 'unknown' below`),
    scan.late && lateLoss,
    mismatches > 0 && mismatchText(mismatches),
  ])
  const use = pcpus.map(({ cpu, busyTicks, idleTicks }) => [
    String(cpu),
    us(busyTicks),
    part(busyTicks),
    us(idleTicks),
    us(Math.max(0, span - busyTicks - idleTicks)),
  ])
  const stateRow = (labels: readonly string[], name: string, { count, ticks, partTicks }: Residency) => [
    ...labels,
    name,
    us(ticks + partTicks),
    part(ticks + partTicks),
    String(count),
    count === 0 ? '' : us(Math.round(ticks / count)),
  ]
  const states = domains.flatMap(({ domain, vcpus }) =>
    vcpus.flatMap(({ vcpu, states: own, unknownTicks }) => [
      ...own.flatMap((one, i) =>
        one.count === 0 && one.partTicks === 0
          ? []
          : [stateRow([label(domain), String(vcpu)], runstates[i] as string, one)],
      ),
      ...(unknownTicks > 0
        ? [[label(domain), String(vcpu), 'unknown', us(unknownTicks), part(unknownTicks), '', '']]
        : []),
    ]),
  )
  const waits = domains.flatMap(({ domain, vcpus, wakeToRun }) => [
    ...vcpus.flatMap(({ vcpu, wakeToRun: own }) => waitRow([label(domain), String(vcpu)], own, us)),
    ...(vcpus.length > 1 ? waitRow([label(domain), 'all'], wakeToRun, us) : []),
  ])
  return [
    head.join('\n'),
    columns([['pCPU', 'busy us', 'busy', 'idle us', 'neither us'], ...use]),
    columns([['domain', 'vCPU', 'runstate', 'us', 'of the time', 'whole stays', 'mean us'], ...states], 3),
    columns([['domain', 'vCPU', 'wakes', 'wake to run: mean us', 'p50', 'p95', 'p99', 'max'], ...waits], 2),
  ].join('\n\n')
}

function label(domain: number): string {
  return domain === IDLE_DOMAIN ? 'idle' : String(domain)
}

function waitRow(
  labels: readonly string[],
  histogram: Histogram,
  us: (ticks: number) => string,
): readonly (readonly string[])[] {
  const { count, sum, max } = histogram
  if (count === 0) return []
  const quantiles = [0.5, 0.95, 0.99].map((part) => us(histogram.quantile(part) ?? 0))
  return [[...labels, String(count), us(Math.round(sum / count)), ...quantiles, us(max)]]
}
