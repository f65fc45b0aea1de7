/** This testbed's own keys of an environment. */

import * as z from 'zod'

const definition = z.strictObject({
  root: z
    .enum(['debian-11', 'debian-12', 'debian-13'])
    .describe('Root of the package lock that the board boots'),
  machine: z.enum(['virt', 'raspi4b']).describe('QEMU’s board model'),
  cpus: z.int().min(1).max(8).describe('Processors of the board'),
  memoryMb: z.int().min(1024).describe('Memory of the board'),
  dom0MemoryMb: z.int().min(512).describe('Memory of dom0; domUs get the rest'),
  clockHz: z.int().min(1_000_000).describe('Frequency of the Generic Timer'),
  instructionNs: z
    .number()
    .min(0.1)
    .max(1000)
    .describe('Duration of every instruction: the emulated board’s only speed constant'),
  quantumUs: z.number().min(0.1).max(1000).describe('How far a busy processor may run ahead of others'),
})

/** Hardware that the model of the Raspberry Pi fixes. */
const raspi4b = { cpus: 4, memoryMb: 2048 } as const

export const environmentSchema = definition.superRefine(({ machine, ...values }, { addIssue }) => {
  if (machine !== 'raspi4b') return
  for (const key of ['cpus', 'memoryMb'] as const) {
    const message = `the board ${machine} has ${raspi4b[key]}, not ${values[key]}`
    if (values[key] !== raspi4b[key]) addIssue({ code: 'custom', path: [key], message })
  }
})

export type Environment = z.infer<typeof definition>
