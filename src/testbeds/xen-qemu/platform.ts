/** Checks the platform: the host sysroot's programs need x86-64 Linux. */

import { TestbedError } from '../../testbed/board.ts'

/** Throws a TestbedError unless the machine can run the host sysroot's programs. Tests pass arguments. */
export function requirePlatform(platform: string = process.platform, arch: string = process.arch): void {
  if (platform === 'linux' && arch === 'x64') return
  throw new TestbedError(`the emulated testbed needs x86-64 Linux; this is ${platform} on ${arch}`, {
    advice:
      'Run it on such a machine or in a container, use the recorded runs, or a board of your own over ssh.',
  })
}
