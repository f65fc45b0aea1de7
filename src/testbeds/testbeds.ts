/** Testbeds by name, as in environments.yaml. To add one: a folder next to this file, and a line here. */

import { TestbedError } from '../testbed/board.ts'
import type { Environment, Testbed } from '../testbed/testbed.ts'
import { hint } from '../text/spelling.ts'
import { local } from './local/testbed.ts'
import { ssh } from './ssh/testbed.ts'
import { xenQemu } from './xen-qemu/testbed.ts'

export type Testbeds = ReadonlyMap<string, Testbed>

export const testbeds: Testbeds = new Map<string, Testbed>([
  ['local', local],
  ['ssh', ssh],
  ['xen-qemu', xenQemu],
])

/** Returns the testbed of an environment that was read with the same Map. */
export function testbedOf({ testbed }: Pick<Environment, 'testbed'>, from: Testbeds = testbeds): Testbed {
  const found = from.get(testbed)
  if (found === undefined) throw new TestbedError(`unknown testbed: ${testbed}${hint(testbed, from.keys())}`)
  return found
}
