/**
 * What the two processes of a boot say to each other: the one that waits, and the one that runs the script. What is to be done, and what came of
 * it, are files, so that the two need not run on the same machine; what happens meanwhile are messages.
 */

import * as z from 'zod'
import type { Parameters } from '../../results/parameters.ts'
import type { Run } from '../../results/run.ts'
import type { Environment } from '../../testbed/testbed.ts'
import type { Reads } from '../reads.ts'

/** Everything that the process of a boot needs. */
export interface Order {
  readonly experiment: string
  readonly pattern: string
  readonly environment: Environment
  readonly parameters: Parameters
  /** From 1, of so many. */
  readonly boot: number
  readonly boots: number
  /** Of this boot. */
  readonly trials: number
  readonly seed: number
  readonly deadlineMs: number
  readonly project: string
  readonly folder: string
  /** File for what came of it: an End. */
  readonly end: string
  /** File for the trials that are finished, relative to the project. */
  readonly journal: string
  /** Runs of the experiments that this one needs. */
  readonly needed: readonly Run[]
  readonly script:
    | { readonly type: 'file'; readonly file: string }
    /** `source` stands in the Markdown file `document` (absolute), from `firstLine` on, indented by `indentation` columns. */
    | {
        readonly type: 'inline'
        readonly document: string
        readonly source: string
        readonly firstLine: number
        readonly indentation: number
      }
  /** Of the machine that runs the boot, already prepared. */
  readonly cache: string
}

const failure = z.strictObject({
  /** Whose fault: the script's (or a bug), or the laboratory's. */
  fault: z.enum(['experiment', 'testbed']),
  message: z.string(),
  advice: z.string().exactOptional(),
  /** file:line:column of the project, where the error was thrown. */
  place: z.string().exactOptional(),
})
const message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('log'), text: z.string() }),
  z.strictObject({ type: z.literal('progress'), done: z.number(), total: z.number() }),
  /** The file of the end is there. */
  z.strictObject({ type: z.literal('ended') }),
])

const end = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('result'), result: z.unknown(), reads: z.unknown() }),
  z.strictObject({ type: z.literal('failure'), failure }),
])

export type Message = z.infer<typeof message>
export type Failure = z.infer<typeof failure>

/** What came of an order: the script's result and what it read, both unchecked, or why there is none. */
export type End =
  | { readonly type: 'result'; readonly result: unknown; readonly reads: Reads }
  | { readonly type: 'failure'; readonly failure: Failure }

/** Reads the file of an end, which a script may have written to; undefined if it is none. */
export function parseEnd(text: string): z.infer<typeof end> | undefined {
  try {
    return end.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** The descriptor of the channel in the process of a cell. */
export const channelDescriptor = 3

/** A message as it is sent: on a line of its own, whatever else was written to the channel. */
export function formatMessage(message: Message): string {
  return `\n${JSON.stringify(message)}\n`
}

/**
 * Reads messages from pieces of a stream. A script can write to the channel, too: what is no message is left out, and a line
 * longer than `longest`, which no message has, is forgotten as it comes.
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
      const parsed =
        length + end > longest ? undefined : parse(Buffer.concat([...pieces, rest.subarray(0, end)]))
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

function parse(line: Buffer): Message | undefined {
  if (line.length === 0) return undefined
  try {
    return message.safeParse(JSON.parse(line.toString())).data
  } catch {
    return undefined
  }
}
