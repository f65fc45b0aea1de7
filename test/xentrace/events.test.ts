import { describe, expect, it } from 'vitest'
import {
  eventName,
  events,
  fieldsOf,
  fieldValue,
  isKnown,
  isRunstateChange,
  newState,
  oldState,
  runstates,
} from '../../src/xentrace/events.ts'
import { rows } from '../../src/xentrace/eventtable.ts'

/** Returns the fields of a record by name. */
function decode(id: number, words: readonly number[]) {
  return Object.fromEntries(fieldsOf(id, words.length).map((field) => [field.name, fieldValue(field, words)]))
}

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
    expect(decode(0xabc12, [5, 0xffffffff])).toEqual({ word0: 5, word1: 4294967295 })
  })

  // One line an event: what its structure in Xen's sources makes of these words.
  it.each<[string, number, number[], Record<string, number | bigint>]>([
    [
      'credit2 burn',
      0x22203,
      [0x10002, 5, 0x80000000, 0xffffffff],
      { unit: 2, domain: 1, credit: 5, budget: -2147483648, delta: -1 },
    ],
    [
      'credit2 reset',
      0x22207,
      [0x10000, 0xffffffff, 7],
      { unit: 0, domain: 1, creditBefore: -1, creditAfter: 7 },
    ],
    [
      'credit2 reset',
      0x22207,
      [0x10000, 1, 7, 2],
      { unit: 0, domain: 1, creditBefore: 1, creditAfter: 7, multiplier: 2 },
    ],
    [
      'credit2 candidate',
      0x22214,
      [0x10000, 0xffffffff, 9],
      { unit: 0, domain: 1, tickledCpu: -1, credit: 9 },
    ],
    [
      'credit2 candidate',
      0x22214,
      [0x10000, 1, 3, 9],
      { unit: 0, domain: 1, tickledCpu: 1, skipped: 3, credit: 9 },
    ],
    ['credit2 unit load', 0x2220b, [1, 2, 0x30004, 18], { load: 2 ** 33 + 1, unit: 4, domain: 3, shift: 18 }],
    [
      'credit2 runqueue load',
      0x2220c,
      [9, 0, 8, 0, 0x12030004, 77],
      { load: 9, balanceLoad: 8, units: 4, runqueue: 3, shift: 18 },
    ],
    [
      'credit2 schedule',
      0x22215,
      [0x20001, 0x01000100],
      { cpu: 1, runqueue: 2, tasklet: 0, idle: 1, smtIdle: 0, tickled: 1 },
    ],
    [
      'credit2 picked pCPU',
      0x22213,
      [1, 0, 0x10000, 0x2ffff],
      { load: 1, unit: 0, domain: 1, runqueue: -1, cpu: 2 },
    ],
    ['credit schedule', 0x22009, [0x01000003], { cpu: 3, tasklet: 0, idle: 1 }],
    [
      'rtds burn',
      0x22803,
      [0x10000, 1, 0, 0xfffffffe, 4, 0xabcdef01],
      { unit: 0, domain: 1, budgetNs: 1, deltaNs: -2, priority: 4, extraTime: 1 },
    ],
    ['rtds schedule', 0x22806, [0x12000003], { cpu: 3, tasklet: 0, tickled: 2, idle: 1 }],
    ['null schedule', 0x22a05, [0x30001, 0xffffffff], { tasklet: 1, cpu: 3, unit: -1, domain: -1 }],
    [
      'memory decrease',
      0x10f005,
      [0xffffffff, 0xffffffff, 0x90001, 5],
      { frame: 2n ** 64n - 1n, domain: 1, order16: 9, order32: 5 },
    ],
    ['frequency change', 0x801001, [1500, 600], { fromMhz: 1500, toMhz: 600 }],
    ['multicall entry', 0x20200e, [0x00500001, 9, 8], { op: 1, present: 5, word1: 9, word2: 8 }],
    ['hvm exit 64', 0x81102, [44, 5, 1], { reason: 44, rip: 2 ** 32 + 5 }],
    ['hvm inject exception', 0x82003, [14, 0xffffffff], { vector: 14, errorCode: -1 }],
    ['hvm interrupt', 0x8200f, [], {}],
    ['hvm port write', 0x82216, [0x70, 15], { port: 0x70, value: 15 }],
    [
      'pv trap 64',
      0x201103,
      [5, 1, 0x0004800e],
      { rip: 2 ** 32 + 5, trap: 14, hasErrorCode: 1, errorCode: 4 },
    ],
    ['shadow fixup pae', 0x40f106, [1, 2, 3, 4], { entry: 2 ** 33 + 1, address: 3, flags: 4 }],
    [
      'shadow emulate 64',
      0x40f208,
      [1, 0, 2, 0, 3, 0, 0x20000004],
      { entry: 1, written: 2, address: 3, flags: 4, count: 1 },
    ],
    [
      'idle exit',
      0x801003,
      [2, 9, 1, 2, 3, 4],
      { state: 2, timerTicks: 9, irq0: 1, irq1: 2, irq2: 3, irq3: 4 },
    ],
    [
      'irq bind vector',
      0x802003,
      [0x310004, 3, 0, 0, 0, 0, 0],
      { irq: 4, vector: 0x31, mask0: 3, mask1: 0, mask2: 0 },
    ],
    ['grant map', 0x10f001, [1], { domain: 1 }],
    [
      'lost records',
      0x1f001,
      [37, 0x20001, 5, 1],
      { count: 37, domain: 1, vcpu: 2, firstTicks: 2 ** 32 + 5 },
    ],
  ])('reads %s (0x%x) as Xen writes it', (name, id, words, fields) => {
    expect(eventName(id)).toBe(name)
    expect(decode(id, words)).toEqual(fields)
  })

  it('does not guess at an event with another number of words: they come as they are', () => {
    expect(decode(0x28003, [1])).toEqual({ word0: 1 })
    expect(decode(0x22207, [1, 2])).toEqual({ word0: 1, word1: 2 })
    expect([isKnown(0x28003, 2), isKnown(0x28003, 1), isKnown(0xabc12, 1)]).toEqual([true, false, false])
  })

  // xen/include/public/trace.h, by class: HVM, emulated devices, PV, shadow page tables, power and interrupts.
  it.each([
    ['0x81', [0x001, 0x002, 0x102, 0x003, 0x103, 0x401, 0x402, 0x502]],
    ['0x82', [...range(0x001, 0x01a), 0x101, 0x102, 0x108, 0x109, 0x114, 0x119]],
    ['0x82', [...range(0x020, 0x025), 0x126, 0x127, 0x216, 0x217]],
    ['0x84', range(0x001, 0x011)],
    ['0x201', [0x001, ...range(0x003, 0x00d), 0x101, ...range(0x103, 0x10c)]],
    ['0x202', [0x00e]],
    ['0x40f', [...range(0x001, 0x00f), ...range(0x101, 0x10f), ...range(0x201, 0x20f)]],
    ['0x801', range(0x001, 0x003)],
    ['0x802', range(0x001, 0x008)],
    ['0x28', range(0x001, 0x011)],
    ['0x1f', range(0x001, 0x004)],
  ])('has the events of class %s', (prefix, ids) => {
    const missing = ids.map((id) => Number(`${prefix}000`) + id).filter((id) => !events.has(id))
    expect(missing.map((id) => id.toString(16))).toEqual([])
  })

  it('has every event once', () => {
    const ids = rows.map(([id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(rows.map(([, name]) => name)).size).toBe(ids.length)
  })

  it('gives events that it does not know by their id', () => {
    expect(eventName(0xabc12)).toBe('0xabc12')
  })
})

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
