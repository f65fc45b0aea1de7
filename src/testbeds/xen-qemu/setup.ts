/**
 * Installs the emulated testbed's toolchain in the cache, without root:
 *
 *     lock file -> missing sysroots -> (mirror -> download -> unpack) per package -> rename -> marker
 *
 * Every step can be interrupted and resumed; concurrent set-ups wait for each other.
 */

import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import pLimit, { type LimitFunction } from 'p-limit'
import { exclusively } from '../../files/exclusive.ts'
import { digestOf, FileError } from '../../files/ordinary.ts'
import { TestbedError } from '../../testbed/board.ts'
import { cacheError, freeBytes, makeCacheFolder, requireFreeBytes } from '../../testbed/cache.ts'
import { type Report } from '../../testbed/testbed.ts'
import { type Apt, openApt } from './apt.ts'
import { download, Gone, type Patience } from './download.ts'
import { type Installed, installedRoot, markComplete, rootFolder, type Substitution } from './installed.ts'
import { type Laboratory, laboratory } from './laboratory.ts'
import { findMirror, type MirrorEffects } from './mirror.ts'
import { type Lock, type LockedRoot, type Package, readLock } from './packages.ts'
import { requirePlatform } from './platform.ts'
import { successor } from './resolve.ts'
import type { Root } from './roots.ts'
import { writeWrappers } from './toolchain.ts'
import { requireUnpacker, unpack } from './unpack.ts'

export interface SetupOptions {
  /** The lock file: experiments/packages.lock.json of the project. */
  readonly lockFile: string
  readonly cache: string
  /** Value of REPRO_DEBIAN_MIRROR. */
  readonly mirror?: string | undefined
  readonly report: Report
  readonly signal?: AbortSignal | undefined
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
): Promise<Laboratory> {
  requirePlatform()
  const lock = await readLock(options.lockFile)
  const wanted = [...new Set<Root>(['host', ...roots])]
  const have = await installedRoots(options.cache, wanted, lock)
  if (have.size === wanted.length) return laboratory(have)
  const folder = join(options.cache, 'testbed')
  await makeCacheFolder(folder)
  await exclusively(
    join(folder, 'setup.lock'),
    {
      signal: options.signal,
      what: 'set-up',
      explain: cacheError,
      onWait: (note) => options.report({ task: 'wait', done: 0, total: 1, unit: 'set-ups', note }),
    },
    async () => {
      const now = await installedRoots(options.cache, wanted, lock)
      const missing = wanted.filter((root) => !now.has(root))
      if (missing.length > 0) await provision(missing, lock, options, effects)
    },
  )
  return laboratory(await installedRoots(options.cache, wanted, lock))
}

