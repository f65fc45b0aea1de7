/** Unpacks Debian packages with dpkg-deb, which needs neither root nor an installed Debian. */

import { TestbedError } from '../../testbed/board.ts'
import { cacheError } from '../../testbed/cache.ts'
import type { Package } from './packages.ts'
import { complaint, run } from './program.ts'

const advice = 'Install the package `dpkg` of your distribution: dpkg-deb unpacks the laboratory.'

/** Throws a TestbedError if dpkg-deb is missing; called before downloading. */
export async function requireUnpacker(): Promise<void> {
  await run('dpkg-deb', ['--version'], { advice, timeoutMs: 30_000 })
}

/** Unpacks a .deb into `folder`. Throws a TestbedError: disk full, or a package that cannot be unpacked. */
export async function unpack(
  deb: string,
  folder: string,
  { name, version }: Package,
  signal: AbortSignal,
): Promise<void> {
  const finished = await run('dpkg-deb', ['-x', deb, folder], { advice, signal })
  if (finished.exitCode === 0) return
  const said = complaint(finished)
  if (/No space left on device|Disk quota exceeded/.test(said)) throw cacheError({ code: 'ENOSPC' }, folder)
  throw new TestbedError(`cannot unpack ${name} ${version}: ${said}`, {
    advice: `Delete ${deb} and try again.`,
  })
}
