/**
 * Stamp files of the two programs on the board, the trial driver in dom0 and the loop in the domU:
 *
 *     repro-stamps 1
 *     hz 54000000                            ticks per second
 *     loop sleep 4000000                     domU: the loop's kind and its period in ns (spin: 0)
 *     c 1000 1900                            calibration: SCHEDOP_yield called between the stamps
 *     s 2000                                 domU: a stamp of the loop
 *     g 2000 9000                            domU, spinning: last stamp before a gap, first one after
 *     domain 1 active 0                      dom0: domain under test: id, name, the loop's vCPU
 *     o 0 pause 3000 5000 0 paused           dom0: trial, operation, start, end, exit status, state after
 *     end 7                                  number of lines in between
 *
 * Stamps are CNTVCT_EL0 of the program's own domain; plain numbers, as 2^53 ticks are five years at 54 MHz.
 */

import { TraceError } from './record.ts'

export interface Bracket {
  readonly before: number
  readonly after: number
}

export type Loop = { readonly type: 'sleep'; readonly periodNs: number } | { readonly type: 'spin' }

export type StateAfter = 'paused' | 'running' | 'gone' | 'error'

/** A run of `xl` as dom0 saw it. */
export interface Command {
  readonly trial: number
  readonly type: 'pause' | 'unpause'
  readonly start: number
  readonly end: number
  readonly exitStatus: number
  readonly stateAfter: StateAfter
}

export interface Stamps {
  readonly hz: number
  readonly loop: Loop | null
  /** Domain under test and the vCPU that its loop is pinned to. */
  readonly domain: { readonly id: number; readonly name: string; readonly vcpu: number } | null
  readonly brackets: readonly Bracket[]
  /** Stamps of the sleeping loop, ascending. */
  readonly stamps: readonly number[]
  /** Gaps of the spinning loop, ascending and disjoint. */
  readonly gaps: readonly Bracket[]
  /** In order of time, not nested. */
  readonly commands: readonly Command[]
}

const HEADER = 'repro-stamps 1'
/** Number of values by a line's first word. */
const valueCounts: ReadonlyMap<string, number> = new Map(
  Object.entries({ hz: 1, loop: 2, domain: 3, c: 2, s: 1, g: 2, o: 6, end: 1 }),
)
const statesAfter: readonly string[] = ['paused', 'running', 'gone', 'error']

/**
 * Reads a stamp file. Lines before its header and after its end are console noise and ignored.
 *
 * @param file name for the messages
 * @throws TraceError naming the line that is malformed, out of order or missing
 */
export function parseStamps(text: string, file = 'stamps'): Stamps {
  const lines = text.split('\n').map((line) => line.trimEnd())
  const header = lines.indexOf(HEADER)
  if (header < 0) throw new TraceError(withoutHeader(lines, file))
  const stamps: Draft = {
    ...{ hz: null, loop: null, domain: null },
    ...{ brackets: [], stamps: [], gaps: [], commands: [] },
  }
  for (let index = header + 1; index < lines.length; index++) {
    const line = lineOf(lines[index] as string, `${file}:${index + 1}`)
    if (line.type !== 'end') {
      addLine(line, stamps)
      continue
    }
    const between = index - header - 1
    if (line.count(0) !== between)
      throw line.error(`${between} lines are between this line and the header in line ${header + 1}`)
    const { hz } = stamps
    if (hz !== null) return { ...stamps, hz }
    throw new TraceError(`${file}:${index + 1}: no 'hz' line between the header and the end`)
  }
  throw new TraceError(
    `${file}:${lines.length}: no 'end' line after the header in line ${header + 1}: ` +
      'the program was cut short',
  )
}

function withoutHeader(lines: readonly string[], file: string): string {
  const other = lines.findIndex((line) => line.startsWith('repro-stamps'))
  return other < 0
    ? `${file}:1: no line '${HEADER}' in ${lines.length} lines: the program did not start`
    : `${file}:${other + 1}: '${lines[other]}': expected '${HEADER}'`
}

interface Draft {
  hz: number | null
  loop: Loop | null
  domain: Stamps['domain']
  readonly brackets: Bracket[]
  readonly stamps: number[]
  readonly gaps: Bracket[]
  readonly commands: Command[]
}

type Line = ReturnType<typeof lineOf>

/** Splits a line into its first word and as many values as belong to it. */
function lineOf(text: string, place: string) {
  const [type = '', ...values] = text.split(' ')
  const error = (what: string) => new TraceError(`${place}: '${text}': ${what}`)
  const expected = valueCounts.get(type)
  if (expected === undefined)
    throw error('expected a line that begins with hz, loop, domain, c, s, g, o or end')
  if (values.length !== expected) throw error(`${values.length} values, expected ${expected}`)
  return {
    type,
    values,
    error,
    count(index: number): number {
      const value = /^\d{1,16}$/.test(values[index] ?? '') ? Number(values[index]) : Number.NaN
      if (!Number.isSafeInteger(value)) throw error(`'${values[index]}' is not a count below 2^53`)
      return value
    },
    /** Returns a value as a time, which may not be before an earlier one. */
    time(index: number, earlier: number | undefined): number {
      const time = this.count(index)
      if (earlier !== undefined && time < earlier)
        throw error(`time runs backwards: ${time} after ${earlier}`)
      return time
    },
  }
}

function addLine(line: Line, stamps: Draft): void {
  switch (line.type) {
    case 'hz':
      if (stamps.hz !== null) throw line.error('a second hz line')
      stamps.hz = line.count(0)
      if (stamps.hz === 0) throw line.error('a clock of 0 Hz')
      return
    case 'loop':
      if (stamps.loop !== null) throw line.error('a second loop line')
      stamps.loop = loopIn(line)
      return
    case 'domain':
      if (stamps.domain !== null) throw line.error('a second domain line')
      stamps.domain = { id: line.count(0), name: line.values[1] as string, vcpu: line.count(2) }
      return
    case 'c':
      stamps.brackets.push(bracketIn(line))
      return
    case 's':
      stamps.stamps.push(line.time(0, stamps.stamps.at(-1)))
      return
    case 'g':
      stamps.gaps.push(bracketIn(line, stamps.gaps.at(-1)?.after))
      return
    case 'o':
      stamps.commands.push(commandIn(line, stamps.commands.at(-1)?.end))
  }
}

function loopIn(line: Line): Loop {
  const [type] = line.values
  const periodNs = line.count(1)
  if (type === 'sleep' && periodNs > 0) return { type, periodNs }
  if (type === 'spin' && periodNs === 0) return { type }
  throw line.error("expected 'loop sleep NANOSECONDS' or 'loop spin 0'")
}

function bracketIn(line: Line, earlier?: number): Bracket {
  const before = line.time(0, earlier)
  return { before, after: line.time(1, before) }
}

function commandIn(line: Line, earlier: number | undefined): Command {
  const [, type = '', , , exitStatus = '', stateAfter = ''] = line.values
  if (type !== 'pause' && type !== 'unpause') throw line.error(`'${type}' is not pause or unpause`)
  if (!statesAfter.includes(stateAfter))
    throw line.error(`'${stateAfter}' is not one of ${statesAfter.join(', ')}`)
  if (!/^-?\d{1,9}$/.test(exitStatus)) throw line.error(`'${exitStatus}' is not an exit status`)
  const start = line.time(2, earlier)
  return {
    ...{ trial: line.count(0), type, start, end: line.time(3, start) },
    exitStatus: Number(exitStatus),
    stateAfter: stateAfter as StateAfter,
  }
}
