/** This testbed's own keys of an environment. */

import type * as z from 'zod'
import type { Access, Environment } from '../../testbed/testbed.ts'
import { accessSchema, type definition } from './schema.ts'

export type Settings = z.infer<typeof accessSchema> & {
  readonly machine: 'hardware' | 'emulated'
  readonly root: z.infer<typeof definition>['root']
  readonly reboot: boolean
  /** Item -> how its value begins. */
  readonly lock: Readonly<Record<string, string>>
  readonly hosts: readonly string[]
}

/** Returns an environment's values. They were checked when it was read. */
export function settingsOf({
  definition: values,
  access,
}: Pick<Environment, 'definition' | 'access'>): Settings {
  const reached = accessSchema.parse(access)
  const lock = Object.entries(values).flatMap(([key, value]) =>
    key.startsWith('lock ') ? [[key.slice('lock '.length), String(value)] as const] : [],
  )
  return {
    ...reached,
    machine: values.machine as Settings['machine'],
    root: values.root as Settings['root'],
    reboot: values.reboot === true,
    lock: Object.fromEntries(lock),
    hosts: hostsOf(access),
  }
}

/** Names of the boards; empty if the entry names none. */
export function hostsOf(access: Access | undefined): readonly string[] {
  if (access === undefined) return []
  const { host: one, boards } = accessSchema.parse(access)
  return boards ?? (one === undefined ? [] : [one])
}
