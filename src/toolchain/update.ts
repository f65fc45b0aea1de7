/**
 * Regenerates the lock file: the newest versions in the suites' point releases of every sysroot's seeds and
 * their dependencies. A developer's command; ordinary use only reads the lock.
 */

import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { TestbedError } from '../testbed/board.ts'
import { openApt } from './apt.ts'
import { librariesOf } from './libraries.ts'
import { findMirror } from './mirror.ts'
import { type Lock, type LockedRoot, writeLock } from './packages.ts'
import { resolve } from './resolve.ts'
import { declarationOf, type Root, roots } from './roots.ts'
import { type SetupOptions, setup } from './setup.ts'

/**
 * Resolves all sysroots against the archive, installs them, checks that every program finds its libraries,
 * and only then replaces `lockFile`. Throws a TestbedError, leaving the lock untouched, when something is
 * missing.
 */
export async function updateLock(options: SetupOptions): Promise<Lock> {
  const { lockFile, cache, mirror, report, signal } = options
  const locked = new Map<Root, LockedRoot>()
  for (const root of roots.keys()) {
    const declaration = declarationOf(root)
    const { suite, architecture } = declaration
    report({ task: 'resolve', done: locked.size, total: roots.size, unit: 'roots', note: root })
    const base = await findMirror(suite, mirror)
    const apt = await openApt({ mirror: base, suite, architecture }, join(cache, 'apt'), signal)
    locked.set(root, { suite, architecture, packages: await resolve(declaration, apt) })
  }
  const lock: Lock = { schema: 1, roots: Object.fromEntries(locked) as Record<Root, LockedRoot> }
  const draft = `${lockFile}.draft`
  await writeLock(draft, lock)
  try {
    const toolchain = await setup([...roots.keys()], { ...options, lockFile: draft })
    for (const root of roots.keys()) {
      const { missing } = await librariesOf(toolchain.root('host'), toolchain.root(root), declarationOf(root))
      if (missing.length > 0)
        throw new TestbedError(`libraries missing in ${root}: ${missing.join(', ')}`, {
          advice: `Add their packages to the seeds of ${root}.`,
        })
    }
    await rename(draft, lockFile)
  } finally {
    await rm(draft, { force: true })
  }
  return lock
}
