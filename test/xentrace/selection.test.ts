import { describe, expect, it } from 'vitest'
import type { MergedRecord } from '../../src/xentrace/record.ts'
import {
  domainsOf,
  eventNames,
  eventsCalled,
  isSelected,
  selectionTracker,
} from '../../src/xentrace/selection.ts'
import { Losses } from '../../src/xentrace/spans.ts'
import { record } from './capture.ts'

const at = (time: number, event: number, ...extra: number[]): MergedRecord => ({
  time,
  cpu: 2,
  words: Uint32Array.from([record(event, undefined, ...extra)].flat()),
  at: 0,
})
const wake = at(1054, 0x28004, 1, 3)
const change = at(1000, 0x21031, 0x10002)
const swap = at(1000, 0x2800a, 1, 0, 0x7fff, 2)

describe('the selection of records', () => {
  const all = { domains: null, events: null }

  it('is by time after the first record, both ends included, as long as somebody reads', () => {
    const output = { closed: false }
    const taken = (from: number, to: number) => {
      const times: number[] = []
      const writer = { begin: () => undefined, take: ({ time }: MergedRecord) => times.push(time) }
      const tracker = selectionTracker({ ...all, from, to }, writer, output)
      tracker.begin({ first: 1000, zero: 0, losses: new Losses() })
      for (const one of [change, wake, at(1055, 0x28004, 1, 3)]) tracker.take(one)
      expect(tracker.done).toBe(output.closed)
      return times
    }
    expect(taken(0, 2000)).toEqual([1000, 1054, 1055])
    expect(taken(54, 54)).toEqual([1054])
    expect(taken(55, Number.POSITIVE_INFINITY)).toEqual([1055])
    output.closed = true
    expect(taken(0, 2000)).toEqual([])
  })

  it('is by domain: a switch belongs to both, half a word to its own', () => {
    const of = (domain: number) => ({ ...all, domains: new Set([domain]) })
    expect([1, 0x7fff, 0].map((domain) => isSelected(swap, of(domain)))).toEqual([true, true, false])
    expect([1, 2].map((domain) => isSelected(change, of(domain)))).toEqual([true, false])
    expect(isSelected(at(5, 0xabc12, 1), of(1))).toBe(false)
  })

  it('is by name of the event, by the first words of names, and by id', () => {
    const events = (name: string) => ({ ...all, events: eventsCalled(name) })
    expect(isSelected(wake, events('wake'))).toBe(true)
    expect(isSelected(change, events('runstate'))).toBe(true)
    expect(isSelected(change, events('runstate running'))).toBe(true)
    expect(isSelected(change, events('0x21031'))).toBe(true)
    expect(isSelected(wake, events('0x21031'))).toBe(false)
    expect(isSelected(at(5, 0xabc12), events('0xabc12'))).toBe(true)
    expect(eventsCalled('wak')).toBeNull()
    expect(eventNames()).toContain('credit2')
  })

  it('knows the domains that a record names, and that all ones are none', () => {
    expect([domainsOf(wake), domainsOf(change), domainsOf(swap)]).toEqual([[1], [1], [1, 0x7fff]])
    expect(domainsOf(at(5, 0x22a05, 0x30000, 0xffffffff))).toEqual([])
  })
})
