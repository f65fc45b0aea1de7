/**
 * Protocol between a boot's executor and its process. The order and its end are files, so that the two can
 * run on different machines; messages report progress meanwhile.
 */

import type * as z from 'zod'
import type { Parameters } from '../../results/parameters.ts'
import type { Inputs, Run } from '../../results/run.ts'
import type { Environment } from '../../testbed/testbed.ts'
import { mostBytes } from './journal.ts'
import { end, type failure, type machine, message } from './messageschema.ts'

/** How a script that is no module of Node is started. Plain data. */
export interface Program {
  /** Name in languages.ts; undefined for any other executable file. */
  readonly language: string | undefined
  /** Absolute path; empty if there is none. The script's path follows `args`, unless it is the command. */
  readonly command: string
  readonly args: readonly string[]
  readonly per: 'trial' | 'cell'
  /** Absolute paths of what it imports from the project. */
  readonly imports: readonly string[]
  /** For messages: `python 3.11.2`. */
  readonly interpreter: string
}

export interface BootOrder {
  readonly experiment: string
  readonly pattern: string
  readonly environment: Environment
  readonly parameters: Parameters
  /** From 1 to `boots`. */
  readonly boot: number
  readonly boots: number
  readonly trials: number
  /** Trials that run first and are not kept. */
  readonly warmup: number
  readonly seed: number
  readonly deadlineMs: number
  readonly project: string
  readonly folder: string
  /** File for the BootEnd, relative to the project. */
  readonly end: string
  /** File for finished trials, relative to the project. */
  readonly journal: string
  /** Path under which the journal's lines are sealed, if it will be moved there. */
  readonly journalName?: string
  readonly needed: readonly Run[]
  readonly script:
    | { readonly type: 'file'; readonly file: string }
    /** In the Markdown file `document` (absolute), from `firstLine`, indented by `indentation` columns. */
    | {
        readonly type: 'inline'
        readonly document: string
        readonly source: string
        readonly firstLine: number
        readonly indentation: number
      }
  /** Of a script in another language than TypeScript. */
  readonly program?: Program | undefined
  /** True if the block names `inputs`, so its author knows what else counts. */
  readonly namesInputs: boolean
  /** Environment variables let through although their values are no inputs. */
  readonly untracked: readonly string[]
  /** Inputs of those whose values are. */
  readonly variables: Inputs
  /** Prepared cache of the machine that runs the boot. */
  readonly cache: string
  /** Folder in the cache for parts of the boot that are done. */
  readonly kept: string
}

/** What was seen of the machine while a boot ran on it (machine.ts). */
export type Machine = Readonly<z.infer<typeof machine>>
export type Message = z.infer<typeof message>
export type Failure = z.infer<typeof failure>

/** Outcome of an order: the script's result and its reads, both unvalidated, or a failure. */
export type BootEnd = z.infer<typeof end>

/** Bytes of an end file: rows plus the rest of the result. */
export const mostEnd = 2 * mostBytes

/** Parses an end file, which a script may have altered; undefined if invalid. */
export function parseEnd(text: string): BootEnd | undefined {
  return parseJson(end, text)
}

function parseJson<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export const channelDescriptor = 3

/** Formats a message on its own line, whatever else was written to the channel. */
export function formatMessage(message: Message): string {
  return `\n${JSON.stringify(message)}\n`
}

/**
 * Parses messages from stream chunks. A script can also write to the channel: skips invalid lines and
 * discards those over `longest`, which no message exceeds.
 */
export function messageReader(
  receive: (message: Message) => void,
  longest = longestLine,
): (piece: Uint8Array) => void {
  let pieces: Uint8Array[] = []
  let length = 0
  return (piece) => {
    let rest = piece
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      const line = Buffer.concat([...pieces, rest.subarray(0, end)])
      const parsed = length + end > longest ? undefined : parseJson(message, line.toString())
      pieces = []
      length = 0
      rest = rest.subarray(end + 1)
      if (parsed) receive(parsed)
    }
    length += rest.length
    if (length <= longest) pieces.push(rest)
    else pieces = []
  }
}

const newline = 10
const longestLine = 1_000_000
