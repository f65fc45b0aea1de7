/** Testbeds by name, as in environments.yaml. To add one: a folder next to this file, and a line here. */

import type { Testbed } from '../testbed/testbed.ts'
import { local } from './local/testbed.ts'
import { ssh } from './ssh/testbed.ts'
import { xenQemu } from './xen-qemu/testbed.ts'

export type Testbeds = ReadonlyMap<string, Testbed>

export const testbeds: Testbeds = new Map<string, Testbed>([
  ['local', local],
  ['ssh', ssh],
  ['xen-qemu', xenQemu],
])
