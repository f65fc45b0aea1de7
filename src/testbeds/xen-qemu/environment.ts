/** This testbed's own keys of an environment. */

import * as z from 'zod'

const definition = z.strictObject({
  /** Root of the package lock that the board boots. */
  root: z.enum(['debian-11', 'debian-12', 'debian-13']),
  /** QEMU's board model. */
  machine: z.enum(['virt', 'raspi4b']),
  cpus: z.int().min(1).max(8),
  memoryMb: z.int().min(1024),
  /** Memory of dom0; domUs get the rest. */
  dom0MemoryMb: z.int().min(512),
  /** Frequency of the Generic Timer. */
  clockHz: z.int().min(1_000_000),
  /** Duration of every instruction: the emulated board's only speed constant. */
  instructionNs: z.number().min(0.1).max(1000),
  /** How far a busy processor may run ahead of others. */
  quantumUs: z.number().min(0.1).max(1000),
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
