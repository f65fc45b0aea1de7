/**
 * Installs the emulated testbed's toolchain in the cache, without root:
 *
 *     lock file -> missing sysroots -> (mirror -> download -> unpack) per package -> rename -> marker
 *
 * Every step can be interrupted and resumed; concurrent set-ups wait for each other.
 */

import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit, { type LimitFunction } from 'p-limit'
import { exclusively } from '../files/exclusive.ts'
import { digestOf, FileError } from '../files/ordinary.ts'
import { TestbedError } from '../testbed/board.ts'
import { cacheError, freeBytes, makeCacheFolder, requireFreeBytes } from '../testbed/cache.ts'
import type { PrepareOptions, Host, Report } from '../testbed/testbed.ts'
import { type Apt, openApt, requireUnpacker, unpack } from './apt.ts'
import { download, Gone, type Patience } from './download.ts'
import { requirePlatform, writeWrappers } from './hostprograms.ts'
import { type Installed, installedRoot, markComplete, rootFolder, type Substitution } from './installed.ts'
import { findMirror, type MirrorEffects } from './mirror.ts'
import { type Lock, type LockedRoot, type Package, readLock, sizeOf } from './packages.ts'
import { successor } from './resolve.ts'
import type { Root } from './roots.ts'
import { type Toolchain, toolchain } from './toolchain.ts'

export interface SetupOptions extends Omit<Host, 'project'>, PrepareOptions {
  /** The lock file: experiments/packages.lock.json of the project. */
  readonly lockFile: string
  /** Archives to use instead of the machine's own; value of REPRO_DEBIAN_MIRROR. */
  readonly mirror?: string | undefined
}

/** Replaced in tests. */
export interface SetupEffects {
  readonly openApt: typeof openApt
  readonly freeBytes: typeof freeBytes
  readonly mirror?: MirrorEffects
  readonly patience?: Patience
}

/**
 * Installs `roots` (and always `host`, which runs QEMU) if missing, and returns the toolchain. If all are
 * there it reads only the lock and a marker each. Throws a TestbedError with advice for all external
 * failures, and the signal's reason when aborted.
 */
export async function setup(
  roots: readonly Root[],
  options: SetupOptions,
  effects: SetupEffects = { openApt, freeBytes },
): Promise<Toolchain> {
  requirePlatform()
  const { lockFile, cache, report, signal } = options
  const lock = await readLock(lockFile)
  const names = [...new Set<Root>(['host', ...roots])]
  const before = await installedRoots(cache, names, lock)
  if (before.size === names.length) return toolchain(before)
  const folder = join(cache, 'testbed')
  await makeCacheFolder(folder)
  const waiting = {
    signal,
    what: 'set-up',
    explain: cacheError,
    onWait: (note: string) => report({ task: 'wait', done: 0, total: 1, unit: 'set-ups', note }),
  }
  await exclusively(join(folder, 'setup.lock'), waiting, async () => {
    const present = await installedRoots(cache, names, lock)
    const missing = names.filter((root) => !present.has(root))
    if (missing.length > 0) await provision(missing, lock, options, effects)
  })
  return toolchain(await installedRoots(cache, names, lock))
}

async function installedRoots(
  cache: string,
  names: readonly Root[],
  lock: Lock,
): Promise<Map<Root, Installed>> {
  const found = new Map<Root, Installed>()
  for (const root of names) {
    const installed = await installedRoot(cache, root, lock.roots[root])
    if (installed) found.set(root, installed)
  }
  return found
}

/** Downloads and unpacks the missing sysroots, with packages in parallel. */
async function provision(
  missing: readonly Root[],
  lock: Lock,
  { cache, mirror, report, signal }: SetupOptions,
  effects: SetupEffects,
): Promise<void> {
  await requireUnpacker()
  const downloads = join(cache, 'downloads')
  await makeCacheFolder(downloads)
  await sweep(join(cache, 'testbed'))
  const packages = missing.flatMap((root) => lock.roots[root].packages)
  const space = spaceFor(packages, new Set(await readdir(downloads)))
  await requireFreeBytes(cache, space, effects.freeBytes)

  const failure = new AbortController()
  const shared: Shared = {
    cache,
    downloads,
    failure,
    stop: AbortSignal.any(signal ? [failure.signal, signal] : [failure.signal]),
    effects,
    mirror: once((suite: string) => findMirror(suite, mirror, effects.mirror)),
    downloading: pLimit(4),
    unpacking: pLimit(2),
    progress: progressOf(packages, report),
  }
  await all(
    failure,
    missing.map((root) => installRoot(root, lock.roots[root], shared)),
  )
}

interface Shared {
  readonly cache: string
  readonly downloads: string
  /** Aborted with the first error, which stops the rest and is the one reported. */
  readonly failure: AbortController
  readonly stop: AbortSignal
  readonly effects: SetupEffects
  readonly mirror: (suite: string) => Promise<string>
  readonly downloading: LimitFunction
  readonly unpacking: LimitFunction
  readonly progress: Progress
}

/** Like Promise.all, but the first error stops the other tasks and is thrown only when all have ended. */
async function all<T>(failure: AbortController, tasks: readonly Promise<T>[]): Promise<readonly T[]> {
  for (const task of tasks) task.catch((error) => failure.abort(error))
  const ended = await Promise.allSettled(tasks)
  failure.signal.throwIfAborted()
  return ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
}

async function installRoot(root: Root, locked: LockedRoot, shared: Shared): Promise<void> {
  const folder = rootFolder(shared.cache, root, locked)
  const staging = `${folder}${stagingSuffix}`
  try {
    await mkdir(staging)
    const obtained = await installPackages(root, locked, staging, shared)
    if (root === 'host') await writeWrappers(staging)
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
    const packages = obtained.map((one) => one.package).sort((a, b) => (a.name < b.name ? -1 : 1))
    const substitutions = obtained.flatMap((one) => one.substitution ?? [])
    substitutions.sort((a, b) => (a.pinned < b.pinned ? -1 : 1))
    await markComplete({ folder, packages, substitutions })
    for (const { file } of obtained) await rm(file, { force: true })
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    throw cacheError(error, staging)
  }
}

