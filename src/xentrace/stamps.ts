/**
 * Stamp files of the two programs on the board, the trial driver in dom0 and the loop in the domU:
 *
 *     repro-stamps 1
 *     hz 54000000                                        ticks per second
 *     loop sleep 4000000                                 domU: the loop's kind and its period in ns (spin: 0)
 *     c 1000 1900                                        calibration: SCHEDOP_yield called between the stamps
 *     s 2000                                             domU: a stamp of the loop
 *     g 2000 9000                                        domU, spinning: last stamp before a gap, first one after
 *     domain 1 active 0                                  dom0: domain under test: id, name, the loop's vCPU
 *     o 0 pause 3000 5000 0 paused                       dom0: trial, operation, start, end, exit status, state after
 *     end 7                                              number of lines in between
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
const valuesOf: ReadonlyMap<string, number> = new Map([
  ['hz', 1],
  ['loop', 2],
  ['domain', 3],
  ['c', 2],
  ['s', 1],
  ['g', 2],
  ['o', 6],
  ['end', 1],
])
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
  const stampFile = new StampFile(file, header + 1)
  for (let index = header + 1; index < lines.length; index++) {
    stampFile.line = index + 1
    if (stampFile.take(lines[index] as string)) return stampFile.finish()
  }
  throw new TraceError(
    `${file}:${lines.length}: no 'end' line after the header in line ${header + 1}: the program was cut short`,
  )
}

function withoutHeader(lines: readonly string[], file: string): string {
  const other = lines.findIndex((line) => line.startsWith('repro-stamps'))
  return other < 0
    ? `${file}:1: no line '${HEADER}' in ${lines.length} lines: the program did not start`
    : `${file}:${other + 1}: '${lines[other]}': expected '${HEADER}'`
}

/** Parses the lines of one file. */
class StampFile {
  line: number
  readonly #file: string
  readonly #header: number
  #hz: number | undefined
  #loop: Loop | null = null
  #domain: Stamps['domain'] = null
  readonly #brackets: Bracket[] = []
  readonly #stamps: number[] = []
  readonly #gaps: Bracket[] = []
  readonly #commands: Command[] = []

  constructor(file: string, header: number) {
    this.#file = file
    this.#header = header
    this.line = header
  }

  /** Returns true at the end line. */
  take(text: string): boolean {
    const [kind = '', ...words] = text.split(' ')
    const count = valuesOf.get(kind)
    if (count === undefined)
      throw this.#error(text, 'expected a line that begins with hz, loop, domain, c, s, g, o or end')
    if (words.length !== count) throw this.#error(text, `${words.length} values, expected ${count}`)
    switch (kind) {
      case 'hz':
        if (this.#hz !== undefined) throw this.#error(text, 'a second hz line')
        this.#hz = this.#natural(text, words[0])
        if (this.#hz === 0) throw this.#error(text, 'a clock of 0 Hz')
        return false
      case 'loop':
        if (this.#loop !== null) throw this.#error(text, 'a second loop line')
        this.#loop = this.#loopOf(text, words)
        return false
      case 'domain':
        if (this.#domain !== null) throw this.#error(text, 'a second domain line')
        this.#domain = {
          id: this.#natural(text, words[0]),
          name: words[1] as string,
          vcpu: this.#natural(text, words[2]),
        }
        return false
      case 'c':
        this.#brackets.push(this.#bracket(text, words))
        return false
      case 's': {
        const stamp = this.#natural(text, words[0])
        this.#after(text, stamp, this.#stamps.at(-1))
        this.#stamps.push(stamp)
        return false
      }
      case 'g': {
        const gap = this.#bracket(text, words)
        this.#after(text, gap.before, this.#gaps.at(-1)?.after)
        this.#gaps.push(gap)
        return false
      }
      case 'o':
        this.#commands.push(this.#command(text, words))
        return false
      default: {
        const between = this.line - this.#header - 1
        if (this.#natural(text, words[0]) !== between) {
          throw this.#error(
            text,
            `${between} lines are between this line and the header in line ${this.#header}`,
          )
        }
        return true
      }
    }
  }

  finish(): Stamps {
    if (this.#hz === undefined) {
      throw new TraceError(`${this.#file}:${this.line}: no 'hz' line between the header and the end`)
    }
    return {
      hz: this.#hz,
      loop: this.#loop,
      domain: this.#domain,
      brackets: this.#brackets,
      stamps: this.#stamps,
      gaps: this.#gaps,
      commands: this.#commands,
    }
  }

  #loopOf(text: string, [kind, period]: readonly string[]): Loop {
    const periodNs = this.#natural(text, period)
    if (kind === 'sleep' && periodNs > 0) return { type: 'sleep', periodNs }
    if (kind === 'spin' && periodNs === 0) return { type: 'spin' }
    throw this.#error(text, "expected 'loop sleep NANOSECONDS' or 'loop spin 0'")
  }

  #bracket(text: string, words: readonly string[]): Bracket {
    const before = this.#natural(text, words[0])
    const after = this.#natural(text, words[1])
    this.#after(text, after, before)
    return { before, after }
  }

  #command(text: string, words: readonly string[]): Command {
    const [trial, type = '', start, end, exitStatus = '', stateAfter = ''] = words
    if (type !== 'pause' && type !== 'unpause') throw this.#error(text, `'${type}' is not pause or unpause`)
    if (!statesAfter.includes(stateAfter)) {
      throw this.#error(text, `'${stateAfter}' is not one of ${statesAfter.join(', ')}`)
    }
    if (!/^-?\d{1,9}$/.test(exitStatus)) throw this.#error(text, `'${exitStatus}' is not an exit status`)
    const command = {
      trial: this.#natural(text, trial),
      type,
      start: this.#natural(text, start),
      end: this.#natural(text, end),
      exitStatus: Number(exitStatus),
      stateAfter: stateAfter as StateAfter,
    } as const
    this.#after(text, command.start, this.#commands.at(-1)?.end)
    this.#after(text, command.end, command.start)
    return command
  }

  #natural(text: string, word: string | undefined): number {
    const value = /^\d{1,16}$/.test(word ?? '') ? Number(word) : Number.NaN
    if (!Number.isSafeInteger(value)) throw this.#error(text, `'${word}' is not a count below 2^53`)
    return value
  }

  #after(text: string, later: number, earlier: number | undefined): void {
    if (earlier !== undefined && later < earlier) {
      throw this.#error(text, `time runs backwards: ${later} after ${earlier}`)
    }
  }

  #error(text: string, what: string): TraceError {
    return new TraceError(`${this.#file}:${this.line}: '${text}': ${what}`)
  }
}
