/** Checks whether the emulated testbed can work on this machine, with advice where it cannot. */

import { constants, existsSync } from 'node:fs'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { TestbedError } from '../../testbed/board.ts'
import { freeBytes } from '../../testbed/cache.ts'
import type { Check, PrepareOptions } from '../../testbed/testbed.ts'
import { compile, qemuCommand, requirePlatform } from '../../toolchain/hostprograms.ts'
import { type Installed, installedRoot } from '../../toolchain/installed.ts'
import { librariesOf } from '../../toolchain/libraries.ts'
import { findMirror } from '../../toolchain/mirror.ts'
import { type Lock, readLock, sizeOf } from '../../toolchain/packages.ts'
import { complaint, run } from '../../toolchain/program.ts'
import { declarationOf, type Root, roots } from '../../toolchain/roots.ts'
import type { SetupOptions } from '../../toolchain/setup.ts'
import { measureStages, mostBytes } from './stages.ts'

/** Runs all checks without changing the cache. Never throws for what it finds. Takes about a second. */
export async function doctor({
  lockFile,
  cache,
  mirror,
}: Omit<SetupOptions, keyof PrepareOptions>): Promise<Check[]> {
  const checks: Check[] = []
  const check = async (name: string, find: () => string | Promise<string>) => {
    const found = await attempt(find)
    checks.push(found instanceof Error ? failed(name, found) : { name, ok: true, found })
  }
  await check('platform', () => {
    requirePlatform()
    return `${process.platform} ${process.arch}`
  })
  await check('apt', () =>
    firstLine('apt-get', 'Only needed to find a mirror, or when a pinned version is gone.'),
  )
  await check('dpkg-deb', () => firstLine('dpkg-deb', 'Install the package `dpkg` of your distribution.'))
  await check('mirror', async () => {
    const suites = [...roots.values()].map(({ suite }) => suite)
    const found = await Promise.all(suites.map((suite) => findMirror(suite, mirror)))
    return [...new Set(found)].join(', ')
  })
  await check('cache', async () => {
    const folder = nearestFolder(cache)
    await access(folder, constants.W_OK).catch((cause) => {
      throw new TestbedError(`cannot write to ${folder}`, {
        advice: 'Set REPRO_CACHE to a folder that you can write to.',
        cause,
      })
    })
    return cache
  })
  const installed = new Map<Root, Installed>()
  const lock = await attempt(() => readLock(lockFile))
  if (lock instanceof Error) checks.push(failed('package lock', lock))
  else {
    for (const root of roots.keys()) {
      const found = await installedRoot(cache, root, lock.roots[root])
      if (found) installed.set(root, found)
    }
    await check('disk', () => diskFound(cache, lock, installed))
  }
  await check('stages', () => stagesFound(cache))
  for (const root of roots.keys()) await check(root, () => rootFound(root, installed))
  const host = installed.get('host')?.folder
  if (host) {
    await check('QEMU', () => qemuFound(host))
    await check('compiler', () => compilerFound(host))
  }
  return checks
}

async function attempt<T>(find: () => T | Promise<T>): Promise<T | Error> {
  try {
    return await find()
  } catch (error) {
    return error as Error
  }
}

function failed(name: string, error: Error): Check {
  const advice = error instanceof TestbedError ? error.advice : undefined
  return { name, ok: false, found: error.message, ...(advice && { advice }) }
}

async function firstLine(command: string, advice: string): Promise<string> {
  const finished = await run(command, ['--version'], { advice, timeoutMs: 30_000 })
  return finished.stdout.split('\n', 1)[0] ?? ''
}

function nearestFolder(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(dirname(folder))
}

async function diskFound(
  cache: string,
  lock: Lock,
  installed: ReadonlyMap<Root, Installed>,
): Promise<string> {
  const missing = [...roots.keys()].filter((root) => !installed.has(root))
  const sizes = sizeOf(missing.flatMap((root) => lock.roots[root].packages))
  const needed = 1.1 * (sizes.downloadBytes + sizes.unpackedBytes)
  const free = await freeBytes(nearestFolder(cache))
  const found = `${Math.floor(free / 1e6)} MB free, ${Math.ceil(needed / 1e6)} MB still needed`
  if (free >= needed) return found
  throw new TestbedError(found, {
    advice: 'Free some space, or set REPRO_CACHE to a folder on a larger disk.',
  })
}

async function stagesFound(cache: string): Promise<string> {
  const { count, bytes } = await measureStages(cache)
  return (
    `${count} saved boards, ${Math.round(bytes / 1e6)} MB of at most ${mostBytes / 1e6} MB ` +
    '(repro clean deletes those that are old)'
  )
}

async function rootFound(root: Root, installed: ReadonlyMap<Root, Installed>): Promise<string> {
  const found = installed.get(root)
  const host = installed.get('host')
  if (!found || !host) throw new TestbedError('not set up', { advice: 'Run `repro testbed setup`.' })
  const { missing } = await librariesOf(host.folder, found.folder, declarationOf(root))
  if (missing.length > 0)
    throw new TestbedError(`missing in ${found.folder}: ${missing.join(', ')}`, {
      advice: 'Delete that folder and run `repro testbed setup`.',
    })
  const replaced = found.substitutions.map(({ pinned, installed: now }) => `${now} instead of ${pinned}`)
  return [found.folder, ...replaced].join('; ')
}

async function qemuFound(host: string): Promise<string> {
  const { command, args } = qemuCommand(host)
  const finished = await run(command, [...args, '--version'], { timeoutMs: 30_000 })
  if (finished.exitCode !== 0) throw new TestbedError(complaint(finished))
  return finished.stdout.split('\n', 1)[0] ?? ''
}

async function compilerFound(host: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'repro-doctor-'))
  try {
    const source = join(folder, 'hello.c')
    await writeFile(source, '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n')
    await compile(host, { sources: [source] })
    return 'compiles a static arm64 program'
  } finally {
    await rm(folder, { recursive: true })
  }
}
