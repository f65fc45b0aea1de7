import { describe, expect, it } from 'vitest'
import {
  decode,
  eventName,
  events,
  isRunstateChange,
  newState,
  oldState,
  runstates,
} from '../../src/trace/events.ts'

describe('the table of events', () => {
  it('names runstate changes after both states, for all sixteen', () => {
    // TRC_SCHED_RUNSTATE_CHANGE is 0x21001; Xen adds the old state at bit 8 and the new one at bit 4.
    expect(eventName(0x21031)).toBe('runstate running -> offline')
    expect(eventName(0x21311)).toBe('runstate offline -> runnable')
    const changes = [...events.keys()].filter(isRunstateChange)
    expect(changes).toHaveLength(16)
    for (const id of changes) {
      expect(eventName(id)).toBe(`runstate ${runstates[oldState(id)]} -> ${runstates[newState(id)]}`)
    }
  })

  it.each([0x21002, 0x21000, 0x21441, 0x121001, 0x28003, 0x22001])(
    'does not take 0x%x for a runstate change',
    (id) => {
      expect(isRunstateChange(id)).toBe(false)
    },
  )

  it('decodes fields, also of half a word and of events it does not know', () => {
    expect(decode(0x21031, [0x7fff0002])).toEqual({ vcpu: 2, domain: 32767 })
    expect(decode(0x2800f, [1, 0, 78411944, 0xffffffff])).toEqual({
      domain: 1,
      unit: 0,
      waitedNs: 78411944,
      sliceNs: 4294967295,
    })
    expect(decode(0x22a05, [5, 0xffffffff])).toEqual({ word0: 5, word1: 4294967295 })
    expect(decode(0x28003, [1])).toEqual({ domain: 1 })
  })

  it('gives events that it does not know by their id', () => {
    expect(eventName(0x22a05)).toBe('0x22a05')
  })
})
