/** Environments: the machines that a paper's experiments ask for, as experiments/environments.yaml defines them. */

import { parse } from 'yaml'
import { z } from 'zod'
import { readTextFile } from '../files/ordinary.ts'
import { TestbedError } from './testbed.ts'

const definition = z.strictObject({
  /** In words, for the report. */
  label: z.string(),
  testbed: z.literal('emulated'),
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
  /** Time that every instruction takes: the emulated board's one constant of speed. */
  instructionNs: z.number().min(0.1).max(1000),
  /** How far a busy processor may run ahead of another one. */
  quantumUs: z.number().min(0.1).max(1000),
})

/** What a board model has, where that is not for us to choose. */
const fixed: ReadonlyMap<string, { readonly cpus: number; readonly memoryMb: number }> = new Map([
  ['raspi4b', { cpus: 4, memoryMb: 2048 }],
])

const checked = definition.superRefine(({ machine, ...given }, { addIssue }) => {
  for (const [name, value] of Object.entries(fixed.get(machine) ?? {})) {
    const found = given[name as 'cpus' | 'memoryMb']
    if (found !== value)
      addIssue({ code: 'custom', path: [name], message: `the board ${machine} has ${value}, not ${found}` })
  }
})

export type Environment = z.infer<typeof definition> & { readonly name: string }

/** Reads and validates the file. Throws a TestbedError that names the entry and key at fault. */
export async function readEnvironments(file: string): Promise<ReadonlyMap<string, Environment>> {
  let data: unknown
  try {
    data = parse(readTextFile(file))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TestbedError(`cannot read the environments in ${file}: ${reason}`, { cause })
  }
  const parsed = z.record(z.string(), checked).safeParse(data)
  if (!parsed.success) throw new TestbedError(`${file}: ${z.prettifyError(parsed.error)}`)
  return new Map(Object.entries(parsed.data).map(([name, entry]) => [name, { name, ...entry }]))
}
