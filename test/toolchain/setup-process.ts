/**
 * A set-up in its own process: node setup-process.ts LOCK CACHE MIRROR. Prints the notes, then the digest.
 */

import { setup } from '../../src/toolchain/setup.ts'

const [lockFile = '', cache = '', mirror = ''] = process.argv.slice(2)
const report = ({ note }: { note?: string }) => {
  if (note) console.log(note)
}
const toolchain = await setup(['debian-13', 'debian-12', 'debian-11'], { lockFile, cache, mirror, report })
console.log(toolchain.packagesDigest)
