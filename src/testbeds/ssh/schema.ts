/** Schemas of this testbed's own keys of an environment. */

import * as z from 'zod'
import type { Definition } from '../../testbed/board.ts'

const word = z.string().min(1).max(200)
/** As `ssh` takes it, and nothing that it takes for an option: `pi4`, `root@192.168.1.20`. */
const host = z
  .string()
  .regex(
    /^(?=.{1,200}$)(?:\w[\w.-]*@)?[A-Za-z0-9][\w.:-]*$/,
    'the name of a host for ssh, such as pi4 or root@192.168.1.20',
  )
/** A command for `sh`. */
const command = z.string().min(1)

/** Facts that a board reports about itself, and that may affect results. */
export const lockItems = ['model', 'revision', 'firmware', 'xen', 'kernel', 'system'] as const

/** What decides results. */
export const definition = z.strictObject({
  machine: z.enum(['hardware', 'emulated']).describe('What the board is: checked when it is opened'),
  root: z
    .enum(['debian-11', 'debian-12', 'debian-13'])
    .describe('Root of the package lock that guests, their kernel and the board’s programs come from'),
  reboot: z
    .boolean()
    .default(true)
    .describe(
      'Whether each boot of a cell begins with a reboot of the board. Without, boots are not independent',
    ),
  lock: z
    .partialRecord(z.enum(lockItems), word)
    .default({})
    .describe('What the board must say of itself, each as its beginning'),
})

/** Keys of cells are flat: `lock xen`. */
export const definitionSchema = definition.transform(({ lock, ...rest }): Definition => {
  const items = Object.entries(lock).flatMap(([item, value]) =>
    value === undefined ? [] : [[`lock ${item}`, value] as const],
  )
  return { ...rest, ...Object.fromEntries(items.sort()) }
})

/** What only says how to reach the board, and what it needs to work. */
export const accessSchema = z
  .strictObject({
    host: host.optional().describe('The board, as ssh takes it: pi4, root@192.168.1.20'),
    boards: z
      .array(host)
      .min(1)
      .refine((all) => new Set(all).size === all.length, { message: 'name each board once' })
      .optional()
      .describe('Several boards of one kind, instead of host'),
    power: z
      .strictObject({ cycle: command.describe('Switches a board off and on') })
      .optional()
      .describe('Commands on this computer, with the board’s name in $REPRO_BOARD'),
    serial: command.optional().describe('Prints what the board’s serial console says, until it is killed'),
    reserve: command.optional().describe('Command that reserves a board before a boot'),
    release: command.optional().describe('Command that releases it'),
    requirements: z
      .strictObject({
        memoryMb: z.int().min(1).default(128).describe('Memory that dom0 must have free'),
        diskMb: z.int().min(1).default(256).describe('Room that its disk must have'),
        xenOptions: z
          .array(word)
          .default([])
          .describe('Xen’s own line of options must contain this, such as `tbuf_size=`'),
      })
      .prefault({})
      .describe('What the board must have'),
    quiet: z
      .number()
      .min(1)
      .max(3600)
      .default(30)
      .describe(
        'Silence after a job has started, in seconds, if there is no serial console that tells its end',
      ),
    bootSeconds: z.number().min(10).max(3600).default(180).describe('How long a reboot may take, in seconds'),
  })
  .refine(({ host: one, boards }) => (one === undefined) !== (boards === undefined), {
    message: 'give host, or boards for several',
    path: ['host'],
  })
