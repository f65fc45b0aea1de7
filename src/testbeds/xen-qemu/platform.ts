/** What the emulated laboratory asks of the machine: an x86-64 Linux, for the programs of the host root. */

import { TestbedError } from '../../testbed/testbed.ts'

/** Throws a TestbedError unless the machine can run the host root's programs. Arguments are replaced in tests. */
export function requirePlatform(platform: string = process.platform, arch: string = process.arch): void {
  if (platform === 'linux' && arch === 'x64') return
  throw new TestbedError(`the emulated testbed needs x86-64 Linux; this is ${platform} on ${arch}`, {
    advice:
      'Run it on such a machine or in a container, use the recorded runs, or a board of your own over ssh.',
  })
}
