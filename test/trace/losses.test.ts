import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TraceError } from '../../src/trace/error.ts'
import { runstates } from '../../src/trace/events.ts'
import { operations } from '../../src/trace/operations.ts'
import type { VcpuUse } from '../../src/trace/runstate.ts'
import { scan } from '../../src/trace/scan.ts'
import { parseStamps } from '../../src/trace/stamps.ts'
import { type Stay, StayTracker } from '../../src/trace/stays.ts'
import { summarise } from '../../src/trace/summary.ts'
import { firstAtOrAfter } from '../../src/trace/timeline.ts'
import { capture, type Loss, plainMerge, windows, withLosses } from './capture.ts'

function staysOf(bytes: Uint8Array): readonly Stay[] {
  const stays: Stay[] = []
  const tracker = new StayTracker((stay) => stays.push(stay))
  const found = scan([bytes], (merge, first, gaps) => {
    while (merge.next()) tracker.take(merge, first, gaps)
  })
  tracker.finish(found)
  return stays
}

const key = ({ domain, vcpu }: { domain: number; vcpu: number }) => `d${domain}v${vcpu}`

/** The first whole rounds of a capture, up to some 200 kB. */
function beginning(name: string): Uint8Array {
  const bytes = capture(name)
  const all = windows(bytes)
  return bytes.subarray(0, all.findLast(({ end }, i) => end < 200_000 && (all[i + 1]?.cpu ?? 0) === 0)?.end)
}

/** One to three losses anywhere in a capture. */
function lossesIn(bytes: Uint8Array): fc.Arbitrary<readonly Loss[]> {
  const records = plainMerge(bytes)
  const [first, last] = [records[0]?.time ?? 0, records.at(-1)?.time ?? 0]
  const cpus = [...new Set(records.map(({ cpu }) => cpu))]
  const loss = fc
    .record({
      cpu: fc.constantFrom(...cpus),
      from: fc.integer({ min: first, max: last }),
      length: fc.oneof(fc.nat(5_000), fc.nat(500_000), fc.nat(5_400_000)),
    })
    .map(({ cpu, from, length }) => ({ cpu, from, to: from + length }))
  return fc.array(loss, { minLength: 1, maxLength: 3 })
}

describe('a capture that lost records', () => {
  it.each(['idle', 'busy', 'xen-4.14-null', 'run/trace'])(
    'of %s shows no stay that the whole capture does not have',
    (name) => {
      const bytes = beginning(name)
      const whole = new Map(
        [...Map.groupBy(staysOf(bytes), key)].map(([vcpu, stays]) => [
          vcpu,
          { stays, ends: stays.map(({ to }) => to) },
        ]),
      )
      let compared = 0
      fc.assert(
        fc.property(lossesIn(bytes), (losses) => {
          for (const stay of staysOf(withLosses(bytes, losses))) {
            if (stay.from === stay.to) continue
            const { stays = [], ends = [] } = whole.get(key(stay)) ?? {}
            const truth = stays[firstAtOrAfter(ends, stay.to)]
            if (truth?.state !== stay.state || truth.from > stay.from)
              throw new Error(`not so: ${JSON.stringify(stay)}`)
            compared += 1
          }
        }),
        { numRuns: 40, seed: 4 },
      )
      expect(compared).toBeGreaterThan(1000)
    },
  )

  it.each(['idle', 'busy', 'xen-4.14-null'])(
    'of %s gives no vCPU more time in a state than the whole one, and the rest as unknown',
    async (name) => {
      const bytes = beginning(name)
      const use = async (of: Uint8Array) => {
        const { domains } = await summarise(ReadableStream.from([of]))
        return new Map(domains.flatMap(({ vcpus }) => vcpus).map((one) => [key(one), one]))
      }
      const known = ({ states }: VcpuUse) => states.map(({ ticks, partTicks }) => ticks + partTicks)
      const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0)
      const whole = await use(bytes)
      // Of a vCPU that changed for the first time after a loss it is not known whether it was in one state until then.
      const firstChange = new Map(
        [...Map.groupBy(staysOf(bytes), key)].map(([vcpu, [one]]) => [vcpu, one?.to ?? 0]),
      )
      let unknown = 0
      await fc.assert(
        fc.asyncProperty(lossesIn(bytes), async (losses) => {
          const earliest = Math.min(...losses.map(({ from }) => from))
          for (const [vcpu, one] of await use(withLosses(bytes, losses))) {
            const truth = whole.get(vcpu)
            if (truth === undefined || (firstChange.get(vcpu) ?? 0) >= earliest) continue
            for (const [i, ticks] of known(one).entries())
              expect(ticks, `${vcpu} ${runstates[i]}`).toBeLessThanOrEqual(known(truth)[i] ?? 0)
            expect(sum(known(one)) + one.unknownTicks, vcpu).toBe(sum(known(truth)))
            unknown += one.unknownTicks
          }
        }),
        { numRuns: 30, seed: 5 },
      )
      expect(unknown).toBeGreaterThan(0)
    },
  )

  it('has operations that are those of the whole one, or excluded for lost records', () => {
    const bytes = capture('run/trace')
    const stamps = (name: string) =>
      parseStamps(readFileSync(new URL(`../fixtures/trace/run/${name}.stamps`, import.meta.url), 'utf8'))
    const both = { dom0: stamps('dom0'), domU: stamps('domu') }
    const whole = operations({ capture: [bytes], ...both }).operations
    const outcomes = { same: 0, excluded: 0, unaligned: 0 }
    fc.assert(
      fc.property(lossesIn(bytes), (losses) => {
        try {
          const { operations: found, sanity } = operations({ capture: [withLosses(bytes, losses)], ...both })
          for (const [i, one] of found.entries()) {
            if (one.excluded === 'lost records') outcomes.excluded += 1
            else {
              const { phases, state } = whole[i] ?? {}
              expect(one).toMatchObject({ phases, state, excluded: null })
              outcomes.same += 1
            }
          }
          const count = found.filter(({ excluded }) => excluded !== null).length
          expect(sanity.pauses.excluded + sanity.unpauses.excluded).toBe(count)
        } catch (error) {
          if (!(error instanceof TraceError)) throw error
          outcomes.unaligned += 1
        }
      }),
      { numRuns: 60, seed: 6 },
    )
    expect(Math.min(outcomes.same, outcomes.excluded)).toBeGreaterThan(5)
    expect(outcomes.unaligned).toBeLessThan(20)
  })
})
