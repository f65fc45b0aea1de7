/** Schemas of the messages that a script's process sends. */

import * as z from 'zod'

export const failure = z.strictObject({
  /** Who is at fault: the script (or a bug), or the toolchain. */
  fault: z.enum(['experiment', 'testbed']),
  message: z.string(),
  advice: z.string().exactOptional(),
  /** Where the error was thrown: file:line:column in the project. */
  place: z.string().exactOptional(),
})
export const message = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('log'), text: z.string() }),
  z.strictObject({ type: z.literal('progress'), done: z.number(), total: z.number() }),
  /** The end file is complete. */
  z.strictObject({ type: z.literal('ended') }),
])

/** What was seen of the machine while a boot ran on it (machine.ts). */
export const machine = z.record(z.string(), z.union([z.string(), z.number()]))

export const end = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('result'),
    result: z.unknown(),
    reads: z.unknown(),
    machine: machine.exactOptional(),
  }),
  z.strictObject({ type: z.literal('failure'), failure }),
])
