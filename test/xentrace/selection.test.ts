import { describe, expect, it } from 'vitest'
import type { MergedRecord } from '../../src/xentrace/record.ts'
import { domainsOf, eventNames, eventsCalled, isSelected } from '../../src/xentrace/selection.ts'
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
  const all = { from: 0, to: 2000, domains: null, events: null }

  it('is by time, both ends included', () => {
    expect(isSelected(wake, 0, { ...all, from: 1054, to: 1054 })).toBe(true)
    expect(isSelected(wake, 0, { ...all, from: 1055 })).toBe(false)
    expect(isSelected(wake, 0, { ...all, to: 1053 })).toBe(false)
  })

  it('is by domain: a switch belongs to both, half a word to its own', () => {
    const of = (domain: number) => ({ ...all, domains: new Set([domain]) })
    expect([1, 0x7fff, 0].map((domain) => isSelected(swap, 0, of(domain)))).toEqual([true, true, false])
    expect([1, 2].map((domain) => isSelected(change, 0, of(domain)))).toEqual([true, false])
    expect(isSelected(at(5, 0xabc12, 1), 0, of(1))).toBe(false)
  })

  it('is by name of the event, by the first words of names, and by id', () => {
    const events = (name: string) => ({ ...all, events: eventsCalled(name) })
    expect(isSelected(wake, 0, events('wake'))).toBe(true)
    expect(isSelected(change, 0, events('runstate'))).toBe(true)
    expect(isSelected(change, 0, events('runstate running'))).toBe(true)
    expect(isSelected(change, 0, events('0x21031'))).toBe(true)
    expect(isSelected(wake, 0, events('0x21031'))).toBe(false)
    expect(isSelected(at(5, 0xabc12), 0, events('0xabc12'))).toBe(true)
    expect(eventsCalled('wak')).toBeNull()
    expect(eventNames()).toContain('credit2')
  })

  it('knows the domains that a record names, and that all ones are none', () => {
    expect([domainsOf(wake), domainsOf(change), domainsOf(swap)]).toEqual([[1], [1], [1, 0x7fff]])
    expect(domainsOf(at(5, 0x22a05, 0x30000, 0xffffffff))).toEqual([])
  })
})