/** Installs all packages of a sysroot into `staging`, in parallel. */
async function installPackages(
  root: Root,
  locked: LockedRoot,
  staging: string,
  shared: Shared,
): Promise<readonly Obtained[]> {
  const { stop, effects, downloading, unpacking, progress } = shared
  const apt = once((mirror: string) =>
    effects.openApt({ mirror, ...locked }, join(shared.cache, 'apt'), stop),
  )
  // Largest first: a kernel that arrives last would be unpacked alone.
  const packages = locked.packages.toSorted((a, b) => b.size - a.size)
  return await all(
    shared.failure,
    packages.map(async (pinned) => {
      const obtained = await downloading(() => obtain(root, pinned, locked, apt, shared))
      await unpacking(() => unpack(obtained.file, staging, obtained.package, stop))
      progress.unpacked()
      return obtained
    }),
  )
}

interface Obtained {
  readonly file: string
  readonly package: Package
  readonly substitution?: Substitution
}

/** Fetches the .deb of a pinned package, or of the newest version if the mirror no longer has it. */
async function obtain(
  root: Root,
  pinned: Package,
  { suite }: LockedRoot,
  apt: (mirror: string) => Promise<Apt>,
  { downloads, stop, effects, progress, mirror: mirrorOf }: Shared,
): Promise<Obtained> {
  const file = join(downloads, debName(pinned))
  if (isWhole(file, pinned)) {
    progress.downloaded(pinned, pinned.size)
    return { file, package: pinned }
  }
  await rm(file, { recursive: true, force: true })
  const mirror = await mirrorOf(suite)
  /** Returns false if the mirror does not hold the package. Progress counts for `pinned`, as totals do. */
  const fetched = async (wanted: Package, to: string) => {
    const onBytes = (have: number) =>
      progress.downloaded(pinned, Math.round((have / wanted.size) * pinned.size))
    try {
      await download(mirror, wanted, to, { signal: stop, onBytes, patience: effects.patience })
      return true
    } catch (error) {
      if (error instanceof Gone) return false
      throw error
    }
  }
  if (await fetched(pinned, file)) return { file, package: pinned }
  const found = await newest(pinned, suite, await apt(mirror))
  const substitution = {
    root,
    pinned: `${pinned.name} ${pinned.version}`,
    installed: `${found.name} ${found.version}`,
  }
  progress.note(`${substitution.pinned} is gone from ${mirror}: taking ${substitution.installed}`)
  const other = join(downloads, debName(found))
  if (await fetched(found, other)) return { file: other, package: found, substitution }
  throw new TestbedError(`${mirror} lists ${substitution.installed} but does not hold it`, {
    advice: 'The mirror is being updated: try again later, or use another one (REPRO_DEBIAN_MIRROR).',
  })
}

/** Checks that a cached package is as pinned, by digest: name and size alone prove nothing. */
function isWhole(file: string, { size, sha256 }: Package): boolean {
  try {
    const found = digestOf(file)
    return found?.bytes === size && found.sha256 === sha256
  } catch (error) {
    if (error instanceof FileError) return false
    throw error
  }
}

async function newest(pinned: Package, suite: string, apt: Apt): Promise<Package> {
  const name = pinned.through ? (await successor(pinned.through, apt)).name : pinned.name
  const candidate = await apt.show(name)
  if (!candidate)
    throw new TestbedError(
      `${pinned.name} ${pinned.version} is gone from the mirror, and ${suite} has no ${name}`,
      {
        advice: 'Use a mirror that keeps old versions (REPRO_DEBIAN_MIRROR), or regenerate the package lock.',
      },
    )
  const { depends: _, ...found } = candidate
  return pinned.through ? { ...found, through: pinned.through } : found
}

function debName({ name, sha256 }: Package): string {
  return `${name}-${sha256.slice(0, 16)}.deb`
}

const stagingSuffix = '.staging'

/** Removes staging folders of interrupted set-ups. Only the lock's holder may. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.endsWith(stagingSuffix)) await rm(join(folder, name), { recursive: true, force: true })
}

/** Returns the bytes of missing downloads and all unpacked packages, plus a tenth for file system blocks. */
function spaceFor(packages: readonly Package[], present: ReadonlySet<string>): number {
  const missing = packages.filter((one) => !present.has(debName(one)))
  return 1.1 * (sizeOf(packages).unpackedBytes + sizeOf(missing).downloadBytes)
}

/** Memoizes a function by argument: concurrent callers share one promise, and its failure. */
function once<T>(ask: (argument: string) => Promise<T>): (argument: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>()
  return (argument) => {
    const answer = answers.get(argument) ?? ask(argument)
    answers.set(argument, answer)
    return answer
  }
}

type Progress = ReturnType<typeof progressOf>

function progressOf(packages: readonly Package[], report: Report) {
  const received = new Map<Package, number>()
  const total = sizeOf(packages).downloadBytes
  let done = 0
  let unpacked = 0
  const bytes = () => ({ task: 'download', done, total, unit: 'bytes' })
  return {
    downloaded(pinned: Package, now: number): void {
      done += now - (received.get(pinned) ?? 0)
      received.set(pinned, now)
      report(bytes())
    },
    unpacked(): void {
      report({ task: 'unpack', done: ++unpacked, total: packages.length, unit: 'packages' })
    },
    note(note: string): void {
      report({ ...bytes(), note })
    },
  }
}