async function installedRoots(
  cache: string,
  wanted: readonly Root[],
  lock: Lock,
): Promise<Map<Root, Installed>> {
  const found = new Map<Root, Installed>()
  for (const root of wanted) {
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
  const space = spaceFor(packages, downloads, new Set(await readdir(downloads)))
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
  await Promise.allSettled(missing.map((root) => installRoot(root, lock.roots[root], shared)))
  if (failure.signal.aborted) throw failure.signal.reason
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

async function installRoot(root: Root, locked: LockedRoot, shared: Shared): Promise<void> {
  const folder = rootFolder(shared.cache, root, locked)
  const staging = `${folder}${stagingSuffix}`
  try {
    await mkdir(staging)
    const got = await installPackages(root, locked, staging, shared)
    if (root === 'host') await writeWrappers(staging)
    await rm(folder, { recursive: true, force: true })
    await rename(staging, folder)
    const packages = got.map((one) => one.package).sort((a, b) => (a.name < b.name ? -1 : 1))
    const substitutions = got.flatMap((one) => one.substitution ?? [])
    substitutions.sort((a, b) => (a.pinned < b.pinned ? -1 : 1))
    await markComplete({ folder, packages, substitutions })
    for (const { file } of got) await rm(file, { force: true })
  } catch (error) {
    shared.failure.abort(cacheError(error, staging))
    await rm(staging, { recursive: true, force: true })
    throw error
  }
}

/** Installs all packages of a sysroot into `staging`, in parallel. */
async function installPackages(
  root: Root,
  locked: LockedRoot,
  staging: string,
  shared: Shared,
): Promise<readonly Obtained[]> {
  const { stop, failure, effects, downloading, unpacking, progress } = shared
  const apt = once((mirror: string) =>
    effects.openApt({ mirror, ...locked }, join(shared.cache, 'apt'), stop),
  )
  // Largest first: a kernel that arrives last would be unpacked alone.
  const packages = locked.packages.toSorted((a, b) => b.size - a.size)
  const settled = await Promise.allSettled(
    packages.map(async (pinned) => {
      try {
        const got = await downloading(() => obtain(root, pinned, locked, apt, shared))
        await unpacking(() => unpack(got.file, staging, got.package, stop))
        progress.unpacked()
        return got
      } catch (error) {
        failure.abort(error)
        throw error
      }
    }),
  )
  // The caller may remove the staging folder only when nothing is running.
  failure.signal.throwIfAborted()
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
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
  shared: Shared,
): Promise<Obtained> {
  const file = debFile(shared.downloads, pinned)
  if (isWhole(file, pinned)) {
    shared.progress.downloaded(pinned, pinned.size)
    return { file, package: pinned }
  }
  await rm(file, { recursive: true, force: true })
  const mirror = await shared.mirror(suite)
  try {
    await fetchPackage(mirror, pinned, file, pinned, shared)
    return { file, package: pinned }
  } catch (error) {
    if (!(error instanceof Gone)) throw error
  }
  const found = await newest(pinned, suite, await apt(mirror))
  const substitution = {
    root,
    pinned: `${pinned.name} ${pinned.version}`,
    installed: `${found.name} ${found.version}`,
  }
  shared.progress.note(`${substitution.pinned} is gone from ${mirror}: taking ${substitution.installed}`)
  const other = debFile(shared.downloads, found)
  try {
    await fetchPackage(mirror, found, other, pinned, shared)
  } catch (error) {
    if (!(error instanceof Gone)) throw error
    throw inconsistent(found, mirror)
  }
  return { file: other, package: found, substitution }
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

/** Downloads one package; progress counts for `pinned`, on which the totals are based. */
async function fetchPackage(
  mirror: string,
  wanted: Package,
  file: string,
  pinned: Package,
  { stop, effects, progress }: Shared,
): Promise<void> {
  await download(mirror, wanted, file, {
    signal: stop,
    onBytes: (have) => progress.downloaded(pinned, Math.round((have / wanted.size) * pinned.size)),
    ...(effects.patience && { patience: effects.patience }),
  })
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

function inconsistent({ name, version }: Package, mirror: string): TestbedError {
  return new TestbedError(`${mirror} lists ${name} ${version} but does not hold it`, {
    advice: 'The mirror is being updated: try again later, or use another one (REPRO_DEBIAN_MIRROR).',
  })
}

function debFile(downloads: string, { name, sha256 }: Package): string {
  return join(downloads, `${name}-${sha256.slice(0, 16)}.deb`)
}

const stagingSuffix = '.staging'

/** Removes staging folders of interrupted set-ups. Only the lock's holder may. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.endsWith(stagingSuffix)) await rm(join(folder, name), { recursive: true, force: true })
}

/** Returns the bytes of missing downloads and all unpacked packages, plus a tenth for file system blocks. */
function spaceFor(packages: readonly Package[], downloads: string, present: ReadonlySet<string>): number {
  const missing = packages.filter((one) => !present.has(basename(debFile(downloads, one))))
  const unpacked = packages.reduce((sum, { installedKiB }) => sum + installedKiB * 1024, 0)
  return 1.1 * (unpacked + bytesOf(missing))
}

function bytesOf(packages: readonly Package[]): number {
  return packages.reduce((sum, { size }) => sum + size, 0)
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

interface Progress {
  readonly downloaded: (pinned: Package, have: number) => void
  readonly unpacked: () => void
  readonly note: (note: string) => void
}

function progressOf(packages: readonly Package[], report: Report): Progress {
  const have = new Map<Package, number>()
  const total = bytesOf(packages)
  let done = 0
  let unpacked = 0
  const bytes = () => ({ task: 'download', done, total, unit: 'bytes' })
  return {
    downloaded(pinned, now) {
      done += now - (have.get(pinned) ?? 0)
      have.set(pinned, now)
      report(bytes())
    },
    unpacked() {
      report({ task: 'unpack', done: ++unpacked, total: packages.length, unit: 'packages' })
    },
    note(note) {
      report({ ...bytes(), note })
    },
  }
}
