/** Opens a pretend board as the testbed does, with a made-up toolchain. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenedBoard } from '../../../src/testbed/board.ts'
import type { Access } from '../../../src/testbed/testbed.ts'
import { openBoard } from '../../../src/testbeds/ssh/board.ts'
import { accessSchema } from '../../../src/testbeds/ssh/schema.ts'
import type { Toolchain } from '../../../src/toolchain/toolchain.ts'
import { shortTimings } from './runner.ts'
import { makeToolchain } from './toolchain.ts'

/** Boots of one `folder` share boards; each `name` is a boot. */
export async function openPretend(
  folder: string,
  name: string,
  access: Access,
  log: (text: string) => void = () => {},
  toolchain: Toolchain = makeToolchain(join(folder, `toolchain-${name}`)),
): Promise<OpenedBoard> {
  const place = { project: folder, cache: join(folder, 'cache'), folder: join(folder, name) }
  mkdirSync(place.folder, { recursive: true })
  const environment = {
    ...{ name: 'pi', label: 'a board', testbed: 'ssh', origin: 'emulated' as const },
    definition: { machine: 'emulated', root: 'debian-12', reboot: false },
    access: accessSchema.parse({ quiet: 1, ...access }),
  }
  const kept = join(place.cache, 'kept', name)
  return await openBoard(toolchain, environment, { ...place, kept, log }, shortTimings)
}
